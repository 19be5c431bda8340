"""PostgreSQL refuses by itself: row security on every table, and an application's role that can do no more."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
import pytest
from psycopg import sql as words
from psycopg.errors import InsufficientPrivilege

from crm_data.accounts import onetime, throttle
from crm_data.errors import NotReady
from crm_data.health import check
from crm_data.installation import Installation
from crm_data.store import migrating
from crm_data.store.guards import guarded_tables
from crm_data.store.security_log import note
from crm_data.store.store import Store
from crm_data.tables import APPEND_ONLY, OUTSIDE_ANY_COMPANY, Base, Portrait
from crm_data.tables.security import LinkKind
from tests.support import postgres
from tests.support.databases import Database
from tests.support.makers import Filled, two_companies
from tests.support.own import own_settings

pytestmark = pytest.mark.postgres
TABLES = sorted(guarded_tables())
UNDOING = ("UPDATE {} SET id = id", "DELETE FROM {}", "TRUNCATE {}")
Connection = psycopg.Connection[Any]


@pytest.fixture(scope="module")
def database(new_database: Callable[[str], Database]) -> Database:
    return new_database("postgresql")


@pytest.fixture(scope="module")
def both(database: Database) -> tuple[Filled, Filled]:
    store = Store(database.url)
    made = two_companies(store)
    with store.system("what stands outside any company") as session:
        note(session, "test", made[1].rep_id, made[1].company_id)
        onetime.make(session, LinkKind.RESET, email=f"rep@{made[1].canary}.example", user_id=made[1].rep_id)
        throttle.begin(session, "a key", "an address")
        session.add(Portrait(user_id=made[1].rep_id, image="x", tag="x"))
    tickets = Installation(store, own_settings(database.url)).sessions
    with store.system("a ticket for a session") as session:
        rep = {"user_id": made[1].rep_id, "company_id": made[1].company_id}
        ticket = onetime.make(session, LinkKind.TICKET, **rep)
    tickets.open(ticket)
    store.close()
    return made


@contextmanager
def application(
    database: Database, company_id: int | None = None, owner: bool = False
) -> Iterator[Connection]:
    """A plain connection in a transaction that names a company; undone at the end."""
    with psycopg.connect(database.admin_url if owner else database.url) as connection:
        if company_id is not None:
            connection.execute("SELECT set_config('app.company_id', %s, true)", [str(company_id)])
        yield connection
        connection.rollback()


def rows(connection: Connection, table: str) -> list[Any]:
    return connection.execute(words.SQL("SELECT * FROM {}").format(words.Identifier(table))).fetchall()


def test_every_table_there_is_has_it(database: Database) -> None:
    with application(database, owner=True) as owner:
        found = owner.execute(
            "SELECT relname, relrowsecurity, relforcerowsecurity FROM pg_class"
            " WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace"
        ).fetchall()
        policies = owner.execute("SELECT tablename, policyname FROM pg_policies").fetchall()
    assert {name for name, *_ in found} == set(Base.metadata.tables) | {"alembic_version"}
    assert [row for row in found if row[1:] != (True, True)] == [("alembic_version", False, False)]
    walls = {table: sorted(name for of, name in policies if of == table) for table, _ in policies}
    for table in set(TABLES) - {"companies"}:
        assert walls[table] == ["wall_company", "wall_system"]
    assert walls["companies"] == ["wall_company", "wall_company_change", "wall_system"]
    assert walls["sign_in_attempts"] == ["wall_system"]


@pytest.mark.parametrize("table", TABLES)
def test_plain_sql_sees_one_company(database: Database, both: tuple[Filled, Filled], table: str) -> None:
    own, other = both
    with application(database, own.company_id) as sql:
        seen = rows(sql, table)
        assert seen
        assert other.canary not in str(seen)
    with application(database) as sql:
        assert rows(sql, table) == []


@pytest.mark.parametrize("table", sorted(OUTSIDE_ANY_COMPANY - {"alembic_version"}))
def test_what_stands_outside_is_not_seen_without_a_company(
    database: Database, both: tuple[Filled, Filled], table: str
) -> None:
    own, _ = both
    with application(database) as sql:
        assert rows(sql, table) == []
        sql.execute("SELECT set_config('app.system', 'on', true)")
        assert rows(sql, table), "there is something to be seen"
    with application(database, own.company_id) as sql:
        assert table == "users" or rows(sql, table) == []


def test_of_people_only_those_who_work_here(database: Database, both: tuple[Filled, Filled]) -> None:
    own, _ = both
    with application(database, own.company_id) as sql:
        assert {id_ for (id_,) in sql.execute("SELECT id FROM users")} == {own.admin_id, own.rep_id}
        assert sql.execute("UPDATE users SET password_hash = 'x'").rowcount == 0
        assert sql.execute("DELETE FROM users").rowcount == 0


def test_a_company_changes_itself_and_no_other(database: Database, both: tuple[Filled, Filled]) -> None:
    own, other = both
    with application(database, own.company_id) as sql:
        assert sql.execute("UPDATE companies SET city = 'Graz'").rowcount == 1
        assert sql.execute("DELETE FROM companies").rowcount == 0
    with (
        application(database, own.company_id) as sql,
        pytest.raises(psycopg.Error, match="row-level security"),
    ):
        sql.execute("UPDATE companies SET id = %s", [other.company_id + 1000])


def test_what_the_applications_role_is_granted(database: Database) -> None:
    with application(database, owner=True) as owner:
        found = owner.execute(
            "SELECT table_name::text, string_agg(privilege_type, ' ' ORDER BY privilege_type)"
            " FROM information_schema.role_table_grants WHERE grantee = %s GROUP BY 1",
            [postgres.server()["app"]],
        ).fetchall()
    granted: dict[str, str] = dict(found)
    assert granted.pop("alembic_version") == "SELECT"
    assert {granted.pop(table) for table in APPEND_ONLY} == {"INSERT SELECT"}
    assert set(granted) == set(Base.metadata.tables) - APPEND_ONLY
    assert set(granted.values()) == {"DELETE INSERT SELECT UPDATE"}


@pytest.mark.parametrize("table", sorted(set(TABLES) - {"companies", *APPEND_ONLY}))
def test_a_foreign_row_is_not_changed(database: Database, both: tuple[Filled, Filled], table: str) -> None:
    own, other = both
    name = words.Identifier(table)
    with application(database, own.company_id) as sql:
        for act in ("UPDATE {} SET id = id WHERE id = %s", "DELETE FROM {} WHERE id = %s"):
            assert sql.execute(words.SQL(act).format(name), [other.id_in(table)]).rowcount == 0
    with (
        application(database, own.company_id) as sql,
        pytest.raises(psycopg.Error, match="row-level security"),
    ):
        sql.execute(words.SQL("UPDATE {} SET company_id = %s").format(name), [other.company_id])


@pytest.mark.parametrize(
    "statement",
    [
        "INSERT INTO customers (company_id, name) VALUES ({other}, 'x')",
        "INSERT INTO companies (name, email) VALUES ('x', 'x@example.com')",
        "INSERT INTO users (email, password_hash, first_name, last_name) VALUES ('x', 'x', 'x', 'x')",
        *(act.format(table) for table in sorted(APPEND_ONLY) for act in UNDOING),
        "TRUNCATE customers",
        "ALTER TABLE customers DISABLE ROW LEVEL SECURITY",
        "DROP POLICY wall_company ON customers",
        "CREATE TABLE customers_too (id integer)",
        "CREATE FUNCTION f() RETURNS integer LANGUAGE sql SECURITY DEFINER AS 'SELECT 1'",
        "UPDATE alembic_version SET version_num = '0'",
        "SET ROLE {owner}",
        "SET session_replication_role = replica",
        "COPY customers TO PROGRAM 'cat'",
    ],
)
def test_the_applications_role_can_do_no_more_than_it_needs(
    database: Database, both: tuple[Filled, Filled], statement: str
) -> None:
    own, other = both
    said = statement.format(other=other.company_id, owner=postgres.server()["owner"])
    with application(database, own.company_id) as sql, pytest.raises(InsufficientPrivilege):
        sql.execute(said)  # type: ignore[arg-type]


def test_row_security_off_is_an_error_and_not_a_way(database: Database, both: tuple[Filled, Filled]) -> None:
    own, _ = both
    with application(database, own.company_id) as sql:
        sql.execute("SET LOCAL row_security = off")
        with pytest.raises(psycopg.Error, match="row-level security"):
            rows(sql, "customers")


def test_a_company_is_forgotten_at_the_end_of_its_transaction(
    database: Database, both: tuple[Filled, Filled]
) -> None:
    own, _ = both
    with psycopg.connect(database.url) as sql:
        sql.execute("SELECT set_config('app.company_id', %s, true)", [str(own.company_id)])
        assert rows(sql, "customers")
        sql.commit()
        assert rows(sql, "customers") == []


def test_a_table_that_nobody_thought_of_is_the_systems_alone(new_database: Callable[[str], Database]) -> None:
    database = new_database("postgresql")
    with psycopg.connect(database.admin_url, autocommit=True) as owner:
        owner.execute("CREATE TABLE secrets (id serial PRIMARY KEY, word text)")
        owner.execute("INSERT INTO secrets (word) VALUES ('hush')")
    migrating.upgrade(database.admin_url, application=postgres.server()["app"])
    with application(database, 1) as sql:
        assert rows(sql, "secrets") == []
    with application(database) as sql:
        sql.execute("SELECT set_config('app.system', 'on', true)")
        assert rows(sql, "secrets") == [(1, "hush")]


def test_serving_is_refused_while_a_table_is_bare(new_database: Callable[[str], Database]) -> None:
    database = new_database("postgresql")
    store = Store(database.url)
    installation = Installation(store, own_settings(database.url))
    installation.demand_ready()
    with psycopg.connect(database.admin_url, autocommit=True) as owner:
        owner.execute("ALTER TABLE leads NO FORCE ROW LEVEL SECURITY")
        with pytest.raises(NotReady, match="leads is not behind row security"):
            installation.demand_ready()
        told = {found.what: found.sentence for found in check(store, installation.settings) if not found.ok}
        assert "leads" in told["Row security"]
        migrating.upgrade(database.admin_url)
        installation.demand_ready()
        owner.execute("DROP POLICY wall_company ON tasks")
        owner.execute("DROP POLICY wall_system ON tasks")
        with pytest.raises(NotReady, match="tasks is not behind row security"):
            installation.demand_ready()
    store.close()


def test_migrating_again_waits_for_nobody(database: Database, both: tuple[Filled, Filled]) -> None:
    own, _ = both
    with application(database, own.company_id) as reader, application(database, own.company_id) as writer:
        assert rows(reader, "customers")
        writer.execute("UPDATE customers SET city = 'Graz'")
        at = f"{database.admin_url}?options=-clock_timeout%3D2000"
        assert migrating.upgrade(at, application=postgres.server()["app"]) == migrating.head()
