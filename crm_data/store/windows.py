"""Tenant views of a SQLite file: TEMP views of one company for a reading connection, and nothing beside them.

A view stands under the name of its table, so that plain SQL and `pd.read_sql` see one company as well. It reads
through a second view whose name is a secret of the connection; SQLite's authorizer lets the tables themselves be
read from there alone. (It names the innermost view, or whatever else bears a name: a WITH clause that calls itself
like a table would pass for that table's view, were there no secret.)
"""

import secrets
import sqlite3
from collections.abc import Callable
from typing import Any

from crm_data.store.guards import Guard, present_tables, seen_by_a_company

_OPEN = frozenset({"alembic_version"})
_SCHEMA = frozenset({"sqlite_master", "sqlite_schema", "sqlite_temp_master", "sqlite_temp_schema"})
# Settings whose value may be asked, and not set: what `check` looks at.
_ASKED = frozenset(
    {"foreign_keys", "busy_timeout", "synchronous", "cache_size", "mmap_size", "temp_store", "query_only"}
)
_LET = frozenset(
    {
        sqlite3.SQLITE_SELECT,
        sqlite3.SQLITE_FUNCTION,
        sqlite3.SQLITE_RECURSIVE,
        sqlite3.SQLITE_TRANSACTION,
        sqlite3.SQLITE_SAVEPOINT,
    }
)


def install_windows(dbapi: Any, guard: Guard) -> None:
    """Create the views on one sqlite3 connection, then let nothing be read but through them."""
    # Deterministic: SQLite then asks once a statement, and not once a row.
    dbapi.create_function("app_company_id", 0, lambda: guard.company_id, deterministic=True)
    secret = f"window_{secrets.token_hex(16)}_"
    behind = {
        table: where
        for table, columns in present_tables(dbapi).items()
        if (where := seen_by_a_company(table, columns, "app_company_id()", "main."))
    }
    for table in {"companies", "users"} & set(behind):
        # Always true, and read from the row: of a query that needs nothing but the id, SQLite asks the authorizer
        # in the words in which it asks of `SELECT count(*) FROM main.companies`, which is refused.
        behind[table] += " AND email >= ''"
    dbapi.execute("PRAGMA query_only=OFF")  # which forbids a TEMP view as well
    for table, where in behind.items():
        dbapi.execute(f"CREATE TEMP VIEW {secret}{table} AS SELECT * FROM main.{table} WHERE {where}")
        dbapi.execute(f"CREATE TEMP VIEW {table} AS SELECT * FROM temp.{secret}{table}")
    dbapi.execute("PRAGMA query_only=ON")
    dbapi.set_authorizer(_only_through(frozenset(behind), secret))


def _only_through(windows: frozenset[str], secret: str) -> Callable[..., int]:
    """SQLite's authorizer: reads of a table from behind its window, reads of a window, and nothing else."""

    def judge(action: int, table: str | None, column: str | None, base: str | None, by: str | None) -> int:
        if action == sqlite3.SQLITE_READ:
            allowed = read(table or "", base, by or "")
        elif action == sqlite3.SQLITE_PRAGMA:
            allowed = table in _ASKED and column is None
        else:
            allowed = action in _LET
        return sqlite3.SQLITE_OK if allowed else sqlite3.SQLITE_DENY

    def read(table: str, base: str | None, by: str) -> bool:
        if base == "main":
            return table in _OPEN or by.startswith(secret)
        if table.startswith(secret):
            return by in windows
        return table not in _SCHEMA

    return judge
