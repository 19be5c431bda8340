"""Databases and stores with some of the walls taken away.

The walls: `session` filters every statement and refuses what it cannot filter; `keys` are the composite foreign
keys; `database` is what the database itself refuses: triggers, views and authorizer on SQLite, row security on
PostgreSQL.
"""

from typing import Any

import psycopg
from sqlalchemy import event

from crm_data.store import connections
from crm_data.store.connections import Engines, sqlite_path
from crm_data.store.guards import Guard
from crm_data.store.store import Store
from tests.support.databases import Database
from tests.walls.open_session import OpenStore

SESSION, KEYS, DATABASE = "session", "keys", "database"
WALLS = (SESSION, KEYS, DATABASE)

_COMPOSITE = """
SELECT conrelid::regclass::text, conname FROM pg_constraint
WHERE contype = 'f' AND array_length(conkey, 1) = 2
"""
_TABLES = "SELECT tablename FROM pg_tables WHERE schemaname = 'public'"


def store_with(walls: frozenset[str], database: Database) -> Store:
    """A store on a database, with these walls and no others."""
    kind = database.kind
    if kind == "postgresql":
        _take_down(database, walls)
    made: Store = (Store if SESSION in walls else OpenStore)(database.url)
    if kind == "sqlite":
        made.engines.dispose()
        made.engines = _engines(database.url, walls)
    return made


def _take_down(database: Database, walls: frozenset[str]) -> None:
    with psycopg.connect(database.admin_url, autocommit=True) as owner:
        if DATABASE not in walls:
            for (table,) in owner.execute(_TABLES).fetchall():
                owner.execute(f"ALTER TABLE {table} DISABLE ROW LEVEL SECURITY")  # type: ignore[arg-type]
        if KEYS not in walls:
            for table, name in owner.execute(_COMPOSITE).fetchall():
                owner.execute(f"ALTER TABLE {table} DROP CONSTRAINT {name}")


def _engines(url: str, walls: frozenset[str]) -> Engines:
    path = sqlite_path(url)

    def none(dbapi: Any, guard: Guard) -> None:
        dbapi.create_function("app_company_id", 0, lambda: guard.company_id)

    held = DATABASE in walls
    write = connections._sqlite(path, connections.install_guards if held else none, write=True)
    read = connections._sqlite(path, connections.install_windows if held else none)
    if KEYS not in walls:

        @event.listens_for(write, "connect")
        def _without_keys(dbapi: Any, record: Any) -> None:
            dbapi.execute("PRAGMA foreign_keys=OFF")

    return Engines(write, read, connections._sqlite(path, none))
