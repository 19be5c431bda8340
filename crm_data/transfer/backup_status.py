"""How backups stand, told by what is on the shelf and what failed: for the page, `check` and /healthz."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from enum import StrEnum

from crm_data.transfer.proofs import Proof, took
from crm_data.transfer.shelf import BackupInfo

LATE = timedelta(hours=36)
# Where a backup could not be proved, it is tried again after so long.
AGAIN = timedelta(hours=1)


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


def newest(infos: Sequence[BackupInfo], now: datetime) -> BackupInfo | None:
    """The newest of some, which come newest first; one from the future was made while the clock was wrong."""
    return next((info for info in infos if info.made_at <= now), next(iter(infos), None))


def backup_status(
    good: Sequence[BackupInfo], failed: tuple[datetime | None, str], now: datetime
) -> BackupStatus:
    """Of backups that may be used, newest first; `failed`: when and why making one failed since."""
    last = newest(good, now)
    age = max(now - last.made_at, timedelta()) if last else None
    late = age is None or age > LATE
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
    age = max(now - last.made_at, timedelta()) if last else None
    late = age is None or age > LATE
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


def _next(good: Sequence[BackupInfo], failed_at: datetime | None, now: datetime) -> datetime:
    """At the beginning of the next day in UTC, unless that of today is still to come."""
    last = newest(good, now)
    if last and last.proof and last.made_at.date() == now.date():
        return datetime.combine(now.date() + timedelta(days=1), time(), now.tzinfo)
    return max(now, failed_at + AGAIN) if failed_at else now


def told(last: object | None, late: bool, failure: str, since: timedelta | None) -> Told:
    """In one word. `since`: for how long there are backups at all; what was just begun is not late."""
    if failure:
        return Told.FAILED
    if last is None:
        return Told.LATE if since is not None and since > LATE else Told.NONE
    return Told.LATE if late else Told.WELL


def hours(age: timedelta) -> str:
    """'1 hour', '50 hours'."""
    whole = int(age.total_seconds() // 3600)
    return f"{whole} hours" if whole != 1 else "1 hour"
