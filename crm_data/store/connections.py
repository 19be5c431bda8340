"""Engines for both databases: pragmas, write transactions that never lose an update, and the guard's company."""

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection, Engine, event
from sqlalchemy.pool import ConnectionPoolEntry

from crm_data.errors import NotReady
from crm_data.store.guards import Guard, install_guards

BUSY_MS = 30_000


@dataclass(frozen=True)
class Engines:
    """`write` takes the lock at BEGIN; `read` cannot write. On PostgreSQL they are one engine."""

    write: Engine
    read: Engine

    @property
    def dialect(self) -> str:
        """'sqlite' or 'postgresql'."""
        return self.write.dialect.name

    def dispose(self) -> None:
        """Close every pooled connection."""
        self.write.dispose()
        self.read.dispose()


def open_engines(url: str) -> Engines:
    """The engines of a database that exists and is migrated. The address is never logged with its password."""
    if url.startswith("sqlite"):
        path = sqlite_path(url)
        if not path.exists():
            raise NotReady(f"There is no database at {path}. Run `python -m crm_data migrate` first.")
        return Engines(_sqlite(path, write=True), _sqlite(path, write=False))
    engine = sa.create_engine(postgres_url(url), pool_pre_ping=True, pool_size=10, max_overflow=10)
    _mark_guard(engine, lambda dbapi, guard: None)
    return Engines(engine, engine)


def sqlite_path(url: str) -> Path:
    """The file behind a SQLite address."""
    return Path(sa.make_url(url).database or "")


def postgres_url(url: str) -> sa.URL:
    """The address with the driver we install, whichever spelling was given."""
    parsed = sa.make_url(url)
    if parsed.get_backend_name() not in ("postgresql", "postgres"):
        raise NotReady("DATABASE_URL must begin with sqlite:/// or postgresql://.")
    return parsed.set(drivername="postgresql+psycopg")


def _sqlite(path: Path, write: bool) -> Engine:
    mode = "rw" if write else "ro"
    engine = sa.create_engine(
        f"sqlite:///file:{path}?mode={mode}&uri=true",
        connect_args={"check_same_thread": False, "timeout": BUSY_MS / 1000},
        pool_size=10,
        max_overflow=20,
    )

    def prepare(dbapi: Any, guard: Guard) -> None:
        # The driver's own BEGIN comes too late (it lost 449 of 600 updates); ours is sent below.
        dbapi.isolation_level = None
        cursor = dbapi.cursor()
        for pragma in sqlite_pragmas(write):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()
        if write:
            install_guards(dbapi, guard)

    _mark_guard(engine, prepare)
    begin = "BEGIN IMMEDIATE" if write else "BEGIN"

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        connection.exec_driver_sql(begin)

    return engine


def sqlite_pragmas(write: bool) -> list[str]:
    """What every connection sets; `check` reads them back."""
    shared = [
        "foreign_keys=ON",
        f"busy_timeout={BUSY_MS}",
        "synchronous=FULL",
        "cache_size=-16000",
        "mmap_size=268435456",
    ]
    return shared + (["journal_mode=WAL", "journal_size_limit=67108864"] if write else ["query_only=ON"])


def _mark_guard(engine: Engine, prepare: Callable[[Any, Guard], None]) -> None:
    """Give every connection a guard of its own, emptied whenever it goes back to the pool."""

    @event.listens_for(engine, "connect")
    def _connect(dbapi: Any, record: ConnectionPoolEntry) -> None:
        guard = record.info["guard"] = Guard()
        prepare(dbapi, guard)

    @event.listens_for(engine, "reset")
    def _reset(dbapi: Any, record: ConnectionPoolEntry, state: Any) -> None:
        record.info["guard"].clear()


def private_file(path: Path) -> None:
    """Make a database file readable by its owner alone, whatever the umask."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if not path.exists():
        os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
    os.chmod(path, 0o600)
