"""What an act did to each row: all its lines in the log together, in the values of the columns."""

from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import sqlalchemy as sa

from crm_data.store.many import table_of
from crm_data.store.scope import CompanySession
from crm_data.tables import ChangeLog, by_name
from crm_data.tables.types import Money, UtcDateTime

Row = dict[str, Any]
Key = tuple[str, int]
ARCHIVED = ("archived_at", "archived_by")
UNKNOWN = object()  # the log of an older version does not say


@dataclass
class Net:
    """One row and an act: it was added (`added`: what was said), erased (`erased`: all of it), or `changed`.

    `changed`: field -> (before, after). `action`: what the last line calls it.
    """

    table: str
    id: int
    action: str
    added: Row | None = None
    erased: Row | None = None
    changed: dict[str, tuple[Any, Any]] = field(default_factory=dict)


def net_of(session: CompanySession, act_id: str) -> dict[Key, Net]:
    """Every row that an act wrote, in the order of its first line. One statement."""
    wanted = (
        sa.select(ChangeLog.table_name, ChangeLog.row_id, ChangeLog.action, ChangeLog.before, ChangeLog.after)
        .where(ChangeLog.act_id == act_id)
        .order_by(ChangeLog.id)
    )
    found: dict[Key, Net] = {}
    for table, id_, action, before, after in session.execute(wanted):
        net = found.setdefault((table, id_), Net(table, id_, action))
        _take(net, action, typed(table, before), typed(table, after))
    return found


def _take(net: Net, action: str, before: Row | None, after: Row | None) -> None:
    net.action = action if net.added is None else net.action
    if action == "add":
        net.added = after or {}
    elif action == "erase":
        net.erased = before or {}
    elif net.added is not None:
        net.added |= after or {}
    elif after is None:  # an older version put rows away without a word of what they were
        for name in ARCHIVED:
            net.changed[name] = (None, UNKNOWN) if action == "archive" else (UNKNOWN, None)
    else:
        for name, value in after.items():
            was = net.changed[name][0] if name in net.changed else (before or {}).get(name)
            net.changed[name] = (was, value)


def typed(table: str, values: dict[str, Any] | None) -> Row | None:
    """Values of the log as the columns of a table hold them; what is no column any more is left out."""
    if values is None:
        return None
    try:
        columns = table_of(by_name(table)).c
    except KeyError:
        return dict(values)
    return {name: _typed(columns[name].type, value) for name, value in values.items() if name in columns}


def _typed(kind: Any, value: Any) -> Any:
    if not isinstance(value, str):
        return value
    if isinstance(kind, Money):
        return Decimal(value)
    if isinstance(kind, UtcDateTime):
        return datetime.fromisoformat(value)
    return date.fromisoformat(value) if isinstance(kind, sa.Date) else value
