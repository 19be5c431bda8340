"""What migrations share: constraints for one engine only, and a table rebuilt on SQLite without loss."""

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, TypeVar

import sqlalchemy as sa
from alembic import op
from alembic.operations import BatchOperations
from sqlalchemy import Connection

from crm_data.tables.sort_keys import kept_key, sort_key_of

_BATCH = 5_000
Made = TypeVar("Made", sa.CheckConstraint, sa.ForeignKeyConstraint)


def on_sqlite(constraint: Made) -> Made:
    """A constraint that only SQLite gets: PostgreSQL's types say it already, or gets it once the target exists."""
    return constraint.ddl_if(dialect="sqlite")


def add_constraints(
    table: str,
    *constraints: sa.CheckConstraint | sa.ForeignKeyConstraint,
    columns: Sequence[sa.Column[Any]] = (),
) -> None:
    """Put CHECKs and keys beside new columns of a table; those `on_sqlite` are for SQLite only.

    `columns` are added with them, on SQLite by the same copy of the table.
    """
    engine = op.get_bind().dialect.name
    wanted = [one for one in constraints if (rule := one._ddl_if) is None or rule.dialect == engine]
    if not wanted:
        return
    with rebuild(table) as batch:
        for column in columns:
            batch.add_column(column)
        for one in wanted:
            if isinstance(one, sa.CheckConstraint):
                batch.create_check_constraint(one.name, one.sqltext)  # type: ignore[arg-type]
                continue
            targets = [part.target_fullname.split(".") for part in one.elements]
            batch.create_foreign_key(
                str(one.name), targets[0][0], list(one.column_keys), [column for _, column in targets],
                ondelete=one.ondelete, deferrable=one.deferrable, initially=one.initially,
            )  # fmt: skip


def fill_sort_keys(table: str, text: str) -> None:
    """Keep the sort keys of the rows that are there, a few thousand at a time; `updated_at` stays as it is."""
    connection, last = op.get_bind(), 0
    rows = sa.table(table, sa.column("id", sa.Integer), sa.column(text), sa.column(sort_key_of(text)))
    wanted = sa.select(rows.c.id, rows.c[text]).order_by(rows.c.id).limit(_BATCH)
    kept = rows.update().where(rows.c.id == sa.bindparam("its_id"))
    with untouched(table):
        while found := connection.execute(wanted.where(rows.c.id > last)).all():
            last = found[-1][0]
            keys = [{"its_id": id_, "its_key": kept_key(said)} for id_, said in found]
            if keys := [key for key in keys if key["its_key"] is not None]:
                connection.execute(kept.values({sort_key_of(text): sa.bindparam("its_key")}), keys)


@contextmanager
def untouched(table: str) -> Iterator[None]:
    """Rows are written and nobody changed them. env.py puts SQLite's triggers back after every migration."""
    connection = op.get_bind()
    if connection.dialect.name == "sqlite":
        named = "SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = ?"
        for name in connection.exec_driver_sql(named, (table,)).scalars().all():
            connection.exec_driver_sql(f"DROP TRIGGER {name}")
        yield
        return
    op.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
    yield
    op.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")


def drop_column(table: str, *columns: str) -> None:
    """Take columns away, and with them the indexes, CHECKs and keys that name them."""
    connection = op.get_bind()
    if connection.dialect.name != "sqlite":
        for column in columns:
            op.drop_column(table, column)  # PostgreSQL drops the rest by itself
        return
    any_ = re.compile(rf"\b({'|'.join(columns)})\b")
    for name, sql in _indexes(connection, table).items():
        if any_.search(sql):
            op.drop_index(name, table)
    known = sa.inspect(connection)
    with rebuild(table) as batch:
        for check in known.get_check_constraints(table):
            if any_.search(check["sqltext"]):
                batch.drop_constraint(op.f(str(check["name"])), type_="check")
        for key in known.get_foreign_keys(table):
            if set(columns) & set(key["constrained_columns"]):
                batch.drop_constraint(op.f(str(key["name"])), type_="foreignkey")
        for column in columns:
            batch.drop_column(column)


@contextmanager
def rebuild(table: str) -> Iterator[BatchOperations]:
    """`op.batch_alter_table` without its losses, for what SQLite alters only by copying the table.

    By itself that forgets AUTOINCREMENT and the numbers given so far, indexes on expressions, and every trigger.
    env.py puts the triggers back after every migration; here is the rest. On PostgreSQL it alters the table.
    """
    connection = op.get_bind()
    if connection.dialect.name != "sqlite":
        with op.batch_alter_table(table) as batch:
            yield batch
        return
    unseen, given = _unseen_indexes(connection, table), _last_id(connection, table)
    # The triggers of other tables name this one, and for a moment it is not there.
    connection.exec_driver_sql("PRAGMA legacy_alter_table=ON")
    with op.batch_alter_table(
        table,
        reflect_args=_stamps(connection, table),
        reflect_kwargs={"resolve_fks": False},
        table_kwargs={"sqlite_autoincrement": True},
    ) as batch:
        yield batch
    connection.exec_driver_sql("PRAGMA legacy_alter_table=OFF")
    for name, sql in unseen.items():
        if name not in _indexes(connection, table):
            connection.exec_driver_sql(sql)
    connection.exec_driver_sql("DELETE FROM sqlite_sequence WHERE name = ?", (table,))
    connection.exec_driver_sql("INSERT INTO sqlite_sequence (name, seq) VALUES (?, ?)", (table, given))


def _indexes(connection: Connection, table: str) -> dict[str, str]:
    wanted = "SELECT name, sql FROM sqlite_master WHERE type = 'index' AND tbl_name = ? AND sql IS NOT NULL"
    return {row.name: row.sql for row in connection.exec_driver_sql(wanted, (table,))}


def _unseen_indexes(connection: Connection, table: str) -> dict[str, str]:
    """The indexes that the copying does not see; one that is to go must be dropped before."""
    seen = {index["name"] for index in sa.inspect(connection).get_indexes(table)}
    return {name: sql for name, sql in _indexes(connection, table).items() if name not in seen}


def _last_id(connection: Connection, table: str) -> int:
    return (
        connection.exec_driver_sql("SELECT seq FROM sqlite_sequence WHERE name = ?", (table,)).scalar() or 0
    )


def _stamps(connection: Connection, table: str) -> tuple[sa.Column[object], ...]:
    """The columns that default to now: Alembic would put their default in brackets."""
    return tuple(
        sa.Column(c["name"], c["type"], nullable=c["nullable"], server_default=sa.text("CURRENT_TIMESTAMP"))
        for c in sa.inspect(connection).get_columns(table)
        if c["default"] == "CURRENT_TIMESTAMP"
    )
