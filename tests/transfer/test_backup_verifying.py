"""Files that are not, or are no longer, the backups they claim to be: each is refused with one sentence."""

import hashlib
import json
import os
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from crm_data.errors import BadBackup
from crm_data.transfer import kept_sqlite, verify
from tests.transfer.office import Office, content


def forge(backup: Path, **told: object) -> None:
    """Make the manifest fit the file as it is now, as somebody would who may write to the folder."""
    path = backup.with_suffix(".json")
    data = backup.read_bytes()
    fitting = {"sha256": hashlib.sha256(data).hexdigest(), "size": len(data)}
    path.write_text(json.dumps(json.loads(path.read_text()) | fitting | told))


def changed(sql: str) -> Callable[[Path], None]:
    """Change the backup by SQL and forge its manifest."""

    def change(backup: Path) -> None:
        with closing(sqlite3.connect(backup)) as plain:
            plain.executescript("PRAGMA writable_schema=ON;" + sql)
            plain.commit()
        forge(backup)

    return change


def written(data: bytes | Callable[[bytes], bytes]) -> Callable[[Path], None]:
    """Replace the backup's bytes and forge its manifest."""

    def write(backup: Path) -> None:
        backup.write_bytes(data if isinstance(data, bytes) else data(backup.read_bytes()))
        forge(backup)

    return write


def flipped(backup: Path) -> None:
    """One bit of a text that no index covers: SQLite's own check finds nothing."""
    data = bytearray(backup.read_bytes())
    data[data.index(b"text without any index") + 3] ^= 1
    backup.write_bytes(data)


def linked(backup: Path) -> None:
    """The same bytes, behind a link."""
    moved = backup.rename(backup.with_name("elsewhere.db"))
    backup.symlink_to(moved)


def piped(backup: Path) -> None:
    """A pipe, which would be waited on for ever."""
    backup.unlink()
    os.mkfifo(backup)


def sparse(backup: Path) -> None:
    """A file that claims to be a terabyte."""
    with open(backup, "rb+") as file:
        file.truncate(1 << 40)


def told(text: str) -> Callable[[Path], None]:
    """Replace the manifest."""

    def tell(backup: Path) -> None:
        backup.with_suffix(".json").write_text(text)

    return tell


BAD: dict[str, tuple[Callable[[Path], None], str]] = {
    "one flipped bit": (flipped, "bytes are not those"),
    "no manifest": (lambda backup: backup.with_suffix(".json").unlink(), "no manifest"),
    "manifest is a link": (
        lambda backup: backup.with_suffix(".json").symlink_to(
            backup.with_suffix(".json").rename(backup.with_name("other.json"))
        ),
        "no manifest",
    ),
    "manifest is text": (told("not JSON"), "cannot be read"),
    "manifest is nested": (told("[" * 50_000), "cannot be read"),
    "manifest is a list": (told("[]"), "cannot be read"),
    "manifest lacks a value": (told('{"format": 1}'), "cannot be read"),
    "manifest of another": (lambda backup: forge(backup, made_at="2026-01-01T00:00:00+00:00"), "another one"),
    "manifest counts otherwise": (lambda backup: forge(backup, rows={"customers": 11}), "do not agree"),
    "manifest of another revision": (lambda backup: forge(backup, revision="009"), "do not agree"),
    "a link": (linked, "a link"),
    "a pipe": (piped, "not as long"),
    "sparse": (sparse, "not as long"),
    "empty": (written(b""), "not a SQLite database"),
    "text": (written(b"name,email\n" * 1000), "not a SQLite database"),
    "a picture": (written(b"\x89PNG\r\n\x1a\n" + b"\0" * 5000), "not a SQLite database"),
    "bad magic": (written(lambda data: b"SQLite format 4\0" + data[16:]), "not a SQLite database"),
    "first page only": (written(lambda data: data[:4096]), "damaged"),
    "half a file": (written(lambda data: data[: len(data) // 2]), "damaged"),
    "another database": (changed("DROP TABLE alembic_version"), "not a database of Foyer"),
    "two revisions": (changed("INSERT INTO alembic_version VALUES ('009')"), "not a database of Foyer"),
    "newer revision": (changed("UPDATE alembic_version SET version_num = '9999'"), "newer version"),
    "a table is missing": (changed("DROP TABLE activities"), "lacks tables"),
    "a trigger of its own": (
        changed("CREATE TRIGGER evil AFTER INSERT ON users BEGIN DELETE FROM customers; END"),
        "did not make",
    ),
    "a view of its own": (changed("CREATE VIEW evil AS SELECT * FROM users"), "did not make"),
    "a virtual table": (changed("CREATE VIRTUAL TABLE evil USING fts5(words)"), "did not make"),
    "a row that points at nothing": (
        changed("PRAGMA foreign_keys=OFF; UPDATE customers SET company_id = 99"),
        "missing",
    ),
    "a broken schema": (
        changed("UPDATE sqlite_master SET sql = 'nonsense' WHERE name = 'customers'"),
        "damaged",
    ),
}


@pytest.mark.slow
@pytest.mark.parametrize("what", BAD)
def test_a_bad_backup_is_refused_with_a_sentence(office: Office, what: str) -> None:
    name = office.backups.make(None).name
    damage, words = BAD[what]
    damage(office.folder / name)
    before = content(office.path)
    for act in (office.backups.verify, office.backups.restore):
        with pytest.raises(BadBackup, match=words) as refused:
            act(name, None)
        assert str(refused.value).count("\n") == 0
    assert content(office.path) == before
    assert [left for left in os.listdir(office.folder) if left.startswith(".")] == []
    assert office.backups.status(None).last is None
    made_instead = office.backups.daily()
    assert made_instead is not None
    assert office.backups.verify(made_instead.name, None)


@pytest.mark.slow
def test_a_file_in_wal_mode_without_its_log_is_read_as_it_stands(office: Office) -> None:
    name = office.backups.make(None).name
    backup = office.folder / name
    written(lambda data: data[:18] + b"\2\2" + data[20:])(backup)
    office.add_customers(5)
    office.backups.restore(name, None)
    assert office.customers() == 10


def test_a_file_replaced_after_the_check_changes_nothing(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    name = office.backups.make(None).name
    real = kept_sqlite.examine

    def replaced_meanwhile(path: Path) -> verify.Facts:
        (office.folder / name).write_bytes(b"something else")
        return real(path)

    monkeypatch.setattr(kept_sqlite, "examine", replaced_meanwhile)
    office.add_customers(5)
    office.backups.restore(name, None)
    assert office.customers() == 10
