"""What a filter may ask of one field, and what is left when two of them hold at once. Pure.

A condition is one of: a tuple of values, for a text exactly these; `Except`; a text that is contained; a pair
(low, high) with None for an open edge; `EMPTY`, the field is not filled in; `NOTHING`, which no row meets; or
anything of `ANY`, which every row meets.
"""

from dataclasses import dataclass
from typing import Any, Final

from crm_data.tables.fields import Kind

RANGES = (Kind.MONEY, Kind.RATE, Kind.WHOLE, Kind.NUMBER, Kind.DAY, Kind.MOMENT)
ANY: Final = ((), "", None, (None, None))
EMPTY: Final = (None,)


@dataclass(frozen=True)
class Except:
    """None of these values; None among them means that it is filled in."""

    values: tuple[Any, ...]


@dataclass(frozen=True)
class Nothing:
    """No row at all: what two conditions leave that exclude each other."""


NOTHING: Final = Nothing()


def both(kind: Kind, one: Any, other: Any) -> Any:
    """The condition that holds where `one` and `other` do. Raises ValueError for two texts that are contained."""
    if one in ANY or other in ANY:
        return other if one in ANY else one
    if NOTHING in (one, other):
        return NOTHING
    if kind in RANGES:
        return _span(one, other)
    if isinstance(one, Except) and isinstance(other, Except):
        return Except(tuple(dict.fromkeys([*one.values, *other.values])))
    if not isinstance(one, tuple):
        one, other = other, one
    if not isinstance(one, tuple):
        raise ValueError("Two texts that are contained are no single condition.")
    return tuple(value for value in one if _meets(value, other)) or NOTHING


def _meets(value: Any, condition: Any) -> bool:
    if isinstance(condition, Except):
        return value not in condition.values
    if isinstance(condition, str):
        return condition.casefold() in str(value).casefold()
    return value in condition


def _span(one: Any, other: Any) -> Any:
    if EMPTY in (one, other):
        return one if one == other else NOTHING
    lows, highs = ([edge for edge in edges if edge is not None] for edges in zip(one, other, strict=True))
    low, high = max(lows, default=None), min(highs, default=None)
    return NOTHING if low is not None and high is not None and high < low else (low, high)
