"""SQLite refuses another company's rows by itself: the triggers of the write connections stand alone here."""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from crm_data.store.guards import Guard, guarded_tables
from crm_data.store.store import Store
from crm_data.tables import APPEND_ONLY, OUTSIDE_ANY_COMPANY, Base
from tests.support.databases import Database
from tests.support.makers import Filled, two_companies

TABLES = sorted(guarded_tables())


@pytest.fixture(scope="module")
def store(new_database: Callable[[str], Database]) -> Iterator[Store]:
    made = Store(new_database("sqlite").url)
    yield made
    made.close()


@pytest.fixture(scope="module")
def both(store: Store) -> tuple[Filled, Filled]:
    """Two companies; every test leaves them as they are."""
    return two_companies(store)


@contextmanager
def raw(store: Store, company_id: int | None, system: bool = False) -> Iterator[Any]:
    """A cursor of the driver on a write connection whose guard knows a company; undone at the end."""
    fairy = store.engines.write.raw_connection()
    guard: Guard = fairy.info["guard"]
    guard.company_id, guard.system = company_id, system
    cursor = fairy.cursor()
    cursor.execute("BEGIN IMMEDIATE")
    try:
        yield cursor
    finally:
        cursor.execute("ROLLBACK")
        cursor.close()
        fairy.close()


def refuses(cursor: Any, statement: str, *values: Any) -> None:
    with pytest.raises(sqlite3.IntegrityError, match=r"another company's row|append-only"):
        cursor.execute(statement, values)


def columns(table: str) -> str:
    return ", ".join(column.name for column in Base.metadata.tables[table].columns if column.name != "id")


def test_every_table_is_inside_a_company_or_listed_outside() -> None:
    assert set(TABLES) | OUTSIDE_ANY_COMPANY == set(Base.metadata.tables) | {"alembic_version"}


def test_every_table_inside_has_its_three_triggers(store: Store) -> None:
    with raw(store, None) as cursor:
        cursor.execute("SELECT name FROM temp.sqlite_master WHERE type = 'trigger'")
        made = {name for (name,) in cursor.fetchall()}
    assert made == {f"wall_{table}_{verb}" for table in TABLES for verb in ("insert", "update", "delete")}


@pytest.mark.parametrize("table", TABLES)
def test_a_foreign_row(store: Store, both: tuple[Filled, Filled], table: str) -> None:
    own, other = both
    theirs, mine = other.id_in(table), own.id_in(table)
    names = columns(table)
    with raw(store, own.company_id) as cursor:
        refuses(cursor, f"INSERT INTO {table} ({names}) SELECT {names} FROM {table} WHERE id = ?", theirs)
        refuses(cursor, f"UPDATE {table} SET id = id WHERE id = ?", theirs)
        refuses(cursor, f"UPDATE OR REPLACE {table} SET id = ? WHERE id = ?", theirs, mine)
        refuses(cursor, f"UPDATE {table} SET id = id")  # among one's own
        refuses(cursor, f"DELETE FROM {table} WHERE id = ?", theirs)
        refuses(cursor, f"DELETE FROM {table}")
        replace = f"INSERT OR REPLACE INTO {table} (id, {names}) SELECT ?, {names} FROM {table} WHERE id = ?"
        refuses(cursor, replace, theirs, mine)
        upsert = f"INSERT INTO {table} (id, {names}) SELECT ?, {names} FROM {table} WHERE id = ? ON CONFLICT"
        refuses(cursor, f"{upsert} (id) DO UPDATE SET id = id", theirs, mine)
        if table != "companies":
            refuses(cursor, f"UPDATE {table} SET company_id = ? WHERE id = ?", other.company_id, mine)
            refuses(cursor, f"UPDATE {table} SET company_id = ? WHERE id = ?", own.company_id, theirs)


@pytest.mark.parametrize("table", TABLES)
def test_nothing_at_all_without_a_company(store: Store, both: tuple[Filled, Filled], table: str) -> None:
    own, _ = both
    names = columns(table)
    with raw(store, None) as cursor:
        insert = f"INSERT INTO {table} ({names}) SELECT {names} FROM {table} WHERE id = ?"
        refuses(cursor, insert, own.id_in(table))
        refuses(cursor, f"UPDATE {table} SET id = id WHERE id = ?", own.id_in(table))
        refuses(cursor, f"DELETE FROM {table} WHERE id = ?", own.id_in(table))


def test_a_company_neither_makes_nor_erases_itself(store: Store, both: tuple[Filled, Filled]) -> None:
    own, _ = both
    names = columns("companies")
    again = f"INSERT OR REPLACE INTO companies (id, {names}) SELECT id, {names} FROM companies WHERE id = ?"
    with raw(store, own.company_id) as cursor:
        refuses(cursor, again, own.company_id)
        refuses(cursor, "DELETE FROM companies WHERE id = ?", own.company_id)


def test_own_rows_are_free(store: Store, both: tuple[Filled, Filled]) -> None:
    own, _ = both
    with raw(store, own.company_id) as cursor:
        cursor.execute("INSERT INTO customers (company_id, name) VALUES (?, 'New')", (own.company_id,))
        cursor.execute("UPDATE customers SET city = 'Graz' WHERE company_id = ?", (own.company_id,))
        cursor.execute("UPDATE companies SET city = 'Graz' WHERE id = ?", (own.company_id,))
        cursor.execute("DELETE FROM customers WHERE id = ?", (own.customer_id,))  # and what hangs on it
        cursor.execute("SELECT count(*) FROM deals WHERE company_id = ?", (own.company_id,))
        assert cursor.fetchone() == (0,)


def test_the_system_may_cross(store: Store, both: tuple[Filled, Filled]) -> None:
    own, other = both
    with raw(store, None, system=True) as cursor:
        for company in (own, other):
            cursor.execute("UPDATE customers SET city = 'Graz' WHERE id = ?", (company.customer_id,))
        cursor.execute("DELETE FROM companies WHERE id = ?", (own.company_id,))
        cursor.execute("SELECT count(*) FROM change_log WHERE company_id = ?", (own.company_id,))
        assert cursor.fetchone() == (0,)


# Nothing hangs on their rows: where something does, it would go along, and its own trigger refuses. A table that
# only grows refuses by itself to have a row replaced.
PARENTS = {key.column.table.name for table in Base.metadata.tables.values() for key in table.foreign_keys}
LEAVES = sorted(set(TABLES) - PARENTS - APPEND_ONLY)


@pytest.mark.parametrize("table", LEAVES)
def test_without_recursive_triggers_replace_would_destroy_a_foreign_row(
    store: Store, both: tuple[Filled, Filled], table: str
) -> None:
    own, other = both
    theirs, mine = other.id_in(table), own.id_in(table)
    with raw(store, own.company_id) as cursor:
        cursor.execute("PRAGMA recursive_triggers")
        assert cursor.fetchone() == (1,)
        cursor.execute("PRAGMA recursive_triggers=OFF")
        names = columns(table)
        replace = f"INSERT OR REPLACE INTO {table} (id, {names}) SELECT ?, {names} FROM {table} WHERE id = ?"
        try:
            cursor.execute(replace, (theirs, mine))
        finally:
            cursor.execute("PRAGMA recursive_triggers=ON")
        cursor.execute(f"SELECT company_id FROM {table} WHERE id = ?", (theirs,))
        assert cursor.fetchone() == (own.company_id,), "theirs is gone, ours stands in its place"


def test_readers_cannot_write(store: Store) -> None:
    for engine in (store.engines.read, store.engines.read_all):
        fairy = engine.raw_connection()
        cursor = fairy.cursor()
        with pytest.raises(sqlite3.DatabaseError, match=r"readonly|view|not authorized"):
            cursor.execute("UPDATE customers SET city = 'Graz'")
        with pytest.raises(sqlite3.DatabaseError, match=r"readonly|not authorized"):
            cursor.execute("UPDATE main.customers SET city = 'Graz'")
        assert cursor.execute("PRAGMA query_only").fetchone() == (1,)
        cursor.close()
        fairy.close()


def test_the_file_is_opened_for_reading_alone(store: Store) -> None:
    for engine in (store.engines.read, store.engines.read_all):
        fairy = engine.raw_connection()
        connection: Any = fairy.driver_connection
        connection.set_authorizer(None)
        cursor = fairy.cursor()
        cursor.execute("PRAGMA query_only=OFF")
        with pytest.raises(sqlite3.OperationalError, match="readonly"):
            cursor.execute("UPDATE main.customers SET city = 'Graz'")
        cursor.close()
        fairy.invalidate()
