"""The daily round: one verified backup a day, old ones removed, the state visible, the log kept short."""

import errno
import os
import shutil
import threading
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from crm_data.errors import BadBackup, Unavailable
from crm_data.settings import settings
from crm_data.store.sqlite_file import wal_path
from crm_data.store.store import Store
from crm_data.transfer.backups import Backups
from crm_data.transfer.manifest import moment_of, name_of, read_manifest, write_manifest
from crm_data.transfer.proofs import proof_path
from crm_data.transfer.retention import Retention
from crm_data.transfer.shelf import BackupInfo
from tests.conftest import FrozenClock
from tests.support.children import in_child
from tests.transfer.office import OPERATOR, Office


def names(office: Office) -> list[str]:
    """Backups in the folder, oldest first."""
    return sorted(name for name in os.listdir(office.folder) if name.endswith(office.ending))


def as_made_at(office: Office, name: str, moment: datetime) -> str:
    """The same backup again, as if it had been made at another moment; its name."""
    again = name_of(moment)
    shutil.copy(office.folder / name, office.folder / again)
    manifest = replace(read_manifest(office.folder / name), made_at=moment)
    write_manifest(office.folder / again, manifest)
    return again


@pytest.mark.slow
def test_one_backup_a_day(either: Office, frozen_clock: FrozenClock) -> None:
    made = [either.backups.daily() for _ in range(3) if frozen_clock.move(minutes=5)]
    assert [info is not None for info in made] == [True, False, False]
    frozen_clock.move(hours=15)
    assert either.backups.daily() is not None
    assert len(names(either)) == 2


@pytest.mark.slow
def test_the_last_of_days_weeks_and_months_is_kept(office: Office, frozen_clock: FrozenClock) -> None:
    first = last = office.backups.make(None).name
    everyday = []
    for _ in range(430):
        frozen_clock.move(hours=3)
        last = as_made_at(office, last, frozen_clock.moment)
        frozen_clock.move(hours=21)
        last = as_made_at(office, last, frozen_clock.moment)
        everyday.append(frozen_clock.moment.date())
        if len(everyday) % 30 == 0 or len(everyday) > 425:
            office.backups.prune()
    kept = names(office)
    assert first not in kept
    days = {moment.date() for name in kept if (moment := moment_of(name))}
    assert set(everyday[-30:]) <= days, "each of the last thirty days"
    weeks = {day.isocalendar()[:2] for day in everyday[-7 * 7 :]}
    assert weeks <= {day.isocalendar()[:2] for day in days}, "each of the last eight weeks"
    months = {(day.year, day.month) for day in everyday[-335:]}
    assert months <= {(day.year, day.month) for day in days}, "each of the last twelve months"
    assert len(days) <= 30 + 8 + 12
    assert len(kept) <= len(days) + 1, "one a day, but for the last 24 hours"
    assert [name.replace(".db", ".json") for name in kept] == sorted(
        name for name in os.listdir(office.folder) if name.endswith(".json")
    )
    assert "backups_pruned" in office.events()


@pytest.mark.parametrize(("days", "weeks", "months"), [(1, 0, 0), (3, 0, 0), (1, 2, 0), (2, 1, 3)])
def test_so_many_are_kept_as_the_settings_say(days: int, weeks: int, months: int) -> None:
    moments = [datetime(2026, 12, 31, 12, tzinfo=UTC) - timedelta(hours=8 * n) for n in range(1200)]
    kept = sorted(Retention(days, weeks, months).keeps(moments), reverse=True)
    latest: dict[tuple[str, object], datetime] = {}
    for moment in moments:
        for span in (("day", moment.date()), ("week", moment.isocalendar()[:2]), ("month", moment.month)):
            latest[span] = max(moment, latest.get(span, moment))
    for kind, most in (("day", days), ("week", weeks), ("month", months)):
        ends = sorted((end for (of, _), end in latest.items() if of == kind), reverse=True)[:most]
        assert set(ends) <= set(kept)
    assert kept[0] == moments[0]
    assert len(kept) <= days + weeks + months


def test_the_settings_of_retention_are_obeyed(office: Office, frozen_clock: FrozenClock) -> None:
    told = replace(office.settings, backup_days=2, backup_weeks=0, backup_months=0)
    backups, last = Backups(office.store, told), office.backups.make(None).name
    for _ in range(5):
        frozen_clock.move(days=1)
        last = as_made_at(office, last, frozen_clock.moment)
    assert len(backups.prune()) == 4
    assert names(office)[-1] == last


def test_the_last_proved_backup_is_never_pruned(office: Office, frozen_clock: FrozenClock) -> None:
    proved = office.backups.make(None).name
    office.backups.prove(proved, None)
    frozen_clock.move(days=1)
    last = as_made_at(office, proved, frozen_clock.moment)
    told = replace(office.settings, backup_days=1, backup_weeks=0, backup_months=0)
    for _ in range(5):
        frozen_clock.move(days=1)
        last = as_made_at(office, last, frozen_clock.moment)
        Backups(office.store, told).prune()
    assert names(office) == [proved, last]
    assert proof_path(office.folder / proved).exists()
    office.backups.prove(last, None)
    Backups(office.store, told).prune()
    assert names(office) == [last]
    assert not proof_path(office.folder / proved).exists()


@pytest.mark.slow
def test_the_last_sound_backup_is_never_pruned(office: Office, frozen_clock: FrozenClock) -> None:
    sound = office.backups.make(None).name
    for _ in range(35):
        frozen_clock.move(days=1)
        name = as_made_at(office, sound, frozen_clock.moment)
        data = bytearray((office.folder / name).read_bytes())
        data[5000] ^= 1
        (office.folder / name).write_bytes(data)
    office.backups.prune()
    assert sound in names(office)
    office.backups.restore(sound, None)


def test_what_is_not_ours_is_left_alone(office: Office, frozen_clock: FrozenClock) -> None:
    office.backups.make(None)
    strangers = ("notes.txt", "crm_unverified_20200101-000000.db", "crm_backup_20200101-000000.db", "crm.db")
    for name in strangers:
        (office.folder / name).write_bytes(b"kept")
        os.utime(office.folder / name, (0, 0))
    office.backups.daily()
    assert set(strangers) <= set(os.listdir(office.folder))


LEFT = [
    "crm_backup_20200101-000000.partial",
    "crm_backup_20200101-000000.partial-wal",
    "crm_backup_20200101-000000.json",
    "crm_backup_20200101-000000.json.partial",
]


def test_what_a_crash_left_behind_goes_with_the_next_act(office: Office) -> None:
    office.folder.mkdir()
    for name in LEFT:
        (office.folder / name).write_bytes(b"half")
    (office.folder / ".private-abc").mkdir()
    (office.path.parent / "crm.db.restoring-abc").write_bytes(b"half")
    made = office.backups.make(None)
    assert set(os.listdir(office.folder)) == {made.name, made.name.replace(".db", ".json")}
    assert not list(office.path.parent.glob("*.restoring*"))
    assert all(name in office.backups.cleared for name in [*LEFT, ".private-abc", "crm.db.restoring-abc"])
    assert office.events().count("leftovers_removed") == 1
    assert office.backups.clear() == []


@pytest.mark.slow
def test_what_somebody_who_lives_is_at_stays(office: Office) -> None:
    name = office.backups.make(None).name
    with (
        office.backups._shelf.partial() as (partial, _, _),
        office.backups._copied(office.folder / name) as (copy, _),
    ):
        (partial.with_suffix(".json")).write_bytes(b"of a backup that is being made")
        assert in_child(cleared_by_another, office.store.url, office.folder) == []
        assert office.backups.clear() == []
        assert partial.exists()
        assert copy.exists()
        assert partial.with_suffix(".json").exists()
    assert not partial.exists()
    assert not copy.exists()


def cleared_by_another(url: str, folder: Path) -> list[str]:
    return Backups(Store(url), settings({"DATABASE_URL": url, "CRM_BACKUP_DIR": str(folder)})).clear()


def test_a_manifest_alone_goes_after_a_day(office: Office) -> None:
    office.folder.mkdir()
    alone = office.folder / "crm_backup_20200101-000000.json"
    alone.write_bytes(b"its backup is being copied here by hand")
    assert office.backups.clear() == []
    os.utime(alone, (0, 0))
    assert office.backups.clear() == [alone.name]


@pytest.mark.slow
def test_a_failure_is_kept_and_seen_until_a_backup_is_made(either: Office, frozen_clock: FrozenClock) -> None:
    assert either.backups.status(None).sentence == "No backup has been made yet."
    either.backups.daily()
    frozen_clock.move(days=1)
    kept = shutil.move(either.folder, either.folder.with_name("kept"))
    either.folder.write_text("in the way")
    for _ in range(3):
        assert either.backups.daily() is None
    assert either.events().count("backup_failed") == 1, "the log has room for better things"
    status = either.backups.status(OPERATOR)
    assert status.failed_at == frozen_clock.moment
    assert status.sentence.startswith("The last backup failed: The backup folder")
    either.folder.unlink()
    shutil.move(kept, either.folder)
    another_process = Backups(either.store, either.settings)
    assert another_process.status(None).failure == status.failure
    frozen_clock.move(minutes=5)
    assert either.backups.daily() is not None
    assert another_process.status(None).failure == ""
    frozen_clock.move(hours=50)
    late = either.backups.status(None)
    assert late.late
    assert late.sentence == "The last verified backup is 50 hours old. Make one now."


def test_a_full_disk_while_verifying_does_not_condemn_the_backup(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    name = office.backups.make(None).name

    def full(*given: object, **more: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as disk:
        disk.setattr("tempfile.mkdtemp", full)
        with pytest.raises(Unavailable, match="disk is full"):
            office.backups.verify(name, None)
    assert office.events()[-1] == "verify_failed"
    last = office.backups.status(None).last
    assert last is not None
    assert last.name == name


def test_a_bad_file_from_elsewhere_does_not_condemn_ours_of_that_name(office: Office, tmp_path: Path) -> None:
    name = office.backups.make(None).name
    (tmp_path / name).write_bytes(b"text")
    with pytest.raises(BadBackup):
        office.backups.verify_file(tmp_path / name, None)
    assert office.backups.status(None).last is not None


def test_a_clock_that_was_wrong_for_a_while_does_no_harm(office: Office, frozen_clock: FrozenClock) -> None:
    frozen_clock.move(days=365)
    office.backups.daily()
    frozen_clock.move(days=-365)
    assert office.backups.status(None).sentence == "A backup was verified within the last hour."
    today = office.backups.daily()
    assert today is not None
    frozen_clock.move(hours=50)
    assert office.backups.status(None).last == today
    assert office.backups.status(None).late


@pytest.mark.slow
def test_the_daily_round_cuts_the_write_ahead_log(office: Office) -> None:
    assert office.customers() == 10, "a reader stays connected"
    office.add_customers(5000)
    assert wal_path(office.path).stat().st_size > 100_000
    office.backups.daily()
    assert wal_path(office.path).stat().st_size == 0


def test_of_rounds_at_once_one_makes_the_backup(either: Office) -> None:
    """Each with a store of its own, as processes have."""
    stores = [Store(either.store.url) for _ in range(3)]
    start = threading.Barrier(len(stores))
    made: list[BackupInfo | None] = []

    def go_round(store: Store) -> None:
        start.wait()
        made.append(Backups(store, either.settings).daily())

    threads = [threading.Thread(target=go_round, args=(store,)) for store in stores]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for store in stores:
        store.close()
    assert [info is not None for info in made].count(True) == 1
    assert len(names(either)) == 1
    assert [event for event in either.events() if "prove" not in event] == ["backup_made"]
