"""Whether a SQLite file may be trusted as a backup: its structure and rows, and nothing slipped into it."""

import sqlite3
from collections.abc import Container
from pathlib import Path

from crm_data.errors import BadBackup
from crm_data.store.blueprint import blueprint
from crm_data.store.heads import told
from crm_data.store.migrating import knows
from crm_data.store.sqlite_file import opened_untrusted
from crm_data.transfer.manifest import NUMBERED
from crm_data.transfer.quoting import quoted
from crm_data.transfer.verify import DUMP_MAGIC, SQLITE_MAGIC, Facts


def examine(path: Path) -> Facts:
    """Check a database file that nobody else has open. Raises BadBackup with the first thing wrong."""
    with open(path, "rb") as file:
        start = file.read(len(SQLITE_MAGIC))
    if start.startswith(DUMP_MAGIC):
        raise BadBackup(
            "This is a backup of PostgreSQL, and this installation runs on SQLite. Choose another backup."
        )
    if start != SQLITE_MAGIC:
        raise BadBackup("This file is not a SQLite database. Choose another backup.")
    try:
        with opened_untrusted(path) as connection:
            _sound(connection)
            revision = _revision(connection)
            _nothing_foreign(connection, revision)
            counts = row_counts(connection)
            ends = _heads(connection) if "chain_heads" in counts else None
            return Facts(revision, counts, heads=ends, last=_last(connection, counts))
    except (sqlite3.Error, UnicodeError) as error:  # its message may quote bytes that are no text
        raise BadBackup("This backup is damaged and cannot be read. Choose another.") from error


def row_counts(connection: sqlite3.Connection) -> dict[str, int]:
    """Rows by table."""
    tables = connection.execute(
        "SELECT name FROM sqlite_master WHERE type = 'table' AND typeof(name) = 'text'"
        " AND name NOT GLOB 'sqlite_*' ORDER BY name"
    ).fetchall()
    return {
        name: connection.execute(f"SELECT count(*) FROM {quoted(name)}").fetchone()[0] for (name,) in tables
    }


def _heads(connection: sqlite3.Connection) -> dict[str, str]:
    found = connection.execute("SELECT company_id, number, link FROM chain_heads").fetchall()
    return {str(company): told(number, link) for company, number, link in found}


def _last(connection: sqlite3.Connection, tables: Container[str]) -> dict[str, int]:
    there = [name for name in NUMBERED if name in tables]
    highest = "SELECT coalesce(max(id), 0) FROM {}"
    return {name: connection.execute(highest.format(quoted(name))).fetchone()[0] for name in there}


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
