"""How backups stand, told by what is on the shelf and what failed: for the page, `check` and /healthz."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from enum import StrEnum
from typing import Any, TypeVar

from crm_data.transfer.proofs import Proof, took
from crm_data.transfer.second_place import Copy
from crm_data.transfer.shelf import BackupInfo

LATE = timedelta(hours=36)
# Where a backup could not be proved, it is tried again after so long.
AGAIN = timedelta(hours=1)
Made = TypeVar("Made", BackupInfo, Copy)


@dataclass(frozen=True)
class BackupStatus:
    """How the installation stands: the last verified backup and its age, and the last failure since."""

    last: BackupInfo | None
    age: timedelta | None
    late: bool
    failure: str
    failed_at: datetime | None
    sentence: str


@dataclass(frozen=True)
class ProofStatus:
    """The newest backup that was proved by restoring it, `age` that of the backup, and why a later one was not.

    `next`: when the server proves one again; None where this process makes none.
    """

    last: Proof | None
    age: timedelta | None
    late: bool
    failure: str
    next: datetime | None
    sentence: str


@dataclass(frozen=True)
class SecondStatus:
    """The newest backup in the second place and its age, and why a later one is not there; `set` whether there is
    such a place at all.
    """

    set: bool
    last: Copy | None
    age: timedelta | None
    late: bool
    failure: str
    sentence: str


class Told(StrEnum):
    """What /healthz says of the last proved restore, or of the second place."""

    WELL = "ok"
    LATE = "late"
    FAILED = "failed"
    NONE = "none yet"

    @property
    def wrong(self) -> bool:
        """Whether somebody should be woken up; what is none yet may come in a moment."""
        return self in (Told.LATE, Told.FAILED)


def newest(some: Sequence[Made], now: datetime) -> Made | None:
    """The newest of some, which come newest first; one from the future was made while the clock was wrong."""
    return next((one for one in some if one.made_at <= now), next(iter(some), None))


def _stands(last: BackupInfo | Copy | None, now: datetime) -> tuple[timedelta | None, bool]:
    """The age of the last one, None where there is none, and whether the next is late."""
    age = max(now - last.made_at, timedelta()) if last else None
    return age, age is None or age > LATE


def backup_status(
    good: Sequence[BackupInfo], failed: tuple[datetime | None, str], now: datetime
) -> BackupStatus:
    """Of backups that may be used, newest first; `failed`: when and why making one failed since."""
    last = newest(good, now)
    age, late = _stands(last, now)
    failed_at, failure = failed
    if failure:
        sentence = f"The last backup failed: {failure}"
    elif age is None:
        sentence = "No backup has been made yet."
    else:
        sentence = (
            f"The last verified backup is {hours(age)} old."
            if age >= timedelta(hours=1)
            else "A backup was verified within the last hour."
        ) + (" Make one now." if late else "")
    return BackupStatus(last, age, late, failure, failed_at, sentence)


def proof_status(
    good: Sequence[BackupInfo], failed: tuple[datetime | None, str], now: datetime, cannot: str
) -> ProofStatus:
    """Of backups that may be used, newest first. What could not be proved never counts as proved."""
    last = newest([info for info in good if info.proof], now)
    proof = last.proof if last else None
    age, late = _stands(last, now)
    failed_at, failure = failed
    if proof is None or age is None:
        sentence = "No backup has been proved by restoring it yet."
    else:
        old = f"{hours(age)} old" if age >= timedelta(hours=1) else "less than an hour old"
        counted = f"{proof.total:,} rows in {took(proof.seconds)}"
        sentence = f"The last proved restore is of {proof.name}, {old}: {counted}."
    if failure:
        sentence = f"{failure} {sentence}"
    elif late:
        sentence += " Prove one now."
    return ProofStatus(proof, age, late, failure, None if cannot else _next(good, failed_at, now), sentence)


def second_status(copies: Sequence[Copy], failure: str, now: datetime) -> SecondStatus:
    """Of the copies in a second place that is set, newest first; `failure`: why nothing is copied there now."""
    last = newest(copies, now)
    age, late = _stands(last, now)
    if age is None:
        sentence = "No backup is in the second place yet."
    elif age < timedelta(hours=1):
        sentence = "A backup of the last hour is in the second place."
    else:
        sentence = f"The newest backup in the second place is {hours(age)} old."
    return SecondStatus(True, last, age, late, failure, f"{failure} {sentence}".strip())


NO_SECOND = SecondStatus(
    False,
    None,
    None,
    False,
    "",
    "No second place is set: backups are where CRM_BACKUP_DIR says, and nowhere else.",
)


def _next(good: Sequence[BackupInfo], failed_at: datetime | None, now: datetime) -> datetime:
    """At the beginning of the next day in UTC, unless that of today is still to come."""
    last = newest(good, now)
    if last and last.proof and last.made_at.date() == now.date():
        return datetime.combine(now.date() + timedelta(days=1), time(), now.tzinfo)
    return max(now, failed_at + AGAIN) if failed_at else now


def health(
    proofs: ProofStatus, second: SecondStatus, good: Sequence[BackupInfo], now: datetime
) -> dict[str, Any]:
    """What /healthz says, without the name of a file; `second_place` is None where none is set."""
    since = now - min(info.made_at for info in good) if good else None
    return {
        "state": _told(proofs, since).value,
        "proved_at": proofs.last.at.isoformat(timespec="seconds") if proofs.last else None,
        "took_seconds": round(proofs.last.seconds, 1) if proofs.last else None,
        "age_hours": _in_hours(proofs.age),
        "next": proofs.next.isoformat(timespec="seconds") if proofs.next else None,
        "second_place": {"state": _told(second, since).value, "age_hours": _in_hours(second.age)}
        if second.set
        else None,
    }


def _told(found: ProofStatus | SecondStatus, since: timedelta | None) -> Told:
    """In one word. `since`: for how long there are backups at all; what was just begun is not late."""
    if found.failure:
        return Told.FAILED
    if found.last is None:
        return Told.LATE if since is not None and since > LATE else Told.NONE
    return Told.LATE if found.late else Told.WELL


def _in_hours(age: timedelta | None) -> float | None:
    return None if age is None else round(age.total_seconds() / 3600, 1)


def hours(age: timedelta) -> str:
    """'1 hour', '50 hours'."""
    whole = int(age.total_seconds() // 3600)
    return f"{whole} hours" if whole != 1 else "1 hour"
