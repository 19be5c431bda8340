"""The migrations make what the tables declare, word by word, and take it away again."""

import os
import subprocess
import sys

import pytest
import sqlalchemy as sa

from crm_data.errors import NotReady
from crm_data.settings import ROOT
from crm_data.store import migrating
from crm_data.store.guards import guarded_tables
from crm_data.tables import OUTSIDE_ANY_COMPANY, Base
from tests.migrations.trial import revisions
from tests.support.databases import Database, create_declared
from tests.support.plain import Plain, plain
from tests.tables.facts import facts, words


def left(sql: Plain) -> list[str]:
    """Everything of ours that a database holds, by its name."""
    if sql.kind == "sqlite":
        wanted = "SELECT name FROM sqlite_master WHERE name NOT LIKE 'sqlite_%'"
    else:
        wanted = (
            "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace UNION ALL"
            " SELECT tgname FROM pg_trigger WHERE NOT tgisinternal UNION ALL"
            " SELECT proname FROM pg_proc WHERE pronamespace = 'public'::regnamespace"
        )
    return sorted(name for (name,) in sql.run(wanted))


def test_migrated_and_declared_are_the_same_words(database: Database, empty_database: Database) -> None:
    engine = migrating.migration_engine(empty_database.admin_url)
    with engine.begin() as connection:
        create_declared(connection)
    engine.dispose()
    with plain(database, owner=True) as migrated, plain(empty_database, owner=True) as declared:
        made, said = words(migrated), words(declared)
    assert set(made) == set(said) == set(Base.metadata.tables)
    for table in said:
        assert made[table] == said[table], table


def test_every_check_of_the_tables_is_in_the_database(database: Database) -> None:
    with plain(database) as sql:
        made = words(sql)
    for table in Base.metadata.tables.values():
        for check in table.constraints:
            if isinstance(check, sa.CheckConstraint):
                here = check._ddl_if is None or check._ddl_if.dialect == database.kind  # type: ignore[attr-defined]
                assert any(str(check.name) in part for part in made[table.name]) == here, check.name


@pytest.mark.slow
def test_alembic_finds_nothing_to_do(database: Database) -> None:
    migrating.check(database.admin_url)


def test_alembic_check_has_teeth(database: Database) -> None:
    with plain(database, owner=True) as sql:
        sql.run("DROP INDEX idx_customer_company_status")
    with pytest.raises(Exception, match="idx_customer_company_status"):
        migrating.check(database.admin_url)


@pytest.mark.slow
def test_down_to_nothing_and_up_again(database: Database) -> None:
    with plain(database, owner=True) as sql:
        before, all_of_it = words(sql), left(sql)
    migrating.downgrade(database.admin_url, "base")
    with plain(database, owner=True) as sql:
        assert left(sql) in (["alembic_version", "alembic_version_pkc"], ["alembic_version"])
    migrating.upgrade(database.admin_url)
    with plain(database, owner=True) as sql:
        assert words(sql) == before
        assert left(sql) == all_of_it


@pytest.mark.slow
def test_each_step_down_and_up_again(empty_database: Database) -> None:
    url = empty_database.admin_url
    for here in revisions():
        assert migrating.upgrade(url, here) == here
        with plain(empty_database, owner=True) as sql:
            before = words(sql)
        migrating.downgrade(url, "-1")
        assert migrating.upgrade(url, here) == here
        with plain(empty_database, owner=True) as sql:
            assert words(sql) == before
    migrating.check(url)


@pytest.mark.slow
def test_the_alembic_command_works_as_well(empty_database: Database, database: Database) -> None:
    where = {"DATABASE_URL": empty_database.url, "DATABASE_ADMIN_URL": empty_database.admin_url}
    if empty_database.kind == "sqlite":
        del where["DATABASE_ADMIN_URL"]
    for command in (["upgrade", "head"], ["check"], ["downgrade", "-1"], ["upgrade", "head"]):
        said = subprocess.run(
            [sys.executable, "-m", "alembic", *command],
            cwd=ROOT, env={**os.environ, **where}, capture_output=True, text=True, timeout=120,
        )  # fmt: skip
        assert said.returncode == 0, said.stderr
    with plain(empty_database, owner=True) as made, plain(database, owner=True) as good:
        assert words(made) == words(good)
        assert left(made) == left(good)


def test_every_table_is_inside_a_company_or_listed_outside(database: Database) -> None:
    with plain(database) as sql:
        held = facts(sql)
    assert set(held) == set(guarded_tables()) | OUTSIDE_ANY_COMPANY
    assert not set(guarded_tables()) & OUTSIDE_ANY_COMPANY
    for table, column in guarded_tables().items():
        assert not held[table].columns[column][1], f"{table}.{column} may be empty"


def test_a_newer_database_is_refused_with_a_sentence(database: Database) -> None:
    with plain(database, owner=True) as sql:
        sql.run("UPDATE alembic_version SET version_num = '999'")
    with pytest.raises(NotReady, match="does not know") as refused:
        migrating.upgrade(database.admin_url)
    assert "999" in str(refused.value)


@pytest.mark.parametrize("engine_kind", ["sqlite"])
def test_a_file_that_is_no_database_is_refused_and_left_alone(empty_database: Database) -> None:
    path = migrating.sqlite_path(empty_database.url)
    path.write_bytes(b"a letter to the editor, longer than any header\n" * 100)
    with pytest.raises(Exception, match="damaged"):
        migrating.upgrade(empty_database.url)
    assert path.read_bytes().startswith(b"a letter")
