"""Rows in places by number, as SQL: of values that have one of their own, and the middle of a ranking."""

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

NONE, FIRST = 0, 1  # the places of what is not filled in, and of the first value


def fixed(at: int) -> sa.ColumnElement[int]:
    """A whole number that stands in the statement itself: PostgreSQL then groups by what it selects."""
    return sa.literal_column(str(at), sa.Integer)


def place_of(column: Any, known: Sequence[Any]) -> sa.Label[int]:
    """`NONE` where there is nothing, from `FIRST` on the place among known values, then one for the rest."""
    when = [(column.is_(None), fixed(NONE))]
    when += [(column == value, fixed(at)) for at, value in enumerate(known, FIRST)]
    return sa.case(*when, else_=fixed(FIRST + len(known))).label("place")


def is_middle(nth: Any, n: Any) -> sa.ColumnElement[bool]:
    """Whether the `nth` of `n` in order, from 1, is the middle one, or one of the two whose mean is the median."""
    return nth.in_([(n + 1) // 2, (n + 2) // 2])  # type: ignore[no-any-return]
