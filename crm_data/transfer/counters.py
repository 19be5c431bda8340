"""Where the numbers of a table's rows go on: none is given twice, also after rows were erased."""

import sqlalchemy as sa
from sqlalchemy import Connection

from crm_data.tables import Base
from crm_data.transfer.quoting import quoted


def next_number(connection: Connection, table: sa.Table, number: sa.Column[int]) -> int:
    """The number that the next row of a table gets."""
    if connection.dialect.name == "sqlite":
        asked = "SELECT seq FROM sqlite_sequence WHERE name = ?"
        given = connection.exec_driver_sql(asked, (table.name,)).scalar()
    else:
        counter = sa.func.pg_get_serial_sequence(quoted(table.name), number.name)
        given = connection.scalar(
            sa.select(sa.func.pg_sequence_last_value(sa.cast(counter, sa.dialects.postgresql.REGCLASS)))
        )
    most = connection.scalar(sa.select(sa.func.max(number)))
    return max(given or 0, most or 0) + 1


def sequence_of(connection: Connection, table: sa.Table, number: sa.Column[int]) -> str:
    """The counter that gives them, on PostgreSQL."""
    counter = connection.scalar(sa.select(sa.func.pg_get_serial_sequence(quoted(table.name), number.name)))
    return str(counter).rpartition(".")[2].strip('"')


def go_on_counting(there: Connection, here: Connection) -> None:
    """On SQLite: the counters of every table as they are there."""
    for table in Base.metadata.sorted_tables:
        number = table.autoincrement_column
        if number is None:
            continue
        given = next_number(there, table, number) - 1
        if given:
            here.exec_driver_sql("DELETE FROM sqlite_sequence WHERE name = ?", (table.name,))
            here.exec_driver_sql("INSERT INTO sqlite_sequence (name, seq) VALUES (?, ?)", (table.name, given))
