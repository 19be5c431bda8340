"""How the log is held together: a digest a line, a link an act, one chain a company. Pure, the same on any engine.

A line is hashed with its values by way of a salted hash of their own, and an act with its title likewise, so that
erasing a record for good can take both away and leave every digest as it is.
"""

import hashlib
import json
import secrets
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

Row = Mapping[str, Any]
# The columns that a digest is of, in this order, beside the hash of the values.
OF_A_LINE = ("company_id", "id", "act_id", "place", "at", "user_id", "action", "table_name", "row_id")
_BEHIND_PLACE = ("at", "user_id", "action", "table_name")  # of them, what the lines of one write share
OF_AN_ACT = (
    "company_id", "number", "id", "act_id", "at", "actor", "user_id", "kind", "counts", "undoes", "lines", "seal",
)  # fmt: skip
# The columns of either that hold values, which can be erased.
VALUES = {"change_log": ("before", "after"), "change_sets": ("title",)}
ERASED_FOR_GOOD = "erase_for_good"
_LINE, _ACT = "foyer line 1", "foyer act 1"  # what the digest is of, and by which rules


def new_salts(count: int) -> list[str]:
    """Random texts of 32 letters: who knows a digest cannot try out what a short value may have been."""
    drawn = secrets.token_hex(16 * count)
    return [drawn[start : start + 32] for start in range(0, 32 * count, 32)]


def hash_of_values(table: str, row: Row) -> str:
    """The hash of the values of a line or an act; where they were erased, the one that was kept."""
    return row.get("sealed") or _sha(row["salt"], *(row[name] for name in VALUES[table]))


def digest_of(line: Row) -> str:
    """What a line of the log must bear as its digest."""
    return _sha(_LINE, *(line[name] for name in OF_A_LINE), hash_of_values("change_log", line))


def digests_of(lines: Sequence[Row], same: Row) -> list[str]:
    """As `digest_of` of each of some new lines, whose other columns are the `same`.

    What they share is put into words once: their act, and the values of rows that were given the same object.
    """
    head = _TOLD([_LINE, same["company_id"]])[:-1]
    act, behind = _TOLD(same["act_id"]), _TOLD([same[name] for name in _BEHIND_PLACE])[1:-1]
    said: dict[int, str] = {}
    for line in lines:
        for values in (line["before"], line["after"]):
            if id(values) not in said:
                said[id(values)] = _TOLD(values)
    digests = []
    for line in lines:
        values = f"[{_TOLD(line['salt'])},{said[id(line['before'])]},{said[id(line['after'])]}]"
        text = (
            f"{head},{line['id']},{act},{line['place']},{behind},{line['row_id']},"
            f'"{hashlib.sha256(values.encode()).hexdigest()}"]'
        )
        digests.append(hashlib.sha256(text.encode()).hexdigest())
    return digests


def seal_on(seal: str, digest: str) -> str:
    """The seal of an act's lines with one more line; '' before the first."""
    return hashlib.sha256(f"{seal}{digest}".encode()).hexdigest()


def link_of(before: str, act: Row) -> str:
    """What an act must bear as its link, behind the act that bears `before`; '' before the first."""
    return _sha(_ACT, before, *(act[name] for name in OF_AN_ACT), hash_of_values("change_sets", act))


class Chain:
    """Rows of one company chained anew: first all lines of the log by their ids, then all acts by theirs."""

    def __init__(self) -> None:
        self.number, self.link = 0, ""
        self._ends: dict[str, tuple[int, str]] = {}

    def line(self, row: dict[str, Any]) -> None:
        """Give a line its place and its digest; a salt too, unless its values were erased."""
        place, seal = self._ends.get(row["act_id"], (0, ""))
        row |= {"place": place + 1, "salt": None if row.get("sealed") else row.get("salt") or new_salts(1)[0]}
        row["digest"] = digest_of(row)
        self._ends[row["act_id"]] = (place + 1, seal_on(seal, row["digest"]))

    def act(self, row: dict[str, Any]) -> None:
        """Give an act its number, the seal of its lines, and its link."""
        lines, seal = self._ends.get(row["act_id"], (0, ""))
        self.number += 1
        row |= {"number": self.number, "lines": lines, "seal": seal}
        row["salt"] = None if row.get("sealed") else row.get("salt") or new_salts(1)[0]
        row["link"] = self.link = link_of(self.link, row)


def _sha(*said: Any) -> str:
    return hashlib.sha256(_TOLD(said).encode()).hexdigest()


@lru_cache(maxsize=256)  # all lines of an act are of one moment
def _moment(value: Any) -> str:
    if not isinstance(value, datetime):
        raise TypeError(f"a digest is of plain values, not of {type(value).__name__}")
    return value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


_TOLD = json.JSONEncoder(sort_keys=True, separators=(",", ":"), default=_moment).encode
