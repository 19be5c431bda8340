"""Find: which rows of a list show a text, as SQL, and which of them is the next from a place on."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import tzinfo
from typing import Any

import sqlalchemy as sa

from crm_data.errors import Invalid
from crm_data.store.conditions import RANGES
from crm_data.store.folding import has_part, holds
from crm_data.store.values import parse
from crm_data.store.zones import within
from crm_data.tables import by_name, title_of
from crm_data.tables.fields import Field, Kind
from crm_data.tables.reading import fold

_TEXTS = (Kind.TEXT, Kind.LONG_TEXT, Kind.EMAIL, Kind.PHONE, Kind.URL)


@dataclass(frozen=True)
class Found:
    """How many rows there are, the place of one of them in the list, from 0, and which of them it is, from 1."""

    count: int
    at: int | None = None
    nth: int | None = None


def showing(
    table: type, fields: Iterable[Field], said: str, members: Mapping[int, str], zone: tzinfo
) -> sa.ColumnElement[bool]:
    """Rows in which one of the columns shows a text.

    Texts, names, labels and tags hold it anywhere; numbers and days are the one that it is read as.
    """
    found = [_shows(getattr(table, each.name), each, said, members, zone) for each in fields]
    return sa.or_(sa.false(), *(clause for clause in found if clause is not None))


def _shows(
    column: Any, field: Field, said: str, members: Mapping[int, str], zone: tzinfo
) -> sa.ColumnElement[bool] | None:
    if field.kind in _TEXTS:
        return holds(column, said)
    if field.kind is Kind.TAGS:
        return has_part(column, said) if any(map(str.isalnum, said)) else None
    if field.kind is Kind.LINK and field.to:
        other: Any = by_name(field.to)
        named = sa.select(other.id).where(holds(getattr(other, title_of(field.to)), said))
        return column.in_(named)  # type: ignore[no-any-return]
    if field.kind in (Kind.CHOICE, Kind.MEMBER):
        names: Mapping[Any, str] = field.choice_labels() if field.kind is Kind.CHOICE else members
        known = [value for value, name in names.items() if fold(said) in fold(name)]
        return column.in_(known) if known else None
    if field.kind in RANGES:
        return _reads(column, field, said, zone)
    return None


def _reads(column: Any, field: Field, said: str, zone: tzinfo) -> sa.ColumnElement[bool] | None:
    kind = Kind.DAY if field.kind is Kind.MOMENT else field.kind
    try:
        value = parse(Field(field.label, kind, field.name, low=field.low, high=field.high), said, zone)
    except Invalid:
        return None
    if value is None:
        return None
    return within(column, value, value, zone) if field.kind is Kind.MOMENT else column == value


def place_of(listed: Any, after: int, back: bool) -> sa.Select[Any]:
    """(count, place, which of them) of the next of `listed`'s places, or of the last before; round the end."""
    at = listed.c.at
    behind, edge = (at < after, sa.func.max(at)) if back else (at > after, sa.func.min(at))
    beyond = sa.func.max(sa.case((behind, at))) if back else sa.func.min(sa.case((behind, at)))
    count = sa.func.count()
    until = sa.func.count(sa.case((at < after if back else at <= after, 1)))
    nth = sa.case((beyond.is_(None), count if back else 1), else_=until if back else until + 1)
    return sa.select(count, sa.func.coalesce(beyond, edge), nth).select_from(listed)
