"""A condition of a filter as a person reads it: 'Owner is me', 'Value is between 1,000.00 and 5,000.00'."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from crm_data import Field, Kind
from crm_data.store.filters import ME, OPS, Condition, Op
from dashboard.parts import say

_DAYS = (Kind.DAY, Kind.MOMENT)
_CHOSEN = 3  # of more chosen values the rest is counted
SPANS: Mapping[str, str] = {
    "today": "today",
    "yesterday": "yesterday",
    "tomorrow": "tomorrow",
    "this_week": "this week",
    "this_month": "this month",
    "this_quarter": "this quarter",
    "this_year": "this year",
    "last_7_days": "in the last 7 days",
    "last_30_days": "in the last 30 days",
    "last_90_days": "in the last 90 days",
    "next_7_days": "in the next 7 days",
    "next_30_days": "in the next 30 days",
    "overdue": "overdue",
}
_WAYS: Mapping[Op, str] = {
    Op.HAS: "contains",
    Op.HAS_NOT: "does not contain",
    Op.IS: "is",
    Op.IS_NOT: "is not",
    Op.STARTS: "starts with",
    Op.ANY: "is any of",
    Op.NONE: "is none of",
    Op.WITHIN: "is in a period",
    Op.BETWEEN: "is between",
    Op.LESS: "is less than",
    Op.MORE: "is more than",
    Op.AT_LEAST: "is at least",
    Op.AT_MOST: "is at most",
    Op.OLDER: "is older than",
    Op.EMPTY: "is empty",
    Op.FILLED: "is not empty",
}
_OF_DAYS = {
    Op.LESS: "is before",
    Op.MORE: "is after",
    Op.AT_LEAST: "is on or after",
    Op.AT_MOST: "is on or before",
}
_OF_TAGS = {Op.ANY: "has any of", Op.NONE: "has none of"}


def way(kind: Kind, op: Op) -> str:
    """How a column of a kind is compared."""
    own = _OF_DAYS if kind in _DAYS else _OF_TAGS if kind is Kind.TAGS else {}
    return own.get(op, _WAYS[op])


def ways(kinds: set[Kind]) -> dict[str, dict[str, str]]:
    """Kind -> way -> words."""
    return {kind.value: {op.value: way(kind, op) for op in OPS[kind]} for kind in sorted(kinds)}


def told(field: Field, asked: Condition, names: Mapping[int, str], currency: str = "") -> str:
    """A condition in words. `names`: of the colleagues or records that it names."""
    if asked.op in (Op.EMPTY, Op.FILLED):
        return f"{field.label} {way(field.kind, asked.op)}"
    if asked.op is Op.WITHIN:
        return f"{field.label} is {SPANS[asked.values[0]]}"
    if asked.op is Op.OLDER:
        return f"{field.label} is older than {say.count(asked.values[0], 'day')}"
    said = [_value(field, asked.op, value, names, currency) for value in asked.values]
    if asked.op is Op.BETWEEN:
        return f"{field.label} is between {said[0]} and {said[1]}"
    if asked.op in (Op.ANY, Op.NONE):
        return f"{field.label} {_some(field, asked.op, said)}"
    return f"{field.label} {way(field.kind, asked.op)} {said[0]}"


def _some(field: Field, op: Op, said: list[str]) -> str:
    how = (
        {Op.ANY: "has", Op.NONE: "does not have"}
        if field.kind is Kind.TAGS
        else {Op.ANY: "is", Op.NONE: "is not"}
    )
    more = [*said[:_CHOSEN], f"{len(said) - _CHOSEN:,} more"] if len(said) > _CHOSEN + 1 else said
    return f"{how[op]} {', '.join(more[:-1])} or {more[-1]}" if len(more) > 1 else f"{how[op]} {more[0]}"


def _value(field: Field, op: Op, value: Any, names: Mapping[int, str], currency: str) -> str:
    if field.kind is Kind.MEMBER:
        return {None: "nobody", ME: "me"}.get(value) or names.get(value, "somebody who left")
    if field.kind is Kind.LINK and op in (Op.ANY, Op.NONE):
        return names.get(value, "a record that is not here")
    if field.kind is Kind.CHOICE:
        return field.words_for(value)
    if field.kind is Kind.NUMBER:
        return f"{value:,}"
    if isinstance(value, Decimal):
        return say.money(value, currency)
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, date):
        return say.day(value)
    return f"{value:,}" if isinstance(value, int) else str(value)
