"""What the migrations make of nothing, learnt once in a process: an empty database, and the names of all in it."""

import sqlite3
import tempfile
from functools import cache
from pathlib import Path

from crm_data.store.connections import private_file
from crm_data.store.migrating import upgrade
from crm_data.store.sqlite_file import opened

Named = tuple[str, str]
_OBJECTS = "SELECT type, name FROM sqlite_master WHERE name NOT GLOB 'sqlite_*'"


@cache
def blueprint(revision: str) -> frozenset[Named]:
    """(type, name) of every table, index, trigger and view that the migrations make up to a revision.

    It is the measure for backups and `check`.
    """
    with tempfile.TemporaryDirectory(prefix="foyer-blueprint-") as folder:
        path = Path(folder) / "blueprint.db"
        empty(path, revision)
        with opened(path) as connection:
            return objects(connection)


def empty(path: Path, revision: str) -> None:
    """Make a SQLite database at a revision with nothing in it. Migrating takes seconds, and a copy none."""
    private_file(path)
    path.write_bytes(_migrated(revision))


@cache
def _migrated(revision: str) -> bytes:
    with tempfile.TemporaryDirectory(prefix="foyer-empty-") as folder:
        path = Path(folder) / "empty.db"
        upgrade(f"sqlite:///{path}", revision)
        with opened(path, write=True) as connection:
            connection.execute("PRAGMA journal_mode=DELETE")  # the file alone is the database
        return path.read_bytes()


def objects(connection: sqlite3.Connection) -> frozenset[Named]:
    """(type, name) of everything that a database holds now."""
    return frozenset(connection.execute(_OBJECTS).fetchall())
