"""The ground that the tests stand on: databases of their own, two roles, the clock, the browser."""

import os
import re
import sqlite3
import subprocess
import sys
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psycopg
import pytest
import sqlalchemy as sa
from playwright.sync_api import Page
from sqlalchemy.dialects.postgresql.base import PGDialect
from sqlalchemy.dialects.sqlite.base import SQLiteCompiler, SQLiteDialect

from crm_data.settings import ROOT
from crm_data.store.blueprint import blueprint
from crm_data.store.migrating import head
from crm_data.store.store import Store
from crm_data.tables import Company
from tests.conftest import FrozenClock
from tests.support import longest, postgres, run
from tests.support.children import in_child
from tests.support.databases import Database, fresh
from tests.support.own import own_settings

MADE = "INSERT INTO companies (name, email) VALUES ('Only here', 'info@only.example')"


def companies(database: Database, *, add: bool = False) -> int:
    """How many companies the database holds, after making one more if asked to."""
    with closing(connected(database)) as connection:
        if add:
            connection.execute(MADE)
            connection.commit()
        found = connection.execute("SELECT count(*) FROM companies").fetchone()
        assert found
        return int(found[0])


def connected(database: Database) -> sqlite3.Connection | psycopg.Connection:
    """A plain connection, as the application's role that says it is the system."""
    if database.kind == "sqlite":
        return sqlite3.connect(database.url.removeprefix("sqlite:///"))
    return psycopg.connect(database.url, options="-c app.system=on")


@pytest.mark.parametrize("turn", ["first", "second"])
def test_each_test_has_a_migrated_database_of_its_own(database: Database, turn: str) -> None:
    assert companies(database) == 0
    assert companies(database, add=True) == 1


@pytest.mark.parametrize("engine_kind", [pytest.param("postgresql", marks=pytest.mark.postgres)])
def test_the_application_changes_rows_and_no_table(database: Database) -> None:
    with (
        psycopg.connect(database.url) as application,
        pytest.raises(psycopg.errors.InsufficientPrivilege),
    ):
        application.execute("ALTER TABLE companies ADD COLUMN extra text")
    with psycopg.connect(database.admin_url) as owner:
        owner.execute("ALTER TABLE companies ADD COLUMN extra text")


@pytest.mark.parametrize("engine_kind", [pytest.param("postgresql", marks=pytest.mark.postgres)])
def test_no_role_is_a_superuser_and_only_the_owner_passes_row_security(database: Database) -> None:
    who = "SELECT rolbypassrls, rolsuper FROM pg_roles WHERE rolname = current_user"
    for url, bypasses in ((database.url, False), (database.admin_url, True)):
        with psycopg.connect(url) as connection:
            assert connection.execute(who).fetchone() == (bypasses, False)


def test_an_empty_database_has_no_tables(empty_database: Database) -> None:
    with pytest.raises((sqlite3.OperationalError, psycopg.errors.UndefinedTable)):
        companies(empty_database)


def test_time_stands_still_until_it_is_moved(frozen_clock: FrozenClock) -> None:
    from crm_data import clock

    before = clock.now()
    assert before == clock.now() == datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
    frozen_clock.move(days=1, minutes=5)
    assert (clock.now() - before).total_seconds() == 86_700


@pytest.mark.browser
def test_a_page_opens(page: Page) -> None:
    page.set_content("<title>Foyer</title><p>Good morning</p>")
    assert page.title() == "Foyer"
    assert page.inner_text("p") == "Good morning"


def test_the_longest_files_go_first_and_are_told() -> None:
    said = [
        pytest.TestReport(node, ("", 0, ""), {}, "passed", None, when, duration=took)
        for node, when, took in (
            ("a.py::one", "setup", 2.0),
            ("a.py::one", "call", 1.0),
            ("b.py::two", "call", 4.0),
            ("b.py::three", "call", 0.5),
        )
    ]
    found = longest.by_file([*said, object()])
    assert found == [("b.py", 4.5, 2), ("a.py", 3.0, 1)]
    kept = longest.whole({"a.py": (9.0, 3), "b.py": (1.0, 2), "c.py": (0.5, 1)}, found)
    assert kept == {"a.py": (9.0, 3), "b.py": (4.5, 2), "c.py": (0.5, 1)}, (
        "a few of its tests say nothing of a"
    )


def test_a_file_goes_by_its_seconds_where_they_are_known() -> None:
    class Item:
        """As much of a test as the order asks for."""

        def __init__(self, nodeid: str) -> None:
            self.nodeid = nodeid

        def get_closest_marker(self, name: str) -> bool:
            return "long" in self.nodeid and name == "slow"

    items: Any = [Item(f"{file}.py::test") for file in ("short", "long", "known", "shorter")]
    longest.order(items, {"known.py": (4.0, 1), "shorter.py": (0.01, 1), "gone.py": (50.0, 1)})
    assert [item.nodeid.removesuffix(".py::test") for item in items] == ["known", "long", "short", "shorter"]


def test_the_files_that_were_measured_are_there_still() -> None:
    assert [file for file in longest.MEASURED if not (ROOT / file).exists()] == []


def test_a_run_without_postgresql_starts_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(postgres.NONE, "1")
    with pytest.raises(RuntimeError, match="marked so"):
        postgres.server()


@pytest.mark.slow
def test_a_child_copies_the_runs_empty_database_and_knows_the_same_of_it() -> None:
    assert in_child(blueprint, head()) == blueprint(head())


@pytest.mark.slow
@pytest.mark.parametrize("given", [{}, {"FOYER_SEED": "5"}, {"FOYER_SOAK": "1"}])
def test_a_failure_shows_what_chance_was_drawn_from(tmp_path: Path, given: dict[str, str]) -> None:
    (tmp_path / "conftest.py").write_text("from tests.conftest import *\n")
    (tmp_path / "test_fails.py").write_text(
        "from tests.support import chance\n\ndef test_it():\n    assert not chance.dice(1).random()\n"
    )
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("FOYER_", "PYTEST_"))}
    words = [
        sys.executable,
        "-m",
        "pytest",
        "-q",
        "-n",
        "0",
        "-p",
        "no:cacheprovider",
        f"--rootdir={tmp_path}",
    ]
    said = [
        subprocess.run(
            [*words, str(tmp_path)], cwd=ROOT, env=clean | more, capture_output=True, text=True, check=False
        ).stdout
        for more in (given, given)
    ]
    drawn = [set(re.findall(r"FOYER_SEED=(\d+) makes chance decide", one)) for one in said]
    assert all(len(one) == 1 for one in drawn), said
    if "FOYER_SOAK" in given:
        assert drawn[0] != drawn[1]
    else:
        assert drawn == [{given.get("FOYER_SEED", "0")}] * 2
    values = [re.findall(r"not (0\.\d+)", one) for one in said]
    assert (values[0] == values[1]) == ("FOYER_SOAK" not in given)


def test_all_chance_comes_from_one_number() -> None:
    drawn = re.compile(
        r"(?<!\.)\brandom\.[a-z]+\(|(?<![\w.])Random\(|random\.Random\(|default_rng|os\.urandom"
    )
    found = [
        f"{path.relative_to(ROOT)}: {line}"
        for path in (ROOT / "tests").rglob("*.py")
        if path.name not in ("chance.py", "test_support.py")
        for line in path.read_text("utf-8").splitlines()
        if drawn.search(line)
    ]
    assert found == []


def test_a_statement_becomes_sql_once_for_all_databases_of_a_kind(monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[object] = []
    visit = SQLiteCompiler.visit_select

    def counted(*said: Any, **more: Any) -> str:
        made.append(said)
        return visit(*said, **more)

    fresh("sqlite").drop()  # the first of a run is migrated, with selects of its own
    monkeypatch.setattr(SQLiteCompiler, "visit_select", counted)
    found = []
    for count in (0, 1):
        database = fresh("sqlite")
        for _ in range(count):
            companies(database, add=True)
        with closing(Store(database.url)) as store, store.system("a test", write=False) as session:
            found.append(session.scalars(sa.select(Company.id).where(Company.name != "of this test")).all())
        database.drop()
    assert (found, len(made)) == ([[], [1]], 1)


def test_a_dialect_that_was_told_something_else_is_another() -> None:
    assert SQLiteDialect() == SQLiteDialect()
    assert SQLiteDialect() != SQLiteDialect(paramstyle="named")
    assert SQLiteDialect() != PGDialect()


def test_what_a_run_made_in_memory_goes_with_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(run, "SHARED_MEMORY", tmp_path)
    monkeypatch.setenv(run.FOLDER, str(tmp_path / "elsewhere" / "foyer-tests-0-other"))
    run.folder().mkdir(parents=True)
    assert run.memory() == run.folder()
    monkeypatch.setattr(run, "_spare", lambda: run.ENOUGH)
    within = run.within("part")
    assert [place.name for place in tmp_path.iterdir()] == ["elsewhere", within.name]
    run.remove(run.folder())
    assert [*tmp_path.iterdir()] == [tmp_path / "elsewhere"]
    assert not run.folder().exists()


def test_what_a_test_does_not_say_of_backups_is_no_folder_of_the_checkout() -> None:
    made, other = own_settings("sqlite://"), own_settings("sqlite://")
    assert run.folder() in made.backup_dir.parents
    assert made.backup_dir != other.backup_dir
    bare = re.compile(r'(?<!own_)\bsettings\(\{"DATABASE_URL": [\w.]+\}\)')
    found = [path.name for path in (ROOT / "tests").rglob("*.py") if bare.search(path.read_text())]
    assert found == [], "own_settings gives them a folder of their own"
