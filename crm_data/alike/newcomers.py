"""New records by what others are found by: of many the keys alone are held, as numbers in one sorted row."""

from array import array
from bisect import bisect_left
from collections.abc import Hashable, Iterable, Iterator, Mapping
from functools import lru_cache
from typing import Any

from crm_data.alike.groups import name_keys
from crm_data.alike.likeness import Marks, marks_of
from crm_data.alike.lookup import written

_BITS = 20  # of a place; what is left of 64 is the key's
_KEYS = (1 << (64 - _BITS)) - 1
AT_HAND = 10_000  # records whose marks are kept, not read again
Values = Mapping[str, Any]


def number_of(key: Hashable) -> int:
    """A key as a number of 44 bits: of those that differ next to none have the same, and all are judged again."""
    return hash(key) & _KEYS


class Newcomers:
    """New records of one kind, and which of them have a key. `rows`: place -> values, in their order.

    `reached`: one of them has an e-mail or a number. `written`: their addresses as they may be kept -> as they are
    compared. `ends`: of their numbers. Some hundred bytes a record; what it is known by is read again when asked.
    """

    def __init__(self, table: str, rows: Mapping[int, Values], home: str | None) -> None:
        self.table, self.rows = table, rows
        self._places = list(rows)
        self._order = {at: turn for turn, at in enumerate(self._places)}
        self.marks = lru_cache(AT_HAND)(lambda at: marks_of(table, rows[at], home))
        self.written: dict[str, str] = {}
        self.ends: set[str] = set()
        packed = sorted(
            number_of(key) << _BITS | turn
            for turn, at in enumerate(self._places)
            for key in self._noted(marks_of(table, rows[at], home))
        )
        self._packed = array("Q", packed)
        self.reached = bool(self.written or self.ends)

    @staticmethod
    def keys(marks: Marks) -> set[Hashable]:
        """By which others are found at all."""
        addresses = {("email", address) for address in marks.emails}
        return addresses | {("phone", number.end) for number in marks.numbers} | set(name_keys(marks))

    def _noted(self, marks: Marks) -> set[Hashable]:
        for address in marks.emails:
            self.written |= dict.fromkeys(written([address]), address)
        self.ends |= {number.end for number in marks.numbers}
        return self.keys(marks)

    def having(self, key: int, most: int | None = None) -> Iterator[int]:
        """The places of those with a key, by its number, in their order: all, or the first."""
        begin = bisect_left(self._packed, key << _BITS)
        end = len(self._packed) if most is None else min(begin + most, len(self._packed))
        for at in range(begin, end):
            if self._packed[at] >> _BITS != key:
                return
            yield self._places[self._packed[at] & ((1 << _BITS) - 1)]

    def has(self, key: int) -> bool:
        """Whether one of them has it."""
        return next(self.having(key, 1), None) is not None

    def count(self, key: int) -> int:
        """How many have it."""
        packed = self._packed
        return bisect_left(packed, (key + 1) << _BITS) - bisect_left(packed, key << _BITS)

    def sorted(self, places: Iterable[int]) -> list[int]:
        """Places in their order."""
        return sorted(places, key=self._order.__getitem__)
