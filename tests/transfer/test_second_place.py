"""The second place: each backup once more on another disk, encrypted before it leaves, and back from there."""

import io
import json
import os
import tarfile
import zipfile
from dataclasses import replace
from pathlib import Path

import pyrage
import pytest

from crm_data import health
from crm_data.errors import BadBackup, CrmError, Invalid, NotAllowed, NotFound, NotReady
from crm_data.settings import Settings, settings
from crm_data.transfer import second_place
from crm_data.transfer.backups import Backups
from crm_data.transfer.manifest import manifest_path, name_of, read_manifest, write_manifest
from crm_data.transfer.sealed import is_sealed, seal, unseal
from tests.conftest import FrozenClock
from tests.transfer.office import ADMIN, OPERATOR, Office

WORDS = "correct horse battery"


@pytest.fixture
def other_disk(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A folder that counts as one on another disk."""
    folder = tmp_path / "other"
    folder.mkdir()
    right = second_place.disk_of
    monkeypatch.setattr(second_place, "disk_of", lambda path: -1 if path == folder else right(path))
    return folder


CHEAP = pytest.mark.usefixtures("cheap_passphrase")


def with_second(office: Office, folder: Path, words: str = WORDS) -> Backups:
    """The backups of an installation whose settings name a second place."""
    return Backups(office.store, second(office.settings, folder, words))


def second(told: Settings, folder: Path, words: str = WORDS) -> Settings:
    return replace(told, second_dir=folder, second_passphrase=words)


@pytest.mark.slow
@CHEAP
def test_the_daily_backup_goes_there_encrypted_and_comes_back(
    either: Office, other_disk: Path, frozen_clock: FrozenClock
) -> None:
    either.sql("UPDATE customers SET notes = 'canary of Acme'")
    backups = with_second(either, other_disk)
    made = backups.daily()
    assert made is not None
    (sealed,) = other_disk.iterdir()
    assert sealed.name == f"{made.name}.sealed"
    assert sealed.stat().st_mode & 0o777 == 0o600
    kept = sealed.read_bytes()
    for word in (b"canary", b"Acme", b"ann@acme.com", b"SQLite format", b"PGDMP", b"customers"):
        assert word not in kept
    status, copies = backups.copies(OPERATOR)
    assert [copy.name for copy in copies] == [made.name]
    assert (status.late, status.failure, status.sentence) == (
        False, "", "A backup of the last hour is in the second place.",
    )  # fmt: skip
    assert backups.health()["second_place"] == {"state": "ok", "age_hours": 0.0}
    content, whole = either.content_of(made.name), (either.folder / made.name).read_bytes()
    for path in either.folder.iterdir():
        path.unlink()
    assert backups.fetch("", None) == made.name
    assert (either.folder / made.name).read_bytes() == whole
    assert either.content_of(made.name) == content
    assert backups.verify(made.name, None).name == made.name
    assert [name for name in os.listdir(either.folder) if name.startswith(".")] == []
    assert either.events().count("backup_sent") == 1
    assert backups.restore(made.name, None).rows["customers"] == 10


@CHEAP
def test_it_is_sent_once_a_day_and_again_when_it_is_gone(
    office: Office, other_disk: Path, frozen_clock: FrozenClock
) -> None:
    backups = with_second(office, other_disk)
    for _ in range(3):
        backups.daily()
        frozen_clock.move(minutes=5)
    assert office.events().count("backup_sent") == 1
    for path in other_disk.iterdir():
        path.unlink()
    assert "No backup is in the second place yet." in backups.copies(None)[0].sentence
    backups.daily()
    assert len(list(other_disk.iterdir())) == 1


@CHEAP
def test_a_folder_on_the_same_disk_is_none(office: Office) -> None:
    """As where the other disk is not mounted: the folder below is there, and is no second place."""
    folder = office.folder.with_name("other")
    backups = with_second(office, folder)
    name = backups.make(None).name
    with pytest.raises(NotReady, match=r"is not there\. See that its disk is mounted"):
        backups.send(name, None)
    folder.mkdir()
    with pytest.raises(NotReady, match="is on the same disk as what it is to save"):
        backups.send(name, None)
    backups.daily()
    assert list(folder.iterdir()) == []
    status, _ = backups.copies(None)
    assert "same disk" in status.failure
    assert backups.health()["second_place"]["state"] == "failed"
    (found,) = [
        f for f in health.check(office.store, second(office.settings, folder)) if f.what == "Second place"
    ]
    assert not found.ok


@pytest.mark.parametrize("words", ["", "short", "elevenchars"])
def test_nothing_leaves_without_a_passphrase(office: Office, other_disk: Path, words: str) -> None:
    backups = with_second(office, other_disk, words)
    name = backups.make(None).name
    with pytest.raises(NotReady, match="CRM_SECOND_PASSPHRASE"):
        backups.send(name, None)
    backups.daily()
    assert list(other_disk.iterdir()) == []
    assert "CRM_SECOND_PASSPHRASE" in backups.copies(None)[0].sentence


def test_where_none_is_set_nothing_is_wrong(office: Office) -> None:
    assert not office.backups.copies(None)[0].set
    office.backups.daily()
    with pytest.raises(NotReady, match="No second place is set"):
        office.backups.send(office.backups.list(None)[0].name, None)
    with pytest.raises(NotReady, match="No second place is set"):
        office.backups.fetch("", None)


@pytest.mark.slow
@CHEAP
def test_an_old_copy_is_an_alarm_of_its_own(
    office: Office, other_disk: Path, frozen_clock: FrozenClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    backups = with_second(office, other_disk)
    backups.daily()
    frozen_clock.move(hours=50)
    office.backups.daily()
    assert not backups.status(None).late
    status, _ = backups.copies(None)
    assert (status.late, status.sentence) == (True, "The newest backup in the second place is 50 hours old.")
    assert backups.health()["second_place"] == {"state": "late", "age_hours": 50.0}


@CHEAP
def test_a_failure_is_logged_once_and_tried_again_after_an_hour(
    office: Office, other_disk: Path, monkeypatch: pytest.MonkeyPatch, frozen_clock: FrozenClock
) -> None:
    backups, tried = with_second(office, other_disk), []

    def full(*given: object) -> None:
        tried.append(1)
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as disk:
        disk.setattr(second_place, "seal", full)
        for _ in range(4):
            backups.daily()
            frozen_clock.move(minutes=5)
    assert len(tried) == 1
    assert list(other_disk.iterdir()) == []
    status, _ = backups.copies(None)
    assert "cannot be used (No space left on device)" in status.failure
    assert office.events().count("backup_unsent") == 1
    frozen_clock.move(hours=1)
    backups.daily()
    assert backups.copies(None)[0].failure == ""


@CHEAP
def test_what_was_damaged_or_is_no_copy_does_not_come_back(office: Office, other_disk: Path) -> None:
    backups = with_second(office, other_disk)
    name = backups.make(None).name
    backups.send(name, None)
    sealed, folder = other_disk / f"{name}.sealed", office.folder
    whole = sealed.read_bytes()
    for path in folder.iterdir():
        path.unlink()
    for place in range(700, len(whole) - 400, len(whole) // 40):
        sealed.write_bytes(whole[:place] + bytes([whole[place] ^ 1]) + whole[place + 1 :])
        with pytest.raises(BadBackup):
            backups.fetch(name, None)
    for length in (0, 10, len(whole) // 2, len(whole) - 1):
        sealed.write_bytes(whole[:length])
        with pytest.raises(BadBackup):
            backups.fetch(name, None)
    assert list(folder.iterdir()) == []
    sealed.write_bytes(whole)
    with pytest.raises(BadBackup, match="passphrase"):
        with_second(office, other_disk, "another horse battery").fetch(name, None)
    for strange in ("../crm.db", "/etc/passwd", "x", "crm_backup_20200101-000000.db"):
        with pytest.raises(NotFound):
            backups.fetch(strange, None)
    assert backups.fetch(f"{name}.sealed", None) == name
    with pytest.raises(NotReady, match="already"):
        backups.fetch(name, None)


@CHEAP
@pytest.mark.parametrize("slip", ["../evil", "/tmp/evil"])
def test_what_a_copy_says_of_places_is_not_believed(office: Office, other_disk: Path, slip: str) -> None:
    """Somebody who knows the passphrase made it: nothing but the two files of that name is taken."""
    backups = with_second(office, other_disk)
    name, packed = "crm_backup_20260302-093000.db", io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w") as together:
        for member in (slip, name):
            info = tarfile.TarInfo(member)
            info.size = 4
            together.addfile(info, io.BytesIO(b"evil"))
    packed.seek(0)
    seal(packed, other_disk / f"{name}.sealed", WORDS, "x")
    with pytest.raises(BadBackup, match="no backup of that name"):
        backups.fetch(name, None)
    assert not any(path.name == "evil" for path in office.folder.parent.rglob("*"))
    assert [path for path in office.folder.iterdir() if path.name != "."] == []


@CHEAP
def test_there_too_days_weeks_and_months_are_kept(
    office: Office, other_disk: Path, frozen_clock: FrozenClock
) -> None:
    told = replace(second(office.settings, other_disk), backup_days=2, backup_weeks=0, backup_months=0)
    backups = Backups(office.store, told)
    for day in range(5):
        (other_disk / f"{name_of(frozen_clock.moment)}.sealed").write_bytes(b"an older copy" * day)
        frozen_clock.move(days=1)
    (other_disk / "somebody's.txt").write_text("not ours")
    backups.daily()
    assert len(list(other_disk.glob("*.sealed"))) == 2
    assert (other_disk / "somebody's.txt").exists()


def test_what_a_killed_process_left_there_goes(office: Office, other_disk: Path) -> None:
    left = other_disk / "crm_backup_20200101-000000.db.sealed.partial"
    left.write_bytes(b"half")
    assert left.name in with_second(office, other_disk).clear()
    assert not left.exists()


@CHEAP
def test_the_second_place_is_the_operators(office: Office, other_disk: Path) -> None:
    backups = with_second(office, other_disk)
    name = backups.make(None).name
    for verb in (backups.send, backups.fetch):
        with pytest.raises(NotAllowed):
            verb(name, ADMIN)
    with pytest.raises(NotAllowed):
        backups.copies(ADMIN)
    assert list(other_disk.iterdir()) == []


@pytest.mark.slow
def test_any_tool_for_age_opens_it(office: Office, other_disk: Path, tmp_path: Path) -> None:
    backups = with_second(office, other_disk)
    name = backups.make(None).name
    backups.send(name, None)
    sealed = other_disk / f"{name}.sealed"
    assert is_sealed(sealed)
    with zipfile.ZipFile(sealed) as archive:
        key = pyrage.passphrase.decrypt(archive.read("key.age"), WORDS).decode()
        content = pyrage.decrypt(archive.read("content.age"), [pyrage.x25519.Identity.from_str(key)])
    with tarfile.open(fileobj=io.BytesIO(content)) as together:
        assert together.getnames() == [manifest_path(Path(name)).name, name]
        assert {member.uname for member in together.getmembers()} == {""}


@pytest.mark.slow
def test_a_passphrase_is_one_however_its_letters_are_spelled(tmp_path: Path) -> None:
    seal(io.BytesIO(b"said"), tmp_path / "x", "café au lait, bitte", "x")
    out = io.BytesIO()
    unseal(tmp_path / "x", out, "cafe\u0301 au lait, bitte")
    assert out.getvalue() == b"said"
    for wrong in ("", "short", " " * 20, "x" * 2000):
        with pytest.raises(Invalid):
            seal(io.BytesIO(b"said"), tmp_path / "y", wrong, "x")
    with pytest.raises(BadBackup, match="passphrase"):
        unseal(tmp_path / "x", out, "\udfff" * 20)


@CHEAP
def test_the_passphrase_is_told_nowhere(
    office: Office, other_disk: Path, caplog: pytest.LogCaptureFixture
) -> None:
    told = settings({"CRM_SECOND_DIR": str(other_disk), "CRM_SECOND_PASSPHRASE": WORDS})
    assert WORDS not in repr(told)
    backups = with_second(office, other_disk)
    backups.daily()
    assert WORDS not in caplog.text
    assert WORDS.encode() not in office.path.read_bytes()
    assert all(WORDS.encode() not in path.read_bytes() for path in office.folder.iterdir() if path.is_file())


@CHEAP
def test_a_manifest_that_is_anothers_does_not_come_back(office: Office, other_disk: Path) -> None:
    backups = with_second(office, other_disk)
    name = backups.make(None).name
    right = read_manifest(office.folder / name)
    write_manifest(office.folder / name, replace(right, sha256="0" * 64))
    with pytest.raises(CrmError):
        backups.send(name, None)
    assert list(other_disk.iterdir()) == []
    assert json.loads(manifest_path(office.folder / name).read_text())["sha256"] == "0" * 64
