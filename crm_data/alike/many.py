"""Which of many new records may be here already, or be one of those before them. What is here is read once."""

from collections import defaultdict
from collections.abc import Hashable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, cast

import sqlalchemy as sa

from crm_data.alike.groups import CROWD, name_keys
from crm_data.alike.likeness import Marks, Reason, certainty, known_by, marks_of
from crm_data.alike.lookup import Lookalike, Row, in_order, is_own, judged, written
from crm_data.alike.merge import mergeable
from crm_data.alike.phones import ENDS
from crm_data.store.scope import CompanySession
from crm_data.store.signs import digits
from crm_data.tables import Base, Company, by_name, title_of

AT_ONCE = 5_000  # records that are read by one statement
# What these keys are the same of is the same: the first of the new that has one stands for all of them.
_SAME = ("email", "name", "joined")


@dataclass(frozen=True)
class Resembling:
    """What a new record is like. `likes`: records here, five of a kind at most, the surest first.

    `earlier`: the place of a new one before it, the surest; None where none is like it. `reasons`: why.
    """

    likes: tuple[Lookalike, ...]
    earlier: int | None = None
    reasons: tuple[Reason, ...] = ()

    @property
    def every(self) -> tuple[Reason, ...]:
        """All reasons, each once, the surest first."""
        said = {reason for like in self.likes for reason in like.reasons} | set(self.reasons)
        return tuple(reason for reason in Reason if reason in said)


def resembling(
    session: CompanySession, table: str, rows: Mapping[int, Mapping[str, Any]]
) -> dict[int, Resembling]:
    """Place -> what the new record there is like; those that are like nothing are left out. All are of `table`.

    By e-mail and telephone number the same records as `lookup.lookalikes` finds. By name what `groups` would make
    a pair of: names that share a word, a beginning or an end, unless more than 40 share it. `rows`: place ->
    values, in the order in which one is before another. A statement, and one for each 5,000 records here of each
    kind; none where the kind is known by no e-mail. Memory grows with what is new and with the records that share
    a key with it, and not with the pairs.
    """
    if known_by(table) is None or not rows:
        return {}
    home = session.scalar(sa.select(Company.country))
    new = _New(table, {at: marks_of(table, values, home) for at, values in rows.items()})
    here = _Here(new, home)
    for kind in filter(mergeable, Base.metadata.tables):
        if kind == table or new.reached:
            for row in _walk(session, kind):
                here.look(kind, row)
    found = {}
    for at, values in rows.items():
        likes = here.like(at, values)
        earlier, reasons = new.earlier(at, here)
        if likes or reasons:
            found[at] = Resembling(tuple(likes), earlier, reasons)
    return found


class _New:
    """The new records, and which of them have a key. `reached`: one of them has an e-mail or a number."""

    def __init__(self, table: str, said: Mapping[int, Marks]) -> None:
        self.table, self.said = table, said
        self.by: dict[Hashable, list[int]] = defaultdict(list)
        for at, marks in said.items():
            for key in self.keys(marks):
                self.by[key].append(at)
        self.reached = any(key[0] in ("email", "phone") for key in self.by)  # type: ignore[index]
        self.written = {
            each: address for _, address in self._keyed("email") for each in written([address])
        }  # as it may be kept -> as it is compared
        self.ends = {end for _, end in self._keyed("phone")}

    @staticmethod
    def keys(marks: Marks) -> set[Hashable]:
        """By which others are found at all."""
        addresses = {("email", address) for address in marks.emails}
        return addresses | {("phone", number.end) for number in marks.numbers} | set(name_keys(marks))

    def _keyed(self, what: str) -> Iterator[Any]:
        return (key for key in self.by if key[0] == what)  # type: ignore[index]

    def earlier(self, at: int, here: "_Here") -> tuple[int | None, tuple[Reason, ...]]:
        """The surest of those before, and why."""
        marks = self.said[at]
        before: set[int] = set()
        for key in self.keys(marks):
            shared = self.by[key]
            if key[0] in _SAME:  # type: ignore[index]
                before |= {first for first in shared[:1] if first != at}
            elif not here.crowded(key):
                for other in shared[:CROWD]:
                    if other == at:
                        break
                    before.add(other)
        best: tuple[int, int] | None = None
        why: tuple[Reason, ...] = ()
        for other in sorted(before):
            if (reasons := marks.reasons(self.said[other])) and (
                best is None or certainty(reasons) > best[0]
            ):
                best, why = (certainty(reasons), other), reasons
        return (best[1] if best else None), why


class _Here:
    """The records here that share a key with one of the new: by key, a few of each."""

    def __init__(self, new: _New, home: str | None) -> None:
        self._new, self._home = new, home
        self._by: dict[Hashable, list[int]] = defaultdict(list)
        self._kept: list[tuple[str, int, bool, Marks]] = []  # kind, id, archived, marks

    def look(self, kind: str, row: Row) -> None:
        """Keep a record where one of the new may be it."""
        known, new = known_by(kind), self._new
        assert known is not None
        addresses = {new.written[row[name]] for name in known.emails if row[name] in new.written}
        keys: set[Hashable] = {("email", address) for address in addresses}
        away = row["archived_at"] is not None
        if not away and new.ends:
            said = (row[name] for name in known.phones if row[name])
            keys |= {("phone", end) for number in said for end in _pieces(number) if end in new.ends}
        marks = marks_of(kind, row, self._home) if keys else Marks(str(row[known.title] or ""))
        if kind == new.table and not away:
            keys |= {key for key in name_keys(marks) if key in new.by and not self.crowded(key)}
        if keys:
            for key in keys:
                if len(self._by[key]) <= CROWD:
                    self._by[key].append(len(self._kept))
            self._kept.append((kind, row["id"], away, marks))

    def crowded(self, key: Hashable) -> bool:
        """Whether so many names share a part that it says nothing."""
        if key[0] != "part":  # type: ignore[index]
            return False
        return len(self._new.by[key]) + len(self._by.get(key, ())) > CROWD

    def like(self, at: int, values: Mapping[str, Any]) -> list[Lookalike]:
        """The records like one of the new."""
        table, marks = self._new.table, self._new.said[at]
        shared = (self._by.get(key, ()) for key in self._new.keys(marks) if not self.crowded(key))
        found: dict[str, list[Lookalike]] = defaultdict(list)
        for which in {one for some in shared for one in some}:
            kind, id_, away, other = self._kept[which]
            row = {"id": id_, "archived_at": away or None, title_of(kind): other.name}
            if not is_own(kind, row, table, values, None):
                like = judged(kind, row, marks, other, kind == table)
                found[kind] += [like] if like else []
        return in_order(found.values(), table)


def _walk(session: CompanySession, kind: str) -> Iterator[Row]:
    """What each record of the company is known by, in steps, so that they are never held all at once."""
    known, model, last = known_by(kind), cast(Any, by_name(kind)), 0
    assert known is not None
    columns = [getattr(model, name) for name in ("id", "archived_at", *known.columns)]
    while True:
        wanted = sa.select(*columns).where(model.id > last).order_by(model.id).limit(AT_ONCE)
        some = session.execute(wanted).mappings().all()
        yield from map(dict, some)
        if len(some) < AT_ONCE:
            return
        last = some[-1]["id"]


def _pieces(said: str) -> Iterable[str]:
    """Every run of digits of a number that could be the end of another."""
    number = "".join(c for c in digits(said) if c.isdecimal())
    return {number[at : at + length] for length in ENDS for at in range(len(number) - length + 1)}
