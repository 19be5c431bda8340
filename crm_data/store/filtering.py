"""A filter as SQL, for one viewer. The company is not said here: the scoped session adds it.

Where nothing is filled in, nothing is less, more or equal; and it is not anything either, so that it meets IS_NOT,
NONE and HAS_NOT.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta, tzinfo
from functools import cache
from typing import Any

import sqlalchemy as sa

from crm_data import clock
from crm_data.errors import Invalid
from crm_data.store.filters import ME, OPS, TEXTS, WORDS, Condition, Filter, Group, Op
from crm_data.store.folding import begins, has_word, holds, holds_any, is_like, nothing_in
from crm_data.store.spans import OVERDUE, SPANS, Span, older
from crm_data.store.zones import within
from crm_data.tables import by_name, title_of
from crm_data.tables.fields import Field, Kind

Clause = sa.ColumnElement[bool]
Fields = Mapping[str, Field]


@dataclass(frozen=True)
class Viewer:
    """Who asks: their id (None for the system), where a day begins for them, the day it is there, and the month,
    from 1, in which their company's fiscal year begins.
    """

    me: int | None
    zone: tzinfo
    today: date
    fiscal: int = 1

    @classmethod
    def now(cls, me: int | None, zone: tzinfo, fiscal: int = 1) -> "Viewer":
        """The viewer as of this moment."""
        return cls(me, zone, clock.now().astimezone(zone).date(), fiscal)


def where(table: Any, declared: Fields, filter_: Filter, viewer: Viewer) -> list[Clause]:
    """The WHERE of a filter; nothing for one that asks nothing. Raises Invalid for a column it cannot ask."""
    if not filter_:
        return []
    made = [
        _joined([_clause(table, declared, each, viewer) for each in part.parts], part.any)
        if isinstance(part, Group)
        else _clause(table, declared, part, viewer)
        for part in filter_.parts
    ]
    return [_joined(made, filter_.any)]


def _joined(clauses: list[Clause], any_: bool) -> Clause:
    return sa.or_(sa.false(), *clauses) if any_ else sa.and_(sa.true(), *clauses)


def _clause(table: Any, declared: Fields, asked: Condition, viewer: Viewer) -> Clause:
    field = declared.get(asked.field)
    if field is None or asked.op not in OPS[field.kind]:
        raise Invalid("This list cannot be filtered in that way.")
    column = _seen(table, asked.field)
    if asked.op in (Op.EMPTY, Op.FILLED):
        empty = _empty(column, field)
        return empty if asked.op is Op.EMPTY else sa.not_(empty)
    if field.kind in (Kind.DAY, Kind.MOMENT):
        return _days(table, column, field, asked, viewer)
    if asked.op in (Op.ANY, Op.NONE):
        found = _chosen(column, field, asked.values, viewer)
        return found if asked.op is Op.ANY else sa.not_(found)
    if asked.op in WORDS and field.kind in (*TEXTS, Kind.LINK, Kind.JSON):
        found = _worded(column, field, asked)
        return _not(column, found) if asked.op in (Op.HAS_NOT, Op.IS_NOT) else found
    return _compared(column, asked)


def _not(column: Any, found: Clause) -> Clause:
    return sa.or_(column.is_(None), sa.not_(found))


def _empty(column: Any, field: Field) -> Clause:
    if field.kind in TEXTS:
        return sa.or_(column.is_(None), column == "")
    if field.kind in (Kind.TAGS, Kind.JSON):
        return sa.or_(column.is_(None), nothing_in(column))
    return column.is_(None)  # type: ignore[no-any-return]


def _chosen(column: Any, field: Field, values: tuple[Any, ...], viewer: Viewer) -> Clause:
    """True or false, also where nothing is filled in."""
    if field.kind is Kind.TAGS:
        return sa.and_(column.is_not(None), sa.or_(*(has_word(column, tag) for tag in values)))
    wanted = {viewer.me if value == ME and field.kind is Kind.MEMBER else value for value in values}
    nobody = None in values
    some = column.in_(sorted(value for value in wanted if value is not None))
    return sa.or_(column.is_(None), some) if nobody else sa.and_(column.is_not(None), some)


def _worded(column: Any, field: Field, asked: Condition) -> Clause:
    (said,) = asked.values
    if field.kind is Kind.JSON:
        return holds_any(column, said)
    how = {Op.STARTS: begins, Op.IS: is_like, Op.IS_NOT: is_like}.get(asked.op, holds)
    if field.kind is Kind.LINK and field.to:
        other: Any = by_name(field.to)
        named = sa.select(other.id).where(how(getattr(other, title_of(field.to)), said))
        return column.in_(named)  # type: ignore[no-any-return]
    return how(column, said)


def _compared(column: Any, asked: Condition) -> Clause:
    first, last = asked.values[0], asked.values[-1]
    ways: Mapping[Op, Callable[[], Clause]] = {
        Op.IS: lambda: column == first,
        Op.IS_NOT: lambda: sa.or_(column.is_(None), column != first),
        Op.LESS: lambda: column < first,
        Op.MORE: lambda: column > first,
        Op.AT_LEAST: lambda: column >= first,
        Op.AT_MOST: lambda: column <= first,
        Op.BETWEEN: lambda: sa.and_(column >= first, column <= last),
    }
    return ways[asked.op]()


def _days(table: Any, column: Any, field: Field, asked: Condition, viewer: Viewer) -> Clause:
    first, last = _span(asked, viewer)
    found = _between(column, field, first, last, viewer.zone)
    if asked.op is Op.IS_NOT:
        return _not(column, found)
    if asked.values == (OVERDUE,):  # what is done is late no longer
        return sa.and_(found, *table.still_open())
    return found


def _span(asked: Condition, viewer: Viewer) -> Span:
    """The first and last day that are meant, both included and either open."""
    value, day = asked.values[0], timedelta(days=1)
    if asked.op is Op.WITHIN:
        return SPANS[value](viewer.today, viewer.fiscal)
    if asked.op is Op.OLDER:
        return older(value, viewer.today)
    spans: Mapping[Op, Span] = {
        Op.LESS: (None, value - day),
        Op.MORE: (value + day, None),
        Op.AT_LEAST: (value, None),
        Op.AT_MOST: (None, value),
    }
    return spans.get(asked.op, (value, asked.values[-1]))


def _between(column: Any, field: Field, first: date | None, last: date | None, zone: tzinfo) -> Clause:
    if field.kind is Kind.MOMENT:
        return within(column, first, last, zone)
    parts = [column.is_not(None)]
    parts += [] if first is None else [column >= first]
    parts += [] if last is None else [column <= last]
    return sa.and_(*parts)


def _seen(table: Any, name: str) -> Any:
    """A column as it is compared, out of sight of an index that has it elsewhere than right behind the company.

    Such a one leads through the rows of all companies.
    """
    column = getattr(table, name)
    return column if _company_first(table, name) else sa.func.coalesce(column, sa.null(), type_=column.type)


@cache
def _company_first(table: Any, name: str) -> bool:
    """Whether an index leads from the company to the column, or none holds it at all."""
    kept: Any = sa.inspect(table).local_table
    held = [[getattr(part, "name", None) for part in index.expressions] for index in kept.indexes]
    return all(name not in names for names in held) or ["company_id", name] in [names[:2] for names in held]
