"""Putting rows into the tables of a PostgreSQL database, in a transaction of the caller's.

Rows are exchanged, tables stay: nobody who reads is made to wait, and grants and policies are as they were.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
import sqlalchemy as sa
from sqlalchemy import Connection

from crm_data.errors import BadBackup, Unavailable
from crm_data.store.migrating import current, upgrade_within
from crm_data.tables import Base
from crm_data.transfer.postgres_dump import DAMAGED, Dump, Write
from crm_data.transfer.quoting import quoted

REVISION_TABLE = "alembic_version"
_MISSING = "This backup is damaged: a row points at another that is missing. Choose another."
_NOT_ALLOWED = "This backup is damaged: it holds a row that is not allowed. Choose another."
# An extension's own tables are its affair: pg_dump leaves them out too.
NOT_AN_EXTENSIONS = "NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = c.oid AND d.deptype = 'e')"
_COLUMNS = f"""SELECT c.relname, a.attname FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind IN ('r', 'p')
AND a.attnum > 0 AND NOT a.attisdropped AND {NOT_AN_EXTENSIONS}"""
_GRANTS = """SELECT c.relname, c.relkind = 'S', r.rolname, a.privilege_type, a.is_grantable
FROM pg_class c, aclexplode(c.relacl) a JOIN pg_roles r ON r.oid = a.grantee
WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind IN ('r', 'S') AND a.grantee <> c.relowner"""


def tables(connection: Connection) -> dict[str, set[str]]:
    """The columns of every table of the schema, by the table's name."""
    found: dict[str, set[str]] = {}
    for table, column in connection.exec_driver_sql(_COLUMNS):
        found.setdefault(table, set()).add(column)
    return found


def row_counts(connection: Connection) -> dict[str, int]:
    """Rows by table."""
    return {
        name: connection.exec_driver_sql(f"SELECT count(*) FROM {quoted(name)}").scalar_one()
        for name in sorted(tables(connection))
    }


def fits(connection: Connection, revision: str) -> bool:
    """Whether the tables that this version declares are there, column for column, at the revision."""
    there = tables(connection)
    if REVISION_TABLE not in there or current(connection) != revision:
        return False
    return all(
        there.get(table.name) == {column.name for column in table.columns}
        for table in Base.metadata.tables.values()
    )


def make_anew(connection: Connection, revision: str) -> None:
    """Drop every table of the schema and make those of a revision, with the grants that were given on them."""
    grants = connection.exec_driver_sql(_GRANTS).fetchall()
    for name in sorted(tables(connection)):
        connection.exec_driver_sql(f"DROP TABLE IF EXISTS {quoted(name)} CASCADE")
    upgrade_within(connection, revision)
    there = set(sa.inspect(connection).get_table_names()) | set(sa.inspect(connection).get_sequence_names())
    for name, counter, role, privilege, again in grants:
        if name in there:
            what = "SEQUENCE" if counter else "TABLE"
            option = " WITH GRANT OPTION" if again else ""
            connection.exec_driver_sql(
                f"GRANT {privilege} ON {what} {quoted(name)} TO {quoted(role)}{option}"
            )


def fill(connection: Connection, dump: Dump) -> dict[str, int]:
    """Put the rows of a dump in the place of those that are there; the number by table.

    The tables must be those of the dump's revision. Raises BadBackup when a row does not belong there.
    """
    into = Staged(connection)
    try:
        found = dump.read(into)
        if not set(into.known).intersection([*Base.metadata.tables, REVISION_TABLE]) <= set(found):
            raise BadBackup("This file lacks tables that Foyer needs. Choose another backup.")
        into.exchange()
    except (psycopg.errors.IntegrityError, psycopg.errors.DataError) as error:
        raise BadBackup(DAMAGED) from error
    except psycopg.Error as error:
        raise Unavailable from error
    except sa.exc.IntegrityError as error:
        pointing = isinstance(error.orig, psycopg.errors.ForeignKeyViolation)
        raise BadBackup(_MISSING if pointing else _NOT_ALLOWED) from error
    except sa.exc.DataError as error:
        raise BadBackup(DAMAGED) from error
    return found


class Staged:
    """Rows on their way: first into temporary tables, then all at once into the real ones.

    `beside`: how tables of the schema begin in which they are already, in place of temporary ones.
    """

    def __init__(self, connection: Connection, beside: str = "") -> None:
        self._connection, self._beside = connection, beside
        self.known = tables(connection)
        self._columns: dict[str, list[str]] = {}
        self._counters: dict[str, int] = {}

    @contextmanager
    def table(self, name: str, columns: list[str]) -> Iterator[Write]:
        """A temporary table like the real one, and what writes into it."""
        staged = quoted(self.make(name, columns))
        raw: Any = self._connection.connection.dbapi_connection
        listed = ", ".join(map(quoted, columns))
        with raw.cursor() as cursor, cursor.copy(f"COPY pg_temp.{staged} ({listed}) FROM STDIN") as copy:
            yield copy.write

    def make(self, name: str, columns: list[str]) -> str:
        """Make a temporary table like the real one; returns its name in pg_temp."""
        if not set(columns) <= self.known.get(name, set()) or len(set(columns)) != len(columns):
            raise BadBackup("This backup holds a table or column that Foyer did not make. Choose another.")
        self._columns[name] = columns
        staged = f"restored_{name}"
        self._connection.exec_driver_sql(
            f"CREATE TEMP TABLE {quoted(staged)} (LIKE {quoted(name)}) ON COMMIT DROP"
        )
        return staged

    def take(self, name: str, columns: list[str]) -> None:
        """The rows of this table are in the one beside it."""
        self._columns[name] = columns

    def counter(self, name: str, start: int) -> None:
        """Where a counter goes on."""
        self._counters[name] = start

    def exchange(self) -> None:
        """Old rows out and new rows in, in one statement each: keys are asked at a statement's end, so that
        tables may point at each other in a circle.
        """
        names, execute = self._names, self._connection.exec_driver_sql
        execute("SET CONSTRAINTS ALL IMMEDIATE")
        for name in names:
            execute(f"ALTER TABLE {quoted(name)} DISABLE TRIGGER USER")
        out = [f"DELETE FROM {quoted(name)}" for name in names]
        execute(_together(out))
        self.add()
        for name in names:
            execute(f"ALTER TABLE {quoted(name)} ENABLE TRIGGER USER")
        own = set(sa.inspect(self._connection).get_sequence_names())
        for counter, start in self._counters.items():
            if counter not in own:
                raise BadBackup("This backup holds a counter that Foyer did not make. Choose another.")
            # Not setval(), which no rollback takes back.
            execute(f"ALTER SEQUENCE {quoted(counter)} RESTART WITH {start}")
        # Counted at once: until the server gets to it by itself, it would guess how many rows it has to look at.
        execute(f"ANALYZE {', '.join(map(quoted, names))}")

    def add(self) -> None:
        """New rows in, beside those that are there."""
        self._connection.exec_driver_sql(_together([self._insert(name) for name in self._names]))

    @property
    def _names(self) -> list[str]:
        return sorted(set(self._columns) - {REVISION_TABLE})

    def _insert(self, name: str) -> str:
        listed = ", ".join(map(quoted, self._columns[name]))
        beside = f"pg_temp.{quoted(f'restored_{name}')}" if not self._beside else quoted(self._beside + name)
        return f"INSERT INTO {quoted(name)} ({listed}) OVERRIDING SYSTEM VALUE SELECT {listed} FROM {beside}"


def _together(statements: list[str]) -> str:
    return "WITH " + ", ".join(f"s{n} AS ({sql})" for n, sql in enumerate(statements)) + " SELECT 1"
