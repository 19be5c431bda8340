"""`check` finds what is wrong, each thing by its own sentence, and nothing in a healthy installation."""

import contextlib
import json
import os
import sqlite3
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pytest
import sqlalchemy as sa

from crm_data import Edit, Workspace, health
from crm_data.store import migrating
from crm_data.store.chain import Chain
from crm_data.store.scope import CompanyScope
from crm_data.store.sqlite_file import wal_path
from crm_data.tables import Company
from tests.migrations.trial import older
from tests.support.databases import Database
from tests.transfer.office import Office, open_office


@pytest.fixture
def office(new_database: Callable[[str], Database]) -> Office:
    """An installation with a backup of today."""
    opened = open_office(new_database("sqlite").url)
    opened.backups.prove(opened.backups.make(None).name, None)
    opened.sql("UPDATE users SET role = 'super_admin'")
    return opened


def wrong(office: Office) -> dict[str, str]:
    """What is not well, by what was looked at."""
    found = health.check(office.store, office.settings)
    return {finding.what: finding.sentence for finding in found if not finding.ok}


def by_force(office: Office, *statements: str) -> None:
    """Change the database past every key, as a damaged disk or an old tool would."""
    with contextlib.closing(sqlite3.connect(office.path, isolation_level=None)) as plain:
        plain.execute("PRAGMA foreign_keys=OFF")
        plain.execute("PRAGMA ignore_check_constraints=ON")
        for statement in statements:
            plain.execute(statement)


def test_nothing_is_wrong_with_a_healthy_one(office: Office) -> None:
    found = health.check(office.store, office.settings)
    assert [finding for finding in found if not finding.ok] == []
    assert [finding.what for finding in found] == [
        "Structure",
        "Foreign keys",
        "Settings of SQLite",
        "Write-ahead log",
        "Permissions",
        "Triggers and indexes",
        "Revision",
        "Companies",
        "Log of changes",
        "People",
        "Operator",
        "Backup",
        "Restore",
        "Second place",
        "Room on disk",
        "Open files",
    ]


def test_a_reference_into_another_company_is_found_on_every_link(office: Office) -> None:
    by_force(
        office,
        "INSERT INTO companies (name, email) VALUES ('Other', 'o@other.com')",
        "INSERT INTO customers (company_id, name) VALUES (2, 'Theirs')",
        "INSERT INTO activities (company_id, activity_type, title, user_id, activity_date, customer_id)"
        " VALUES (1, 'note', 'x', 1, '2026-01-01 00:00:00', (SELECT max(id) FROM customers))",
        "UPDATE customers SET assigned_to = 1 WHERE company_id = 2",
    )
    found = health.check(office.store, office.settings)
    sentences = [finding.sentence for finding in found if finding.what == "Companies"]
    assert sorted(sentences) == [
        "activities.customer_id leads into another company (rows: 1).",
        "customers.assigned_to leads into another company (rows: 1).",
    ]


def test_a_row_that_points_at_nothing_is_found(office: Office) -> None:
    by_force(office, "UPDATE sessions SET user_id = 99")
    assert wrong(office) == {"Foreign keys": "sessions points at rows that are not there (rows: 1)."}


def test_a_missing_trigger_and_a_strangers_view_are_found(office: Office) -> None:
    by_force(office, "DROP TRIGGER change_log_no_delete")
    assert "change_log_no_delete is missing" in wrong(office)["Triggers and indexes"]
    migrating.upgrade(office.store.url)
    assert wrong(office) == {}
    by_force(office, "DROP INDEX ix_customers_email", "CREATE VIEW mine AS SELECT 1")
    sentences = [f.sentence for f in health.check(office.store, office.settings) if not f.ok]
    assert ["ix_customers_email" in sentences[0], "view mine" in sentences[1]] == [True, True]


def test_a_log_that_was_written_anew_is_told_from_the_one_in_a_backup(office: Office) -> None:
    """Who makes the whole chain anew, as the migration does, is found out by the heads that backups keep."""
    with office.store.system("a company at work", write=False) as session:
        company = session.scalar(sa.select(Company.id).order_by(Company.id).limit(1)) or 0
    my = Workspace(office.store, CompanyScope(company, 1, "admin"))
    made = my.customers.add({"name": "Acme"})
    office.backups.make(None)
    my.customers.change([Edit(made, {"city": (None, "Graz")})])
    assert wrong(office) == {}
    by_force(office, "DROP TRIGGER change_sets_no_update", "DROP TRIGGER change_log_no_update")
    by_force(office, "UPDATE change_sets SET title = 'Forged' WHERE number = 1")
    assert "(Forged) was changed" in wrong(office)["Log of changes"]
    by_force(office, "DELETE FROM chain_heads")
    with contextlib.closing(sqlite3.connect(office.path)) as plain, plain:
        plain.row_factory = sqlite3.Row
        chain = Chain()
        for table, seal in (("change_log", chain.line), ("change_sets", chain.act)):
            for row in map(dict, plain.execute(f"SELECT * FROM {table} ORDER BY id").fetchall()):
                row["at"] = datetime.fromisoformat(f"{row['at']}+00:00")
                row |= {
                    name: json.loads(row[name] or "null")
                    for name in ("before", "after", "counts")
                    if name in row
                }
                seal(row)
                names = [name for name in ("digest", "place", "number", "seal", "link") if name in row]
                said = ", ".join(f"{name} = ?" for name in names)
                plain.execute(
                    f"UPDATE {table} SET {said} WHERE id = ?", [*(row[n] for n in names), row["id"]]
                )
        plain.execute(
            "INSERT INTO chain_heads (company_id, number, link) VALUES (?, ?, ?)",
            (company, chain.number, chain.link),
        )
    assert my.changes.verify().wrong == ()
    said = wrong(office)["Log of changes"]
    assert "entry 1 of the log is another one than crm_backup_" in said


def test_people_without_a_company_are_found(office: Office) -> None:
    by_force(office, "UPDATE user_companies SET is_primary = 0")
    assert "without a primary company" in wrong(office)["People"]
    by_force(office, "UPDATE user_companies SET ended_at = '2026-01-01 00:00:00'")
    assert "work in no company" in wrong(office)["People"]
    by_force(office, "UPDATE users SET is_active = 0")
    assert wrong(office).keys() == {"Operator"}


def test_an_open_file_and_a_long_log_are_found(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    office.path.chmod(0o644)
    assert "chmod 600" in wrong(office)["Permissions"]
    office.path.chmod(0o600)
    assert office.customers() == 10
    office.add_customers(100)
    monkeypatch.setattr(health, "MOST_WAL", 1000)
    assert wal_path(office.path).exists()
    assert "has grown" in wrong(office)["Write-ahead log"]


def test_an_older_revision_is_found(office: Office) -> None:
    by_force(office, f"UPDATE alembic_version SET version_num = '{older()}'")
    assert "migrate" in wrong(office)["Revision"]


def test_a_setting_that_does_not_hold_is_found(office: Office) -> None:
    raw = office.store.engines.write.raw_connection()
    raw.cursor().execute("PRAGMA synchronous=OFF")
    raw.close()
    assert wrong(office) == {"Settings of SQLite": "SQLite's setting synchronous is 0 and should be FULL."}


def test_no_backup_is_found(office: Office) -> None:
    for name in os.listdir(office.folder):
        (office.folder / name).unlink()
    assert wrong(office) == {
        "Backup": "No backup has been made yet.",
        "Restore": "No backup has been proved by restoring it yet. Prove one now.",
    }


@pytest.mark.parametrize("first", [0, 120], ids=["not a database", "damaged within"])
def test_a_damaged_file_is_findings_and_no_traceback(office: Office, first: int) -> None:
    office.store.close()
    with open(office.path, "rb+") as file:
        file.seek(first * 4096)
        file.write(b"\xff" * 4096 * 8)
    found = wrong(office)
    assert "damaged" in found["Structure"]
    assert all("\n" not in sentence for sentence in found.values())


@pytest.mark.parametrize("engine_kind", [pytest.param("postgresql", marks=pytest.mark.postgres)])
def test_postgresql_is_looked_at_too(database: Database, tmp_path: Path) -> None:
    opened = open_office(database.url, database.admin_url, tmp_path)
    opened.sql("UPDATE users SET role = 'super_admin'")
    assert wrong(opened).keys() == {"Backup", "Restore"}
    opened.backups.prove(opened.backups.make(None).name, None)
    found = health.check(opened.store, opened.settings)
    opened.store.close()
    assert [finding for finding in found if not finding.ok] == []
    assert [finding.what for finding in found] == [
        "Triggers",
        "Row security",
        "Revision",
        "Companies",
        "Log of changes",
        "People",
        "Operator",
        "Backup",
        "Restore",
        "Second place",
        "Room on disk",
        "Open files",
    ]
