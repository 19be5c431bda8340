"""Copying an installation to the other engine and back: every value arrives, and whatever fails leaves nothing."""

import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import sqlalchemy as sa

from crm_data.errors import Invalid, NotReady, Unavailable
from crm_data.store.migrating import application_of, downgrade, upgrade
from crm_data.store.store import Store
from crm_data.tables import Base, Customer
from crm_data.transfer import copying, half_copy
from crm_data.transfer.checksums import Copied
from crm_data.transfer.copying import copy
from tests.migrations.trial import older
from tests.support import makers
from tests.support.databases import Database, fresh
from tests.support.plain import plain

pytestmark = [pytest.mark.slow, pytest.mark.postgres]

WAYS = [
    ("sqlite", "postgresql"),
    ("postgresql", "sqlite"),
    ("sqlite", "sqlite"),
    ("postgresql", "postgresql"),
]


@pytest.fixture
def there(request: pytest.FixtureRequest) -> Iterator[Database]:
    """A database with two companies in it."""
    made = fresh(getattr(request, "param", "sqlite"))
    store = Store(made.url)
    makers.two_companies(store)
    with store.system("a number that was given, to a row that was erased") as session:
        company = session.scalar(sa.select(sa.func.min(Customer.company_id)))
        assert company
        session.delete(makers.customer(session, company, name="erased"))
    store.close()
    yield made
    made.drop()


@pytest.fixture
def empty() -> Iterator[Callable[[str], Database]]:
    made = []

    def make(kind: str) -> Database:
        made.append(fresh(kind, migrated=False))
        return made[-1]

    yield make
    for database in made:
        database.drop()


def copied(there: Database, here: Database) -> list[Copied]:
    return copy(there.admin_url, here.admin_url, application_of(here.url))


@pytest.mark.parametrize(("there", "kind"), WAYS, indirect=["there"])
def test_every_row_of_every_table_arrives_and_it_serves(
    there: Database, kind: str, empty: Callable[[str], Database]
) -> None:
    here, heard = empty(kind), []
    made = copy(there.admin_url, here.admin_url, application_of(here.url), heard.append)
    assert heard == made
    assert {one.table for one in made} == set(Base.metadata.tables)
    with plain(there, owner=True) as old, plain(here, owner=True) as new:
        for one in made:
            counted = f"SELECT count(*) FROM {one.table}"
            assert old.value(counted) == new.value(counted) == one.rows
            if kind == "postgresql":  # what it plans by is of these rows; -1 where nothing was counted
                known = f"SELECT reltuples FROM pg_class WHERE oid = '{one.table}'::regclass"
                assert new.value(known) == one.rows
    assert sum(one.rows for one in made) > 20
    store = Store(here.url)
    with store.system("numbers go on") as session:
        most = session.scalar(sa.select(sa.func.max(Customer.id)))
        company = session.scalar(sa.select(sa.func.min(Customer.company_id)))
        assert company
        assert most is not None
        assert (
            makers.customer(session, company, name="next").id == most + 2
        )  # the erased one's is not given again
    store.close()


@pytest.mark.parametrize(("there", "kind"), WAYS[:2], indirect=["there"])
def test_there_and_back_is_the_same(there: Database, kind: str, empty: Callable[[str], Database]) -> None:
    first, second = empty(kind), empty(there.kind)
    assert copied(there, first) == copied(first, second)


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_what_is_not_empty_is_left_as_it_is(
    there: Database, kind: str, empty: Callable[[str], Database]
) -> None:
    here = empty(kind)
    upgrade(here.admin_url, older())
    with plain(here, owner=True) as sql:
        sql.run("INSERT INTO companies (name, email) VALUES ('Somebody', 'a@b.co')")
    with pytest.raises(Invalid, match="holds rows already"):
        copied(there, here)
    with plain(here, owner=True) as sql:
        assert sql.value("SELECT count(*) FROM companies") == 1
        assert sql.value("SELECT version_num FROM alembic_version") != copying.head()
    with pytest.raises(Invalid, match="has now"):
        copied(there, there)


def test_what_is_old_or_not_there_is_refused_and_nothing_is_made(
    there: Database, empty: Callable[[str], Database]
) -> None:
    here = empty("sqlite")
    downgrade(there.admin_url, "-1")
    with pytest.raises(NotReady, match="not up to date"):
        copied(there, here)
    with pytest.raises(NotReady, match="no database to copy from"):
        copied(here, there)
    upgrade(there.admin_url)


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_what_arrives_otherwise_is_not_finished(
    there: Database, kind: str, empty: Callable[[str], Database], monkeypatch: pytest.MonkeyPatch
) -> None:
    """It stays marked as half a copy, and in the tables that serve on PostgreSQL there is no row."""
    here, measured = empty(kind), half_copy.measured

    def spoiled(connection: sa.Connection, table: sa.Table, *more: Any, **named: Any) -> Copied:
        found = measured(connection, table, *more, **named)
        last = not more and not named
        return Copied("customers", 0, "") if last and table.name == "customers" else found

    with monkeypatch.context() as patched:
        patched.setattr(half_copy, "measured", spoiled)
        with pytest.raises(Unavailable, match="What arrived of customers is not what was sent"):
            copied(there, here)
    with plain(here, owner=True) as sql:
        assert sql.value("SELECT count(*) FROM half_a_copy") == 1
        if kind == "postgresql":
            assert {sql.value(f"SELECT count(*) FROM {name}") for name in Base.metadata.tables} == {0}
    assert copied(there, here)


@pytest.mark.parametrize("there", ["sqlite", "postgresql"], indirect=True)
def test_nobody_writes_meanwhile(
    there: Database, empty: Callable[[str], Database], monkeypatch: pytest.MonkeyPatch
) -> None:
    store, here, done = Store(there.url), empty("sqlite"), threading.Event()

    def write() -> None:
        with store.system("somebody writes meanwhile") as session:
            company = session.scalar(sa.select(sa.func.min(Customer.company_id)))
            assert company
            makers.customer(session, company, name="meanwhile")
        done.set()

    writer = threading.Thread(target=write)

    def meanwhile(one: Copied) -> None:
        if not writer.ident:
            writer.start()
        assert not done.wait(0.05)

    made = copy(there.admin_url, here.admin_url, "", meanwhile)
    writer.join(60)
    store.close()
    assert done.is_set()
    again = copied(there, empty("sqlite"))
    before, after = ({one.table: one for one in some} for some in (made, again))
    assert before["customers"].rows + 1 == after["customers"].rows
