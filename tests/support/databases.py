"""Fresh databases for the tests: each a copy of one that was migrated once in the run."""

import shutil
import sqlite3
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit
from uuid import uuid4

import sqlalchemy as sa

from crm_data.tables import Base
from tests.support import postgres, run


@dataclass(frozen=True)
class Database:
    """A test's own database: `url` for the application, `admin_url` for the owner (the same on SQLite)."""

    kind: str
    url: str
    admin_url: str

    def drop(self) -> None:
        """Remove it."""
        if self.kind == "sqlite":
            shutil.rmtree(Path(self.url.removeprefix("sqlite:///")).parent, ignore_errors=True)
        else:
            postgres.drop(urlsplit(self.url).path.removeprefix("/"))


def fresh(kind: str, *, migrated: bool = True) -> Database:
    """A new database of `kind` ("sqlite" or "postgresql"): at the newest revision, or empty."""
    if kind == "sqlite":
        return _fresh_sqlite(migrated)
    name = postgres.create(run.once("postgres-template", _migrate_postgres)["name"] if migrated else None)
    return Database(kind, postgres.address(name, "app"), postgres.address(name, "owner"))


def _fresh_sqlite(migrated: bool) -> Database:
    folder = run.folder() / "sqlite" / uuid4().hex
    folder.mkdir(parents=True)
    path = folder / "crm.db"
    if migrated:
        shutil.copyfile(run.once("sqlite-template", _migrate_sqlite)["path"], path)
    return Database("sqlite", f"sqlite:///{path}", f"sqlite:///{path}")


def _migrate_sqlite() -> dict[str, str]:
    from crm_data.store.migrating import upgrade

    path = run.folder() / "template.db"
    upgrade(f"sqlite:///{path}")
    connection = sqlite3.connect(path)
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")  # the file alone must be the whole database
    connection.close()
    return {"path": str(path)}


def _migrate_postgres() -> dict[str, str]:
    from crm_data.store.migrating import upgrade

    name = postgres.create()
    upgrade(postgres.address(name, "owner"), application=postgres.server()["app"])
    postgres.seal(name)
    return {"name": name}


def create_declared(connection: sa.Connection) -> None:
    """Make the tables as SQLAlchemy does. Keys that it adds last on PostgreSQL it would leave out ever after."""
    keys = [key for table in Base.metadata.tables.values() for key in table.foreign_key_constraints]
    rules = [key._create_rule for key in keys]
    Base.metadata.create_all(connection)
    for key, rule in zip(keys, rules, strict=True):
        key._create_rule = rule
