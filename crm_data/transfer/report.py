"""What an import did, or would do: counts, refusals by row, and the refused rows as a file to mend."""

import csv
import io
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from crm_data.transfer.formulas import disarmed
from crm_data.transfer.headings import REFUSED, refused_tail
from crm_data.transfer.resembling import Resembles


@dataclass(frozen=True)
class Refusal:
    """One row that was not taken, as it stands in the file, and why. Rows count from 1, the headings.

    `at`: heading -> what is wrong with its cell; none where the row could not be read at all.
    """

    row: int
    cells: tuple[str, ...]
    reason: str
    at: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Changed:
    """One value of a record that is there already, and what the file makes of it.

    `currencies`: which one the record has, and will have; '' for the company's own.
    """

    row: int
    title: str
    field: str
    before: Any
    after: Any
    currencies: tuple[str, str] = ("", "")


def changed_of(row: int, title: str, before: Mapping[str, Any], after: Mapping[str, Any]) -> list[Changed]:
    """What a row of the file makes of the fields `after` of a record that is there."""
    had = before.get("currency") or ""
    money = (had, after.get("currency", had) or "")
    return [Changed(row, title, name, before[name], value, money) for name, value in after.items()]


@dataclass(frozen=True)
class Report:
    """`created`, `updated`, `unchanged`: rows of the file. `refused`: one entry a row.

    `changes`: the first updates, to look at, and `names`, of a rehearsal: field -> id -> who or what these values
    are. `unknown`: heading -> word -> how many rows; words that name no
    choice, colleague or record. `hints`: sentences on what may have been meant otherwise. `done`: False for a
    rehearsal. `repeated`: this act was done before. `beside`: heading -> cell -> how many rows; what could not be
    taken and is kept beside the records. `newer`: the first values of records that were changed here since the
    file was made, `newer_rows` of them. `doubted`: rows whose id means another record here. `made`: customers
    added because rows name them. `adding`, `left`: the numbers of the rows that are added, and of those that
    change nothing. `resembling`: rows to be added that look like something; not looked for where a commit
    adds them all the same. `meant`: row -> its record, where that was found by a key that is written
    otherwise here.
    """

    headings: tuple[str, ...]
    created: int = 0
    updated: int = 0
    unchanged: int = 0
    refused: tuple[Refusal, ...] = ()
    changes: tuple[Changed, ...] = ()
    unknown: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    hints: tuple[str, ...] = ()
    done: bool = False
    repeated: bool = False
    beside: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    newer: tuple[Changed, ...] = ()
    newer_rows: int = 0
    doubted: int = 0
    made: tuple[str, ...] = ()
    adding: tuple[int, ...] = ()
    left: tuple[int, ...] = ()
    resembling: tuple[Resembles, ...] = ()
    meant: Mapping[int, str] = field(default_factory=dict)
    names: Mapping[str, Mapping[int, str]] = field(default_factory=dict)

    def sentence(self) -> str:
        """The counts in words."""
        if self.repeated:
            return f"This import was done already: {self.created:,} added, {self.updated:,} changed."
        added, changed = ("added", "changed") if self.done else ("would be added", "would be changed")
        return (
            f"{self.created:,} {added}, {self.updated:,} {changed}, {self.unchanged:,} unchanged,"
            f" {len(self.refused):,} refused."
        )

    def refused_csv(self) -> bytes:
        """The refused rows with their number and reason, ready to be mended and imported again.

        What a row has beyond the headings stands behind the reason: nothing is lost, and until it is mended the
        row has too many cells once more.
        """
        kept = range(len(self.headings) - len(refused_tail(self.headings)))  # ours are written anew
        written = io.StringIO(newline="")
        writer = csv.writer(written)
        writer.writerow([*(disarmed(self.headings[at]) for at in kept), *REFUSED])
        for refusal in self.refused:
            cells = [*refusal.cells, *[""] * len(self.headings)]
            beyond = map(disarmed, refusal.cells[len(self.headings) :])
            writer.writerow([*(disarmed(cells[at]) for at in kept), refusal.row, refusal.reason, *beyond])
        return written.getvalue().encode("utf-8-sig")
