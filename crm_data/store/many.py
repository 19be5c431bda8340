"""Many rows of one table put in together, in one company: a statement however many they are."""

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from itertools import repeat
from typing import Any

import sqlalchemy as sa
from psycopg.types.json import Json
from sqlalchemy.orm import Session

from crm_data.store.scope import CompanySession
from crm_data.tables.sort_keys import with_sort_keys

Row = dict[str, Any]
_BETWEEN = "\x1e"  # JSON spells such a sign otherwise


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
    # SQLAlchemy binds row by row; column by column an import of thousands takes a third less time.
    columns = [_bound(core, table.c[name], [row[name] for row in rows]) for name in rows[0]]
    into = f"INSERT INTO {table.name} ({', '.join([*rows[0], *same])})"
    shared = [_bound(core, table.c[name], [value])[0] for name, value in same.items()]
    if core.dialect.name == "sqlite":
        given = zip(*columns, *(repeat(value, len(rows)) for value in shared), strict=True)
        marks = ", ".join("?" * (len(columns) + len(shared)))
        core.exec_driver_sql(f"{into} VALUES ({marks})", list(given))
        return
    each = ", ".join(f"of_rows.{name}" for name in rows[0])
    them = ", ".join(f"%s::{_type(core, table.c[name])}" for name in same)
    of_rows, arrays = _unnested(core, table, rows[0], columns)
    core.exec_driver_sql(f"{into} SELECT {each}, {them} FROM {of_rows}", (*shared, *arrays))


def change_each(
    session: CompanySession, table: sa.Table, ids: Sequence[int], rows: Sequence[Row], at: datetime
) -> int:
    """UPDATE rows of the company, each with values of its own, as their next version; how many are there.

    One statement however many; on SQLite the same one for each row, within the driver.
    """
    core, own = session.core(), [*rows[0]]
    columns = [_bound(core, table.c[name], [row[name] for row in rows]) for name in own]
    (now,) = _bound(core, table.c.updated_at, [at])
    if core.dialect.name == "sqlite":
        values = "".join(f"{name} = ?, " for name in own)
        return core.exec_driver_sql(
            f"UPDATE {table.name} SET {values}updated_at = ?, version = version + 1"
            " WHERE id = ? AND company_id = ?",
            list(zip(*columns, repeat(now, len(ids)), ids, repeat(session.company, len(ids)), strict=True)),
        ).rowcount
    values = "".join(f"{name} = of_rows.{name}, " for name in own)
    of_rows, arrays = _unnested(core, table, ["id", *own], [list(ids), *columns])
    return core.exec_driver_sql(
        f"UPDATE {table.name} SET {values}updated_at = %s, version = version + 1"
        f" FROM {of_rows}"
        f" WHERE {table.name}.id = of_rows.id AND {table.name}.company_id = %s",
        (now, *arrays, session.company),
    ).rowcount


def _unnested(
    core: sa.Connection, table: sa.Table, names: Iterable[str], columns: Sequence[list[Any]]
) -> tuple[str, list[Any]]:
    """Columns as the rows of one statement of PostgreSQL, and what is sent: an array each.

    JSON goes as one text, since none holds the sign between: in an array each quotation mark would be quoted anew.
    """
    arrays: list[str] = []
    sent: list[Any] = []
    for name, values in zip(names, columns, strict=True):
        kind = _type(core, table.c[name])
        if isinstance(table.c[name].type, sa.JSON):
            arrays.append(f"string_to_array(%s, '{_BETWEEN}', '')::{kind}[]")
            sent.append(_BETWEEN.join(_said(values)))
        else:
            arrays.append(f"%s::{kind}[]")
            sent.append(values)
    return f"unnest({', '.join(arrays)}) AS of_rows ({', '.join(names)})", sent


def _said(values: Sequence[Json | None]) -> list[str]:
    """JSON as text, '' where there is none; once for rows that share it."""
    texts = {id(value): json.dumps(value.obj) if value is not None else "" for value in values}
    return [texts[id(value)] for value in values]


def _type(core: sa.Connection, column: sa.Column[Any]) -> str:
    """What PostgreSQL calls the type of a column. Of a text without its length: a cast would cut off what is
    longer, where the column refuses it.
    """
    said = str(column.type.compile(core.dialect)).partition(" COLLATE")[0]
    return "TEXT" if said.startswith("VARCHAR") else said


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
