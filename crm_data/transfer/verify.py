"""Whether a file may be trusted as a backup: its bytes, structure and rows, and nothing slipped into it."""

import hashlib
import os
import sqlite3
import stat
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from crm_data.errors import BadBackup
from crm_data.store.blueprint import blueprint
from crm_data.store.migrating import head, knows
from crm_data.store.sqlite_file import opened_untrusted
from crm_data.transfer.manifest import Manifest, read_manifest
from crm_data.transfer.trouble import as_trouble

MAGIC = b"SQLite format 3\x00"
_CHUNK = 1 << 20


@dataclass(frozen=True)
class Facts:
    """What a database file holds: its revision and the number of rows by table."""

    revision: str
    rows: dict[str, int]


@dataclass(frozen=True)
class Verified:
    """A backup that passed every check. `older`: of an earlier version, so that restoring migrates it."""

    name: str
    manifest: Manifest
    older: bool


@contextmanager
def verified_copy(backup: Path, workplace: Path) -> Iterator[tuple[Path, Verified]]:
    """A private copy of a backup that passed every check, gone afterwards; the backup itself is read once.

    What is checked is the copy, so a file replaced meanwhile changes nothing. Raises BadBackup.
    """
    with as_trouble(), tempfile.TemporaryDirectory(prefix=".private-", dir=workplace) as folder:
        copy = Path(folder) / "copy.db"
        manifest = read_manifest(backup)
        if _copied(backup, copy, manifest.size) != manifest.sha256:
            raise BadBackup(
                "This backup is damaged: its bytes are not those that were written. Choose another."
            )
        facts = examine(copy)
        if (facts.revision, facts.rows) != (manifest.revision, manifest.rows):
            raise BadBackup("This backup and its manifest do not agree. Choose another backup.")
        yield copy, Verified(backup.name, manifest, older=facts.revision != head())


def examine(path: Path) -> Facts:
    """Check a database file that nobody else has open. Raises BadBackup with the first thing wrong."""
    with open(path, "rb") as file:
        if file.read(len(MAGIC)) != MAGIC:
            raise BadBackup("This file is not a SQLite database. Choose another backup.")
    try:
        with opened_untrusted(path) as connection:
            _sound(connection)
            revision = _revision(connection)
            _nothing_foreign(connection, revision)
            return Facts(revision, row_counts(connection))
    except (sqlite3.Error, UnicodeError) as error:  # its message may quote bytes that are no text
        raise BadBackup("This backup is damaged and cannot be read. Choose another.") from error


def digest(path: Path) -> str:
    """The SHA-256 of a file, in hexadecimal."""
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def row_counts(connection: sqlite3.Connection) -> dict[str, int]:
    """Rows by table."""
    tables = connection.execute(
        "SELECT name FROM sqlite_master WHERE type = 'table' AND typeof(name) = 'text'"
        " AND name NOT GLOB 'sqlite_*' ORDER BY name"
    ).fetchall()
    return {
        name: connection.execute(f"SELECT count(*) FROM {quoted(name)}").fetchone()[0] for (name,) in tables
    }


def quoted(name: str) -> str:
    """A name as SQL takes it, whatever is in it."""
    return '"' + name.replace('"', '""') + '"'


def _copied(backup: Path, copy: Path, size: int) -> str:
    """Copy exactly `size` bytes of a plain file and give their SHA-256."""
    try:
        # Neither a link nor a pipe is followed.
        source = os.open(backup, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    except OSError as error:
        raise BadBackup("This backup cannot be opened: it is gone, or a link to another file.") from error
    with open(source, "rb") as taken, open(os.open(copy, os.O_CREAT | os.O_WRONLY, 0o600), "wb") as put:
        found = os.fstat(source)
        if not stat.S_ISREG(found.st_mode) or found.st_size != size:
            raise BadBackup("This backup is damaged: it is not as long as it was. Choose another.")
        seen, left = hashlib.sha256(), size
        while left and (chunk := taken.read(min(_CHUNK, left))):
            seen.update(chunk)
            put.write(chunk)
            left -= len(chunk)
    return seen.hexdigest()


def _sound(connection: sqlite3.Connection) -> None:
    if connection.execute("PRAGMA integrity_check(1)").fetchone() != ("ok",):
        raise BadBackup("This backup is damaged: its structure is broken. Choose another.")
    if connection.execute("PRAGMA foreign_key_check").fetchone() is not None:
        raise BadBackup("This backup is damaged: a row points at another that is missing. Choose another.")


def _revision(connection: sqlite3.Connection) -> str:
    there = connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'alembic_version'").fetchone()
    found = connection.execute("SELECT version_num FROM alembic_version").fetchall() if there else []
    if len(found) != 1 or not isinstance(found[0][0], str):
        raise BadBackup("This file is not a database of Foyer. Choose another backup.")
    revision: str = found[0][0]
    if not knows(revision):
        raise BadBackup(
            "This backup was made by a newer version of Foyer. Install that version to restore it."
        )
    return revision


def _nothing_foreign(connection: sqlite3.Connection, revision: str) -> None:
    """Every table of the revision is there; no trigger, view or virtual table that Foyer did not make."""
    own = blueprint(revision)
    rows = connection.execute("SELECT type, name, sql FROM sqlite_master").fetchall()
    there = {(kind, name) for kind, name, _ in rows}
    if any(kind == "table" and (kind, name) not in there for kind, name in own):
        raise BadBackup("This file lacks tables that Foyer needs. Choose another backup.")
    for kind, name, sql in rows:
        active = kind in ("trigger", "view") or str(sql).upper().startswith("CREATE VIRTUAL")
        if active and (kind, name) not in own:
            raise BadBackup(
                "The database holds a trigger or view that Foyer did not make. Remove it, then try again."
            )
