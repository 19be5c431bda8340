"""Moving an installation: every row of one database into an empty one of either engine, and compared."""

import hashlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection

from crm_data.errors import Invalid, NotReady, Unavailable
from crm_data.store.connections import sqlite_path
from crm_data.store.failures import as_sentence
from crm_data.store.migrating import current, head, migration_engine, upgrade, wait_for_others
from crm_data.tables import Base
from crm_data.transfer.postgres_locks import hold_writers
from crm_data.transfer.postgres_rows import Staged
from crm_data.transfer.quoting import quoted

_ROWS = 1000  # read and written at once
_WAIT = 30.0  # seconds for whoever is writing
_BUSY = "Somebody is writing into this database. Nothing was copied; try again in a moment."
_NOT_EMPTY = "The database to copy to holds rows already. Nothing was copied; name one that is new or empty."
_UNEQUAL = "What arrived of {} is not what was sent. Nothing was copied; tell who looks after Foyer."


@dataclass(frozen=True)
class Copied:
    """What one table held: how many rows, and the SHA-256 of all its values in the order of their keys."""

    table: str
    rows: int
    sha256: str


Tell = Callable[[Copied], None]


def copy(source: str, target: str, application: str = "", tell: Tell = lambda copied: None) -> list[Copied]:
    """Copy all of `source`, nobody writing meanwhile, into `target`, which is made where it is not there.

    Both are owners' addresses; `application` is the role that will serve on PostgreSQL. One transaction: what is
    refused or killed leaves no row behind, and can be asked again. `tell` hears each table that arrived whole.
    Raises NotReady, Invalid, Unavailable.
    """
    _demand_new(source, target)
    with _transaction(source) as there:
        if current(there) != head():
            raise NotReady(
                "The database to copy from is not up to date. Run first: python -m crm_data migrate"
            )
        _hold(there)
        upgrade(target, application=application)
        with _transaction(target) as here:
            _hold(here)
            return _copied(there, here, tell)


def _demand_new(source: str, target: str) -> None:
    """Raise Invalid for a target that holds something, before anything there is brought up to date."""
    if not _is_there(source):
        raise NotReady("There is no database to copy from. Set DATABASE_URL to it.")
    if not _is_there(target):
        return
    if sa.make_url(source) == sa.make_url(target):
        raise Invalid("This is the database that Foyer has now. Name another, which is new or empty.")
    with _transaction(target) as here:
        tables = [
            Base.metadata.tables[name]
            for name in sa.inspect(here).get_table_names()
            if name in Base.metadata.tables
        ]
        _demand_empty(here, tables)


def _demand_empty(connection: Connection, tables: Iterable[sa.Table]) -> None:
    for table in tables:
        if connection.execute(sa.select(sa.literal(1)).select_from(table).limit(1)).first():
            raise Invalid(_NOT_EMPTY)


def _is_there(url: str) -> bool:
    return not url.startswith("sqlite") or sqlite_path(url).exists()


@contextmanager
def _transaction(url: str) -> Iterator[Connection]:
    """A transaction of the owner, who sees every row; on SQLite it has the file for itself."""
    engine = migration_engine(url)
    try:
        with as_sentence(), engine.begin() as connection:
            wait_for_others(connection)
            yield connection
    finally:
        engine.dispose()


def _hold(connection: Connection) -> None:
    if connection.dialect.name != "postgresql":
        return
    try:
        hold_writers(connection, _WAIT)
    except Unavailable as error:
        raise Unavailable(_BUSY) from error


def _copied(there: Connection, here: Connection, tell: Tell) -> list[Copied]:
    tables = Base.metadata.sorted_tables
    _demand_empty(here, tables)
    if _is_sqlite(here):
        with _unwatched(here):
            sent = [_sent(there, here, table) for table in tables]
    else:
        sent = _exchanged(there, here)
    for one in sent:
        if _seen(here, Base.metadata.tables[one.table]) != one:
            raise Unavailable(_UNEQUAL.format(one.table))
        tell(one)
    if _is_sqlite(here):
        _go_on_counting(there, here)
        if here.exec_driver_sql("PRAGMA foreign_key_check").first():
            raise Unavailable(_UNEQUAL.format("what points at what"))
    return sent


@contextmanager
def _unwatched(connection: Connection) -> Iterator[None]:
    """Rows are copied and nobody writes them: SQLite's triggers, as that of the search, stand aside meanwhile."""
    named = "SELECT name, sql FROM sqlite_master WHERE type = 'trigger'"
    triggers = connection.exec_driver_sql(named).all()
    for name, _ in triggers:
        connection.exec_driver_sql(f"DROP TRIGGER {name}")
    yield
    for _, sql in triggers:
        connection.exec_driver_sql(sql)


def _sent(there: Connection, here: Connection, table: sa.Table, into: sa.TableClause | None = None) -> Copied:
    """Write the rows of a table into the one of its name, or into another; returns what was sent."""
    statement = sa.insert(table if into is None else into)
    return _measured(there, table, lambda rows: here.execute(statement, rows))


def _seen(connection: Connection, table: sa.Table) -> Copied:
    return _measured(connection, table, lambda rows: None)


def _measured(connection: Connection, table: sa.Table, do: Callable[[list[dict[str, Any]]], Any]) -> Copied:
    """Read a table in the order of its key, a thousand rows at a time, and hand each on."""
    keys, digest, count = list(table.primary_key.columns), hashlib.sha256(), 0
    last: Sequence[Any] | None = None
    while True:
        wanted = sa.select(table).order_by(*keys).limit(_ROWS)
        if last is not None:
            wanted = wanted.where(
                sa.tuple_(*keys)
                > sa.tuple_(*(sa.literal(v, k.type) for k, v in zip(keys, last, strict=True)))
            )
        rows = [dict(row) for row in connection.execute(wanted).mappings()]
        if not rows:
            return Copied(table.name, count, digest.hexdigest())
        for row in rows:
            digest.update(repr(sorted(row.items())).encode())
        do(rows)
        count += len(rows)
        last = [rows[-1][key.name] for key in keys]


def _exchanged(there: Connection, here: Connection) -> list[Copied]:
    """On PostgreSQL: into temporary tables first, since tables point at each other in a circle."""
    staged, sent = Staged(here), []
    for table in Base.metadata.sorted_tables:
        name = staged.make(table.name, [column.name for column in table.columns])
        into = sa.table(
            name, *(sa.column(column.name, column.type) for column in table.columns), schema="pg_temp"
        )
        sent.append(_sent(there, here, table, into))
        number = table.autoincrement_column
        if number is not None:
            counter = here.scalar(sa.select(sa.func.pg_get_serial_sequence(quoted(table.name), number.name)))
            staged.counter(str(counter).rpartition(".")[2].strip('"'), _next(there, table, number))
    staged.exchange()
    return sent


def _next(connection: Connection, table: sa.Table, number: sa.Column[Any]) -> int:
    """The number that the next row of a table gets: none is given twice, also after rows were erased."""
    if _is_sqlite(connection):
        asked = "SELECT seq FROM sqlite_sequence WHERE name = ?"
        given = connection.exec_driver_sql(asked, (table.name,)).scalar()
    else:
        counter = sa.func.pg_get_serial_sequence(quoted(table.name), number.name)
        given = connection.scalar(
            sa.select(sa.func.pg_sequence_last_value(sa.cast(counter, sa.dialects.postgresql.REGCLASS)))
        )
    most = connection.scalar(sa.select(sa.func.max(number)))
    return max(given or 0, most or 0) + 1


def _go_on_counting(there: Connection, here: Connection) -> None:
    for table in Base.metadata.sorted_tables:
        number = table.autoincrement_column
        if number is None:
            continue
        given = _next(there, table, number) - 1
        if given:
            here.exec_driver_sql("DELETE FROM sqlite_sequence WHERE name = ?", (table.name,))
            here.exec_driver_sql("INSERT INTO sqlite_sequence (name, seq) VALUES (?, ?)", (table.name, given))


def _is_sqlite(connection: Connection) -> bool:
    return connection.dialect.name == "sqlite"
