"""Tables that only grow, on both engines and whoever writes: every one that is marked, and every way to undo."""

from collections.abc import Iterator
from typing import Any

import pytest
import sqlalchemy as sa

from crm_data.store import migrating
from crm_data.store.store import Store
from crm_data.tables import APPEND_ONLY, Base, ChangeLog, DealStageHistory, SecurityLog
from migrations.walls import raise_walls
from tests.support import postgres
from tests.support.databases import Database
from tests.support.makers import Filled, two_companies
from tests.support.plain import Plain, plain

TABLES = sorted(APPEND_ONLY)
COLUMNS = [(table, column.name) for table in TABLES for column in Base.metadata.tables[table].columns]
# (table, column, the parent it points to, what becomes of the row when the parent goes)
KEYS = [
    (table, key.parent.name, key.column.table.name, key.ondelete)
    for table in TABLES
    for key in sorted(Base.metadata.tables[table].foreign_keys, key=lambda key: key.parent.name)
    if key.ondelete
]


@pytest.fixture
def companies(database: Database) -> tuple[Filled, Filled]:
    store = Store(database.url)
    made = two_companies(store)
    with store.system("a line in the log that is of no company") as session:
        for filled in made:
            session.add(SecurityLog(event="test", user_id=filled.rep_id, company_id=filled.company_id))
    store.close()
    return made


@pytest.fixture
def sql(database: Database, companies: tuple[Filled, Filled]) -> Iterator[Plain]:
    with plain(database, owner=True) as found:
        yield found


def rows(sql: Plain, table: str) -> list[tuple[Any, ...]]:
    """Everything in a table."""
    return sql.run(f"SELECT * FROM {table} ORDER BY id")


def test_the_logs_are_marked() -> None:
    assert {model.__tablename__ for model in (ChangeLog, DealStageHistory, SecurityLog)} <= APPEND_ONLY


@pytest.mark.slow
@pytest.mark.parametrize("where", ["", " WHERE id = 1"])
@pytest.mark.parametrize("table", TABLES)
def test_no_row_is_changed_or_taken_away(sql: Plain, table: str, where: str) -> None:
    before = rows(sql, table)
    assert len(before) == 2, "an empty table proves nothing"
    for named, column in COLUMNS:
        if named == table:
            for value in (column,) if column == "id" else (column, "NULL"):
                assert "append-only" in sql.refuses(f"UPDATE {table} SET {column} = {value}{where}")
    assert "append-only" in sql.refuses(f"DELETE FROM {table}{where}")
    assert rows(sql, table) == before


@pytest.mark.slow
@pytest.mark.parametrize("table", TABLES)
@pytest.mark.parametrize("engine_kind", ["sqlite"])
def test_no_row_is_put_over_another(sql: Plain, table: str) -> None:
    before, names = rows(sql, table), [c.name for c in Base.metadata.tables[table].columns]
    for recursive in ("ON", "OFF"):
        sql.run(f"PRAGMA recursive_triggers={recursive}")
        for act in ("INSERT OR REPLACE", "REPLACE"):
            copied = f"{act} INTO {table} ({', '.join(names)}) SELECT {', '.join(names)} FROM {table}"
            assert "append-only" in sql.refuses(copied)
            assert "append-only" in sql.refuses(copied.replace("(id,", "(rowid,", 1))
        assert "append-only" in sql.refuses(f"UPDATE OR REPLACE {table} SET id = 1 WHERE id = 2")
    assert rows(sql, table) == before
    unique = [row for row in sql.run(f"PRAGMA index_list({table})") if row[2]]
    assert unique == [], "a second unique key would be a second row to put another over"


@pytest.mark.parametrize("table", TABLES)
@pytest.mark.parametrize("engine_kind", [pytest.param("postgresql", marks=pytest.mark.postgres)])
def test_no_table_is_emptied_at_once(sql: Plain, table: str) -> None:
    before = rows(sql, table)
    for emptied in (table, f"{table} CASCADE", f"{table} RESTART IDENTITY", "companies CASCADE"):
        assert "append-only" in sql.refuses(f"TRUNCATE {emptied}")
    assert rows(sql, table) == before


@pytest.mark.slow
@pytest.mark.parametrize(("table", "column", "parent", "rule"), KEYS)
def test_what_the_keys_declare_is_let_through(
    sql: Plain, companies: tuple[Filled, Filled], table: str, column: str, parent: str, rule: str
) -> None:
    assert rule in ("CASCADE", "SET NULL")
    own, other = rows(sql, table)
    gone = sql.value(f"SELECT {column} FROM {table} WHERE id = ?", own[0])
    assert gone is not None, "a key without a value proves nothing"
    sql.run(f"DELETE FROM {parent} WHERE id = ?", gone)
    if rule == "CASCADE":
        assert rows(sql, table) == [other]
    else:
        assert sql.value(f"SELECT {column} FROM {table} WHERE id = ?", own[0]) is None
        assert len(rows(sql, table)) == 2
        assert "append-only" in sql.refuses(f"DELETE FROM {table} WHERE id = ?", own[0])


@pytest.mark.parametrize("engine_kind", [pytest.param("postgresql", marks=pytest.mark.postgres)])
def test_a_parent_that_is_only_out_of_sight_is_not_gone(
    database: Database, sql: Plain, companies: tuple[Filled, Filled]
) -> None:
    own, other = companies
    said = "INSERT INTO deal_stage_history (company_id, deal_id, to_stage, moved_by, deal_value)"
    sql.run(f"{said} VALUES (?, ?, 'prospect', ?, 1)", own.company_id, own.deal_id, other.rep_id)
    sql.run(f"GRANT UPDATE, DELETE ON deal_stage_history TO {postgres.server()['app']}")
    with plain(database) as seen:
        seen.run("SELECT set_config('app.system', '', false)")
        seen.run("SELECT set_config('app.company_id', ?, false)", str(own.company_id))
        assert seen.run("SELECT id FROM users WHERE id = ?", other.rep_id) == []
        for act in ("UPDATE deal_stage_history SET moved_by = NULL", "DELETE FROM deal_stage_history"):
            assert "append-only" in seen.refuses(f"{act} WHERE moved_by = ?", other.rep_id)


@pytest.mark.slow
@pytest.mark.parametrize("table", TABLES)
def test_a_trigger_that_is_gone_or_another_is_put_back(database: Database, sql: Plain, table: str) -> None:
    if sql.kind == "sqlite":
        made = sql.run("SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = ?", table)
        assert len(made) == 3
        for (name,) in made:
            sql.run(f"DROP TRIGGER {name}")
        sql.run(f"CREATE TRIGGER {table}_no_update BEFORE UPDATE ON {table} BEGIN SELECT 1; END")
    else:
        sql.run(f"DROP TRIGGER {table}_no_truncate ON {table}")
        sql.run(f"DROP TRIGGER {table}_append_only ON {table}")
        said = f"CREATE TRIGGER {table}_append_only AFTER DELETE ON {table} FOR EACH ROW"
        sql.run(f"{said} EXECUTE FUNCTION app_append_only()")
    migrating.upgrade(database.admin_url)
    test_no_row_is_changed_or_taken_away(sql, table, "")


def test_what_stands_is_left_alone(database: Database) -> None:
    engine = migrating.migration_engine(database.admin_url)
    with engine.begin() as connection:
        said: list[str] = []
        sa.event.listen(
            connection, "before_cursor_execute", lambda c, cursor, statement, *more: said.append(statement)
        )
        raise_walls(connection)
    engine.dispose()
    assert [line for line in said if line.startswith(("CREATE TRIGGER", "DROP TRIGGER"))] == []


@pytest.mark.parametrize("engine_kind", [pytest.param("postgresql", marks=pytest.mark.postgres)])
def test_a_temporary_table_is_not_taken_for_a_parent(
    database: Database, sql: Plain, companies: tuple[Filled, Filled]
) -> None:
    """The owner's hand takes a row away with its parent: what the application has made must not run by it."""
    own, _ = companies
    parents = {parent for table, _, parent, _ in KEYS if table == "deal_stage_history"}
    assert len(parents) > 1
    with plain(database) as seen:
        seen.run(
            "CREATE FUNCTION pg_temp.is_owner() RETURNS boolean LANGUAGE plpgsql AS $$"
            "BEGIN RAISE EXCEPTION 'ran as %', current_user; END $$"
        )
        for parent in parents:
            seen.run(f"CREATE TEMP VIEW {parent} AS SELECT 1 AS id WHERE pg_temp.is_owner()")
            seen.run(f"GRANT ALL ON pg_temp.{parent} TO PUBLIC")
        seen.run("DELETE FROM public.deals WHERE id = ?", own.deal_id)
    assert sql.run("SELECT id FROM deal_stage_history WHERE deal_id = ?", own.deal_id) == []
