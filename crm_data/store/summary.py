"""Aggregates of a list, made into SQL and read back: what stands under a column, and groups with their sums.

Amounts are summed as whole cents, and never those of different currencies together.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, Final

import sqlalchemy as sa

from crm_data.errors import Invalid
from crm_data.store.adding import added_up
from crm_data.store.conditions import EMPTY
from crm_data.store.query import Query
from crm_data.tables.fields import Field, Kind
from crm_data.tables.types import CENT, PLACES, number_of, trimmed

MEASURES: Final = ("count", "empty", "unique", "sum", "average")
MOST_GROUPED, MOST_GROUPS = 3, 1_000
PLAIN = ""  # in place of a currency, of what is no money
ADDED: Final = (Kind.MONEY, Kind.WHOLE, Kind.NUMBER)
GROUPED = (Kind.CHOICE, Kind.MEMBER, Kind.LINK, Kind.YES_NO, Kind.TEXT, Kind.DAY)
_TEXTS = (Kind.TEXT, Kind.LONG_TEXT, Kind.EMAIL, Kind.PHONE, Kind.URL)
# A measure by currency, `PLAIN` where there is none.
Measured = Mapping[str, Decimal | int]


@dataclass(frozen=True)
class Group:
    """Rows that are alike in what they are grouped by: those values, how many, and sums by field and currency."""

    values: tuple[Any, ...]
    count: int
    sums: Mapping[str, Measured]
    called: tuple[str | None, ...] = field(
        default=(), compare=False
    )  # names of colleagues and linked records


def cents(column: Any) -> sa.ColumnElement[int]:
    """An amount in whole cents: SQLite keeps amounts as doubles, and adding those loses cents."""
    return sa.cast(sa.func.round(column * sa.literal_column("100")), sa.BigInteger)


def demand_measures(fields: Mapping[str, Field], wanted: Mapping[str, str]) -> None:
    """Raise Invalid unless each column can be measured in the way that is asked."""
    for name, measure in wanted.items():
        kind = fields[name].kind if name in fields else Kind.JSON
        adds = measure in ("sum", "average")
        unfit = (
            kind is Kind.JSON or (adds and kind not in ADDED) or (kind is Kind.TAGS and measure == "unique")
        )
        if measure not in MEASURES or unfit:
            raise Invalid("This column cannot be counted in that way. Choose another measure for it.")


def demand_groups(fields: Mapping[str, Field], by: Sequence[str], sums: Sequence[str]) -> None:
    """Raise Invalid unless the list can be grouped by these columns, and those be summed."""
    if (
        not 1 <= len(by) <= MOST_GROUPED
        or len(set(by)) < len(by)
        or not all(map(groups_by(fields).__contains__, by))
    ):
        raise Invalid(f"Group by one to {MOST_GROUPED} different columns that can be filtered.")
    demand_measures(fields, dict.fromkeys(sums, "sum"))


def groups_by(fields: Mapping[str, Field]) -> list[str]:
    """The columns that a list can be grouped by: those whose group can be opened as a filter."""
    return [name for name, field in fields.items() if field.filter and field.kind in GROUPED]


def filled(table: Any, field: Field) -> Any:
    """The column, with NULL for all that is empty."""
    column = getattr(table, field.name)
    return sa.func.nullif(column, "") if field.kind in _TEXTS else column


def added(table: Any, field: Field) -> sa.ColumnElement[int]:
    """The sum of a column in SQL: of money in cents, of numbers with places in millionths."""
    column = getattr(table, field.name)
    if field.kind is Kind.NUMBER:
        column = sa.type_coerce(column, sa.BigInteger)
    return sa.func.coalesce(added_up(cents(column) if field.kind is Kind.MONEY else column), 0)


def counted(table: Any, field: Field, measure: str) -> sa.ColumnElement[int]:
    """How many of the rows hold something in a column, hold nothing, or how many different values there are."""
    holds = filled(table, field)
    if measure == "empty":
        return sa.func.count() - sa.func.count(holds)
    return sa.func.count(sa.distinct(holds) if measure == "unique" else holds)


def read_sum(field: Field, summed: Any) -> Decimal | int:
    """What `added` found, as an amount or a number."""
    if field.kind is Kind.NUMBER:
        return number_of(int(summed))
    return (Decimal(int(summed)) / 100).quantize(CENT) if field.kind is Kind.MONEY else int(summed)


def mean(field: Field, total: Decimal | int, count: int) -> Decimal:
    """The average to the cent, half up; of numbers with places to the last of those."""
    if field.kind is Kind.NUMBER:
        return trimmed((Decimal(total) / count).quantize(Decimal(1).scaleb(-PLACES), ROUND_HALF_UP))
    return (Decimal(total) / count).quantize(CENT, ROUND_HALF_UP)


def measured(field: Field, measure: str, found: Iterable[tuple[str, Any, int]]) -> Measured:
    """A sum or an average by currency, from (currency, summed, how many hold something)."""
    sums = {money: (read_sum(field, summed), count) for money, summed, count in found if count}
    if measure == "average":
        return {money: mean(field, total, count) for money, (total, count) in sums.items()}
    return {money: total for money, (total, _) in sums.items()}


def narrowed(query: Query, fields: Mapping[str, Field], by: Sequence[str], values: Sequence[Any]) -> Query:
    """The list of one group's rows, from its beginning."""
    where = dict(query.where)
    for name, value in zip(by, values, strict=True):
        day = fields[name].kind is Kind.DAY
        where[name] = (EMPTY if value is None else (value, value)) if day else (value,)
    return replace(query.first(), where=where)


def heads(groups: Sequence[Group], depth: int) -> Iterator[Group]:
    """Groups of the first `depth` columns alone, in their order: what a head that is folded says. Pure."""
    together: dict[tuple[Any, ...], Group] = {}
    for group in groups:
        known = together.get(group.values[:depth])
        sums = {name: dict(of) for name, of in (known.sums if known else {}).items()}
        for name, of in group.sums.items():
            for money, amount in of.items():
                here = sums.setdefault(name, {})
                total = here.get(money, 0) + amount
                here[money] = trimmed(total) if money == PLAIN and isinstance(total, Decimal) else total
        count = group.count + (known.count if known else 0)
        together[group.values[:depth]] = Group(group.values[:depth], count, sums, group.called[:depth])
    yield from together.values()
