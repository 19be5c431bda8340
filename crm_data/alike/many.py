"""Which of many new records may be here already, or be one of those before them. What is here is read once."""

from collections import defaultdict
from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any, cast

import sqlalchemy as sa

from crm_data.alike.groups import CROWD, name_keys
from crm_data.alike.likeness import Marks, Reason, certainty, known_by, marks_of
from crm_data.alike.lookup import Lookalike, Row, in_order, is_own, judged, links_of
from crm_data.alike.merge import mergeable
from crm_data.alike.newcomers import AT_HAND, Newcomers, number_of
from crm_data.alike.phones import pieces
from crm_data.store.scope import CompanySession
from crm_data.tables import Base, ChainHead, ChangeLog, ChangeSet, Company, by_name, title_of

AT_ONCE = 5_000  # records that are read by one statement
_MOST_IDS = 500  # in one IN (...)
# What these keys are the same of is the same: the first of the new that has one stands for all of them.
_SAME = ("email", "name", "joined")
Rows = Mapping[int, Mapping[str, Any]]


class Outdated(Exception):
    """What was found does not hold any more: it is to be found anew."""


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


class Compared:
    """New records of one kind beside those that were here at one moment. `found`: place -> what the one there is
    like; those that are like nothing are left out.

    By e-mail and telephone number the same records as `lookup.lookalikes` finds. By name what `groups` would make
    a pair of: names that share a word, a beginning or an end, unless more than 40 share it. `rows`: place ->
    values, in the order in which one is before another. Three statements, and one for each 5,000 records here of
    each kind; none where the kind is known by no e-mail. Memory grows with what is new and with the records that
    share a key with it, some hundred bytes each, and not with the pairs.
    """

    def __init__(self, session: CompanySession, table: str, rows: Rows) -> None:
        self.found: dict[int, Resembling] = {}
        self.rows = {at: told(table, values) for at, values in rows.items()}
        self._new: Newcomers | None = None
        if known_by(table) is None or not rows:
            return
        self._home, self._head = _home(session), _head(session)
        self._new = Newcomers(table, self.rows, self._home)
        here = _Here(self._new, self._home)
        for kind in self._kinds():
            for row in _walk(session, kind):
                here.look(kind, row)
        for at in rows:
            likes = here.like(at)
            earlier, reasons = here.earlier(at)
            if likes or reasons:
                self.found[at] = Resembling(tuple(likes), earlier, reasons)

    def now(self, session: CompanySession) -> dict[int, Resembling]:
        """The same as things stand now: only what was written since is compared. A handful of statements.

        Raises Outdated where a record that one was like is like it no more, where the company's country has
        changed, by which numbers are read, or where its log is another's.
        """
        if self._new is None:
            return self.found
        if self._home != _home(session) or not _stands(session, self._head):
            raise Outdated
        changed = _written_since(session, self._head[0], self._kinds())
        if not changed:
            return self.found
        here = _Here(self._new, self._home)
        for kind, ids in changed.items():
            for row in _rows(session, kind, ids):
                here.look(kind, row)
        anew = {at: likes for at in here.shared() if (likes := here.like(at))}
        return self._joined(anew, changed)

    def _joined(
        self, anew: Mapping[int, Sequence[Lookalike]], changed: Mapping[str, set[int]]
    ) -> dict[int, Resembling]:
        assert self._new is not None
        for at, one in self.found.items():
            held = {(like.table, like.id) for like in anew.get(at, ())}
            for like in one.likes:
                if like.id in changed.get(like.table, ()) and (like.table, like.id) not in held:
                    raise Outdated
        found = dict(self.found)
        for at, likes in anew.items():
            of: dict[str, dict[int, Lookalike]] = defaultdict(dict)
            for like in (*(found[at].likes if at in found else ()), *likes):
                of[like.table][like.id] = like
            every = in_order(([*some.values()] for some in of.values()), self._new.table)
            found[at] = replace(found.get(at, Resembling(())), likes=tuple(every))
        return found

    def _kinds(self) -> list[str]:
        """The kinds of record that the new ones may be like."""
        assert self._new is not None
        kinds = filter(mergeable, Base.metadata.tables)
        return [kind for kind in kinds if kind == self._new.table or self._new.reached]


def resembling(session: CompanySession, table: str, rows: Rows) -> dict[int, Resembling]:
    """Place -> what the new record there is like; see `Compared`."""
    return Compared(session, table, rows).found


def told(table: str, values: Mapping[str, Any]) -> dict[str, Any]:
    """What of a new record is compared: by what it is known, and whom it names."""
    known = known_by(table)
    names = (*known.columns, *links_of(table)) if known else ()
    return {name: value for name in names if (value := values.get(name)) is not None}


class _Here:
    """The records here that share a key with one of the new: by key, a few of each."""

    def __init__(self, new: Newcomers, home: str | None) -> None:
        self._new, self._home = new, home
        self._by: dict[int, list[int]] = defaultdict(list)
        self._kept: list[
            tuple[str, int, bool, tuple[Any, ...]]
        ] = []  # kind, id, archived, what it is known by
        self._marks = lru_cache(AT_HAND)(self._read)

    def look(self, kind: str, row: Row) -> None:
        """Keep a record where one of the new may be it."""
        known, new = known_by(kind), self._new
        assert known is not None
        addresses = {new.written[row[name]] for name in known.emails if row[name] in new.written}
        keys: set[Hashable] = {("email", address) for address in addresses}
        away = row["archived_at"] is not None
        if not away and new.ends:
            said = (row[name] for name in known.phones if row[name])
            keys |= {("phone", end) for number in said for end in pieces(number) if end in new.ends}
        found = {number_of(key) for key in keys}
        if kind == new.table and not away:
            for key in name_keys(Marks(str(row[known.title] or ""))):
                number = number_of(key)
                if new.has(number) and not self.crowded(key, number):
                    found.add(number)
        for number in found:
            if len(self._by[number]) <= CROWD:
                self._by[number].append(len(self._kept))
        if found:
            self._kept.append((kind, row["id"], away, tuple(row[name] for name in known.columns)))

    def shared(self) -> list[int]:
        """The places of the new that share a key with one of them, in their order."""
        return self._new.sorted({at for key in self._by for at in self._new.having(key)})

    def crowded(self, key: Hashable, number: int) -> bool:
        """Whether so many names share a part that it says nothing."""
        if key[0] != "part":  # type: ignore[index]
            return False
        return self._new.count(number) + len(self._by.get(number, ())) > CROWD

    def like(self, at: int) -> list[Lookalike]:
        """The records like one of the new."""
        table, values, marks = self._new.table, self._new.rows[at], self._new.marks(at)
        shared = {
            which
            for key in self._new.keys(marks)
            if not self.crowded(key, number := number_of(key))
            for which in self._by.get(number, ())
        }
        found: dict[str, list[Lookalike]] = defaultdict(list)
        for which in shared:
            kind, id_, away, _ = self._kept[which]
            other = self._marks(which)
            row = {"id": id_, "archived_at": away or None, title_of(kind): other.name}
            if not is_own(kind, row, table, values, None):
                like = judged(kind, row, marks, other, kind == table)
                found[kind] += [like] if like else []
        return in_order(found.values(), table)

    def earlier(self, at: int) -> tuple[int | None, tuple[Reason, ...]]:
        """The surest of the new ones before one, and why."""
        new = self._new
        marks = new.marks(at)
        before: set[int] = set()
        for key in new.keys(marks):
            number = number_of(key)
            if key[0] in _SAME:  # type: ignore[index]
                before |= {first for first in new.having(number, 1) if first != at}
            elif not self.crowded(key, number):
                for other in new.having(number, CROWD):
                    if other == at:
                        break
                    before.add(other)
        best: tuple[int, int] | None = None
        why: tuple[Reason, ...] = ()
        for other in new.sorted(before):
            if (reasons := marks.reasons(new.marks(other))) and (
                best is None or certainty(reasons) > best[0]
            ):
                best, why = (certainty(reasons), other), reasons
        return (best[1] if best else None), why

    def _read(self, which: int) -> Marks:
        kind, _, _, said = self._kept[which]
        known = known_by(kind)
        assert known is not None
        return marks_of(kind, dict(zip(known.columns, said, strict=True)), self._home)


def _walk(session: CompanySession, kind: str) -> Iterator[Row]:
    """What each record of the company is known by, in steps, so that they are never held all at once."""
    model, last = cast(Any, by_name(kind)), 0
    while True:
        wanted = _select(kind).where(model.id > last).order_by(model.id).limit(AT_ONCE)
        some = session.execute(wanted).mappings().all()
        yield from map(dict, some)
        if len(some) < AT_ONCE:
            return
        last = some[-1]["id"]


def _rows(session: CompanySession, kind: str, ids: Iterable[int]) -> Iterator[Row]:
    """What some records are known by; those that are gone are left out."""
    model, wanted = cast(Any, by_name(kind)), sorted(ids)
    for start in range(0, len(wanted), _MOST_IDS):
        some = _select(kind).where(model.id.in_(wanted[start : start + _MOST_IDS])).order_by(model.id)
        yield from map(dict, session.execute(some).mappings().all())


def _select(kind: str) -> sa.Select[Any]:
    known, model = known_by(kind), cast(Any, by_name(kind))
    assert known is not None
    return sa.select(*(getattr(model, name) for name in ("id", "archived_at", *known.columns)))


def _home(session: CompanySession) -> str | None:
    """The company's country, by which numbers without a prefix are read."""
    return session.scalar(sa.select(Company.country))


def _head(session: CompanySession) -> tuple[int, str]:
    """Where the company's log ends: acts are in it in the order in which they ended."""
    found = session.execute(sa.select(ChainHead.number, ChainHead.link)).one_or_none()
    return (found.number, found.link) if found else (0, "")


def _stands(session: CompanySession, head: tuple[int, str]) -> bool:
    """Whether the log still has the act that was its last."""
    number, link = head
    mine = sa.select(ChangeSet.link).where(ChangeSet.number == number)
    return not number or session.scalar(mine) == link


def _written_since(session: CompanySession, number: int, kinds: Sequence[str]) -> dict[str, set[int]]:
    """Kind -> ids of the records that acts after one have written."""
    acts = sa.select(ChangeSet.act_id).where(ChangeSet.number > number)
    lines = sa.select(ChangeLog.table_name, ChangeLog.row_id).where(
        ChangeLog.act_id.in_(acts), ChangeLog.table_name.in_(kinds)
    )
    found: dict[str, set[int]] = defaultdict(set)
    for kind, id_ in session.execute(lines.distinct()):
        found[kind].add(id_)
    return found
