"""What PostgreSQL gives up is tried again, and done once; what was lost at COMMIT is told as what it is."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
import pytest
from sqlalchemy import event

from crm_data.errors import Unavailable
from crm_data.store import again
from crm_data.store.again import TRIES, GivenUp, Unsure
from crm_data.store.records import Edit
from tests.support import postgres
from tests.support.office import Office, office

pytestmark = [pytest.mark.postgres, pytest.mark.parametrize("engine_kind", ["postgresql"])]
CODES = {"a deadlock": "40P01", "no serial order": "40001", "a restart": "57P01"}


@pytest.fixture
def here(database_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Office]:
    monkeypatch.setattr(again, "_PAUSE", 0.001)
    made = office(database_url)
    yield made
    made.store.close()


@contextmanager
def trouble(made: Office, happens: Callable[[Any, str], str], times: int) -> Iterator[list[str]]:
    """The first `times` UPDATEs of customers meet with what `happens`; gives the statements that met it."""
    met: list[str] = []

    def meet(connection: Any, cursor: Any, statement: str, parameters: Any, *rest: Any) -> tuple[str, Any]:
        if statement.startswith("UPDATE customers") and len(met) < times:
            met.append(statement)
            instead = happens(connection, statement)
            return (statement, parameters) if instead == statement else (instead, ())
        return statement, parameters

    event.listen(made.store.engines.write, "before_cursor_execute", meet, retval=True)
    yield met
    event.remove(made.store.engines.write, "before_cursor_execute", meet)


def raising(code: str) -> Callable[[Any, str], str]:
    return lambda connection, statement: f"DO $$ BEGIN RAISE EXCEPTION 'no' USING ERRCODE = '{code}'; END $$"


def end_connection(connection: Any, statement: str = "") -> str:
    """Somebody ends the server's process behind this connection."""
    pid = connection.connection.dbapi_connection.info.backend_pid
    with psycopg.connect(postgres.server()["admin"], autocommit=True) as admin:
        admin.execute("SELECT pg_terminate_backend(%s, 5000)", [pid])
    return statement


def renamed(made: Office) -> tuple[Any, int]:
    my = made.at(0, "manager")
    return my, my.customers.add({"name": "Before"})


@pytest.mark.parametrize("what", CODES)
def test_it_is_tried_again_and_done_once(here: Office, what: str) -> None:
    my, id_ = renamed(here)
    with trouble(here, raising(CODES[what]), TRIES - 1) as met:
        assert my.customers.change([Edit(id_, {"name": ("Before", "After")})]) == 1
    assert len(met) == TRIES - 1
    row = my.customers.get(id_)
    assert (row["name"], row["version"]) == ("After", 2)
    assert [change.after for change in my.customers.history(id_) if change.field == "name"] == ["After"]


def test_a_connection_that_is_lost_on_the_way_is_replaced(here: Office) -> None:
    my, id_ = renamed(here)
    with trouble(here, end_connection, 1) as met:
        assert my.customers.change([Edit(id_, {"name": ("Before", "After")})]) == 1
    assert len(met) == 1
    assert my.customers.get(id_)["version"] == 2


def test_connections_that_died_in_the_pool_are_not_noticed(here: Office) -> None:
    my, id_ = renamed(here)
    with psycopg.connect(postgres.server()["admin"], autocommit=True) as admin:
        admin.execute(
            "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity"
            " WHERE datname = %s AND pid <> pg_backend_pid()",
            [here.store.engines.write.url.database],
        )
    assert my.customers.get(id_)["name"] == "Before"
    assert my.customers.change([Edit(id_, {"name": ("Before", "After")})]) == 1


def test_in_the_end_it_is_a_sentence_and_nothing_was_changed(here: Office) -> None:
    my, id_ = renamed(here)
    with trouble(here, raising("40P01"), 100) as met, pytest.raises(GivenUp, match="Nothing was changed"):
        my.customers.change([Edit(id_, {"name": ("Before", "After")})])
    assert len(met) == TRIES
    assert my.customers.get(id_)["name"] == "Before"


def test_what_is_lost_at_commit_is_not_tried_again(here: Office) -> None:
    my, id_ = renamed(here)
    lost: list[int] = []

    def lose(connection: Any) -> None:
        lost.append(1)
        end_connection(connection)

    event.listen(here.store.engines.write, "commit", lose)
    try:
        with pytest.raises(Unsure, match="Look whether your change is there"):
            my.customers.change([Edit(id_, {"name": ("Before", "After")})])
    finally:
        event.remove(here.store.engines.write, "commit", lose)
    assert lost == [1]
    assert issubclass(Unsure, Unavailable)
    assert my.customers.get(id_)["name"] in ("Before", "After")
