"""A copy that was cut short goes on where it stood: nothing starts on half of one, and nothing comes in twice."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial

import pytest
import sqlalchemy as sa

from crm_data.errors import Invalid, NotReady, Unavailable
from crm_data.installation import Installation
from crm_data.settings import settings
from crm_data.store import points
from crm_data.store.migrating import application_of, migration_engine, upgrade, wait_for_others
from crm_data.store.points import Point
from crm_data.store.store import Store
from crm_data.tables import Base, Customer
from crm_data.transfer import checksums
from crm_data.transfer.checksums import Copied
from crm_data.transfer.copying import copy, is_begun
from tests.support import makers
from tests.support.databases import Database
from tests.support.plain import plain
from tests.transfer.test_copying import copied, empty, there

__all__ = ["empty", "there"]
pytestmark = [pytest.mark.slow, pytest.mark.postgres]
WAYS = [("sqlite", "postgresql"), ("postgresql", "sqlite")]
MOVES = (Point.MOVE_MARKED, Point.MOVE_ROWS, Point.MOVE_WHOLE, Point.MOVE_CHECKED, Point.MOVED)

FEW = 7


class Cut(Exception):
    """Where a copy is cut short."""


@pytest.fixture(autouse=True)
def few_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checksums, "ROWS", FEW)


def cut_at(there: Database, here: Database, point: Point, times: int = 1) -> None:
    left = times

    def stop(at: Point) -> None:
        nonlocal left
        left -= at is point
        if at is point and left == 0:
            raise Cut

    points.stop = stop
    try:
        with pytest.raises(Cut):
            copied(there, here)
    finally:
        points.stop = None


def sums(here: Database) -> list[Copied]:
    """What every table holds."""
    engine = migration_engine(here.admin_url)
    with engine.begin() as connection:
        wait_for_others(connection)
        found = [checksums.measured(connection, table) for table in Base.metadata.sorted_tables]
    engine.dispose()
    return found


def named(here: Database) -> set[str]:
    """The tables and triggers of a database."""
    with plain(here, owner=True) as sql:
        if here.kind == "sqlite":
            return {
                name
                for (name,) in sql.run("SELECT name FROM sqlite_master WHERE type IN ('table', 'trigger')")
            }
        asked = "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r'"
        return {name for (name,) in sql.run(asked)}


@pytest.mark.parametrize("point", MOVES)
@pytest.mark.parametrize(("there", "kind"), WAYS, indirect=["there"])
def test_cut_at_any_point_it_goes_on(
    there: Database, kind: str, point: Point, empty: Callable[[str], Database]
) -> None:
    here, told = empty(kind), sums(there)
    cut_at(there, here, point, times=5 if point is Point.MOVE_ROWS else 1)
    store = Store(here.url)
    started = Installation(store, replace(settings(), database_url=here.url))
    if point is Point.MOVED:
        started.demand_ready()
        with pytest.raises(Invalid, match="holds rows already"):
            copied(there, here)
    else:
        for refused in (started.demand_ready, started.demand_whole, partial(upgrade, here.admin_url)):
            with pytest.raises(NotReady, match="half a copy of another"):
                refused()
        assert not started.state().ready
        with pytest.raises(NotReady, match="half a copy"):
            copied(here, empty("sqlite"))
        seen: list[str] = []
        points.stop = lambda at: seen.append(at)
        try:
            assert copied(there, here) == told
        finally:
            points.stop = None
        steps = sum(-(-one.rows // FEW) for one in told)
        before = {Point.MOVE_MARKED: 0, Point.MOVE_ROWS: 5}.get(point, steps)
        assert seen.count(Point.MOVE_ROWS) == steps - before
        started.demand_ready()
    store.close()
    assert sums(here) == told
    left = named(here)
    assert not [name for name in left if name.startswith("half_")]
    if kind == "sqlite":
        usual = empty(kind)
        upgrade(usual.admin_url)
        assert left == named(usual)


@pytest.mark.parametrize(("there", "kind"), WAYS, indirect=["there"])
def test_a_source_that_changed_since_is_refused_and_begun_anew(
    there: Database, kind: str, empty: Callable[[str], Database]
) -> None:
    here = empty(kind)
    cut_at(there, here, Point.MOVE_WHOLE)
    store = Store(there.url)
    with store.system("somebody writes between the two") as session:
        company = session.scalar(sa.select(sa.func.min(Customer.company_id)))
        assert company
        makers.customer(session, company, name="meanwhile")
    store.close()
    with pytest.raises(
        Invalid, match=r"was changed since this copy began: .*customers.*Begin anew with --anew"
    ):
        copied(there, here)
    assert is_begun(here.admin_url)
    copy(there.admin_url, here.admin_url, application_of(here.url), anew=True)
    assert not is_begun(here.admin_url)
    with plain(there, owner=True) as old, plain(here, owner=True) as new:
        counted = "SELECT count(*) FROM customers"
        assert old.value(counted) == new.value(counted)


@pytest.mark.parametrize(("there", "kind"), WAYS, indirect=["there"])
def test_what_was_changed_in_half_a_copy_is_found(
    there: Database, kind: str, empty: Callable[[str], Database]
) -> None:
    here = empty(kind)
    cut_at(there, here, Point.MOVE_WHOLE)
    with plain(here, owner=True) as sql:
        sql.run(f"UPDATE {'half_' if kind == 'postgresql' else ''}customers SET name = 'Forged'")
    with pytest.raises(Unavailable, match="What arrived of customers is not what was sent"):
        copied(there, here)
    assert is_begun(here.admin_url)


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_what_is_no_half_of_a_copy_is_not_let_go(
    there: Database, kind: str, empty: Callable[[str], Database]
) -> None:
    here = empty(kind)
    told = copied(there, here)
    with pytest.raises(Invalid, match="holds rows already"):
        copy(there.admin_url, here.admin_url, application_of(here.url), anew=True)
    with pytest.raises(Invalid, match="has now"):
        copy(there.admin_url, there.admin_url, anew=True)
    assert copied(here, empty("sqlite")) == told
