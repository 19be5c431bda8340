"""The finder: which records of one kind are likely the same, in groups, the most certain first."""

from collections import defaultdict
from collections.abc import Collection, Hashable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import combinations
from typing import Any

import sqlalchemy as sa

from crm_data.alike.likeness import Marks, Reason, certainty, known_by, marks_of
from crm_data.store.scope import CompanySession
from crm_data.store.signs import digits
from crm_data.tables import Company, KeptApart, by_name
from crm_data.tables.kept_apart import PAIRS

MOST_READ = 100_000  # records that are compared; of more the newest
_END = 7  # digits at the end of a number
CROWD = 40  # records that share something, beyond which each is compared with the first alone
_BEGINS = 4  # letters
Row = Mapping[str, Any]
Pair = tuple[int, int]


@dataclass(frozen=True)
class Group:
    """Records that are likely one, each as what it is known by; why, and how surely, at most 100."""

    rows: tuple[Row, ...]
    reasons: tuple[Reason, ...]
    certainty: int

    @property
    def ids(self) -> list[int]:
        """Their ids."""
        return [row["id"] for row in self.rows]

    @property
    def why(self) -> str:
        """The reasons in words."""
        return ", ".join(self.reasons)


def groups(session: CompanySession, table: str) -> list[Group]:
    """All groups among the records in use. Three statements, and the comparing: half a second for 10,000."""
    known, model = known_by(table), by_name(table)
    assert known is not None
    home = session.scalar(sa.select(Company.country))
    wanted = sa.select(*(getattr(model, name) for name in ("id", "created_at", *known.columns)))
    living = wanted.where(model.archived_at.is_(None)).order_by(model.id.desc()).limit(MOST_READ)  # type: ignore[attr-defined]
    rows = {row["id"]: dict(row) for row in session.execute(living).mappings()}
    marks = {id_: marks_of(table, row, home) for id_, row in rows.items()}
    apart = kept_apart(session, table)
    found: dict[Pair, tuple[Reason, ...]] = {}
    for pair in _pairs(marks) - apart:
        if reasons := marks[pair[0]].reasons(marks[pair[1]]):
            found[pair] = reasons
    made = [_group(rows, ids, found) for ids in _together(found)]
    return sorted(made, key=lambda group: (-group.certainty, group.ids))


def kept_apart(session: CompanySession, table: str, ids: Collection[int] | None = None) -> set[Pair]:
    """The pairs of which somebody has said that they are two; of some records', or all."""
    one, other = (getattr(KeptApart, name) for name in PAIRS[table])
    some = [one.is_not(None)] if ids is None else [sa.or_(one.in_(sorted(ids)), other.in_(sorted(ids)))]
    return {(a, b) for a, b in session.execute(sa.select(one, other).where(*some))}


def _group(rows: Mapping[int, Row], ids: set[int], found: Mapping[Pair, tuple[Reason, ...]]) -> Group:
    mine = [reasons for pair, reasons in found.items() if pair[0] in ids]
    said = {reason for reasons in mine for reason in reasons}
    order = tuple(reason for reason in Reason if reason in said)
    return Group(tuple(rows[id_] for id_ in sorted(ids)), order, max(map(certainty, mine)))


def _pairs(marks: Mapping[int, Marks]) -> set[Pair]:
    """Which records are compared at all: those that share an address, the end of a number, or part of a name."""
    shared: dict[Hashable, list[int]] = defaultdict(list)
    for id_ in sorted(marks):
        for key in _keys(marks[id_]):
            shared[key].append(id_)
    return {pair for key, ids in shared.items() for pair in _compared(key, ids)}


def _compared(key: Hashable, ids: list[int]) -> Iterator[Pair]:
    if len(ids) <= CROWD:
        yield from combinations(ids, 2)
    elif key[0] != "part":  # type: ignore[index]
        yield from ((ids[0], other) for other in ids[1:])


def _keys(marks: Marks) -> Iterator[Hashable]:
    for email in marks.emails:
        yield "email", email
    for said in marks.said:
        number = "".join(c for c in digits(said).lower().partition("x")[0] if c.isdecimal())
        if len(number) >= _END:
            yield "phone", number[-_END:]
    yield from name_keys(marks)


def name_keys(marks: Marks) -> Iterator[Hashable]:
    """What of a name is shared with names like it: all of it, or a 'part'."""
    if marks.words:
        yield "name", tuple(sorted(marks.words))
        joined = "".join(marks.words)
        yield "joined", joined
        # Of two names that are nearly the same, a word is, or the beginning, or the end.
        yield "part", joined[:_BEGINS], ""
        yield "part", "", joined[-_BEGINS:]
        for word in set(marks.words):
            if len(word) >= _BEGINS:
                yield "part", word


def _together(pairs: Iterable[Pair]) -> list[set[int]]:
    """What hangs together by pairs."""
    of: dict[int, set[int]] = {}
    for one, other in pairs:
        whole = of.get(one, {one}) | of.get(other, {other})
        for id_ in whole:
            of[id_] = whole
    return list({id(whole): whole for whole in of.values()}.values())
