"""Backups while four processes write: every one opens, is whole, and holds what was acknowledged before it."""

import contextlib
import shutil
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.databases import fresh
from tests.support.soak import size
from tests.transfer.office import Office, dumped, open_office

pytestmark = pytest.mark.slow

# A customer and an activity in one transaction; the number is acknowledged only after COMMIT.
_WRITER = """
import sqlite3, sys
path, acknowledged, who = sys.argv[1:]
db = sqlite3.connect(path, isolation_level=None, timeout=60)
db.execute("PRAGMA synchronous=FULL")
out, number = open(acknowledged, "w", buffering=1), 0
while True:
    number += 1
    db.execute("BEGIN IMMEDIATE")
    db.execute("INSERT INTO customers (company_id, name) VALUES (1, ?)", (f"{who}-{number}",))
    db.execute(
        "INSERT INTO activities (company_id, activity_type, title, user_id, activity_date)"
        " VALUES (1, 'note', ?, 1, CURRENT_TIMESTAMP)", (f"{who}-{number}",))
    db.execute("COMMIT")
    out.write(f"{number}\\n")
"""


@pytest.fixture
def writers(office: Office, tmp_path: Path) -> Iterator[list[Path]]:
    """Four processes that write without a pause; the files in which they acknowledge."""
    files = [tmp_path / f"acknowledged-{who}" for who in range(4)]
    running = [
        subprocess.Popen([sys.executable, "-c", _WRITER, str(office.path), str(file), f"w{who}"])
        for who, file in enumerate(files)
    ]
    while not all(file.exists() and file.stat().st_size for file in files):
        time.sleep(0.05)
    yield files
    for process in running:
        process.kill()
        process.wait()


def acknowledged(files: list[Path]) -> list[int]:
    """The highest number that each writer was told is safe."""
    return [int(file.read_text().rpartition("\n")[0].rpartition("\n")[2] or 0) for file in files]


def fault(copy: Path, before: list[int]) -> str:
    """What is wrong with a copy of the database that was begun when `before` was acknowledged, or ''."""
    try:
        with contextlib.closing(sqlite3.connect(copy)) as db:
            if db.execute("PRAGMA integrity_check").fetchone() != ("ok",):
                return "corrupt"
            torn = db.execute(
                "SELECT (SELECT count(*) FROM customers WHERE name LIKE 'w%') - (SELECT count(*) FROM activities)"
            ).fetchone()
            if torn != (0,):
                return "torn"
            for who, number in enumerate(before):
                row = db.execute("SELECT 1 FROM customers WHERE name = ?", (f"w{who}-{number}",)).fetchone()
                if number and row is None:
                    return "stale"
    except sqlite3.Error:
        return "unreadable"
    return ""


def test_backups_under_load_are_whole(office: Office, writers: list[Path]) -> None:
    for _ in range(size(8, 60)):
        before = acknowledged(writers)
        made = office.backups.make(None)
        assert fault(office.folder / made.name, before) == ""
    office.backups.verify(made.name, None)
    assert all(number > 10 for number in acknowledged(writers))


def test_a_restore_under_load_lands_and_the_writers_go_on(office: Office, writers: list[Path]) -> None:
    name = office.backups.make(None).name
    safety = office.backups.restore(name, None).safety
    reached = acknowledged(writers)
    deadline = time.monotonic() + 30
    while not all(now > then for now, then in zip(acknowledged(writers), reached, strict=True)):
        assert time.monotonic() < deadline, "a writer stands still"
        time.sleep(0.05)
    office.backups.verify(safety, None)
    assert fault(office.folder / safety, [0, 0, 0, 0]) == ""


def test_plain_copies_under_load_fail_so_the_test_above_has_teeth(
    office: Office, writers: list[Path], tmp_path: Path
) -> None:
    """The control: `cp` of the live file, which the schema document recommends."""
    found = []
    while len(found) < 40 and not any(found):
        before = acknowledged(writers)
        found.append(fault(Path(shutil.copyfile(office.path, tmp_path / "copy.db")), before))
    assert any(found)


# The same on PostgreSQL, by the application's role.
_PG_WRITER = """
import psycopg, sys, time
url, acknowledged, who = sys.argv[1:]
db = psycopg.connect(url, options="-c app.company_id=1")
out, number = open(acknowledged, "w", buffering=1), 0
while True:
    number += 1
    with db.transaction():
        db.execute("INSERT INTO customers (company_id, name) VALUES (1, %s)", (f"{who}-{number}",))
        db.execute(
            "INSERT INTO activities (company_id, activity_type, title, user_id, activity_date)"
            " VALUES (1, 'note', %s, 1, CURRENT_TIMESTAMP)", (f"{who}-{number}",))
    out.write(f"{number}\\n")
    time.sleep(0.002)  # the rows of a few seconds are enough
"""


@pytest.mark.postgres
def test_backups_and_a_restore_of_postgresql_under_load_are_whole(tmp_path: Path) -> None:
    database = fresh("postgresql")
    office = open_office(database.url, database.admin_url, tmp_path / "backups")
    files = [tmp_path / f"acknowledged-{who}" for who in range(2)]
    running = [
        subprocess.Popen([sys.executable, "-c", _PG_WRITER, database.url, str(file), f"w{who}"])
        for who, file in enumerate(files)
    ]
    try:
        while not all(file.exists() and file.stat().st_size for file in files):
            assert all(process.poll() is None for process in running), "a writer has died"
            time.sleep(0.05)
        for _ in range(size(3, 30)):
            before = acknowledged(files)
            made = office.backups.make(None)
            assert torn_or_stale(office.folder / made.name, before) == ""
        safety = office.backups.restore(made.name, None).safety
        reached = acknowledged(files)
        deadline = time.monotonic() + 60
        while not all(now > then for now, then in zip(acknowledged(files), reached, strict=True)):
            assert time.monotonic() < deadline, "a writer stands still"
            time.sleep(0.05)
        assert torn_or_stale(office.folder / safety, before) == ""
    finally:
        for process in running:
            process.kill()
            process.wait()
        office.store.close()
        database.drop()


def torn_or_stale(dump: Path, before: list[int]) -> str:
    """As `fault`, of a dump of PostgreSQL."""
    names = {line.split(b"\t")[2].decode() for line in dumped(dump, "customers")}
    if len([name for name in names if name.startswith("w")]) != len(dumped(dump, "activities")):
        return "torn"
    return "" if all(f"w{who}-{number}" in names for who, number in enumerate(before)) else "stale"
