"""A backup is proved by restoring it into a database of its own; what could not be tried never reads as proved."""

import json
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from crm_data.errors import BadBackup, NotAllowed, NotReady, Unavailable
from crm_data.store import migrating
from crm_data.transfer import kept_sqlite, proving
from crm_data.transfer.kept_postgres import KeptPostgres
from crm_data.transfer.kept_sqlite import KeptSqlite
from crm_data.transfer.proofs import proof_path, read_proof
from crm_data.transfer.verify import Facts
from tests.conftest import FrozenClock
from tests.migrations.trial import older
from tests.support.databases import Database
from tests.transfer.office import ADMIN, OPERATOR, Office, open_office


@pytest.fixture
def proved(database: Database, tmp_path: Path) -> Iterator[Office]:
    """An installation on either engine; on PostgreSQL with a database of its own for each trial."""
    opened = open_office(
        database.url, database.admin_url if database.kind == "postgresql" else "", tmp_path / "backups"
    )
    yield opened
    opened.store.close()


def kind_of(office: Office) -> type[KeptSqlite] | type[KeptPostgres]:
    """What does the trial."""
    return KeptSqlite if office.kind == "sqlite" else KeptPostgres


@pytest.mark.slow
def test_the_daily_backup_is_restored_counted_and_timed(proved: Office, frozen_clock: FrozenClock) -> None:
    before = proved.content()
    made = proved.backups.daily()
    assert made is not None
    (info,) = proved.backups.list(OPERATOR)
    proof = info.proof
    assert proof is not None
    assert (proof.name, proof.at, proof.rows["customers"]) == (made.name, frozen_clock.moment, 10)
    assert proof.rows == made.rows, "one backup has one number of rows, wherever it is said"
    assert proof.seconds > 0
    assert f"{proof.total:,} rows" in proof.sentence
    found = proved.backups.proofs(OPERATOR)
    assert (found.last, found.late, found.failure) == (proof, False, "")
    assert found.next is not None
    assert found.next.isoformat() == "2026-03-03T00:00:00+00:00"
    assert proved.backups.health() == {
        "state": "ok",
        "proved_at": frozen_clock.moment.isoformat(),
        "took_seconds": round(proof.seconds, 1),
        "age_hours": 0.0,
        "next": "2026-03-03T00:00:00+00:00",
        "second_place": None,
    }
    assert proved.content() == before, "nothing of what serves is touched"
    assert len(proved.sql("SELECT id FROM sessions")) == 1
    stem = made.name.removesuffix(proved.ending)
    assert set(os.listdir(proved.folder)) == {made.name, f"{stem}.json", f"{stem}.proof"}
    if proved.kind == "postgresql":
        with proved.owner() as owner:
            left = owner.execute("SELECT count(*) FROM pg_database WHERE datname LIKE 'foyer_trial%'")
            assert left.fetchone() == (0,)
    assert proved.events()[-2:] == ["backup_made", "backup_proved"]
    assert proved.backups.daily() is None, "and it is done once"
    assert proved.events()[-1] == "backup_proved"


@pytest.mark.slow
def test_a_round_that_was_killed_before_the_proof_is_taken_up(proved: Office) -> None:
    name = proved.backups.make(None).name
    assert proved.backups.daily() is None
    assert proved.backups.proofs(None).last is not None
    assert proved.backups.list(None)[0].name == name


def test_a_proof_is_of_these_bytes_alone(office: Office) -> None:
    name = office.backups.make(None).name
    proof = office.backups.prove(name, None)
    path = proof_path(office.folder / name)
    assert read_proof(office.folder / name, proof.sha256) == proof
    assert read_proof(office.folder / name, "0" * 64) is None
    said = json.loads(path.read_text())
    for wrong in ({"at": "yesterday"}, {"rows": [1]}, {"format": 2}, {"name": "x"}, {"seconds": None}):
        path.write_text(json.dumps(said | wrong))
        assert office.backups.list(None)[0].proof is None, wrong
        assert office.backups.list(None)[0].problem == ""
    path.write_bytes(b"\xff" * 10)
    assert office.backups.proofs(None).last is None


@pytest.mark.slow
def test_what_differs_after_the_restore_is_no_proof(
    proved: Office, monkeypatch: pytest.MonkeyPatch, frozen_clock: FrozenClock
) -> None:
    name = proved.backups.make(None).name
    proved.backups.prove(name, None)
    right = kind_of(proved).tried

    def lost(self: object, *given: object) -> Facts:
        found = right(self, *given)  # type: ignore[arg-type]
        return Facts(found.revision, {**found.rows, "customers": 9}, heads=found.heads)

    with monkeypatch.context() as broken:
        broken.setattr(kind_of(proved), "tried", lost)
        with pytest.raises(Unavailable, match=r"customers has 9 rows and should have 10\."):
            proved.backups.prove(name, None)
    assert proved.backups.list(None)[0].proof is None, "what was proved once is not any more"
    found = proved.backups.proofs(None)
    assert (found.last, found.late) == (None, True)
    assert f"{name} was restored to prove it, and failed" in found.sentence
    assert proved.backups.health()["state"] == "failed"
    assert proved.backups.status(None).last is not None, "the file itself is as it was written"
    frozen_clock.move(hours=1)
    proved.backups.daily()
    assert proved.backups.proofs(None).failure == ""


def test_a_head_of_the_log_that_is_another_is_no_proof(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    name = office.backups.make(None).name
    right = KeptSqlite.tried

    def forged(self: KeptSqlite, *given: object) -> Facts:
        found = right(self, *given)  # type: ignore[arg-type]
        return Facts(found.revision, found.rows, heads={"1": "7 x"})

    monkeypatch.setattr(KeptSqlite, "tried", forged)
    with pytest.raises(Unavailable, match="does not end where it did"):
        office.backups.prove(name, None)


def test_what_could_not_be_tried_never_reads_as_proved(
    either: Office, monkeypatch: pytest.MonkeyPatch, frozen_clock: FrozenClock
) -> None:
    """On PostgreSQL the role may make no database here; on SQLite the disk is full."""
    if either.kind == "sqlite":

        def full(path: Path) -> None:
            raise OSError(28, "No space left on device")

        monkeypatch.setattr(kept_sqlite, "private_file", full)
    assert either.backups.daily() is not None
    found = either.backups.proofs(None)
    assert found.last is None
    assert found.late
    assert "yet" in found.sentence
    assert "Not tried out, to save time." in found.failure or "disk is full" in found.failure
    assert either.backups.health()["state"] == "failed"
    assert found.next is not None
    assert (found.next - frozen_clock.moment).total_seconds() == 3600
    for _ in range(3):
        either.backups.daily()
    assert either.events().count("backup_unproved") == 1, (
        "it is tried again after an hour, not at every round"
    )
    with pytest.raises((NotReady, Unavailable)):
        either.backups.prove(either.backups.list(None)[0].name, None)


def test_a_damaged_backup_is_refused_and_another_made(office: Office) -> None:
    name = office.backups.make(None).name
    data = bytearray((office.folder / name).read_bytes())
    data[5000] ^= 1
    (office.folder / name).write_bytes(data)
    with pytest.raises(BadBackup, match="damaged"):
        office.backups.prove(name, None)
    made = office.backups.daily()
    assert made is not None
    assert office.backups.proofs(None).last is not None


@pytest.mark.slow
def test_an_older_backup_is_proved_by_bringing_it_up_to_date(office: Office) -> None:
    migrating.downgrade(office.store.url, older())
    name = office.backups.make(None).name
    migrating.upgrade(office.store.url)
    proof = office.backups.prove(name, None)
    assert proof.revision == migrating.head()
    assert proof.rows["customers"] == 10


def test_a_day_without_a_proof_is_late(either: Office, frozen_clock: FrozenClock) -> None:
    assert either.backups.health()["state"] == "none yet"
    either.backups.make(None)
    frozen_clock.move(minutes=1)
    assert either.backups.health()["state"] == "none yet", "it is the server's next act"
    frozen_clock.move(hours=37)
    assert either.backups.health()["state"] == "late"


def test_proving_is_the_operators(office: Office) -> None:
    name = office.backups.make(None).name
    for verb in (lambda: office.backups.prove(name, ADMIN), lambda: office.backups.proofs(ADMIN)):
        with pytest.raises(NotAllowed):
            verb()
    assert office.backups.list(None)[0].proof is None


def test_health_tells_no_name_and_asks_once_in_a_while(
    office: Office, monkeypatch: pytest.MonkeyPatch, frozen_clock: FrozenClock
) -> None:
    office.backups.daily()
    first = office.backups.health()
    assert "crm" not in json.dumps(first)
    asked: list[object] = []
    monkeypatch.setattr(office.backups, "proofs", asked.append)
    for _ in range(100):
        assert office.backups.health() == first
    assert asked == []


def test_what_is_proved_is_not_what_is_served(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    """The trial goes the way of a restore in earnest, with the live file shut to it."""
    name = office.backups.make(None).name
    opened: list[str] = []
    right = KeptSqlite.replace

    def watched(self: KeptSqlite, *given: object, **more: object) -> str:
        opened.append(self._store.url)
        return right(self, *given, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(KeptSqlite, "replace", watched)
    proving.prove(office.backups._kept, office.folder / name, office.folder)
    assert len(opened) == 1
    assert opened != [office.store.url]
