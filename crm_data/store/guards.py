"""SQLite's own refusal of another company's rows: TEMP triggers on each write connection, fail closed."""

from dataclasses import dataclass
from typing import Any

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


def install_guards(dbapi: Any, guard: Guard) -> None:
    """Create the TEMP triggers on one sqlite3 connection; tables that do not exist yet are left out."""
    dbapi.create_function("app_company_id", 0, lambda: guard.company_id)
    dbapi.create_function("app_system", 0, lambda: int(guard.system))
    cursor = dbapi.cursor()
    cursor.execute("SELECT name FROM main.sqlite_master WHERE type = 'table'")
    present = {name for (name,) in cursor.fetchall()}
    for table, column in guarded_tables().items():
        if table in present:
            for sql in guard_triggers(table, column):
                cursor.execute(sql)
    cursor.close()


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
