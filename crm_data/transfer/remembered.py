"""How it stood with whom a restored backup does not know: another one, of before a decision, may know them.

It lies in the security log, the newest restore last, by id and moment of each row, without a name or a secret.
"""

import hashlib
from collections.abc import Collection, Mapping
from contextlib import suppress
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection
from sqlalchemy.orm import Session

from crm_data.store.security_log import note
from crm_data.tables import SecurityLog

EVENT = "security_remembered"
Row = Mapping[str, Any]
Key = tuple[int, str]
Away = Mapping[str, Mapping[Key, Row]]
# What is kept of a row of each table; of a password only whether it is the same one.
_KEPT: Mapping[str, tuple[str, ...]] = {
    "users": ("role", "is_active", "shut_out", "password"),
    "companies": ("status",),
    "user_companies": ("role", "ended_at", "permissions"),
}


def key_of(id_: int, made_at: datetime) -> Key:
    """What tells a row from one that gets its number after a restore."""
    return id_, made_at.isoformat()


def same_password(row: Row, password_hash: str) -> bool:
    """Whether the hash of a password is the one that stood."""
    return bool(row["password"] == _digest(password_hash))


def remembered(connection: Connection) -> Away:
    """What a database of any version remembers, in the caller's transaction: table -> row -> what stood."""
    found: dict[str, dict[Key, Row]] = {table: {} for table in _KEPT}
    inspector, log = sa.inspect(connection), SecurityLog.__tablename__
    there = {one["name"] for one in inspector.get_columns(log)} if inspector.has_table(log) else set()
    if there >= {"id", "event", "detail"}:
        wanted = sa.select(SecurityLog.detail).where(SecurityLog.event == EVENT).order_by(SecurityLog.id)
        for detail in connection.scalars(wanted):
            with suppress(LookupError, TypeError, ValueError):  # a line that is none of ours
                for table, names in _KEPT.items():
                    for id_, made_at, *values in detail[table]:
                        found[table][id_, made_at] = _read(dict(zip(names, values, strict=True)))
    return found


def remember(
    session: Session, stood: Mapping[str, Collection[Row]], away: Away, here: Mapping[str, Collection[Key]]
) -> None:
    """Note what stood, and what was remembered then, of all rows that the backup has not: `here` has its own."""
    detail: dict[str, Any] = {}
    for table, names in _KEPT.items():
        rows: dict[Key, Row] = dict(away[table])
        rows |= {key_of(row["id"], row["created_at"]): _plain(row) for row in stood[table]}
        detail[table] = [
            [*key, *(_written(row.get(name)) for name in names)]
            for key, row in rows.items()
            if key not in here[table]
        ]
    if any(detail.values()):
        note(session, EVENT, **detail)


def _plain(row: Row) -> Row:
    return {**row, "password": _digest(row["password_hash"])} if "password_hash" in row else row


def _read(row: dict[str, Any]) -> Row:
    ended = row.get("ended_at")
    return {**row, "ended_at": datetime.fromisoformat(ended)} if ended else row


def _written(value: Any) -> Any:
    return value.isoformat() if isinstance(value, datetime) else value


def _digest(password_hash: str) -> str:
    """Of a hash that is salted: it says nothing of the password."""
    return hashlib.sha256(password_hash.encode()).hexdigest()[:32]
