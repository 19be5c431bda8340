"""A filled database migrates without losing a row, a trigger, an index or the numbers it has given."""

from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic.migration import MigrationContext
from alembic.operations import Operations

from crm_data.errors import NotReady
from crm_data.store import migrating
from crm_data.store.store import Store
from crm_data.tables import Base
from migrations.helpers import rebuild
from tests.migrations.trial import folder_with, next_release, revisions
from tests.support.databases import Database
from tests.support.makers import two_companies
from tests.support.plain import Plain, plain
from tests.tables.facts import facts, words

TIGHTER = """
    with rebuild("customers") as batch:
        batch.create_check_constraint("ck_customers_made_up", "id > 0")
"""


pytestmark = pytest.mark.filterwarnings("ignore:.*expression-based index")

_PICTURE = "INSERT INTO portraits (user_id, image, tag) VALUES (1, 'x', 'x')"
OUTSIDE = (
    "INSERT INTO sessions (token_hash, user_id, company_id, expires_at) VALUES ('x', 1, 1, '2026-03-02 09:30:00')",
    "INSERT INTO sign_in_attempts (email_key, address) VALUES ('x', '127.0.0.1')",
    "INSERT INTO one_time_links (token_hash, kind, expires_at) VALUES ('x', 'setup', '2026-03-02 09:30:00')",
    "INSERT INTO security_log (event) VALUES ('backup')",
)


@pytest.fixture
def filled(database: Database) -> Database:
    """Two companies with rows in every table, and rows in those outside of any company."""
    store = Store(database.url)
    two_companies(store)
    store.close()
    with plain(database) as sql:
        for statement in (*OUTSIDE, _PICTURE):
            sql.run(statement)
    return database


Columns = dict[str, list[str]]
Rows = dict[str, list[tuple[object, ...]]]


def columns(sql: Plain) -> Columns:
    """The columns of every table."""
    return {name: sorted(table.columns) for name, table in facts(sql).items() if name != "alembic_version"}


def rows(sql: Plain, of: Columns | None = None) -> Rows:
    """Every row of every table, or of some columns of some; JSON as its text, so that rows can be sorted."""
    asked = (columns(sql) if of is None else of).items()
    return {
        table: sorted(sql.run(f"SELECT {', '.join(names)} FROM {table}"), key=str) for table, names in asked
    }


def in_both(one: Columns, other: Columns) -> Columns:
    """The columns that a table has before and after a step: a revision may add one, or take one away."""
    return {table: sorted({*one[table]} & {*other[table]}) for table in one if table in other}


def triggers(sql: Plain) -> list[str]:
    if sql.kind == "sqlite":
        return sorted(name for (name,) in sql.run("SELECT name FROM sqlite_master WHERE type = 'trigger'"))
    return sorted(name for (name,) in sql.run("SELECT tgname FROM pg_trigger WHERE NOT tgisinternal"))


@pytest.mark.slow
def test_a_rebuilt_table_loses_nothing(
    filled: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with plain(filled, owner=True) as sql:
        highest = sql.value("SELECT max(id) FROM customers")
        sql.run("INSERT INTO customers (company_id, name) VALUES (1, 'Made and erased')")
        erased = sql.value("SELECT max(id) FROM customers")
        sql.run("DELETE FROM customers WHERE id = ?", erased)
        before, said, watched = rows(sql), words(sql), triggers(sql)
    assert erased > highest
    assert all(before.values()), "a table without a row proves nothing"
    next_release(monkeypatch, folder_with(TIGHTER, tmp_path))
    assert migrating.upgrade(filled.admin_url) == "made_up"
    with plain(filled, owner=True) as sql:
        assert rows(sql) == before
        assert triggers(sql) == watched
        after = words(sql)
        assert set(said["customers"]) < set(after.pop("customers"))
        assert after == {table: parts for table, parts in said.items() if table != "customers"}
        sql.run("INSERT INTO customers (company_id, name) VALUES (1, 'New')")
        assert sql.value("SELECT max(id) FROM customers") > erased, "an id was given twice"
        sql.run("UPDATE customers SET updated_at = '2020-01-01 00:00:00' WHERE id = 1")
        sql.run("UPDATE customers SET city = 'Graz' WHERE id = 1")
        assert not str(sql.value("SELECT updated_at FROM customers WHERE id = 1")).startswith("2020")


@pytest.mark.slow
@pytest.mark.parametrize("engine_kind", ["sqlite"])
def test_any_table_can_be_rebuilt(filled: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with plain(filled) as sql:
        before, said, watched = rows(sql), words(sql), triggers(sql)
    body = "\n".join(
        f'with rebuild("{table}") as batch:\n    batch.create_check_constraint("ck_{table}_made_up", "id > 0")'
        for table in Base.metadata.tables
    )
    next_release(monkeypatch, folder_with(body, tmp_path))
    migrating.upgrade(filled.admin_url)
    with plain(filled) as sql:
        assert rows(sql) == before
        assert triggers(sql) == watched
        for table, parts in words(sql).items():
            assert set(said[table]) < set(parts), table
            assert len(parts) == len(said[table]) + 1


@pytest.mark.slow
@pytest.mark.parametrize("engine_kind", ["sqlite"])
@pytest.mark.parametrize("keep_foreign_keys", [False, True])
def test_the_same_with_foreign_keys_on_would_empty_the_deals(
    filled: Database, keep_foreign_keys: bool
) -> None:
    engine = migrating.migration_engine(filled.url)
    if keep_foreign_keys:
        sa.event.listen(engine, "connect", lambda dbapi, record: dbapi.execute("PRAGMA foreign_keys=ON"))
    with engine.begin() as connection:
        with Operations.context(MigrationContext.configure(connection)), rebuild("customers") as batch:
            batch.create_check_constraint("ck_customers_made_up", "id > 0")
        left = connection.exec_driver_sql("SELECT count(*) FROM deals").scalar()
        connection.rollback()
    engine.dispose()
    assert left == (0 if keep_foreign_keys else 2)


@pytest.mark.parametrize("engine_kind", ["sqlite"])
def test_a_plain_batch_would_lose_what_rebuild_keeps(filled: Database) -> None:
    engine = migrating.migration_engine(filled.url)
    with engine.begin() as connection:
        operations = Operations(MigrationContext.configure(connection))
        with operations.batch_alter_table("customers") as batch:
            batch.create_check_constraint("ck_customers_made_up", "id > 0")
        found = connection.exec_driver_sql(
            "SELECT type || ' ' || name, sql FROM sqlite_master WHERE tbl_name = 'customers'"
        ).all()
        connection.rollback()
    engine.dispose()
    made = {row[0]: row[1] for row in found}
    assert "trigger customers_updated_at" not in made
    assert "index ix_customers_by_name" not in made
    assert "AUTOINCREMENT" not in made["table customers"]


def test_rows_that_would_point_at_nothing_undo_the_migration(
    filled: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with plain(filled, owner=True) as sql:
        before, said = rows(sql), words(sql)
    body = 'op.add_column("tasks", sa.Column("extra", sa.Integer()))\nop.execute("DELETE FROM users")'
    if filled.kind == "postgresql":  # there the keys stand guard themselves
        body = body.replace("DELETE FROM users", "UPDATE tasks SET assigned_to = 99")
    next_release(monkeypatch, folder_with(body, tmp_path))
    with pytest.raises((NotReady, Exception), match=r"pointing at nothing|in your company"):
        migrating.upgrade(filled.admin_url)
    with plain(filled, owner=True) as sql:
        assert rows(sql) == before
        assert words(sql) == said


# Rows of the tables that a revision brings, with no more than they need.
STEPS: dict[str, tuple[str, ...]] = {
    "001": ("INSERT INTO companies (name, email) VALUES ('A', 'a@a.at'), ('B', 'b@b.at')",),
    "002": (
        "INSERT INTO users (email, password_hash, first_name, last_name) VALUES ('u@a.at', '-', 'U', 'A')",
        "INSERT INTO users (email, password_hash, first_name, last_name) VALUES ('u@b.at', '-', 'U', 'B')",
        "UPDATE companies SET created_by = 1",
    ),
    "003": (
        "INSERT INTO customers (company_id, name, created_by, credit_limit) VALUES (1, 'C', 1, 0.1)",
        "INSERT INTO customers (company_id, name, created_by, credit_limit) VALUES (2, 'D', 2, 0.2)",
    ),
    "004": (
        "INSERT INTO user_companies (user_id, company_id, role, is_primary) VALUES (1, 1, 'admin', TRUE)",
        "INSERT INTO user_companies (user_id, company_id, role) VALUES (2, 2, 'user')",
        "UPDATE customers SET assigned_to = company_id",
    ),
    "005": ("INSERT INTO leads (company_id, lead_name, customer_id, assigned_to) VALUES (1, 'L', 1, 1)",),
    "006": (
        "INSERT INTO deals (company_id, deal_name, deal_value, customer_id, lead_id) VALUES (1, 'D', 9, 1, 1)",
        "UPDATE leads SET status = 'qualified', converted_at = '2026-03-02 09:30:00', converted_deal_id = 1",
        "INSERT INTO deal_stage_history (company_id, deal_id, to_stage, deal_value) VALUES (1, 1, 'proposal', 9)",
    ),
    "007": ("INSERT INTO tasks (company_id, title, assigned_to, deal_id) VALUES (1, 'T', 1, 1)",),
    "008": (
        "INSERT INTO activities (company_id, activity_type, title, user_id, task_id, activity_date)"
        " VALUES (1, 'call', 'A', 1, 1, '2026-03-02 09:30:00')",
    ),
    "009": (
        "INSERT INTO change_log (company_id, act_id, action, table_name, row_id)"
        " VALUES (1, 'a', 'add', 'customers', 1)",
    ),
    "010": OUTSIDE,
}


def fill_step(sql: Plain, revision: str) -> None:
    """Rows for the tables that this revision brought."""
    if sql.kind == "sqlite":  # a key may point to a table that a later revision brings
        sql.run("PRAGMA foreign_keys=OFF")
    for statement in STEPS.get(revision, ()):
        sql.run(statement)


def narrowed(every: Rows, had: Columns, stayed: Columns) -> Rows:
    """Rows read before, without the columns that did not stay."""
    return {
        table: sorted(
            (
                tuple(v for n, v in zip(had[table], row, strict=True) if n in stayed[table])
                for row in every[table]
            ),
            key=str,
        )
        for table in stayed
    }


@pytest.mark.slow
def test_each_step_keeps_the_rows_of_the_earlier_tables(empty_database: Database) -> None:
    url = empty_database.admin_url
    for number, revision in enumerate(revisions(), start=1):
        with plain(empty_database, owner=True) as sql:
            had = columns(sql)
            every = rows(sql)
        migrating.upgrade(url, revision)
        with plain(empty_database, owner=True) as sql:
            stayed = in_both(had, columns(sql))
            assert set(stayed) == set(had), f"{revision} drops a table"
            assert rows(sql, stayed) == narrowed(every, had, stayed), revision
            fill_step(sql, revision)
            if sql.kind == "sqlite" and number > 6:  # by then every table that a key names is there
                assert sql.run("PRAGMA foreign_key_check") == []
    assert set(STEPS) >= {"001", "010"}
    store = Store(empty_database.admin_url)
    with store.system("the last look", write=False) as session:
        assert session.scalar(sa.text("SELECT count(*) FROM deals")) == 1
    store.close()


@pytest.mark.slow
def test_a_filled_database_goes_down_a_step_and_up_again(filled: Database) -> None:
    with plain(filled, owner=True) as sql:
        had, every = columns(sql), rows(sql)
    migrating.downgrade(filled.admin_url, "-1")
    with plain(filled, owner=True) as sql:
        stayed = in_both(had, columns(sql))
    assert {"customers", "deals", "change_log"} <= set(stayed)
    migrating.upgrade(filled.admin_url)
    with plain(filled, owner=True) as sql:
        assert columns(sql) == had
        assert rows(sql, stayed) == narrowed(every, had, stayed)
