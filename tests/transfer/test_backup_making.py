"""Making a backup: what lies in the folder afterwards, who may, and what happens when it cannot be made."""

import json
import os
import re
from collections.abc import Iterator

import pytest

from crm_data.errors import BadBackup, CrmError, NotAllowed, NotFound, Unavailable
from tests.conftest import FrozenClock
from tests.transfer.office import ADMIN, OPERATOR, Office


def test_a_backup_is_one_private_file_with_its_manifest(either: Office, frozen_clock: FrozenClock) -> None:
    before = os.umask(0)
    try:
        made = either.backups.make(OPERATOR)
    finally:
        os.umask(before)
    assert made.name == f"crm_backup_20260302-093000{either.ending}"
    assert sorted(os.listdir(either.folder)) == [made.name, "crm_backup_20260302-093000.json"]
    assert all((either.folder / name).stat().st_mode & 0o777 == 0o600 for name in os.listdir(either.folder))
    assert either.folder.stat().st_mode & 0o777 == 0o700
    told = json.loads((either.folder / "crm_backup_20260302-093000.json").read_text())
    assert told["rows"]["customers"] == 10
    assert told["made_at"] == "2026-03-02T09:30:00+00:00"
    assert re.fullmatch(r"Foyer \d+\.\d+\.\d+", told["product"])
    assert len(told["sha256"]) == 64
    assert either.backups.list(OPERATOR) == [made]


@pytest.mark.slow
def test_two_backups_in_one_second_are_two(office: Office, frozen_clock: FrozenClock) -> None:
    names = [office.backups.make(None).name for _ in range(3)]
    assert names == [f"crm_backup_20260302-09300{n}.db" for n in range(3)]
    for name in names:
        office.backups.verify(name, None)


def test_every_act_is_the_operators(either: Office) -> None:
    name = either.backups.make(None).name
    kept = either.events()
    acts = (
        lambda: either.backups.make(ADMIN),
        lambda: either.backups.list(ADMIN),
        lambda: either.backups.verify(name, ADMIN),
        lambda: either.backups.restore(name, ADMIN),
        lambda: either.backups.status(ADMIN),
    )
    for act in acts:
        with pytest.raises(NotAllowed, match="operator"):
            act()
    assert either.events() == kept
    assert len(either.backups.list(OPERATOR)) == 1


def test_each_act_leaves_a_row_in_the_security_log(either: Office) -> None:
    name = either.backups.make(OPERATOR).name
    either.backups.verify(name, OPERATOR)
    (either.folder / name).write_bytes(b"text")
    with pytest.raises(BadBackup):
        either.backups.verify(name, OPERATOR)
    assert either.events() == ["backup_made", "backup_verified", "backup_refused"]
    assert either.sql("SELECT DISTINCT user_id FROM security_log") == [(1,)]


@pytest.mark.parametrize(
    "name",
    ["", "../crm.db", "crm.db", "crm_backup_20260302-093000.db/../../x", "crm_backup_29999999-000000.db"],
)
def test_a_name_that_is_not_a_backups_finds_nothing(office: Office, name: str) -> None:
    with pytest.raises(NotFound):
        office.backups.verify(name, None)
    with pytest.raises(NotFound):
        office.backups.restore(name, None)


def test_a_folder_that_is_a_file_is_a_sentence(either: Office) -> None:
    either.folder.write_text("in the way")
    with pytest.raises(Unavailable, match="CRM_BACKUP_DIR"):
        either.backups.make(None)
    assert either.events() == ["backup_failed"]


@pytest.fixture
def as_nobody(office: Office) -> Iterator[None]:
    """Root may write everywhere, so it steps down for a moment."""
    if os.geteuid() != 0:
        yield
        return
    for path in (*office.path.parent.iterdir(), office.path.parent):
        os.chown(path, 65534, 65534)
    os.seteuid(65534)
    yield
    os.seteuid(0)


def test_a_folder_closed_to_us_is_a_sentence(office: Office, request: pytest.FixtureRequest) -> None:
    office.folder.mkdir()
    office.folder.chmod(0o500)
    request.getfixturevalue("as_nobody")
    with pytest.raises(Unavailable, match="cannot be written to"):
        office.backups.make(None)
    assert os.listdir(office.folder) == []


def test_a_database_that_could_not_be_restored_does_not_count_as_backed_up(office: Office) -> None:
    office.sql("CREATE VIEW everything AS SELECT * FROM customers")
    with pytest.raises(BadBackup, match="did not make"):
        office.backups.make(None)
    assert os.listdir(office.folder) == []
    status = office.backups.status(None)
    assert status.failure in status.sentence
    assert status.late


def test_a_damaged_database_is_not_backed_up_in_silence(office: Office) -> None:
    office.add_customers(2000)
    office.store.close()
    office.sql("PRAGMA wal_checkpoint(TRUNCATE)")
    pages = office.path.stat().st_size // 4096
    with open(office.path, "rb+") as file:
        for page in range(pages - 40, pages - 20):
            file.seek(page * 4096)
            file.write(b"\xff" * 4096)
    with pytest.raises(CrmError):
        office.backups.make(None)
    assert os.listdir(office.folder) == []
