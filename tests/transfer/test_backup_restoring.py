"""Restoring: exact rows come back, nobody stays signed in, and what stood before is kept."""

import contextlib
import shutil
import signal
import sqlite3
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from crm_data.errors import CrmError, NotFound, Unavailable
from crm_data.store import gate, migrating
from crm_data.store.scope import CompanyScope
from crm_data.tables import Customer
from crm_data.transfer import restore_sqlite as restore
from tests.migrations.trial import older
from tests.support.children import end_of
from tests.transfer.office import OPERATOR, Office, content


@pytest.mark.slow
def test_the_rows_come_back_exactly_and_sessions_end(either: Office) -> None:
    then = either.content()
    made = either.backups.make(OPERATOR)
    either.sql("UPDATE customers SET name = 'Changed' WHERE id < 5")
    either.sql("DELETE FROM customers WHERE id > 8")
    either.sql(
        "INSERT INTO sessions (token_hash, user_id, expires_at) VALUES ('t2', 1, '2030-01-01 00:00:00')"
    )
    now = either.content()
    done = either.backups.restore(made.name, OPERATOR)
    assert either.content() == then
    assert either.customers() == 10
    assert either.sql("SELECT count(*) FROM sessions") == [(0,)]
    assert either.sql("SELECT count(*) FROM one_time_links WHERE used_at IS NULL") == [(0,)]
    assert either.events()[-1] == "backup_restored"
    detail = "json_extract(detail, '$.name')" if either.kind == "sqlite" else "detail->>'name'"
    assert either.sql(f"SELECT user_id, {detail} FROM security_log") == [(1, made.name)]
    assert either.content_of(done.safety) == now
    assert either.kind != "sqlite" or either.path.stat().st_mode & 0o777 == 0o600
    either.backups.restore(done.safety, OPERATOR)
    assert either.content() == now


@pytest.mark.slow
def test_counters_and_triggers_come_back_too(either: Office) -> None:
    name = either.backups.make(None).name
    either.add_customers(3)
    either.backups.restore(name, None)
    either.add_customers(1)
    assert either.sql("SELECT max(id) FROM customers") == [(11,)]
    either.sql("UPDATE customers SET updated_at = '2020-01-01 00:00:00' WHERE id = 1")
    either.sql("UPDATE customers SET name = 'B' WHERE id = 1")
    assert either.sql("SELECT updated_at > '2025-01-01' FROM customers WHERE id = 1") == [(True,)]


@pytest.mark.slow
def test_whoever_has_the_database_open_goes_on_with_the_restored_one(office: Office) -> None:
    name = office.backups.make(None).name
    office.add_customers(5)
    with contextlib.closing(sqlite3.connect(office.path, isolation_level=None)) as other:
        other.execute("BEGIN")
        assert other.execute("SELECT count(*) FROM customers").fetchone() == (15,)
        office.backups.restore(name, None)
        assert other.execute("SELECT count(*) FROM customers").fetchone() == (15,), "its own moment"
        other.execute("COMMIT")
        assert other.execute("SELECT count(*) FROM customers").fetchone() == (10,)
        other.execute("INSERT INTO customers (company_id, name) VALUES (1, 'After')")
    assert office.customers() == 11


@pytest.mark.slow
def test_the_walls_stand_on_connections_that_were_open_before(either: Office) -> None:
    scope = CompanyScope(1, 1, "admin")
    either.sql("INSERT INTO companies (name, email) VALUES ('Other', 'o@other.com')")
    name = either.backups.make(None).name
    with either.store.write(scope) as session:
        session.add(Customer(name="Mine"))
    either.backups.restore(name, None)
    with pytest.raises(NotFound), either.store.write(scope) as session:
        session.core().exec_driver_sql("INSERT INTO customers (company_id, name) VALUES (2, 'Theirs')")
    with either.store.write(scope) as session:
        session.add(Customer(name="Mine again"))
    assert either.customers() == 11


@pytest.mark.slow
def test_an_older_backup_is_migrated(either: Office) -> None:
    migrating.downgrade(either.settings.owner_url, older())
    made = either.backups.make(None)
    migrating.upgrade(either.settings.owner_url)
    assert either.backups.verify(made.name, None).older
    either.add_customers(5)
    either.backups.restore(made.name, None)
    assert either.customers() == 10
    assert either.sql("SELECT version_num FROM alembic_version") == [(migrating.head(),)]
    assert either.events() == ["backup_restored"]


@pytest.mark.slow
def test_a_trigger_of_our_name_is_restored_with_our_body(office: Office) -> None:
    office.sql("DROP TRIGGER customers_updated_at")
    office.sql("CREATE TRIGGER customers_updated_at AFTER UPDATE ON customers BEGIN DELETE FROM users; END")
    office.sql("CREATE TRIGGER sessions_gone AFTER DELETE ON sessions BEGIN DELETE FROM users; END")
    office.sql("DROP TRIGGER sessions_gone")
    name = office.backups.make(None).name
    office.backups.restore(name, None)
    ((body,),) = office.sql("SELECT sql FROM sqlite_master WHERE name = 'customers_updated_at'")
    assert "DELETE" not in str(body)


@pytest.mark.slow
def test_a_backup_with_another_page_size_is_restored(office: Office) -> None:
    name = office.backups.make(None).name
    backup = office.folder / name
    with contextlib.closing(sqlite3.connect(backup, isolation_level=None)) as plain:
        plain.execute("PRAGMA page_size=8192")
        plain.execute("VACUUM")
    from tests.transfer.test_backup_verifying import forge

    forge(backup)
    office.add_customers(5)
    office.backups.restore(name, None)
    assert office.customers() == 10


@pytest.mark.slow
def test_writers_wait_while_a_backup_is_put_in_place(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    name = office.backups.make(None).name
    office.add_customers(5)
    real, waited = restore.replace_content, threading.Event()

    def slowly(*given: object) -> None:
        writer.start()
        assert not waited.wait(0.3)
        real(*given)  # type: ignore[arg-type]

    def write() -> None:
        with office.store.system("a test writes") as session:
            session.connection().exec_driver_sql(
                "INSERT INTO customers (company_id, name) VALUES (1, 'Late')"
            )
        waited.set()

    writer = threading.Thread(target=write)
    monkeypatch.setattr(restore, "replace_content", slowly)
    office.backups.restore(name, None)
    writer.join()
    assert office.customers() == 11


def test_a_writer_that_waits_too_long_gets_a_sentence(office: Office) -> None:
    office.store.gate = gate.Gate(wait=0.05)
    shut, written = office.store.gate.shut, office.store.system
    for first, second, words in (
        (shut(), written("a test writes"), "being restored"),
        (written("a test writes"), shut(), "under way"),
        (shut(), shut(), "Another backup"),
    ):
        with first, pytest.raises(Unavailable, match=words), second:
            pass
    with written("a test writes again"):
        pass
    assert office.customers() == 10


@pytest.mark.slow
def test_a_commit_of_another_process_is_in_the_safety_backup(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    name = office.backups.make(None).name
    real, times = restore.replace_content, []

    def interrupted(*given: object) -> None:
        times.append(1)
        if len(times) == 1:  # between the safety backup and the moment it is replaced
            office.sql("INSERT INTO customers (company_id, name) VALUES (1, 'In between')")
        real(*given)  # type: ignore[arg-type]

    monkeypatch.setattr(restore, "replace_content", interrupted)
    done = office.backups.restore(name, None)
    assert len(times) == 2
    assert office.customers() == 10
    with contextlib.closing(sqlite3.connect(office.folder / done.safety)) as safety:
        assert safety.execute("SELECT count(*) FROM customers").fetchone() == (11,)


@pytest.mark.slow
def test_without_room_for_a_safety_backup_nothing_is_restored(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    name = office.backups.make(None).name
    office.add_customers(5)

    def full(live: Path, to: Path) -> None:
        raise sqlite3.OperationalError("database or disk is full")

    monkeypatch.setattr("crm_data.transfer.kept_sqlite.snapshot", full)
    with pytest.raises(Unavailable, match="disk is full"):
        office.backups.restore(name, None)
    assert office.customers() == 15
    assert office.events()[-1] == "restore_failed"


def damage(office: Office, first: int, last: int) -> None:
    """Overwrite pages of the live file, with nobody there."""
    office.store.close()
    office.sql("PRAGMA wal_checkpoint(TRUNCATE)")
    with open(office.path, "rb+") as file:
        file.seek(first * 4096)
        file.write(b"\xff" * 4096 * (last - first))


@pytest.mark.slow
def test_a_damaged_database_is_replaced_and_kept_aside(office: Office) -> None:
    name = office.backups.make(None).name
    # Behind it comes what the new rows need, and nothing of the schema.
    [(first,)] = office.sql("PRAGMA page_count")
    office.add_customers(2000)
    damage(office, first, first + 60)
    with pytest.raises(CrmError):
        office.backups.make(None)
    done = office.backups.restore(name, None)
    assert done.safety.startswith("crm_unverified_")
    assert (office.folder / done.safety).stat().st_mode & 0o777 == 0o600
    assert [info.name for info in office.backups.list(None)] == [name]
    assert office.customers() == 10


@pytest.mark.slow
def test_a_database_that_cannot_be_opened_is_set_aside_once_foyer_stands_still(office: Office) -> None:
    name = office.backups.make(None).name
    damage(office, 0, 2)
    (office.path.parent / "crm.db-wal").write_bytes(b"left over from the damaged one")
    with pytest.raises(Unavailable, match="Stop Foyer"):
        office.backups.restore(name, None)
    done = office.backups.restore_file(office.folder / name, None)
    assert done.safety.startswith("crm.db.damaged-")
    assert (office.path.parent / done.safety).read_bytes()[:4] == b"\xff" * 4
    assert office.customers() == 10
    assert content(office.path) == content(office.folder / name)


@pytest.mark.slow
def test_a_file_that_another_process_has_open_is_not_set_aside(office: Office) -> None:
    made = office.backups.make(None)
    office.store.close()
    holder = subprocess.Popen(
        [
            sys.executable,
            "-c",
            "import sqlite3, sys; c = sqlite3.connect(sys.argv[1]); c.execute('SELECT * FROM users').fetchall();"
            "print('open', flush=True); sys.stdin.read()",
            str(office.path),
        ],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    assert holder.stdout is not None
    assert holder.stdout.readline() == b"open\n"
    with open(office.path, "rb+") as file:
        file.write(b"\xff" * 100)
    with pytest.raises(Unavailable, match="Stop Foyer"):
        office.backups.restore_file(office.folder / made.name, None)
    holder.communicate()
    office.backups.restore_file(office.folder / made.name, None)
    assert office.customers() == 10


@pytest.mark.slow
def test_the_page_restores_from_the_folder_only_and_the_command_line_from_anywhere(
    office: Office, tmp_path: Path
) -> None:
    name = office.backups.make(None).name
    for suffix in (".db", ".json"):
        shutil.move(office.folder / f"{name[:-3]}{suffix}", tmp_path / f"brought{suffix}")
    office.add_customers(5)
    with pytest.raises(CrmError):
        office.backups.restore(str(tmp_path / "brought.db"), None)
    office.backups.restore_file(tmp_path / "brought.db", None)
    assert office.customers() == 10


_CHILD = """
import os, signal, sys
from pathlib import Path
from crm_data.settings import settings
from crm_data.store import sqlite_file
from crm_data.store.store import Store
from crm_data.transfer import kept_sqlite, restore_sqlite as restore
from crm_data.transfer.backups import Backups

def die(*given):
    os.kill(os.getpid(), signal.SIGKILL)

def before(module, name, skip=0):
    real, seen = getattr(module, name), []
    def killed(*given, **more):
        seen.append(1)
        if len(seen) > skip:
            die()
        return real(*given, **more)
    setattr(module, name, killed)

def after(module, name):
    real = getattr(module, name)
    def killed(*given, **more):
        real(*given, **more)
        die()
    setattr(module, name, killed)

def midway(share):
    real = sqlite_file.opened
    def replace(live, copy, unchanged, *begun):
        pages = copy.stat().st_size // 4096
        sqlite_file._STEP = max(1, int(pages * share))
        real_replace(live, copy, die)
    real_replace = restore.replace_content
    restore.replace_content = replace

exec(sys.argv[2])
Backups(Store(settings().database_url), settings()).restore_file(settings().backup_dir / sys.argv[1], None)
"""


def killed(office: Office, name: str, point: str) -> None:
    """Restore in a process that is killed there."""
    ended = end_of(
        _CHILD,
        name,
        point,
        DATABASE_URL=office.store.url,
        CRM_BACKUP_DIR=str(office.folder),
        TMPDIR=str(office.path.parent),  # what a killed process leaves there goes with the test
    )
    assert ended == -signal.SIGKILL


POINTS = {
    "before the check": "before(restore, 'upgrade')",
    "copy prepared": "after(kept_sqlite, 'prepare')",
    "safety backup begun": "before(kept_sqlite, 'snapshot')",
    "safety backup made": "before(restore, 'replace_content')",
    "first pages written": "midway(0.05)",
    "half the pages written": "midway(0.5)",
    "nearly all pages written": "midway(0.98)",
    "all done but the log": "after(restore, 'replace_content')",
}


@pytest.mark.slow
@pytest.mark.parametrize("point", POINTS)
def test_a_kill_leaves_the_old_or_the_new(office: Office, point: str) -> None:
    office.add_customers(3000)
    made = office.backups.make(None)
    office.sql("DELETE FROM customers WHERE id % 3 = 0")
    old, new = content(office.path), content(office.folder / made.name)
    killed(office, made.name, POINTS[point])
    assert content(office.path) == (new if point.startswith("all") else old)
    assert office.sql("SELECT count(*) FROM sessions") == [(0 if point.startswith("all") else 1,)]
    office.backups.restore(made.name, None)
    assert content(office.path) == new


@pytest.mark.slow
@pytest.mark.parametrize("step", ["os.link", "os.replace", "os.replace:1", "restore.sync_folder:1"])
def test_a_kill_while_a_damaged_file_is_set_aside_loses_nothing(office: Office, step: str) -> None:
    made = office.backups.make(None)
    damage(office, 0, 2)
    (office.path.parent / "crm.db-wal").write_bytes(b"left over")
    where, _, skip = step.partition(":")
    module, _, name = where.partition(".")
    prepared = (
        "real = restore._set_aside\ndef armed(*given):\n    before({}, {!r}, {})\n    return real(*given)\n"
    )
    point = prepared.format(module, name, skip or 0) + "restore._set_aside = armed"
    killed(office, made.name, point)
    new = office.path.read_bytes()[:16] == b"SQLite format 3\0"
    assert not (new and (office.path.parent / "crm.db-wal").exists())
    if not new:
        assert office.path.read_bytes()[:4] == b"\xff" * 4
        office.backups.restore_file(office.folder / made.name, None)
    assert office.customers() == 10
    assert content(office.path) == content(office.folder / made.name)
