"""SQLite shows a reader one company by itself: whatever SQL is sent, nothing is seen past the views."""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pandas as pd
import pytest

from crm_data.store.guards import guarded_tables, present_tables
from crm_data.store.store import Store
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
    return two_companies(store)


@contextmanager
def reader(store: Store, company_id: int | None) -> Iterator[Any]:
    """The driver's own connection of a reader whose guard knows a company."""
    fairy = store.engines.read.raw_connection()
    fairy.info["guard"].company_id = company_id
    try:
        yield fairy.driver_connection
    finally:
        fairy.close()


@pytest.mark.parametrize("table", TABLES)
def test_plain_sql_sees_one_company(store: Store, both: tuple[Filled, Filled], table: str) -> None:
    own, other = both
    with reader(store, own.company_id) as sql:
        seen = str(sql.execute(f"SELECT * FROM {table}").fetchall())
        assert other.canary not in seen
        ids = {id_ for (id_,) in sql.execute(f"SELECT id FROM {table}").fetchall()}
        assert own.id_in(table) in ids
        assert other.id_in(table) not in ids
        assert sql.execute(f"SELECT count(*) FROM {table}").fetchone() == (len(ids),)
        assert set(pd.read_sql(f"SELECT id FROM {table}", sql)["id"]) == ids
    with reader(store, None) as sql:
        assert sql.execute(f"SELECT * FROM {table}").fetchall() == []


def test_of_people_only_those_who_work_here(store: Store, both: tuple[Filled, Filled]) -> None:
    own, _ = both
    with reader(store, own.company_id) as sql:
        assert {id_ for (id_,) in sql.execute("SELECT id FROM users")} == {own.admin_id, own.rep_id}


BEHIND = [
    "SELECT * FROM main.customers",
    "SELECT count(*) FROM main.customers",
    "SELECT count(*) FROM main.companies",
    "SELECT id FROM main.users",
    "SELECT rowid FROM main.customers",
    "SELECT name FROM customers UNION SELECT name FROM main.customers",
    "SELECT (SELECT max(name) FROM main.customers)",
    "WITH customers AS (SELECT * FROM main.customers) SELECT * FROM customers",
    pytest.param(
        "WITH RECURSIVE customers(n) AS (SELECT name FROM main.customers UNION SELECT n FROM customers)"
        " SELECT n FROM customers",
        id="a query that calls itself as a table",
    ),
    "SELECT * FROM (SELECT * FROM main.customers) AS customers",
    pytest.param(
        "WITH RECURSIVE window_(n) AS (SELECT name FROM main.customers UNION SELECT n FROM window_)"
        " SELECT n FROM window_",
        id="a query that calls itself as a window",
    ),
    "SELECT * FROM temp.window_customers",
    "SELECT c.name FROM customers LEFT JOIN main.customers c",
    "SELECT * FROM main.sessions",
    "SELECT * FROM sign_in_attempts",
    "SELECT password_hash FROM main.users",
    "SELECT * FROM sqlite_master",
    "SELECT * FROM sqlite_schema",
    "SELECT * FROM sqlite_temp_master",
    "SELECT * FROM temp.sqlite_master",
    "SELECT * FROM pragma_table_info('customers')",
    "SELECT * FROM sqlite_sequence",
    "PRAGMA table_info(customers)",
    "PRAGMA writable_schema=ON",
    "PRAGMA query_only=OFF",
    "PRAGMA foreign_key_check",
    "CREATE TEMP VIEW other AS SELECT * FROM main.customers",
    "CREATE TEMP TABLE other AS SELECT * FROM main.customers",
    "DROP VIEW temp.customers",
    "ATTACH DATABASE ':memory:' AS beside",
    "DETACH DATABASE main",
    "DELETE FROM customers",
    "INSERT INTO customers (company_id, name) VALUES (1, 'x')",
    "VACUUM INTO 'copy.db'",
    "SELECT load_extension('x')",
    "ANALYZE",
    "REINDEX",
]


@pytest.mark.parametrize("statement", BEHIND)
def test_nothing_is_reached_behind_the_views(
    store: Store, both: tuple[Filled, Filled], statement: str
) -> None:
    own, _ = both
    with reader(store, own.company_id) as sql, pytest.raises(sqlite3.Error):
        sql.execute(statement).fetchall()


def test_a_table_that_nobody_thought_of_is_not_seen(new_database: Callable[[str], Database]) -> None:
    database = new_database("sqlite")
    with sqlite3.connect(database.url.removeprefix("sqlite:///")) as sql:
        sql.execute("CREATE TABLE secrets (word TEXT)")
        sql.execute("CREATE TABLE kept (company_id INTEGER, word TEXT)")
        sql.execute("INSERT INTO kept VALUES (1, 'ours'), (2, 'theirs')")
        assert {"secrets", "kept"} <= set(present_tables(sql))
    sql.close()
    store = Store(database.url)
    with reader(store, 1) as connection:
        assert connection.execute("SELECT word FROM kept").fetchall() == [("ours",)]
        with pytest.raises(sqlite3.Error, match="prohibited"):
            connection.execute("SELECT * FROM secrets")
    store.close()


def test_the_indexes_serve_through_the_views(store: Store, both: tuple[Filled, Filled]) -> None:
    own, _ = both
    wanted = "SELECT id FROM customers WHERE company_id = ? ORDER BY created_at DESC, id DESC"
    with reader(store, own.company_id) as sql:
        plan = str(sql.execute(f"EXPLAIN QUERY PLAN {wanted} LIMIT 50", (own.company_id,)).fetchall())
    assert "SEARCH main.customers USING COVERING INDEX ix_customers_by_created_at" in plan
    assert "company_id=?" in plan
    assert "TEMP B-TREE" not in plan
