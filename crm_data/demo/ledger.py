"""Rows on their way into the database: ids are taken beforehand, so that rows may refer to each other."""

from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from functools import cache
from itertools import count, islice
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection

from crm_data.tables import Base
from crm_data.tables.sort_keys import sorted_texts
from crm_data.tables.types import CENT, Money

Row = dict[str, Any]
# Each table after those it points to; a lead's deal is told to it afterwards.
ORDER = (
    "companies",
    "users",
    "user_companies",
    "customers",
    "leads",
    "deals",
    "deal_stage_history",
    "tasks",
    "activities",
    "goals",
    "submissions",
)
BATCH = 5_000


class Ledger:
    """Collects rows by table and writes them in an order that no foreign key minds."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        self.rows: dict[str, list[Row]] = {table: [] for table in ORDER}
        self._ids = {table: ids(connection, table) for table in ORDER}

    def new_id(self, table: str) -> int:
        """An id that no other row of the table has or gets."""
        return next(self._ids[table])

    def add(self, table: str, **values: Any) -> Row:
        """Note a row down, with a new id unless it has one. What is not said gets the column's default."""
        row = {"id": values.pop("id", None) or self.new_id(table)}
        row |= {
            key: held.quantize(CENT) if isinstance(held, Decimal) else held for key, held in values.items()
        }
        self.rows[table].append(row)
        return row

    def write(self, tables: Sequence[str] = ORDER) -> dict[str, int]:
        """Write every row of some tables. Returns how many went into which."""
        for table in tables:
            put(self.connection, table, self.rows[table])
        if "leads" in tables:
            link_converted(self.connection, self.rows["leads"])
        return {table: len(self.rows[table]) for table in tables}


def ids(connection: Connection, table: str) -> Iterator[int]:
    """Ids as the table's own counter would give them, without end."""
    if connection.dialect.name == "sqlite":
        asked = connection.exec_driver_sql("SELECT seq FROM sqlite_sequence WHERE name = ?", (table,))
        yield from count((asked.scalar() or 0) + 1)
    many = "SELECT nextval(pg_get_serial_sequence(%s, 'id')) FROM generate_series(1, 500)"
    while True:
        yield from connection.exec_driver_sql(many, (table,)).scalars().all()


def put(connection: Connection, table: str, rows: Iterable[Row]) -> int:
    """Insert rows, a few thousand a statement; all but the id may be left out for the column's default."""
    target = Base.metadata.tables[table]
    statement, done, waiting = sa.insert(target), 0, iter(rows)
    while batch := whole(target, islice(waiting, BATCH)):
        connection.execute(statement, batch)
        done += len(batch)
    return done


def whole(table: sa.Table, rows: Iterable[Row]) -> list[Row]:
    """Rows with every column of their table but those that it keeps by itself, and a lead's deal, told later."""
    blank = _blank(table)
    return [{key: row.get(key, held) for key, held in blank.items()} for row in rows]


@cache
def _blank(table: sa.Table) -> Row:
    kept = {*sorted_texts(table.c.keys()), "converted_deal_id"}
    return {column.key: _default(column) for column in table.columns if column.key not in kept}


def link_converted(connection: Connection, leads: Iterable[Row]) -> None:
    """Tell each converted lead its deal and customer, once all are there; its last change was the conversion.

    The rows need `id`, `customer_id`, `converted_deal_id` and `converted_at`; others are passed over.
    """
    keys = ("id", "customer_id", "converted_deal_id", "converted_at")
    found = [{f"its_{key}": lead[key] for key in keys} for lead in leads if lead.get("converted_deal_id")]
    if found:
        table = Base.metadata.tables["leads"]
        told: dict[str, Any] = {key: sa.bindparam(f"its_{key}") for key in keys[1:]}
        statement = sa.update(table).where(table.c.id == sa.bindparam("its_id"))
        connection.execute(statement.values(**told, updated_at=sa.bindparam("its_converted_at")), found)


def _default(column: sa.Column[Any]) -> Any:
    default = column.default
    held = default.arg if isinstance(default, sa.ColumnDefault) and default.is_scalar else None
    return Decimal(held).quantize(CENT) if isinstance(column.type, Money) and held is not None else held
