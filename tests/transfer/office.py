"""A small installation with something to lose, for the tests of backups."""

import contextlib
import hashlib
import os
import sqlite3
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import psycopg

from crm_data.settings import Settings, settings
from crm_data.store.scope import CompanyScope
from crm_data.store.store import Store
from crm_data.transfer.backups import Backups
from tests.support import postgres

OPERATOR = CompanyScope(1, 1, "admin", operator=True)
ADMIN = CompanyScope(1, 1, "admin")

_ROWS = """
INSERT INTO users (email, password_hash, first_name, last_name) VALUES ('ann@acme.com', 'x', 'Ann', 'Lee');
INSERT INTO companies (name, email) VALUES ('Acme', 'office@acme.com');
INSERT INTO user_companies (user_id, company_id, role, is_primary) VALUES (1, 1, 'admin', TRUE);
INSERT INTO sessions (token_hash, user_id, company_id, expires_at) VALUES ('t', 1, 1, '2030-01-01 00:00:00');
INSERT INTO one_time_links (token_hash, kind, email, expires_at)
    VALUES ('l', 'reset', 'ann@acme.com', '2030-01-01 00:00:00');
"""
_KEPT = ("companies", "users", "user_companies", "customers", "activities")


@dataclass
class Office:
    """An installation: its store, backups and folder of backups; on SQLite `path` is its database file."""

    path: Path
    folder: Path
    settings: Settings
    store: Store
    backups: Backups

    @property
    def kind(self) -> str:
        """ "sqlite" or "postgresql"."""
        return self.store.engines.dialect

    @property
    def ending(self) -> str:
        """How the names of its backups end."""
        return ".db" if self.kind == "sqlite" else ".dump"

    def sql(self, statement: str, *values: object) -> list[tuple[object, ...]]:
        """One statement by a connection of its own, as another process would send it: the owner's."""
        if self.kind == "sqlite":
            with contextlib.closing(sqlite3.connect(self.path, isolation_level=None, timeout=30)) as plain:
                return plain.execute(statement, values).fetchall()
        with self.owner() as owner:
            done = owner.execute(statement.replace("?", "%s").encode(), values or None)
            return done.fetchall() if done.description else []

    @contextlib.contextmanager
    def owner(self) -> Iterator["psycopg.Connection[tuple[object, ...]]"]:
        """A plain connection of PostgreSQL's, as the owner."""
        with psycopg.connect(self.settings.owner_url, autocommit=True) as connection:
            connection.execute("SET timezone = 'UTC'")
            yield connection

    def add_customers(self, count: int) -> None:
        """Add so many customers of company 1."""
        rows = [(f"Customer {n}", "text without any index " * 10) for n in range(count)]
        insert = "INSERT INTO customers (company_id, name, notes) VALUES (1, ?, ?)"
        if self.kind == "sqlite":
            with contextlib.closing(sqlite3.connect(self.path, timeout=30)) as plain:
                plain.executemany(insert, rows)
                plain.commit()
        else:
            with self.owner() as owner, owner.cursor() as cursor:
                cursor.executemany(insert.replace("?", "%s").encode(), rows)

    def content(self) -> str:
        """A digest of everything a company keeps in it now."""
        if self.kind == "sqlite":
            return content(self.path)
        seen = hashlib.sha256()
        with self.owner() as owner:
            for table in _KEPT:
                with owner.cursor().copy(
                    f"COPY (SELECT * FROM {table} ORDER BY id) TO STDOUT".encode()
                ) as rows:
                    seen.update(b"".join(bytes(row) for row in rows))
        return seen.hexdigest()

    def content_of(self, name: str) -> str:
        """The same digest of a backup in the folder."""
        if self.kind == "sqlite":
            return content(self.folder / name)
        seen = hashlib.sha256()
        for table in _KEPT:
            lines = dumped(self.folder / name, table)
            seen.update(b"".join(sorted(lines, key=lambda line: int(line.split(b"\t")[0]))))
        return seen.hexdigest()

    def customers(self) -> int:
        """How many customers there are, as the store sees them."""
        with self.store.system("counted by a test", write=False) as session:
            counted: int = session.connection().exec_driver_sql("SELECT count(*) FROM customers").scalar_one()
            return counted

    def events(self) -> list[str]:
        """The events in the security log, in order."""
        return [str(event) for (event,) in self.sql("SELECT event FROM security_log ORDER BY id")]


def open_office(url: str, admin_url: str = "", folder: Path | None = None) -> Office:
    """An installation with one company, one person who is signed in, and ten customers."""
    path = Path(url.removeprefix("sqlite:///"))
    if admin_url.startswith("postgresql"):
        with psycopg.connect(admin_url) as plain:
            plain.execute(_ROWS.encode())
    else:
        path.chmod(0o600)
        with contextlib.closing(sqlite3.connect(path)) as file:
            file.executescript(_ROWS)
    told = settings(
        {
            "DATABASE_URL": url,
            "DATABASE_ADMIN_URL": admin_url,
            "CRM_BACKUP_DIR": str(folder or path.parent / "backups"),
            "CRM_PG_BIN": os.environ.get("CRM_PG_BIN", ""),
        }
    )
    store = Store(url)
    office = Office(path, told.backup_dir, told, store, Backups(store, told))
    office.add_customers(10)
    return office


def dumped(path: Path, table: str) -> list[bytes]:
    """The rows of one table in a dump, by pg_restore."""
    program = Path(os.environ.get("CRM_PG_BIN") or postgres.programs()) / "pg_restore"
    words = [program, "--data-only", f"--table={table}", "--file=-", path]
    out = subprocess.run(words, capture_output=True, check=True).stdout
    return out.partition(b"FROM stdin;\n")[2].partition(b"\\.\n")[0].splitlines(keepends=True)


def content(path: Path) -> str:
    """A digest of everything a company keeps in a database file."""
    seen = hashlib.sha256()
    with contextlib.closing(sqlite3.connect(path, timeout=30)) as plain:
        assert plain.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        for table in _KEPT:
            for row in plain.execute(f"SELECT * FROM {table} ORDER BY id"):
                seen.update(repr(row).encode())
    return seen.hexdigest()
