"""What stands under a column and on the head of a group, in words. Pure."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any, Final

from crm_data import Field, Kind
from crm_data.errors import Invalid
from crm_data.store.summary import MEASURES, PLAIN, Measured, demand_measures
from dashboard.components.grid.grouping import Line
from dashboard.parts import say

_NOTHING: Final = "nothing to add"
_SAID: Final = {"count": "{} filled", "empty": "{} empty", "unique": "{} different"}
_CALLED: Final = {"sum": "Σ", "average": "Ø"}


def measures(declared: Field) -> list[str]:
    """In which ways a column can be measured."""
    return [measure for measure in MEASURES if _fits(declared, measure)]


def _fits(declared: Field, measure: str) -> bool:
    try:
        demand_measures({declared.name: declared}, {declared.name: measure})
    except Invalid:
        return False
    return True


def foot(asked: Mapping[str, str], found: Mapping[str, Measured]) -> dict[str, str]:
    """What stands under each column."""
    return {name: _under(measure, found[name]) for name, measure in asked.items() if name in found}


def _under(measure: str, found: Measured) -> str:
    if measure in _SAID:
        return _SAID[measure].format(f"{found[PLAIN]:,}")
    return f"{_CALLED[measure]} {amounts(found)}"


def amounts(found: Measured) -> str:
    """An amount, or one of each currency."""
    each = [say.money(Decimal(of), money) if money else f"{of:,}" for money, of in found.items()]
    return " + ".join(each) or _NOTHING


def head(line: Line, fields: Mapping[str, Field], by: Sequence[str]) -> dict[str, Any]:
    """The head of a group, as the grid takes it in the place of a row."""
    at = len(line.head.values) - 1
    declared, value, called = fields[by[at]], line.head.values[at], line.head.called[at]
    names = {value: called} if declared.kind in (Kind.MEMBER, Kind.LINK) and called is not None else None
    sums = [f"{fields[name].label} {amounts(of)}" for name, of in line.head.sums.items() if of]
    return {
        "key": line.key,
        "label": f"{declared.label}: {say.value(declared, value, names)}",
        "count": line.head.count,
        "sums": " · ".join(sums),
        "depth": at,
        "open": line.open,
    }
