"""The session's wall by itself, way by way: the quick part of the whole matrix of ways and walls."""

import warnings
from collections.abc import Callable, Iterator

import pytest
from sqlalchemy.exc import SAWarning

from tests.store.paths import PUBLISHED, Path
from tests.store.paths_since import FOUND_SINCE
from tests.support.databases import Database
from tests.walls.matrix import HELD, POINTS_OUT, Ground, grounds, outcome
from tests.walls.without import SESSION


@pytest.fixture(scope="module")
def ground(new_database: Callable[[str], Database]) -> Iterator[Ground]:
    made = grounds(frozenset({SESSION}), *(new_database("sqlite") for _ in range(2)))
    yield made
    made.close()


# What points out of a company is the composite keys' to refuse, and this ground is without them.
INSIDE = [path for path in [*PUBLISHED, *FOUND_SINCE] if path.name not in POINTS_OUT]


@pytest.mark.parametrize("path", INSIDE, ids=lambda path: path.name)
def test_a_way_round(ground: Ground, path: Path) -> None:
    with warnings.catch_warnings():  # what SQLAlchemy thinks of such statements is not the question
        warnings.simplefilter("ignore", SAWarning)
        assert outcome(ground, path) == HELD
