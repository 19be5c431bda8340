"""The expected schema of a revision, learnt by making an empty database: the measure for backups and `check`."""

import sqlite3
import tempfile
from functools import cache
from pathlib import Path

from crm_data.store.migrating import upgrade
from crm_data.store.sqlite_file import opened

Named = tuple[str, str]
_OBJECTS = "SELECT type, name FROM sqlite_master WHERE name NOT GLOB 'sqlite_*'"


@cache
def blueprint(revision: str) -> frozenset[Named]:
    """(type, name) of every table, index, trigger and view that the migrations make up to a revision."""
    with tempfile.TemporaryDirectory(prefix="foyer-blueprint-") as folder:
        path = Path(folder) / "blueprint.db"
        upgrade(f"sqlite:///{path}", revision)
        with opened(path) as connection:
            return objects(connection)


def objects(connection: sqlite3.Connection) -> frozenset[Named]:
    """(type, name) of everything that a database holds now."""
    return frozenset(connection.execute(_OBJECTS).fetchall())
