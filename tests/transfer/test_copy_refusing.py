"""A copy into a database that is not its own any more, or never was: taken over, written into, forged."""

from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager

import pytest

from crm_data.errors import CrmError, Invalid, Unavailable
from crm_data.store import points
from crm_data.store.migrating import application_of, upgrade
from crm_data.store.points import Point
from crm_data.transfer.copying import copy, is_begun
from crm_data.transfer.half_copy import HalfCopy
from tests.support.databases import Database
from tests.support.plain import plain
from tests.transfer.test_copy_resuming import cut_at, few_at_once, sums
from tests.transfer.test_copying import copied, empty, there

__all__ = ["empty", "few_at_once", "there"]
pytestmark = [pytest.mark.slow, pytest.mark.postgres]
BOTH = ["sqlite", "postgresql"]
Empty = Callable[[str], Database]


@contextmanager
def meanwhile(point: Point, do: Callable[[], object]) -> Iterator[None]:
    """Something that happens once, when a copy comes to a point."""
    done = False

    def stop(at: Point) -> None:
        nonlocal done
        if at is point and not done:
            done = True
            do()

    points.stop = stop
    try:
        yield
    finally:
        points.stop = None
    assert done


def begun_by_another(there: Database, here: Database) -> Callable[[], None]:
    """What a second copy of the same does first."""
    told = {one.table: one for one in sums(there)}

    def begin() -> None:
        with closing(HalfCopy(here.admin_url, lambda connection: None)) as half:
            half.begin(told)

    return begin


@pytest.mark.parametrize("point", [Point.MOVE_ROWS, Point.MOVE_WHOLE])
@pytest.mark.parametrize("kind", BOTH)
def test_the_later_of_two_goes_on_and_the_other_stops(
    there: Database, kind: str, point: Point, empty: Empty
) -> None:
    here = empty(kind)
    with (
        meanwhile(point, begun_by_another(there, here)),
        pytest.raises(Unavailable, match="Another copy into this database was begun"),
    ):
        copied(there, here)
    assert copied(there, here) == sums(here)


@pytest.mark.parametrize("kind", BOTH)
def test_one_that_waited_until_the_other_was_done_leaves_it_alone(
    there: Database, kind: str, empty: Empty
) -> None:
    here = empty(kind)
    told = copied(there, here)
    with pytest.raises(Invalid, match="holds rows already"):
        begun_by_another(there, here)()
    assert not is_begun(here.admin_url)
    assert sums(here) == told


@pytest.mark.parametrize("kind", BOTH)
def test_what_was_written_into_it_meanwhile_is_not_thrown_away(
    there: Database, kind: str, empty: Empty
) -> None:
    here = empty(kind)
    written = "INSERT INTO companies (name, email) VALUES ('Somebody', 'zoe@b.co')"

    def write() -> None:
        with plain(here, owner=True) as sql:
            sql.run(written)

    why = "Somebody wrote into the new database" if kind == "postgresql" else "companies is not what was sent"
    with meanwhile(Point.MOVE_WHOLE, write), pytest.raises(CrmError, match=why):
        copied(there, here)
    assert is_begun(here.admin_url)
    with plain(here, owner=True) as sql:
        assert sql.value("SELECT count(*) FROM companies WHERE email = 'zoe@b.co'") == 1


@pytest.mark.parametrize("anew", [False, True])
@pytest.mark.parametrize("kind", BOTH)
def test_tables_of_something_else_are_left_alone(
    there: Database, kind: str, anew: bool, empty: Empty
) -> None:
    here = empty(kind)
    with plain(here, owner=True) as sql:
        sql.run("CREATE TABLE ledger (amount INTEGER)")
        with pytest.raises(Invalid, match="holds tables of something else"):
            copy(there.admin_url, here.admin_url, application_of(here.url), anew=anew)
        assert sql.value("SELECT count(*) FROM ledger") == 0
        sql.run("DROP TABLE ledger")
    assert copied(there, here)


@pytest.mark.parametrize("kind", BOTH)
def test_a_table_beside_those_of_an_empty_installation_is_left_alone(
    there: Database, kind: str, empty: Empty
) -> None:
    """To begin anew lets go of every table of half a copy: one begins only where all of them are its own."""
    here = empty(kind)
    upgrade(here.admin_url, application=application_of(here.url))
    with plain(here, owner=True) as sql:
        sql.run("CREATE TABLE ledger (amount INTEGER)")
        sql.run("INSERT INTO ledger VALUES (7)")
    for anew in (False, True):
        with pytest.raises(Invalid, match="holds tables of something else"):
            copy(there.admin_url, here.admin_url, application_of(here.url), anew=anew)
    with plain(here, owner=True) as sql:
        assert sql.value("SELECT amount FROM ledger") == 7
    assert not is_begun(here.admin_url)


FORGED = [
    "nothing at all",
    "[]",
    '{"revision": "", "triggers": []}',
    '{"revision": "", "triggers": ["DROP TABLE customers"], "tables": {}}',
]


@pytest.mark.parametrize("kind", BOTH)
def test_a_mark_that_somebody_else_wrote_is_refused(there: Database, kind: str, empty: Empty) -> None:
    here = empty(kind)
    cut_at(there, here, Point.MOVE_MARKED)
    with plain(here, owner=True) as sql:
        if kind == "postgresql":
            asked = "SELECT relrowsecurity FROM pg_class WHERE relname = 'half_customers'"
            assert sql.value(asked), "a role that is let in by default sees a row"
        for said in FORGED:
            sql.run("UPDATE half_a_copy SET said = ?", said)
            with pytest.raises(Invalid, match=r"cannot be read\. Begin anew with --anew"):
                copied(there, here)
        sql.run("DELETE FROM half_a_copy")
        with pytest.raises(Invalid, match="cannot be read"):
            copied(there, here)
    assert copy(there.admin_url, here.admin_url, application_of(here.url), anew=True) == sums(here)
