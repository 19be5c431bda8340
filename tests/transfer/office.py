"""A small installation with something to lose, for the tests of backups."""

import contextlib
import hashlib
import sqlite3
from dataclasses import dataclass
from pathlib import Path

from crm_data.settings import Settings, settings
from crm_data.store.scope import CompanyScope
from crm_data.store.store import Store
from crm_data.transfer.backups import Backups

OPERATOR = CompanyScope(1, 1, "admin", operator=True)
ADMIN = CompanyScope(1, 1, "admin")

_ROWS = """
INSERT INTO users (email, password_hash, first_name, last_name) VALUES ('ann@acme.com', 'x', 'Ann', 'Lee');
INSERT INTO companies (name, email) VALUES ('Acme', 'office@acme.com');
INSERT INTO user_companies (user_id, company_id, role, is_primary) VALUES (1, 1, 'admin', 1);
INSERT INTO sessions (token_hash, user_id, company_id, expires_at) VALUES ('t', 1, 1, '2030-01-01 00:00:00');
INSERT INTO one_time_links (token_hash, kind, email, expires_at)
    VALUES ('l', 'reset', 'ann@acme.com', '2030-01-01 00:00:00');
"""
_KEPT = ("companies", "users", "user_companies", "customers", "activities")


@dataclass
class Office:
    """An installation on SQLite: its database file, folder of backups, store and backups."""

    path: Path
    folder: Path
    settings: Settings
    store: Store
    backups: Backups

    def sql(self, statement: str, *values: object) -> list[tuple[object, ...]]:
        """One statement by a connection of its own, as another process would send it."""
        with contextlib.closing(sqlite3.connect(self.path, isolation_level=None, timeout=30)) as plain:
            return plain.execute(statement, values).fetchall()

    def add_customers(self, count: int) -> None:
        """Add so many customers of company 1."""
        with contextlib.closing(sqlite3.connect(self.path, timeout=30)) as plain:
            plain.executemany(
                "INSERT INTO customers (company_id, name, notes) VALUES (1, ?, ?)",
                [(f"Customer {n}", "text without any index " * 10) for n in range(count)],
            )
            plain.commit()

    def customers(self) -> int:
        """How many customers there are, as the store sees them."""
        with self.store.system("counted by a test", write=False) as session:
            counted: int = session.connection().exec_driver_sql("SELECT count(*) FROM customers").scalar_one()
            return counted

    def events(self) -> list[str]:
        """The events in the security log, in order."""
        return [str(event) for (event,) in self.sql("SELECT event FROM security_log ORDER BY id")]


def open_office(url: str) -> Office:
    """An installation with one company, one person who is signed in, and ten customers."""
    path = Path(url.removeprefix("sqlite:///"))
    path.chmod(0o600)
    with contextlib.closing(sqlite3.connect(path)) as plain:
        plain.executescript(_ROWS)
    told = settings({"DATABASE_URL": url, "CRM_BACKUP_DIR": str(path.parent / "backups")})
    store = Store(url)
    office = Office(path, told.backup_dir, told, store, Backups(store, told))
    office.add_customers(10)
    return office


def content(path: Path) -> str:
    """A digest of everything a company keeps in a database file."""
    seen = hashlib.sha256()
    with contextlib.closing(sqlite3.connect(path, timeout=30)) as plain:
        assert plain.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        for table in _KEPT:
            for row in plain.execute(f"SELECT * FROM {table} ORDER BY id"):
                seen.update(repr(row).encode())
    return seen.hexdigest()
