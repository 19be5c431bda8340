"""What one act, or many in a row, did to each row: all lines of the log together, in the values of the columns."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from functools import cache
from typing import Any

import sqlalchemy as sa

from crm_data.store.many import table_of
from crm_data.store.scope import CompanySession
from crm_data.tables import ChangeLog, by_name
from crm_data.tables.base import MERGED
from crm_data.tables.types import Money, Number, Rate, UtcDateTime

Row = dict[str, Any]
Key = tuple[str, int]
ARCHIVED = ("archived_at", "archived_by")
AWAY = frozenset({*ARCHIVED, MERGED})  # what is written when a record is put away, or merged
STAMPS = ("updated_at", "version")  # every write leaves them, and the log tells of them only with whole rows
UNKNOWN = object()  # the log of an older version does not say


@dataclass
class Net:
    """One row and what was done to it: `added` (what was said), `erased` (all of it), or `changed`.

    `changed`: field -> (before, after). `action`: what the last line calls it. `gone`: it was erased for good, and
    the log has forgotten what it was. A row that was added and erased again is none of them.
    """

    table: str
    id: int
    action: str
    added: Row | None = None
    erased: Row | None = None
    changed: dict[str, tuple[Any, Any]] = field(default_factory=dict)
    gone: bool = False


def net_of(session: CompanySession, mine: sa.ColumnElement[bool]) -> dict[Key, Net]:
    """Every row that some lines of the log wrote, in the order of its first line. One statement."""
    was, now = (sa.cast(held, sa.Text) for held in (ChangeLog.before, ChangeLog.after))
    line = ChangeLog
    wanted = sa.select(line.id, line.table_name, line.row_id, line.action, was, now, line.sealed).where(mine)
    # Sorted here: asked to sort the lines of several acts, SQLite would walk the company's whole log by its ids.
    lines = sorted(session.execute(wanted), key=lambda line: line[0])
    found: dict[Key, Net] = {}
    read = cache(_read)  # rows that were given the same share what the log says of it
    for _, table, id_, action, before, after, sealed in lines:
        net = found.setdefault((table, id_), Net(table, id_, action))
        if sealed is not None:
            net.gone = True
            continue
        _take(net, action, read(table, before), read(table, after))
    for net in found.values():  # what was changed and changed back
        net.changed = {name: pair for name, pair in net.changed.items() if pair[0] != pair[1]}
    return found


def _read(table: str, said: str | None) -> Row | None:
    return typed(table, json.loads(said)) if said is not None else None


def _take(net: Net, action: str, before: Row | None, after: Row | None) -> None:
    net.action = action if net.added is None else net.action
    if action == "add" and net.erased is not None:  # it came back
        whole, now = net.erased, after or {}
        net.erased = None
        net.changed = {n: pair for n, pair in _both(whole, now).items() if n not in STAMPS}
    elif action == "add":
        net.added = after or {}
    elif action == "erase" and net.added is not None:  # it came and went
        net.added = None
    elif action == "erase":
        first = {name: was for name, (was, _) in net.changed.items() if was is not UNKNOWN}
        net.erased, net.changed = {**(before or {}), **first}, {}
    elif net.added is not None:
        net.added = net.added | (after or {})
    elif after is None:  # an older version put rows away without a word of what they were
        for name in ARCHIVED:
            net.changed[name] = (None, UNKNOWN) if action == "archive" else (UNKNOWN, None)
    else:
        for name, value in after.items():
            was = net.changed[name][0] if name in net.changed else (before or {}).get(name)
            net.changed[name] = (was, value)


def _both(whole: Row, filled: Row) -> dict[str, tuple[Any, Any]]:
    """What differs between a row that was erased and as it came back: its line leaves out what is empty."""
    names = [name for name in {**whole, **filled} if name in filled or whole[name] not in ("", None)]
    pairs = {name: (whole.get(name), filled.get(name)) for name in names}
    return {name: (was, now) for name, (was, now) in pairs.items() if was != now}


def typed(table: str, values: dict[str, Any] | None) -> Row | None:
    """Values of the log as the columns of a table hold them; what is no column any more is left out."""
    if values is None:
        return None
    readers = _readers(table)
    if readers is None:
        return dict(values)
    return {
        name: readers[name](value) if isinstance(value, str) else value
        for name, value in values.items()
        if name in readers
    }


@cache
def _readers(table: str) -> Mapping[str, Callable[[str], Any]] | None:
    """How the text of the log is read, by column; None where there is no such table any more."""
    try:
        columns = table_of(by_name(table)).c
    except KeyError:
        return None
    return {column.key: _reader(column.type) for column in columns}


def _reader(kind: Any) -> Callable[[str], Any]:
    if isinstance(kind, Money | Rate | Number):
        return Decimal
    if isinstance(kind, UtcDateTime):
        return datetime.fromisoformat
    return date.fromisoformat if isinstance(kind, sa.Date) else str
