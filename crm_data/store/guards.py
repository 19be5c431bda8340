"""SQLite's own refusal to change another company's rows: TEMP triggers on each write connection, fail closed."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection

from crm_data.tables import OUTSIDE_ANY_COMPANY, Base


@dataclass
class Guard:
    """What a connection may touch now: one company's rows, or all of them within a system scope."""

    company_id: int | None = None
    system: bool = False

    @property
    def named(self) -> bool:
        """Whether anything may be read or changed at all."""
        return self.system or self.company_id is not None

    def clear(self) -> None:
        """Nothing may be touched: the state in which a connection rests in the pool."""
        self.company_id, self.system = None, False


def guarded_tables() -> dict[str, str]:
    """Table -> the column that names its company, for every table inside a company."""
    found = {"companies": "id"}
    for table in Base.metadata.tables.values():
        if table.name not in OUTSIDE_ANY_COMPANY and "company_id" in table.columns:
            found[table.name] = "company_id"
    return found


def seen_by_a_company(table: str, columns: Collection[str], company: str, schema: str = "") -> str | None:
    """The SQL condition under which a company sees a row of a table; None: it sees none, as of a new table.

    `company`: SQL for the company's id. Asked of what a database really holds, so that no table is forgotten.
    """
    if table == "companies":
        return f"id = {company}"
    if table == "users":  # of the people of the installation, those who work or worked here
        return f"id IN (SELECT user_id FROM {schema}user_companies WHERE company_id = {company})"
    return f"company_id = {company}" if "company_id" in columns else None


def unguarded(connection: Connection) -> list[str]:
    """The tables of a PostgreSQL database that row security does not hold: not for the owner, or by no policy."""
    wanted = (
        "SELECT c.relname FROM pg_class c WHERE c.relkind IN ('r', 'p')"
        " AND c.relnamespace = current_schema()::regnamespace"
        " AND c.relname <> 'alembic_version' AND (NOT c.relrowsecurity OR NOT c.relforcerowsecurity"
        " OR NOT EXISTS (SELECT 1 FROM pg_policy p WHERE p.polrelid = c.oid)) ORDER BY 1"
    )
    return [table for (table,) in connection.exec_driver_sql(wanted).fetchall()]


def present_tables(dbapi: Any) -> dict[str, set[str]]:
    """Table -> its columns, for every table that this SQLite database has."""
    wanted = (
        "SELECT m.name, c.name FROM main.sqlite_master m, pragma_table_info(m.name) c WHERE m.type = 'table'"
    )
    found: dict[str, set[str]] = {}
    for table, column in dbapi.execute(wanted).fetchall():
        found.setdefault(table, set()).add(column)
    return found


def install_guards(dbapi: Any, guard: Guard) -> None:
    """Create the TEMP triggers on one sqlite3 connection; tables that do not exist yet are left out."""
    dbapi.create_function("app_company_id", 0, lambda: guard.company_id)
    dbapi.create_function("app_system", 0, lambda: int(guard.system))
    present = present_tables(dbapi)
    for table, column in guarded_tables().items():
        for sql in guard_triggers(table, column) if table in present else ():
            dbapi.execute(sql)


def guard_triggers(table: str, column: str) -> list[str]:
    """The three triggers of one table: an unset company matches nothing, so nothing is allowed then."""
    refuse = "SELECT RAISE(ABORT, 'another company''s row')"
    sides = {"INSERT": ("NEW",), "UPDATE": ("OLD", "NEW"), "DELETE": ("OLD",)}
    made = []
    for verb, rows in sides.items():
        foreign = " OR ".join(f"{row}.{column} IS NOT app_company_id()" for row in rows)
        if table == "companies" and verb != "UPDATE":
            foreign = "1"  # a company is made and erased by the system alone
        made.append(
            f"CREATE TEMP TRIGGER wall_{table}_{verb.lower()} BEFORE {verb} ON main.{table}"
            f" WHEN NOT app_system() AND ({foreign}) BEGIN {refuse}; END"
        )
    return made
