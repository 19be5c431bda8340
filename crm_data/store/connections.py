"""Engines for both databases: pragmas, time limits, write transactions that lose no update, whose each one is."""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

import sqlalchemy as sa
from sqlalchemy import Connection, Engine, event
from sqlalchemy.pool import ConnectionPoolEntry

from crm_data.errors import NoCompany, NotReady
from crm_data.store.folding import install_folding
from crm_data.store.guards import Guard, install_guards
from crm_data.store.sqlite_file import log_ahead
from crm_data.store.windows import install_windows

BUSY_MS = 30_000
# Milliseconds. No statement of ours takes minutes, and no transaction of ours waits for a person.
POSTGRES_LIMITS = {
    "lock_timeout": BUSY_MS,
    "statement_timeout": 120_000,
    "idle_in_transaction_session_timeout": 300_000,
}
# Seconds: a server that is gone is noticed, and not waited for until the network gives up by itself.
POSTGRES_CONNECT = {
    "connect_timeout": 10,
    "keepalives_idle": 30,
    "keepalives_interval": 10,
    "keepalives_count": 3,
}
_COMPANY = "SELECT set_config('app.company_id', %s, true)"


@dataclass(frozen=True)
class Engines:
    """`write` takes the lock at BEGIN; `read` cannot write, and sees one moment throughout a transaction.

    On SQLite `read` sees one company alone, and `read_all`, for the system, everything; on PostgreSQL row
    security decides, and they share their connections. None executes a statement before a company, or with a
    reason the system, was named to the connection: by itself an engine is of no use to anybody.
    """

    write: Engine
    read: Engine
    read_all: Engine

    @property
    def dialect(self) -> str:
        """'sqlite' or 'postgresql'."""
        return self.write.dialect.name

    def dispose(self) -> None:
        """Close every pooled connection."""
        for engine in (self.write, self.read, self.read_all):
            engine.dispose()


def open_engines(url: str) -> Engines:
    """The engines of a database that exists and is migrated. The address is never logged."""
    if url.startswith("sqlite"):
        path = sqlite_path(url)
        if not path.exists():
            raise NotReady(f"There is no database at {path}. Run `python -m crm_data migrate` first.")
        return Engines(
            _sqlite(path, install_guards, write=True),
            _sqlite(path, install_windows),
            _sqlite(path, lambda dbapi, guard: None),
        )
    write = _postgresql(url)
    read = write.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
    return Engines(write, read, read)


def sqlite_path(url: str) -> Path:
    """The file behind a SQLite address."""
    return Path(sa.make_url(url).database or "")


def postgres_url(url: str) -> sa.URL:
    """The address with the driver we install, whichever spelling was given; its sessions think in UTC."""
    try:
        parsed = sa.make_url(url)
    except sa.exc.ArgumentError as error:
        raise NotReady("DATABASE_URL must begin with sqlite:/// or postgresql://.") from error
    if parsed.get_backend_name() not in ("postgresql", "postgres"):
        raise NotReady("DATABASE_URL must begin with sqlite:/// or postgresql://.")
    return _with_options(parsed.set(drivername="postgresql+psycopg"), "-c timezone=UTC")


def _with_options(url: sa.URL, option: str) -> sa.URL:
    given = url.query.get("options", "")
    said = given if isinstance(given, str) else " ".join(given)
    return url.update_query_dict({"options": f"{said} {option}".strip()})


def _postgresql(url: str) -> Engine:
    limits = " ".join(f"-c {name}={ms}" for name, ms in POSTGRES_LIMITS.items())
    # To compile a statement takes longer than any of ours: what looks dear to the planner is many small looks.
    limits += " -c jit=off"
    engine = sa.create_engine(
        _with_options(postgres_url(url), limits),
        pool_pre_ping=True,  # a connection that died while it rested is replaced before it is used
        pool_size=10,
        max_overflow=10,
        pool_timeout=BUSY_MS / 1000,
        connect_args=POSTGRES_CONNECT,
    )
    _mark_guard(engine, lambda dbapi, guard: None)
    return engine


def _sqlite(path: Path, wall: Callable[[Any, Guard], None], write: bool = False) -> Engine:
    mode = "rw" if write else "ro"
    engine = sa.create_engine(
        sa.URL.create("sqlite", database=f"file:{quote(str(path))}", query={"mode": mode, "uri": "true"}),
        connect_args={"check_same_thread": False, "timeout": BUSY_MS / 1000},
        pool_size=10,
        max_overflow=20,
        execution_options={"begin": "BEGIN IMMEDIATE" if write else "BEGIN"},
    )

    def prepare(dbapi: Any, guard: Guard) -> None:
        # The driver's own BEGIN comes too late (it lost 449 of 600 updates); `begin_for` sends ours.
        dbapi.isolation_level = None
        if write:
            log_ahead(dbapi)
        cursor = dbapi.cursor()
        for pragma in sqlite_pragmas(write):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()
        install_folding(dbapi)
        wall(dbapi, guard)

    _mark_guard(engine, prepare)
    return engine


def sqlite_pragmas(write: bool) -> list[str]:
    """What every connection sets; `check` reads them back."""
    shared = [
        "foreign_keys=ON",
        f"busy_timeout={BUSY_MS}",
        "synchronous=FULL",
        "cache_size=-16000",
        "mmap_size=268435456",
        # The guard's triggers make each statement keep an undo journal, which would spill to a file (2x the time);
        # and what a reader sorts must be sorted where no byte is free.
        "temp_store=MEMORY",
    ]
    if not write:
        return [*shared, "query_only=ON"]
    # Without recursive triggers, INSERT OR REPLACE removes a row behind the back of every DELETE trigger.
    return [*shared, "journal_mode=WAL", "journal_size_limit=67108864", "recursive_triggers=ON"]


def _mark_guard(engine: Engine, prepare: Callable[[Any, Guard], None]) -> None:
    """Give every connection a guard of its own, emptied whenever it goes back to the pool, and obeyed."""

    @event.listens_for(engine, "connect")
    def _connect(dbapi: Any, record: ConnectionPoolEntry) -> None:
        guard = record.info["guard"] = Guard()
        prepare(dbapi, guard)

    @event.listens_for(engine, "reset")
    def _reset(dbapi: Any, record: ConnectionPoolEntry, state: Any) -> None:
        record.info["guard"].clear()

    @event.listens_for(engine, "before_cursor_execute")
    def _named(connection: Connection, *rest: Any) -> None:
        if not connection.info["guard"].named:
            raise NoCompany


def begin_for(connection: Connection, company_id: int | None, system: bool = False) -> None:
    """Say whose transaction this is, and begin it; until then the connection executes nothing."""
    guard: Guard = connection.info["guard"]
    guard.company_id, guard.system = company_id, system
    begin = connection.get_execution_options().get("begin")
    raw: Any = connection.connection.dbapi_connection
    if begin and not raw.in_transaction:
        connection.exec_driver_sql(begin)
    if connection.dialect.name == "postgresql":
        setting = "SELECT set_config('app.system', 'on', true)" if system else _COMPANY
        connection.exec_driver_sql(setting, None if system else (str(company_id),))


@contextmanager
def beyond_company(connection: Connection) -> Iterator[None]:
    """For a moment the system's, within a company's transaction: to make what stands outside any company."""
    if connection.dialect.name != "postgresql":
        yield  # SQLite guards the companies' tables alone
        return
    connection.exec_driver_sql("SELECT set_config('app.system', 'on', true)")
    yield
    # Not when it failed: the transaction is undone, and the setting with it.
    connection.exec_driver_sql("SELECT set_config('app.system', '', true)")


def private_file(path: Path) -> None:
    """Make a database file readable by its owner alone, whatever the umask."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if not path.exists():
        os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
    os.chmod(path, 0o600)
