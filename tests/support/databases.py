"""Fresh databases for the tests: each a copy of one that was migrated once in the run."""

import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit
from uuid import uuid4

import pytest
import sqlalchemy as sa

from crm_data.tables import Base
from tests.support import postgres, run

DEMO_PASSWORD = "a dozen words or so"


@dataclass(frozen=True)
class Database:
    """A test's own database: `url` for the application, `admin_url` for the owner (the same on SQLite)."""

    kind: str
    url: str
    admin_url: str

    def drop(self) -> None:
        """Remove it."""
        if self.kind == "sqlite":
            shutil.rmtree(_path(self).parent, ignore_errors=True)
        else:
            postgres.drop(urlsplit(self.url).path.removeprefix("/"))


def fresh(kind: str, *, migrated: bool = True) -> Database:
    """A new database of `kind` ("sqlite" or "postgresql"): at the newest revision, or empty."""
    if kind == "sqlite":
        return _fresh_sqlite(migrated)
    name = postgres.create(run.once("postgres-template", _migrate_postgres)["name"] if migrated else None)
    return Database(kind, postgres.address(name, "app"), postgres.address(name, "owner"))


def filled(name: str, fill: Callable[[Database], object]) -> Database:
    """A new SQLite database with what `fill` puts in it, which is done once in the run under this name."""

    def make() -> dict[str, str]:
        made = fresh("sqlite")
        fill(made)
        return _whole(_path(made))

    return _copied(run.once(f"{name}-template", make)["path"])


def demo() -> Database:
    """A new SQLite database with the two made-up firms as of today, whose people sign in by `DEMO_PASSWORD`."""
    return filled("demo", _fill_demo)


def template() -> str:
    """The path of the run's SQLite database at the newest revision with nothing in it, to be copied."""
    return run.once("sqlite-template", _migrate_sqlite)["path"]


def _fill_demo(database: Database) -> None:
    from crm_data.accounts import passwords
    from crm_data.demo import fill
    from crm_data.store.store import Store

    with closing(Store(database.url)) as store, pytest.MonkeyPatch.context() as patch:
        patch.setattr(passwords, "COST", 4)  # how long a check must take is tested elsewhere
        fill(store, DEMO_PASSWORD)


def _fresh_sqlite(migrated: bool) -> Database:
    return _copied(template() if migrated else None)


def _copied(template: str | None) -> Database:
    folder = run.memory() / "sqlite" / uuid4().hex
    folder.mkdir(parents=True)
    path = folder / "crm.db"
    if template:
        shutil.copyfile(template, path)
    return Database("sqlite", f"sqlite:///{path}", f"sqlite:///{path}")


def _migrate_sqlite() -> dict[str, str]:
    from crm_data.store.migrating import upgrade

    path = run.memory() / "template.db"
    upgrade(f"sqlite:///{path}")
    return _whole(path)


def _whole(path: Path) -> dict[str, str]:
    connection = sqlite3.connect(path)
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")  # the file alone must be the whole database
    connection.close()
    return {"path": str(path)}


def _path(database: Database) -> Path:
    return Path(database.url.removeprefix("sqlite:///"))


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
