"""The order of a list: its keys in SQL, what comes behind a row (keyset pagination), and cursors to a row."""

import base64
import json
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any, NamedTuple

import sqlalchemy as sa

from crm_data.errors import Invalid
from crm_data.store.order_keys import order_key
from crm_data.store.query import Query, demand_sorts
from crm_data.store.values import row_id
from crm_data.tables.fields import Field, Kind

_READ: dict[str, Callable[[str], Any]] = {
    "moment": datetime.fromisoformat,
    "day": date.fromisoformat,
    "money": Decimal,
}
_KEYS = {
    Kind.MOMENT: datetime,
    Kind.DAY: date,
    Kind.MONEY: Decimal,
    Kind.RATE: Decimal,
    Kind.NUMBER: Decimal,
    Kind.WHOLE: int,
    Kind.YES_NO: int,
    Kind.CHOICE: int,
}  # else a text
_LOST = "This link points to a place in a list that is no longer there. Start from the first page."


class Key(NamedTuple):
    """One thing that rows are ordered by, and whether the greatest comes first."""

    by: sa.ColumnElement[Any]
    down: bool


class Spot(NamedTuple):
    """A row's place in an order: its keys as they are compared, its id, and how many rows come up to here.

    The row itself is counted among them where others are looked for behind it.
    """

    keys: tuple[Any, ...]
    id: int
    before: int


def keys(table: type, declared: Mapping[str, Field], query: Query, backwards: bool = False) -> list[Key]:
    """The keys of a list, the id last, which breaks ties as the last of them goes. Raises Invalid."""
    demand_sorts(declared, query.sorts)
    model: Any = table
    found = [Key(order_key(model, declared[name]), down != backwards) for name, down in query.sorts]
    return [*found, Key(model.id, found[-1].down)]


def directed(by: Sequence[Key]) -> list[sa.ColumnElement[Any]]:
    """The ORDER BY of these keys."""
    return [key.by.desc() if key.down else key.by for key in by]


def behind(by: Sequence[Key], spot: Spot) -> sa.ColumnElement[bool]:
    """The rows that come after a place, in the order of these keys.

    Said as one comparison of rows where all keys go one way, else key by key. What the first of them rules out is
    said once more by itself: SQLite seeks in an index on an expression by nothing else.
    """
    here = [
        *(sa.literal(at, key.by.type) for key, at in zip(by, spot.keys, strict=False)),
        sa.literal(spot.id),
    ]
    first = by[0].by <= here[0] if by[0].down else by[0].by >= here[0]
    if len({key.down for key in by}) == 1:
        mine, theirs = sa.tuple_(*(key.by for key in by)), sa.tuple_(*here)
        return sa.and_(first, mine < theirs if by[0].down else mine > theirs)
    steps: list[sa.ColumnElement[bool]] = []
    for at, key in enumerate(by):
        beyond = key.by < here[at] if key.down else key.by > here[at]
        steps.append(sa.and_(*(before.by == here[n] for n, before in enumerate(by[:at])), beyond))
    return sa.and_(first, sa.or_(*steps))


def cursor(query: Query, spot: Spot) -> str:
    """A place in a list as an opaque word: the sort, the keys and id of a row, and how many rows stand before."""
    first, *more = map(_packed, spot.keys)
    said: list[Any] = [query.sort, query.descending, first, spot.id, spot.before]
    if more:
        said.append([[*sort, key] for sort, key in zip(query.then, more, strict=True)])
    return base64.urlsafe_b64encode(json.dumps(said, separators=(",", ":")).encode()).decode().rstrip("=")


def _packed(key: Any) -> list[Any]:
    if isinstance(key, datetime):
        return ["moment", key.astimezone(UTC).isoformat()]
    if isinstance(key, date):
        return ["day", key.isoformat()]
    return ["money", str(key)] if isinstance(key, Decimal) else ["plain", key]


def place(declared: Mapping[str, Field], query: Query, word: str) -> Spot:
    """Decode a cursor: the place that it names. Raises Invalid when it was not made for this sort."""
    try:
        packed = base64.urlsafe_b64decode(word[:6000] + "=" * (-len(word) % 4))
        sort, descending, first, id_, before, *rest = json.loads(packed)
        said = [(sort, descending, first), *(tuple(more) for more in (rest[0] if rest else []))]
        if tuple((name, down) for name, down, _ in said) == query.sorts and row_id(id_) and int(before) >= 0:
            found = [_unpacked(declared[name], key) for name, _, key in said]
            return Spot(tuple(found), int(id_), int(before))
    except (ValueError, TypeError, KeyError, ArithmeticError, RecursionError):
        pass
    raise Invalid(_LOST)


def _unpacked(field: Field, packed: Any) -> Any:
    kind, said = packed
    key = _READ[kind](said) if kind in _READ else said
    if type(key) is not _KEYS.get(field.kind, str):
        raise ValueError
    return key
