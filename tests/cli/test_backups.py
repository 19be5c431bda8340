"""migrate, backup, verify, restore and check, from the first day to the worst one."""

import shutil
from pathlib import Path

import pytest

from crm_data.store import migrating
from crm_data.transfer import restore_sqlite, second_place
from tests.cli.conftest import Run
from tests.migrations.trial import older
from tests.support.databases import fresh
from tests.transfer.office import Office, content, open_office


@pytest.mark.slow
def test_migrate_makes_a_private_database(run: Run, tmp_path: Path) -> None:
    assert "was made" in run("migrate").out
    assert (tmp_path / "data" / "crm.db").stat().st_mode & 0o777 == 0o600
    assert "up to date" in run("migrate").out
    assert not (tmp_path / "backups").exists(), "nothing was there to lose"


@pytest.mark.slow
def test_migrate_makes_a_safety_backup_of_what_is_behind(run: Run, office: Office) -> None:
    migrating.downgrade(office.store.url, older())
    said = run("migrate")
    assert f"from revision {older()} to {migrating.head()}" in said.out
    (kept,) = office.backups.list(None)
    assert kept.name in said.out
    assert kept.revision == older()
    assert kept.rows is not None
    assert kept.rows["customers"] == office.customers() == 10


@pytest.mark.slow
def test_a_migration_that_fails_on_a_copy_changes_nothing(
    run: Run, office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    migrating.downgrade(office.store.url, older())
    before, right = office.content(), restore_sqlite.upgrade

    def broken(url: str, *given: object) -> str:
        right(url, older())
        raise RuntimeError("a migration with a fault")

    with monkeypatch.context() as faulty:
        faulty.setattr(restore_sqlite, "upgrade", broken)
        said = run("migrate")
    assert said.code == 1
    (kept,) = office.backups.list(None)
    assert said.err.startswith("The database was not brought up to date, and nothing was changed")
    assert kept.name in said.err
    assert office.sql("SELECT version_num FROM alembic_version") == [(older(),)]
    assert office.content() == before
    said = run("migrate")
    assert said.code == 0
    assert "It was rehearsed on a copy in " in said.out


def test_migrate_leaves_a_newer_database_alone(run: Run, office: Office) -> None:
    office.sql("UPDATE alembic_version SET version_num = '999'")
    said = run("migrate")
    assert said.code == 1
    assert "newer version" in said.err
    assert not office.folder.exists()


@pytest.mark.slow
def test_backup_verify_damage_restore(run: Run, office: Office) -> None:
    said = run("backup")
    assert said.code == 0
    path = Path(said.out.splitlines()[0])
    assert path.parent == office.folder
    assert path.name in run("backup", "--list").out
    assert "customers: 10" in run("verify").out
    office.add_customers(5)
    office.sql("UPDATE users SET password_hash = 'new'")
    lost, _, done = run("restore", path.name).out.partition("\n")
    assert lost.startswith("This backup was made ")
    safety = max(info.name for info in office.backups.list(None))
    assert done.startswith(f"{path.name}, made ")
    stays = "What was decided about security since stays: 1 password changed."
    assert f"What stood before is kept as {safety}. {stays} Everybody is signed out." in done
    assert office.customers() == 10
    then = content(office.path)
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)
    for command in ("verify", "restore"):
        said = run(command, path.name)
        assert said.code == 1
        assert "damaged" in said.err
    assert content(office.path) == then


@pytest.mark.slow
def test_a_file_from_elsewhere_is_restored_by_its_path(run: Run, office: Office, tmp_path: Path) -> None:
    name = office.backups.make(None).name
    for ending in (".db", ".json"):
        shutil.move(office.folder / name.replace(".db", ending), tmp_path / f"brought{ending}")
    office.add_customers(5)
    assert run("verify", tmp_path / "brought.db").code == 0
    assert run("restore", tmp_path / "brought.db").code == 0
    assert office.customers() == 10
    assert "no file" in run("restore", tmp_path / "lost.db").err


@pytest.mark.slow
def test_a_lost_database_is_not_made_anew_in_silence(run: Run, office: Office) -> None:
    run("backup")
    (made,) = office.backups.list(None)
    office.store.close()
    for left in (b"", None):
        for path in office.path.parent.glob("crm.db*"):
            path.unlink()
        if left is not None:
            office.path.write_bytes(left)
        said = run("migrate")
        assert said.code == 1
        assert f"restore {made.name}" in said.err
        assert "migrate --new" in said.err
        assert not office.path.exists() or office.sql("SELECT count(*) FROM sqlite_master") == [(0,)]
    assert "was made" in run("migrate", "--new").out
    assert "up to date" in run("migrate").out


@pytest.mark.slow
def test_the_backups_of_another_database_say_nothing(run: Run, office: Office) -> None:
    name = office.backups.make(None).name
    manifest = office.folder / name.replace(".db", ".json")
    manifest.write_text(manifest.read_text().replace('"of": "crm.db"', '"of": "demo.db"'))
    office.store.close()
    office.path.unlink()
    assert "was made" in run("migrate").out


@pytest.mark.slow
def test_what_a_kill_left_behind_is_told(run: Run, office: Office) -> None:
    office.folder.mkdir()
    for command in (("backup",), ("verify",), ("restore",)):
        left = office.folder / "crm_backup_20200101-000000.partial"
        left.touch()
        assert left.name in run(*command).err
        assert not left.exists()


def test_a_lost_database_is_restored(run: Run, office: Office) -> None:
    run("backup")
    office.store.close()
    for path in office.path.parent.glob("crm.db*"):
        path.unlink()
    assert run("check").code == 1
    assert run("restore", "crm_backup_20200101-000000.db").code == 1
    assert not office.path.exists(), "a refused restore leaves no empty database"
    assert "is sound" in run("verify").out
    said = run("restore")
    assert said.code == 0
    assert "Nothing stands here now that could be lost." in said.out
    assert office.customers() == 10
    assert office.path.stat().st_mode & 0o777 == 0o600


def test_a_database_damaged_beyond_opening_is_restored(run: Run, office: Office) -> None:
    run("backup")
    office.store.close()
    office.path.write_bytes(b"\xff" * 100_000)
    said = run("check")
    assert said.code == 1
    assert "damaged" in said.out
    assert "Restore the last verified backup" in run("backup").err
    said = run("restore")
    assert "crm.db.damaged-" in said.out
    assert "it cannot be said what would be lost" in said.out
    assert "could not be read, and does not stay" in said.out
    assert office.customers() == 10


@pytest.mark.usefixtures("cheap_passphrase")
def test_where_all_is_lost_the_second_place_brings_it_back(
    run: Run, office: Office, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    other = tmp_path / "other"
    other.mkdir()
    monkeypatch.setenv("CRM_SECOND_DIR", str(other))
    monkeypatch.setenv("CRM_SECOND_PASSPHRASE", "correct horse battery")
    monkeypatch.setattr(second_place, "disk_of", lambda path: path == other)
    run("backup")
    assert run("send-backup").code == 0
    office.store.close()
    shutil.rmtree(office.folder)
    for path in office.path.parent.glob("crm.db*"):
        path.unlink()
    said = run("fetch-backup")
    assert said.code == 0, said
    assert not office.path.exists()
    assert run("restore").code == 0
    assert office.customers() == 10


def test_check_tells_each_finding(run: Run, office: Office) -> None:
    office.sql("UPDATE users SET role = 'super_admin'")
    said = run("check")
    assert said.code == 1
    assert "WRONG Backup: No backup has been made yet." in said.out
    run("backup")
    said = run("check")
    assert said.code == 1, "what was not proved does not read as if it was"
    assert "WRONG Restore: No backup has been proved by restoring it yet. Prove one now." in said.out
    assert "customers: 10 rows" in run("prove-backup").out
    said = run("check")
    assert (said.code, said.err) == (0, "")
    assert said.out.count("\n") - 1 == said.out.count("ok   ") >= 11


@pytest.mark.slow
def test_backups_are_the_operators(run: Run, office: Office) -> None:
    run("backup")
    for words in (
        ("backup",),
        ("backup", "--list"),
        ("verify",),
        ("prove-backup",),
        ("send-backup",),
        ("fetch-backup",),
        ("restore",),
    ):
        said = run(*words, "--as", "ann@acme.com")
        assert said.code == 1
        assert "operator" in said.err
    assert "Nobody" in run("backup", "--as", "nobody@acme.com").err
    office.sql("UPDATE users SET role = 'super_admin'")
    assert run("backup", "--as", " Ann@ACME.com").code == 0
    office.sql("UPDATE users SET is_active = 0")
    assert "Nobody" in run("backup", "--as", "ann@acme.com").err
    rows = office.sql("SELECT user_id FROM security_log WHERE event = 'backup_made' ORDER BY id")
    assert rows == [(None,), (1,)]


@pytest.mark.postgres
def test_the_same_commands_work_on_postgresql(
    run: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    database = fresh("postgresql")
    monkeypatch.setenv("DATABASE_URL", database.url)
    monkeypatch.setenv("DATABASE_ADMIN_URL", database.admin_url)
    office = open_office(database.url, database.admin_url, tmp_path / "backups")
    assert "WRONG Backup: No backup has been made yet." in run("check").out
    said = run("backup")
    assert (said.code, said.err) == (0, "")
    path = Path(said.out.splitlines()[0])
    assert path.suffix == ".dump"
    assert path.name in run("backup", "--list").out
    assert "customers: 10" in run("verify").out
    office.add_customers(5)
    done = run("restore", path.name).out
    safety = max(info.name for info in office.backups.list(None))
    assert done.startswith("This backup was made ")
    assert f"\n{path.name}, made " in done
    assert f"What stood before is kept as {safety}. Everybody is signed out." in done
    assert office.customers() == 10
    path.write_bytes(path.read_bytes()[:-1])
    for command in ("verify", "restore"):
        assert "damaged" in run(command, path.name).err
    office.sql("UPDATE users SET role = 'super_admin'")
    assert "customers: 15 rows" in run("prove-backup", safety).out
    said = run("check")
    assert (said.code, said.err) == (0, "")
    migrating.downgrade(database.admin_url, older())
    said = run("migrate")
    (newest, *_) = office.backups.list(None)
    assert newest.name in said.out
    assert newest.revision == older()
    monkeypatch.setenv("CRM_PG_BIN", str(tmp_path))
    assert "need pg_dump" in run("backup").err
    office.store.close()
    database.drop()
