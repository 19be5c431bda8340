"""What is kept of a backup that was restored to prove it: beside the backup, bound to its bytes."""

import json
import os
from contextlib import suppress
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path

from crm_data.transfer.manifest import write_beside

FORMAT = 1
_LONGEST = 1_000_000  # bytes


@dataclass(frozen=True)
class Proof:
    """A backup that was restored into a database of its own and was found to be what it should: rows by table.

    `at` is the moment, `seconds` how long it took from reading the file to the last row counted, `sha256` that of
    the file, and `revision` what it was brought up to.
    """

    name: str
    sha256: str
    at: datetime
    seconds: float
    revision: str
    rows: dict[str, int]

    @property
    def total(self) -> int:
        """Rows in all."""
        return sum(self.rows.values())

    @property
    def sentence(self) -> str:
        """What was done, in words."""
        filled = sum(count > 0 for count in self.rows.values())
        return (
            f"{self.name} was restored into a database of its own and checked: {self.total:,} "
            f"row{'' if self.total == 1 else 's'} of {filled} tables in {took(self.seconds)}."
        )


def took(seconds: float) -> str:
    """'0.4 seconds', '12 seconds', '3 minutes'."""
    if seconds < 9.95:
        return f"{seconds:.1f} seconds"
    return f"{seconds:.0f} seconds" if seconds < 119.5 else f"{seconds / 60:.0f} minutes"


def proof_path(backup: Path) -> Path:
    """Where it lies: beside the backup, .proof for .db or .dump."""
    return backup.with_suffix(".proof")


def write_proof(backup: Path, proof: Proof) -> None:
    """Put it beside its backup, whole or not at all."""
    told = asdict(proof) | {"format": FORMAT, "at": proof.at.isoformat(), "sentence": proof.sentence}
    write_beside(proof_path(backup), told)


def read_proof(backup: Path, sha256: str) -> Proof | None:
    """The proof of a backup of these bytes; None where there is none, of other bytes, or not to be read."""
    with suppress(OSError, ValueError, TypeError, KeyError, AttributeError, RecursionError, OverflowError):
        descriptor = os.open(proof_path(backup), os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
        with open(descriptor, "rb") as file:
            told = json.loads(file.read(_LONGEST))
        at = datetime.fromisoformat(told["at"])
        if (told["format"], told["sha256"], told["name"]) == (FORMAT, sha256, backup.name) and at.tzinfo:
            rows = {str(table): int(count) for table, count in told["rows"].items()}
            return Proof(backup.name, sha256, at, float(told["seconds"]), str(told["revision"]), rows)
    return None
