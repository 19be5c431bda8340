"""The known ways round a filter x the walls: all of them, each alone, each taken away, none."""

import warnings
from collections.abc import Callable

import pytest
from sqlalchemy.exc import SAWarning

from tests.store.paths import PUBLISHED
from tests.store.paths_since import FOUND_SINCE
from tests.support.databases import Database
from tests.walls.matrix import HELD, OPEN, POINTS_OUT, SEEN_IN_A_CHANGE, grounds, outcome
from tests.walls.report import COLUMNS, told

pytestmark = pytest.mark.slow
PATHS = {path.name: path for path in [*PUBLISHED, *FOUND_SINCE]}
Table = dict[str, dict[str, str]]


@pytest.fixture(scope="module", params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def table(request: pytest.FixtureRequest, new_database: Callable[[str], Database]) -> Table:
    """Configuration of walls -> way -> what became of it."""
    found: Table = {}
    for name, walls in COLUMNS.items():
        ground = grounds(walls, *(new_database(request.param) for _ in range(2)))
        with warnings.catch_warnings():  # what SQLAlchemy thinks of such statements is not the question
            warnings.simplefilter("ignore", SAWarning)
            found[name] = {way: outcome(ground, path) for way, path in PATHS.items()}
        ground.close()
    return {"engine": {"": request.param}, **found}


def ways(table: Table, column: str, *outcomes: str) -> set[str]:
    return {way for way, became in table[column].items() if became in outcomes}


def test_all_the_walls_together(table: Table) -> None:
    assert ways(table, "all", OPEN, SEEN_IN_A_CHANGE) == set()


def test_each_wall_can_be_missing(table: Table) -> None:
    assert ways(table, "without session", OPEN) == set(), "database and keys hold by themselves"
    assert ways(table, "without database", OPEN, SEEN_IN_A_CHANGE) == set(), "session and keys hold too"
    assert ways(table, "without keys", OPEN, SEEN_IN_A_CHANGE) == POINTS_OUT


def test_what_each_wall_holds_alone(table: Table) -> None:
    assert ways(table, "session alone", OPEN, SEEN_IN_A_CHANGE) == POINTS_OUT
    assert ways(table, "database alone", OPEN) == POINTS_OUT
    assert ways(table, "keys alone", HELD) >= POINTS_OUT


def test_only_sqlite_lets_a_change_read_by_the_session_alone(table: Table) -> None:
    seen = ways(table, "without session", SEEN_IN_A_CHANGE)
    assert bool(seen) is (table["engine"][""] == "sqlite"), seen


def test_the_ways_are_open_where_there_is_no_wall(table: Table) -> None:
    assert len(ways(table, "none", OPEN)) >= 100, "a way that is open to nobody proves nothing"


def test_the_page_about_the_walls_is_true(table: Table) -> None:
    said, true = told(table["engine"][""], {name: table[name] for name in COLUMNS})
    assert said == true, "make it anew: FOYER_WRITE_WALLS=1 python -m pytest tests/walls/test_matrix.py"
