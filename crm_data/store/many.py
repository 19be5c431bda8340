"""Many rows of one table put in together, in one company: a statement however many they are."""

from collections.abc import Mapping, Sequence
from itertools import repeat
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from crm_data.store.scope import CompanySession
from crm_data.tables.sort_keys import with_sort_keys

Row = dict[str, Any]


def table_of(model: type) -> sa.Table:
    """The Core table of a class, for the statements of this room and of imports."""
    return model.__table__  # type: ignore[attr-defined,no-any-return]


def put(
    session: Session,
    table: sa.Table,
    rows: Sequence[Mapping[str, Any]],
    same: Mapping[str, Any],
    company: int | None = None,
) -> None:
    """INSERT rows of the same columns. `same`: what all of them share; the session's own company comes with it.

    `company`: only for a session of the system, which has none of its own.
    """
    if not rows:
        return
    rows = with_sort_keys(table, [dict(row) for row in rows])
    core = session.core() if isinstance(session, CompanySession) else session.connection()
    same = {**same, "company_id": getattr(session, "company", company)}
    if core.dialect.name != "sqlite":
        core.execute(sa.insert(table), [{**row, **same} for row in rows])
        return
    # SQLAlchemy binds row by row; column by column an import of thousands takes a third less time.
    columns = [_bound(core, table.c[name], [row[name] for row in rows]) for name in rows[0]]
    shared = [repeat(_bound(core, table.c[name], [value])[0], len(rows)) for name, value in same.items()]
    names = [*rows[0], *same]
    core.exec_driver_sql(
        f"INSERT INTO {table.name} ({', '.join(names)}) VALUES ({', '.join('?' * len(names))})",
        list(zip(*columns, *shared, strict=True)),
    )


def next_ids(session: Session, table: sa.Table, count: int) -> list[int]:
    """Ids that no other row will get: the next ones, while this transaction alone may write."""
    core = session.core() if isinstance(session, CompanySession) else session.connection()
    if core.dialect.name == "sqlite":
        last = core.exec_driver_sql("SELECT seq FROM sqlite_sequence WHERE name = ?", (table.name,)).scalar()
        return [(last or 0) + place for place in range(1, count + 1)]
    series = "SELECT nextval(pg_get_serial_sequence(%s, 'id')) FROM generate_series(1, %s)"
    if not table.info.get("append_only"):
        # The table is locked before its counter, as an INSERT would: a restore, which has all tables and then
        # wants the counters, would wait for this writer, and this one for it.
        series = f"WITH held AS (SELECT FROM {table.name} WHERE false ORDER BY id FOR UPDATE) {series}"
    return sorted(core.exec_driver_sql(series, (table.name, count)).scalars())


def _bound(core: sa.Connection, column: sa.Column[Any], values: list[Any]) -> list[Any]:
    """Values of one column as the driver takes them."""
    convert = column.type.dialect_impl(core.dialect).bind_processor(core.dialect)
    if convert is None:
        return values
    if not isinstance(column.type, sa.JSON):
        return [convert(value) for value in values]
    texts = {
        id(value): value for value in values
    }  # rows that are given the same share what the log says of it
    texts = {key: convert(value) for key, value in texts.items()}
    return [texts[id(value)] for value in values]
