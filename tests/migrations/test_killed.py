"""A migration that is killed leaves the database as it was; several at once migrate once."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from crm_data.settings import ROOT
from crm_data.store import migrating
from crm_data.store.store import Store
from tests.migrations.trial import folder_with, next_release
from tests.support.databases import Database
from tests.support.makers import two_companies
from tests.support.plain import plain
from tests.tables.facts import facts, words

pytestmark = pytest.mark.slow

ONCE = """op.execute("INSERT INTO security_log (event) VALUES ('migrated')")"""
HALF_WAY = """
    import os, time
    op.execute("INSERT INTO security_log (event) VALUES ('half')")
    with rebuild("customers") as batch:
        batch.create_check_constraint("ck_customers_made_up", "id > 0")
    half = os.environ.get("HALF")
    if half:
        open(half, "w").close()
        time.sleep(60)
    op.execute("INSERT INTO security_log (event) VALUES ('whole')")
"""


def child(url: str, scripts: Path, *more: object, **variables: str) -> subprocess.Popen[str]:
    """A process that migrates `url`."""
    return subprocess.Popen(
        [sys.executable, "-m", "tests.migrations.child", url, str(scripts), *map(str, more)],
        cwd=ROOT, env={**os.environ, **variables}, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
    )  # fmt: skip


def until(true: bool | Path, process: subprocess.Popen[str]) -> None:
    """Wait for a file that the child makes."""
    end = time.monotonic() + 60
    while isinstance(true, Path) and not true.exists():
        assert process.poll() is None, process.communicate()[0]
        assert time.monotonic() < end
        time.sleep(0.01)


@pytest.mark.parametrize("tables", [1, 6, 14])
def test_killed_while_making_the_tables(
    empty_database: Database, database: Database, tmp_path: Path, tables: int
) -> None:
    process = child(empty_database.admin_url, folder_with(ONCE, tmp_path), tables)
    assert process.wait(60) == -signal.SIGKILL, process.communicate()[0]
    process.communicate()
    with plain(empty_database, owner=True) as sql:
        assert set(facts(sql)) == set(), "something of a migration that never ended is there"
    migrating.upgrade(empty_database.admin_url)
    with plain(empty_database, owner=True) as sql, plain(database, owner=True) as good:
        assert words(sql) == words(good)


def test_killed_in_the_middle_of_a_filled_database(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = Store(database.url)
    two_companies(store)
    store.close()
    with plain(database, owner=True) as sql:
        said, customers = words(sql), sql.run("SELECT id, name, updated_at FROM customers ORDER BY id")
    scripts, half = folder_with(HALF_WAY, tmp_path), tmp_path / "half"
    process = child(database.admin_url, scripts, HALF=str(half))
    until(half, process)
    process.kill()
    process.communicate()
    with plain(database, owner=True) as sql:
        assert words(sql) == said
        assert sql.run("SELECT event FROM security_log") == []
        assert sql.value("SELECT version_num FROM alembic_version") == migrating.head()
    next_release(monkeypatch, scripts)
    assert migrating.upgrade(database.admin_url) == "made_up"
    with plain(database, owner=True) as sql:
        assert [event for (event,) in sql.run("SELECT event FROM security_log ORDER BY id")] == [
            "half",
            "whole",
        ]
        assert sql.run("SELECT id, name, updated_at FROM customers ORDER BY id") == customers
        assert len(words(sql)["customers"]) == len(said["customers"]) + 1


def test_three_at_once_migrate_once(empty_database: Database, tmp_path: Path) -> None:
    scripts = folder_with(ONCE, tmp_path)
    (scripts / "wait").touch()
    processes = [child(empty_database.admin_url, scripts) for _ in range(3)]
    for process in processes:
        until(scripts / f"ready{process.pid}", process)
    (scripts / "go").touch()
    said = [process.communicate(timeout=120)[0] for process in processes]
    assert [process.returncode for process in processes] == [0, 0, 0], "\n".join(said)
    assert all(text.strip().endswith("made_up") for text in said)
    with plain(empty_database, owner=True) as sql:
        assert sql.run("SELECT event FROM security_log") == [("migrated",)]
