"""Plain SQL on a test's database, past everything of ours: what the file or the password alone can do."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from typing import Any

import psycopg
import pytest

from tests.support.databases import Database

REFUSALS = (sqlite3.Error, psycopg.Error)


@dataclass(frozen=True)
class Plain:
    """A connection on which every statement commits by itself. `?` stands for a value on both engines."""

    kind: str
    connection: Any

    def run(self, statement: str, *values: Any) -> list[tuple[Any, ...]]:
        """Execute one statement and return its rows, if it has any."""
        said = statement if self.kind == "sqlite" else statement.replace("%", "%%").replace("?", "%s")
        cursor = self.connection.execute(said, values) if values else self.connection.execute(statement)
        return list(cursor.fetchall()) if cursor.description else []

    def value(self, statement: str, *values: Any) -> Any:
        """The first value of the first row."""
        return self.run(statement, *values)[0][0]

    def refuses(self, statement: str, *values: Any) -> str:
        """Execute a statement that the database must refuse; returns what it said."""
        with pytest.raises(REFUSALS) as caught:
            self.run(statement, *values)
        return str(caught.value)

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Several statements as one; what is deferred is checked at the end."""
        self.run("BEGIN")
        try:
            yield
            self.run("COMMIT")
        except BaseException:
            if self.kind != "sqlite" or self.connection.in_transaction:
                self.run("ROLLBACK")
            raise


@contextmanager
def plain(database: Database, owner: bool = False) -> Iterator[Plain]:
    """A plain connection: with foreign keys on SQLite, as the application's role or the owner on PostgreSQL.

    The application's role says that it is the system: what row security keeps from others is no question here.
    """
    if database.kind == "sqlite":
        path = database.url.removeprefix("sqlite:///")
        with closing(sqlite3.connect(path, isolation_level=None, timeout=30)) as connection:
            connection.execute("PRAGMA foreign_keys=ON")
            yield Plain("sqlite", connection)
    else:
        with psycopg.connect(database.admin_url if owner else database.url, autocommit=True) as connection:
            if not owner:
                connection.execute("SELECT set_config('app.system', 'on', false)")
            yield Plain("postgresql", connection)
