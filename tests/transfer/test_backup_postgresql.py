"""Backups of PostgreSQL: what is refused, what is said, and that a restore is all or nothing."""

import json
import logging
import os
import shutil
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

import psycopg
import pytest

from crm_data.errors import BadBackup, CrmError, NotReady, Unavailable
from crm_data.settings import settings
from crm_data.store import migrating
from crm_data.store.store import Store
from crm_data.store.turns import Turn
from crm_data.transfer import kept_postgres, postgres_scratch
from crm_data.transfer.backups import Backups
from crm_data.transfer.manifest import manifest_path
from tests.support import chance, postgres
from tests.support.children import end_of
from tests.support.databases import Database, fresh
from tests.support.soak import size
from tests.transfer.office import OPERATOR, Office, dumped, open_office
from tests.transfer.test_backup_verifying import forge

pytestmark = pytest.mark.postgres


@pytest.fixture(scope="module")
def standing(
    new_database: Callable[[str], Database], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Office, str, str]]:
    """An installation that no test of this file changes, its one backup, and a digest of its content."""
    database = new_database("postgresql")
    opened = open_office(database.url, database.admin_url, tmp_path_factory.mktemp("standing"))
    name = opened.backups.make(None).name
    yield opened, name, opened.content()
    opened.store.close()


@pytest.fixture
def trying(tmp_path: Path) -> Iterator[Office]:
    """An installation on PostgreSQL of the test's own, whose backups are tried out in a database of their own."""
    database = fresh("postgresql")
    opened = open_office(database.url, database.admin_url, tmp_path / "backups")
    yield opened
    opened.store.close()
    database.drop()


@pytest.fixture
def office(trying: Office, untried: None) -> Office:
    """The same for tests of other things than the trial."""
    return trying


@pytest.fixture
def empty_postgresql() -> Iterator[Database]:
    """A database without any table."""
    made = fresh("postgresql", migrated=False)
    yield made
    made.drop()


def with_settings(office: Office, **changed: str) -> Backups:
    """The same installation, as a process with other settings sees it."""
    return Backups(office.store, replace(office.settings, **changed))  # type: ignore[arg-type]


def raw_dump(url: str, to: Path) -> None:
    """A dump of everything in a database, as somebody else would make it."""
    words = [postgres.programs() / "pg_dump", "--format=custom", f"--file={to}", f"--dbname={url}"]
    subprocess.run(words, check=True)


def trials(office: Office) -> list[tuple[object, ...]]:
    """Databases that were made to try a backup out."""
    return office.sql(
        "SELECT datname FROM pg_database WHERE starts_with(datname, ?)", postgres_scratch.PREFIX
    )


def refused(office: Office, path: Path, words: str, content: str) -> None:
    """A file is refused, as restore and verify do alike, with one sentence, and nothing was changed or left."""
    with pytest.raises(BadBackup, match=words) as said:
        office.backups.restore_file(path, None)
    assert "\n" not in str(said.value)
    assert office.content() == content
    assert [left for left in os.listdir(office.folder) if left.startswith(".")] == []


# ------------------------------------------------------------------------------------------------ damaged files

_SHARES = (0.0, 0.001, 0.05, 0.5, 0.95, 0.999)


def _flipped(share: float) -> Callable[[bytes], bytes]:
    def flip(data: bytes) -> bytes:
        at = int(share * (len(data) - 1))
        return data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :]

    return flip


MUTATIONS: dict[str, Callable[[bytes], bytes]] = {
    **{f"a bit at {share}": _flipped(share) for share in _SHARES},
    **{f"cut at {share}": lambda data, share=share: data[: int(share * len(data))] for share in _SHARES},
    "the last byte gone": lambda data: data[:-1],
    "grown": lambda data: data + b"\0",
    "doubled": lambda data: data * 2,
    "zeros": lambda data: bytes(len(data)),
    "turned": lambda data: data[100:] + data[:100],
    "noise in the middle": lambda data: data[:5000] + chance.dice(1).randbytes(100) + data[5100:],
    "text": lambda data: b"name,email\n" * (len(data) // 11),
    "a picture": lambda data: b"\x89PNG\r\n\x1a\n" + data[8:],
    "a page of another": lambda data: data[:4096] + data[8192:12288] + data[8192:],
}


@pytest.mark.parametrize("what", MUTATIONS)
def test_whatever_is_not_its_bytes_is_refused(
    standing: tuple[Office, str, str], what: str, tmp_path: Path
) -> None:
    office, name, content = standing
    data = (office.folder / name).read_bytes()
    (tmp_path / name).write_bytes(MUTATIONS[what](data))
    shutil.copy(manifest_path(office.folder / name), tmp_path)
    assert (tmp_path / name).read_bytes() != data
    refused(office, tmp_path / name, "damaged", content)


@pytest.mark.parametrize(
    ("told", "words"),
    [
        (None, "no manifest"),
        ("not JSON", "cannot be read"),
        ('{"format": 1}', "cannot be read"),
        ({"made_at": "2026-01-01T00:00:00+00:00"}, "another one"),
        ({"rows": {"customers": 11}}, "do not agree"),
        ({"revision": "009"}, "do not agree"),
    ],
)
def test_a_manifest_that_does_not_fit_is_refused(
    standing: tuple[Office, str, str], told: object, words: str, tmp_path: Path
) -> None:
    office, name, content = standing
    shutil.copy(office.folder / name, tmp_path)
    if isinstance(told, dict):
        right = json.loads(manifest_path(office.folder / name).read_text())
        told = json.dumps(right | told)
    if told is not None:
        manifest_path(tmp_path / name).write_text(str(told))
    refused(office, tmp_path / name, words, content)


FORGED: dict[str, tuple[Callable[[bytes], bytes], str]] = {
    "empty": (lambda data: b"", "not a backup of PostgreSQL"),
    "text": (lambda data: b"PG, but no dump\n" * 100, "not a backup of PostgreSQL"),
    "SQL": (lambda data: b"DROP TABLE customers;\n", "not a backup of PostgreSQL"),
    "SQLite": (lambda data: b"SQLite format 3\0" + data, "runs on PostgreSQL"),
    "the beginning alone": (lambda data: data[:9], "damaged"),
    "a tenth": (lambda data: data[: len(data) // 10], "damaged"),
    "nearly all": (lambda data: data[:-200], "damaged|lacks"),
    "the list broken": (lambda data: data[:60] + b"\xff" * 400 + data[460:], "damaged|did not make"),
    "the rows broken": (lambda data: data[:-600] + b"\xff" * 300 + data[-300:], "damaged|do not agree"),
}


@pytest.mark.parametrize("what", FORGED)
def test_a_damaged_file_whose_manifest_was_made_to_fit_is_refused(
    standing: tuple[Office, str, str], what: str, tmp_path: Path
) -> None:
    office, name, content = standing
    damage, words = FORGED[what]
    (tmp_path / name).write_bytes(damage((office.folder / name).read_bytes()))
    shutil.copy(manifest_path(office.folder / name), tmp_path)
    forge(tmp_path / name)
    refused(office, tmp_path / name, words, content)
    assert trials(office) == []


def test_noise_whose_manifest_was_made_to_fit_never_ends_in_a_traceback(
    standing: tuple[Office, str, str], tmp_path: Path
) -> None:
    office, name, content = standing
    data = (office.folder / name).read_bytes()
    manifest = manifest_path(office.folder / name).read_bytes()
    sentences = []
    for seed in range(size(4, 300)):
        dice = chance.dice(seed)
        at = dice.randrange(len(data)) if seed else 0  # what the file begins with is no value of any row
        (tmp_path / name).write_bytes(data[:at] + dice.randbytes(20) + data[at + 20 :])
        manifest_path(tmp_path / name).write_bytes(manifest)
        forge(tmp_path / name)
        try:
            office.backups.verify_file(tmp_path / name, None)
        except CrmError as error:
            sentences.append(str(error))
    assert sentences
    assert not any("\n" in sentence for sentence in sentences)
    assert office.content() == content
    assert trials(office) == []


FOREIGN: dict[str, tuple[str, str]] = {
    "a view": ("CREATE VIEW evil AS SELECT * FROM users", "did not make"),
    "a function": ("CREATE FUNCTION evil() RETURNS int LANGUAGE sql AS 'SELECT 1'", "did not make"),
    "a trigger": (
        "CREATE TRIGGER evil BEFORE UPDATE ON users FOR EACH ROW EXECUTE FUNCTION app_touch()",
        "did not make",
    ),
    "an extension": ("CREATE EXTENSION pg_trgm", "did not make"),
    "a table": ("CREATE TABLE evil (id int)", "did not make"),
    "a table elsewhere": ("CREATE SCHEMA evil; CREATE TABLE evil.evil (id int)", "did not make"),
    "a table is missing": ("DROP TABLE activities CASCADE", "lacks tables"),
    "a column too many": ("ALTER TABLE users ADD COLUMN evil text", "did not make"),
    "another database": ("DROP TABLE alembic_version", "not a database of Foyer"),
    "two revisions": ("INSERT INTO alembic_version VALUES ('009')", "not a database of Foyer"),
    "newer revision": ("UPDATE alembic_version SET version_num = '9999'", "newer version"),
    "a row that points at nothing": (
        "ALTER TABLE customers DROP CONSTRAINT fk_customers_created_by_users;"
        "UPDATE customers SET created_by = 99",
        "missing",
    ),
    "a row that is not allowed": (
        "ALTER TABLE users DROP CONSTRAINT uq_users_email;"
        "INSERT INTO users (email, password_hash, first_name, last_name) VALUES ('ann@acme.com', 'x', 'A', 'B')",
        "not allowed",
    ),
}


@pytest.mark.parametrize("what", FOREIGN)
def test_a_dump_of_something_else_is_refused(
    standing: tuple[Office, str, str], what: str, tmp_path: Path
) -> None:
    office, name, content = standing
    statements, words = FOREIGN[what]
    other = fresh("postgresql")
    try:
        opened = open_office(other.url, other.admin_url, tmp_path)
        opened.store.close()
        with psycopg.connect(other.admin_url) as owner:
            owner.execute(statements.encode())
        raw_dump(other.admin_url, tmp_path / name)
    finally:
        other.drop()
    shutil.copy(manifest_path(office.folder / name), tmp_path)
    forge(tmp_path / name)
    refused(office, tmp_path / name, words, content)
    assert trials(office) == []


def test_what_could_not_be_restored_does_not_count_as_backed_up(office: Office) -> None:
    office.sql("CREATE VIEW everything AS SELECT * FROM customers")
    with pytest.raises(BadBackup, match="view everything"):
        office.backups.make(None)
    assert os.listdir(office.folder) == []
    assert office.backups.status(None).late


def test_a_backup_of_the_other_kind_is_told_apart(office: Office, tmp_path: Path) -> None:
    lite = fresh("sqlite")
    there = open_office(lite.url, folder=office.folder)
    name, own = there.backups.make(None).name, office.backups.make(None).name
    told = {info.name: info.problem for info in office.backups.list(None)}
    assert told == {own: "", name: "This backup is of SQLite, and this installation runs on PostgreSQL."}
    with pytest.raises(BadBackup, match="of SQLite, and this installation runs on PostgreSQL"):
        office.backups.restore(name, None)
    with pytest.raises(BadBackup, match="of PostgreSQL, and this installation runs on SQLite"):
        there.backups.restore(own, None)
    assert [info.problem for info in there.backups.list(None) if info.name == own] == [
        "This backup is of PostgreSQL, and this installation runs on SQLite."
    ]
    there.store.close()
    lite.drop()


# ---------------------------------------------------------------------------------------- programs and roles


@pytest.mark.parametrize("missing", ["pg_dump", "pg_restore"])
def test_a_missing_program_is_a_sentence(
    standing: tuple[Office, str, str], missing: str, tmp_path: Path
) -> None:
    office, name, content = standing
    for program in {"pg_dump", "pg_restore"} - {missing}:
        (tmp_path / program).symlink_to(postgres.programs() / program)
    backups = with_settings(office, pg_bin=str(tmp_path))
    for act in (lambda: backups.make(None), lambda: backups.restore(name, None)):
        with pytest.raises(NotReady, match=f"need {missing}, and it is not in .* CRM_PG_BIN"):
            act()
    assert office.content() == content


def script(folder: Path, program: str, body: str) -> None:
    """A program of that name that does what the body says, with the real one in $REAL."""
    path = folder / program
    path.write_text(f"#!/bin/sh\nREAL={postgres.programs() / program}\n{body}\n")
    path.chmod(0o700)


def test_a_program_older_than_the_server_is_a_sentence(
    standing: tuple[Office, str, str], tmp_path: Path
) -> None:
    for program in ("pg_dump", "pg_restore"):
        script(tmp_path, program, 'echo "$0 (PostgreSQL) 9.6.24"')
    with pytest.raises(NotReady, match=r"pg_dump is of PostgreSQL 9, and the server is of \d\d"):
        with_settings(standing[0], pg_bin=str(tmp_path)).make(None)


def test_the_password_is_in_no_argument_and_no_log(
    office: Office, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    password = urlsplit(office.settings.owner_url).password
    assert password
    for program in ("pg_dump", "pg_restore"):
        script(tmp_path, program, f'echo "$@" >> {tmp_path}/said; exec "$REAL" "$@"')
    backups = with_settings(office, pg_bin=str(tmp_path))
    with caplog.at_level(logging.DEBUG, "foyer"):
        backups.restore(backups.make(None).name, None)
        script(
            tmp_path, "pg_dump", '[ "$1" = --version ] && exec "$REAL" "$@"; PGPASSWORD=no exec "$REAL" "$@"'
        )
        with pytest.raises(Unavailable, match=r"pg_dump: error: .*password") as failed:
            backups.make(None)
    said = (tmp_path / "said").read_text()
    assert "--format=custom" in said
    assert "enable-row-security" not in said
    assert password not in said + caplog.text + str(failed.value)


def test_a_dump_that_ends_early_is_a_sentence_and_leaves_nothing(office: Office, tmp_path: Path) -> None:
    version = '[ "$1" = --version ] && exec "$REAL" "$@";'
    (tmp_path / "pg_restore").symlink_to(postgres.programs() / "pg_restore")
    for body, words in (
        ('echo "pg_dump: error: could not write: No space left on device" >&2; exit 1', "disk is full"),
        ('ulimit -f 10; exec "$REAL" "$@"', "disk is full"),
        ("kill -9 $$", "was stopped"),
        ("exit 3", "code 3"),
    ):
        script(tmp_path, "pg_dump", version + body)
        with pytest.raises(Unavailable, match=words):
            with_settings(office, pg_bin=str(tmp_path)).make(None)
        assert os.listdir(office.folder) == []


def test_a_dump_without_some_of_the_rows_is_noticed(office: Office, tmp_path: Path) -> None:
    version = '[ "$1" = --version ] && exec "$REAL" "$@";'
    (tmp_path / "pg_restore").symlink_to(postgres.programs() / "pg_restore")
    script(tmp_path, "pg_dump", version + 'exec "$REAL" --exclude-table-data=customers "$@"')
    with pytest.raises(BadBackup):
        with_settings(office, pg_bin=str(tmp_path)).make(None)


def test_without_the_owners_address_foyer_says_what_to_do(office: Office) -> None:
    backups = with_settings(office, database_admin_url="")
    assert backups.daily() is None
    status = backups.status(OPERATOR)
    assert status.late
    assert "DATABASE_ADMIN_URL" in status.sentence
    assert office.events() == []
    with pytest.raises(NotReady, match="role that owns the tables"):
        backups.make(None)
    office.backups.make(None)
    assert not backups.status(OPERATOR).late, "made by another process that knows it"


@pytest.fixture
def helper(trying: Office) -> Iterator[str]:
    """The address of a role that has the owner's rights, but may neither pass row security nor make databases."""
    name, known = f"{postgres.server()['owner']}_helper", postgres.server()
    with psycopg.connect(known["admin"], autocommit=True) as admin:
        admin.execute(
            f"CREATE ROLE {name} LOGIN IN ROLE {known['owner']} PASSWORD '{known['password']}'".encode()
        )
        yield trying.settings.owner_url.replace(known["owner"], name, 1)
        admin.execute(f"REASSIGN OWNED BY {name} TO {known['owner']}; DROP ROLE {name}".encode())


def test_a_role_that_may_not_make_a_database_says_what_was_not_tried(trying: Office, helper: str) -> None:
    with psycopg.connect(postgres.server()["admin"], autocommit=True) as admin:
        admin.execute(f"ALTER ROLE {urlsplit(helper).username} BYPASSRLS".encode())
    backups = with_settings(trying, database_admin_url=helper)
    made = backups.make(None)
    assert "not tried out" in made.untried
    assert "CREATEDB" in made.untried
    assert made.rows is not None
    assert made.rows["customers"] == 10
    assert "CREATEDB" in backups.verify(made.name, None).untried
    assert trying.backups.verify(made.name, None).untried == ""
    trying.add_customers(5)
    backups.restore(made.name, None)
    assert trying.customers() == 10


def test_a_role_that_does_not_see_every_row_makes_no_backup(office: Office, helper: str) -> None:
    with pytest.raises(NotReady, match="BYPASSRLS"):
        with_settings(office, database_admin_url=helper).make(None)
    made = office.backups.make(None)
    assert made.rows is not None
    assert made.rows["customers"] == 10
    office.sql("DELETE FROM customers")
    office.backups.restore(made.name, None)
    assert office.sql("SELECT count(*) FROM customers") == [(10,)]


def test_another_schema_and_a_password_of_signs(
    empty_postgresql: Database, helper: str, tmp_path: Path
) -> None:
    password, role = "p@ss:w/%r d\"'", urlsplit(helper).username
    name, known = urlsplit(empty_postgresql.url).path[1:], postgres.server()
    with psycopg.connect(known["admin"], autocommit=True) as admin:
        admin.execute(f"ALTER ROLE {role} BYPASSRLS CREATEDB PASSWORD $${password}$$".encode())
        admin.execute(f"GRANT CREATE ON DATABASE {name} TO {role}".encode())
    place = f"{empty_postgresql.url.partition('@')[2]}?options=-csearch_path%3Dfoyer"
    url = f"postgresql://{role}:{quote(password, safe='')}@{place}"
    with psycopg.connect(url) as owner:
        owner.execute("CREATE SCHEMA foyer")
    migrating.upgrade(url)
    opened = open_office(url, url, tmp_path)
    made = opened.backups.make(None)
    assert made.untried == ""
    opened.add_customers(5)
    opened.backups.restore(made.name, None)
    assert opened.customers() == 10
    opened.store.close()
    empty_postgresql.drop()


def test_databases_for_trials_do_not_pile_up(trying: Office) -> None:
    left = f"{postgres_scratch.PREFIX}202001010000_abc"
    fresh_one = f"{postgres_scratch.PREFIX}299901010000_abc"
    for name in (left, fresh_one):
        trying.sql(f"CREATE DATABASE {name}")
    trying.backups.make(None)
    assert trials(trying) == [(fresh_one,)], "another process may be at it"
    trying.sql(f"DROP DATABASE {fresh_one}")


# --------------------------------------------------------------------------------------------------- restoring


def midway(monkeypatch: pytest.MonkeyPatch, office: Office, act: Callable[[], None]) -> None:
    """Do something when rows are about to be put into the live database."""
    real = kept_postgres.fill

    def interrupted(connection, dump):  # type: ignore[no-untyped-def]
        if connection.engine.url.database == urlsplit(office.settings.owner_url).path[1:]:
            act()
        return real(connection, dump)

    monkeypatch.setattr(kept_postgres, "fill", interrupted)


def as_the_system(url: str) -> psycopg.Connection[Any]:
    """A connection of another process that serves, at work across companies."""
    return psycopg.connect(url, options="-c app.system=on")


def test_other_processes_wait_to_write_and_read_on_undisturbed(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    name = office.backups.make(None).name
    office.add_customers(5)
    landed = threading.Event()

    def write() -> None:
        writer.execute("INSERT INTO customers (company_id, name) VALUES (1, 'Late')")
        writer.commit()
        landed.set()

    def others() -> None:
        for reader in (before, during):
            assert reader.execute("SELECT count(*) FROM customers").fetchone() == (15,)
        waiting.start()
        assert not landed.wait(0.5)

    with (
        as_the_system(office.store.url) as writer,
        as_the_system(office.store.url) as before,
        as_the_system(office.store.url) as during,
    ):
        before.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        assert before.execute("SELECT count(*) FROM users").fetchone() == (1,)
        # A transaction under way, which reads the tables that are about to be replaced.
        assert writer.execute("SELECT count(*) FROM customers").fetchone() == (15,)
        waiting = threading.Thread(target=write)
        midway(monkeypatch, office, others)
        office.backups.restore(name, None)
        waiting.join(60)
        assert landed.is_set()
        assert before.execute("SELECT count(*) FROM customers").fetchone() == (15,), "its own moment"
        during.rollback()
        assert during.execute("SELECT count(*) FROM customers").fetchone() == (11,)


def test_a_change_that_does_not_end_is_a_sentence(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    name = office.backups.make(None).name
    monkeypatch.setattr(kept_postgres, "_WAIT", 0.3)
    with as_the_system(office.store.url) as writer:
        writer.execute("UPDATE customers SET name = 'Open'")
        with pytest.raises(Unavailable, match="under way"):
            office.backups.restore(name, None)
        writer.rollback()
    assert [info.name for info in office.backups.list(None)] == [name]


def test_a_writer_that_the_restore_waits_for_may_finish_first(office: Office) -> None:
    name = office.backups.make(None).name
    office.add_customers(5)
    locks = "SELECT count(*) FROM pg_locks WHERE NOT granted AND database = (%s)"
    here = "SELECT oid FROM pg_database WHERE datname = current_database()"

    def write() -> None:
        while watcher.execute((locks % here).encode()).fetchone() == (0,):
            time.sleep(0.02)
        # The restore waits for the other table, and has this one.
        writer.execute("UPDATE users SET first_name = 'x'")
        writer.commit()
        written.set()

    with (
        psycopg.connect(office.store.url) as writer,
        psycopg.connect(office.store.url, autocommit=True) as watcher,
    ):
        writer.execute("UPDATE customers SET name = 'x'")
        written = threading.Event()
        thread = threading.Thread(target=write)
        thread.start()
        safety = office.backups.restore(name, None).safety
        thread.join()
        assert written.is_set(), "nobody was thrown out"
    assert office.customers() == 10
    assert office.sql("SELECT first_name FROM users") == [("Ann",)]
    assert b"\tx\t" in b"".join(dumped(office.folder / safety, "users"))


def as_application(office: Office, statement: str) -> list[tuple[object, ...]]:
    """A statement by the application's role, at once."""
    with psycopg.connect(office.store.url, autocommit=True, options="-c app.system=on") as plain:
        done = plain.execute(statement.encode())
        return done.fetchall() if done.description else []


def test_a_database_that_lost_tables_is_made_anew_with_its_grants(office: Office) -> None:
    made, then = office.backups.make(None), office.content()
    office.sql("GRANT SELECT ON customers TO pg_monitor")  # a role that a server always has
    office.sql("DROP TABLE tasks CASCADE")
    office.sql("CREATE VIEW mine AS SELECT * FROM customers")
    done = office.backups.restore(made.name, None)
    assert done.safety.startswith("crm_unverified_")
    assert office.content() == then
    assert as_application(
        office, "INSERT INTO customers (company_id, name) VALUES (1, 'x') RETURNING id"
    ) == [(11,)]
    as_application(office, "UPDATE tasks SET title = 'x'")
    privileges = (
        "SELECT privilege_type FROM information_schema.role_table_grants WHERE grantee = ? AND table_name = ?"
    )
    assert office.sql(privileges, "pg_monitor", "customers") == [("SELECT",)]
    migrating.check(office.settings.owner_url)


def test_an_empty_database_is_filled(office: Office, empty_postgresql: Database) -> None:
    made = office.backups.make(None)
    told = replace(
        office.settings, database_url=empty_postgresql.url, database_admin_url=empty_postgresql.admin_url
    )
    store = Store(empty_postgresql.admin_url)
    done = Backups(store, told).restore(made.name, None)
    assert done.safety == ""
    with as_the_system(empty_postgresql.url) as application:
        assert application.execute("SELECT count(*) FROM customers").fetchone() == (10,)
    store.close()


def test_rows_that_point_at_each_other_come_back(office: Office) -> None:
    office.sql("INSERT INTO leads (company_id, lead_name, status) VALUES (1, 'L', 'qualified')")
    office.sql(
        "INSERT INTO deals (company_id, customer_id, deal_name, deal_value, lead_id) VALUES (1, 1, 'D', 5, 1)"
    )
    office.sql("UPDATE leads SET converted_deal_id = 1, converted_at = now()")
    office.sql("UPDATE users SET created_by = 1")
    office.sql(r"UPDATE customers SET name = E'tab\t, line\n, \\. and \\N', notes = NULL WHERE id = 1")
    then = office.content()
    leads = office.sql("SELECT * FROM leads")
    name = office.backups.make(None).name
    office.sql("DELETE FROM companies")
    office.backups.restore(name, None)
    assert office.content() == then
    assert office.sql("SELECT * FROM leads") == leads


_CHILD = """
import os, signal, sys
from crm_data.settings import settings
from crm_data.store.store import Store
from crm_data.store.turns import Turn
from crm_data.transfer import kept_postgres, postgres_rows, postgres_scratch
from crm_data.transfer.backups import Backups

def killed(*given, **more):
    os.kill(os.getpid(), signal.SIGKILL)

def after(module, name):
    real = getattr(module, name)
    def then_killed(*given, **more):
        found = real(*given, **more)
        killed()
    setattr(module, name, then_killed)

store = Store(settings().database_url)
backups = Backups(store, settings())

def none(url, schema):
    raise postgres_scratch.NoScratch("to save time")

kept_postgres.scratch = none
real = backups._keep_safe
def safe():
    name = real()
    exec(sys.argv[2])
    return name
backups._keep_safe = safe
backups.restore(sys.argv[1], None)
"""
POINTS = {
    "old rows gone": "postgres_rows.Staged._insert = killed",
    "all but COMMIT": "after(kept_postgres, '_sign_out')",
    "committed": "kept_postgres.upgrade = killed",
    "safety backup made": "killed()",
    "rows staged": "postgres_rows.Staged.exchange = killed",
}


@pytest.mark.slow
@pytest.mark.parametrize("point", list(POINTS)[: size(3, 5)])
def test_a_kill_leaves_the_old_or_the_new(office: Office, point: str) -> None:
    made, new = office.backups.make(None), office.content()
    office.sql("DELETE FROM customers WHERE id % 3 = 0")
    old = office.content()
    ended = end_of(
        _CHILD,
        made.name,
        POINTS[point],
        DATABASE_URL=office.store.url,
        DATABASE_ADMIN_URL=office.settings.owner_url,
        CRM_BACKUP_DIR=str(office.folder),
    )
    assert ended == -signal.SIGKILL
    assert office.content() == (new if point == "committed" else old)
    assert office.sql("SELECT count(*) FROM sessions") == [(0 if point == "committed" else 1,)]
    office.add_customers(1)  # no counter went back without its rows
    assert len(office.backups.list(None)) == 2, "the safety backup is there"


# ---------------------------------------------------------------------------------------------- the daily round


def test_while_another_process_makes_todays_backup_this_one_makes_none(office: Office) -> None:
    with office.owner() as other, other.transaction():
        other.execute(f"SELECT pg_advisory_xact_lock({int(Turn.DAILY_BACKUP)})".encode())
        assert office.backups.daily() is None
    assert office.events() == [], "that is no failure"
    assert office.backups.daily() is not None
    assert office.backups.daily() is None


def test_settings_name_the_folder_of_the_programs() -> None:
    assert settings({"CRM_PG_BIN": "/opt/pg"}).pg_bin == "/opt/pg"
