"""Which records may be the one that is typed: found by the lists of the search, without reading all of them."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

import sqlalchemy as sa

from crm_data.alike.groups import kept_apart
from crm_data.alike.likeness import Marks, Reason, certainty, known_by, marks_of
from crm_data.alike.names import asked_for
from crm_data.errors import Invalid
from crm_data.finding import bits
from crm_data.finding.lists import begins, listed_in, near_of
from crm_data.store.scope import CompanySession
from crm_data.tables import Company, SearchDue, SearchPiece, by_name, title_of
from crm_data.tables.fields import Kind, fields_of

MOST = 5  # that are named of a kind
MOST_WANTED = 200  # that are looked for at once
_MOST_WORDS = 6  # of a name
_MOST_READ = 400  # candidates of a kind
_MOST_COMMON = 4_000  # records that a word stands in, beyond which they are not gone through one by one
_MOST_DUE = 1_000  # records whose words are not listed yet
_MOST_PIECES = 100  # listed numbers that hold the same last digits
_SHORTEST = 3
Row = dict[str, Any]


@dataclass(frozen=True)
class Lookalike:
    """A record that may be the one that is typed, and why."""

    table: str
    id: int
    title: str
    archived: bool
    reasons: tuple[Reason, ...]

    @property
    def why(self) -> str:
        """The reasons in words: 'same e-mail, similar name'."""
        return ", ".join(self.reasons)

    @property
    def certainty(self) -> int:
        """How surely it is the same, at most 100."""
        return certainty(self.reasons)


# The values of a record that is to be kept, and its id where it is there already.
Wanted = tuple[Mapping[str, Any], int | None]


def lookalikes(
    session: CompanySession, tables: Iterable[str], table: str, wanted: Sequence[Wanted]
) -> list[list[Lookalike]]:
    """Of each record wanted, those like it, the surest first; five of a kind at most. All of them are of `table`.

    Those of the other kinds by e-mail and number alone, since many a lead is called as its customer is, and none
    that the record names or that names it. No statement when nothing is typed by which a record is known; else
    some ten however many records there are, and for 200 wanted at once not twice as many. Who is put away is named
    for the e-mail alone. The wanted are not compared with each other. Raises Invalid for more than 200.
    """
    if len(wanted) > MOST_WANTED:
        raise Invalid(
            f"At most {MOST_WANTED} records are looked for at once. Look for them in smaller steps."
        )
    kinds = [name for name in tables if known_by(name) is not None]
    asked = [at for at, (values, _) in enumerate(wanted) if table in kinds and marks_of(table, values)]
    if not asked:
        return [[] for _ in wanted]
    found: list[list[list[Lookalike]]] = [[] for _ in wanted]  # of each, by kind
    home = session.scalar(sa.select(Company.country))
    apart = _apart(session, table, {id_ for at in asked if (id_ := wanted[at][1]) is not None})
    said = {at: marks_of(table, wanted[at][0], home) for at in asked}
    ids = _candidates(session, kinds, table, said)
    for kind in kinds:
        every = set[int]().union(*(each[kind] for each in ids.values()))
        rows = _rows(session, kind, every, set[str]().union(*(marks.emails for marks in said.values())))
        marks = {row["id"]: marks_of(kind, row, home) for row in rows}
        for at in asked:
            values, id_ = wanted[at]
            mine = [
                row for row in rows
                if (row["id"] in ids[at][kind] or said[at].emails & marks[row["id"]].emails)
                and not is_own(kind, row, table, values, id_)
                and not (kind == table and row["id"] in apart.get(id_, ()))
            ]  # fmt: skip
            likes = [judged(kind, row, said[at], marks[row["id"]], kind == table) for row in mine]
            found[at].append([like for like in likes if like])
    return [in_order(each, table) for each in found]


def _apart(session: CompanySession, table: str, ids: Collection[int]) -> dict[int | None, set[int]]:
    """Record -> those of which somebody has said that they are others."""
    found: dict[int | None, set[int]] = defaultdict(set)
    for one, other in kept_apart(session, table, ids) if ids else ():
        found[one].add(other)
        found[other].add(one)
    return found


def in_order(found: Iterable[list[Lookalike]], table: str) -> list[Lookalike]:
    """The best of each kind, those of the record's own kind first."""
    best = [like for kind in found for like in sorted(kind, key=_best)[:MOST]]
    return sorted(best, key=lambda like: (like.table != table, *_best(like)))


def _best(like: Lookalike) -> tuple[Any, ...]:
    return (like.archived, -like.certainty, like.id)


def _rows(session: CompanySession, kind: str, ids: Collection[int], emails: Collection[str]) -> list[Row]:
    """What the candidates are known by and name, and whoever has one of the addresses."""
    known, model = known_by(kind), cast(Any, by_name(kind))
    assert known is not None
    which = [model.id.in_(sorted(ids))] if ids else []
    if emails:
        which += [getattr(model, name).in_(sorted(written(emails))) for name in known.emails]
    if not which:
        return []
    names = ("id", "archived_at", *known.columns, *links_of(kind))
    wanted = sa.select(*(getattr(model, name) for name in names)).where(sa.or_(*which))
    return [dict(row) for row in session.execute(wanted).mappings()]


def links_of(kind: str) -> dict[str, str]:
    """Column -> the table of the records that it names."""
    fields = fields_of(by_name(kind)).values()
    return {field.name: field.to for field in fields if field.kind is Kind.LINK and field.to}


def is_own(kind: str, row: Row, table: str, values: Mapping[str, Any], id: int | None) -> bool:
    """Whether a row is the record itself, one that it names, or one that names it."""
    if kind == table:
        return bool(row["id"] == id)
    named = any(to == kind and values.get(name) == row["id"] for name, to in links_of(table).items())
    return named or (id is not None and any(to == table and row[n] == id for n, to in links_of(kind).items()))


def judged(kind: str, row: Row, said: Marks, marks: Marks, own: bool) -> Lookalike | None:
    """What a record is to one that is said; None where nothing says so. `own`: they are of one kind."""
    reasons = said.reasons(marks)
    if not own:
        reasons = tuple(reason for reason in reasons if reason in (Reason.EMAIL, Reason.PHONE))
    away = row["archived_at"] is not None
    if not reasons or (away and Reason.EMAIL not in reasons):
        return None
    return Lookalike(kind, row["id"], str(row[title_of(kind)] or ""), away, reasons)


def written(emails: Collection[str]) -> set[str]:
    """The addresses as they may be kept: the host in letters of its own, or in those of the network."""
    found = set(emails)
    for address in emails:
        name, _, host = address.rpartition("@")
        try:
            found.add(f"{name}@{host.encode('idna').decode('ascii')}")
        except UnicodeError:
            continue
    return found


def _candidates(
    session: CompanySession, kinds: Sequence[str], table: str, said: Mapping[int, Marks]
) -> dict[int, dict[str, set[int]]]:
    """For each that is said, kind -> ids of records that must be read: what the lists know, and those whose words
    are not listed yet.
    """
    numbers = _numbers(session, said)
    names = _names(session, {at: marks.name for at, marks in said.items() if marks.words})
    every = {word for words in numbers.values() for word in words}
    every |= {one for words in names.values() for near in words.values() for one in near}
    lists = listed_in(session, every)
    due = sa.select(SearchDue.table_name, SearchDue.row_id).order_by(SearchDue.id.desc()).limit(_MOST_DUE)
    waiting = [(kind, id_) for kind, id_ in session.execute(due.where(SearchDue.table_name.in_(kinds)))]
    found: dict[int, dict[str, set[int]]] = {}
    for at in said:
        here = found[at] = {kind: set[int]() for kind in kinds}
        for word in numbers[at]:
            for kind, titled, part, ids in lists.get(word, ()):
                if kind in here and not titled:
                    here[kind] |= set(bits.newest(part, ids))
        here[table] |= _by_name(table, names.get(at, {}), lists)
        for kind, id_ in waiting:
            here[kind].add(id_)
    return found


def _numbers(session: CompanySession, said: Mapping[int, Marks]) -> dict[int, set[str]]:
    """Of each the listed words, which are the digits of numbers, that hold the last digits of those typed."""
    ends = {at: {number.end for number in marks.numbers} for at, marks in said.items()}
    every = sorted(set[str]().union(*ends.values()))
    found: set[str] = set()
    if every:
        piece = SearchPiece.piece
        wanted = sa.select(SearchPiece.word).where(sa.or_(*(begins(piece, end) for end in every)))
        most = _MOST_PIECES * len(every)
        found = set(session.scalars(wanted.order_by(piece, SearchPiece.word).limit(most)))
    return {at: {word for word in found if any(end in word for end in mine)} for at, mine in ends.items()}


def _names(session: CompanySession, said: Mapping[int, str]) -> dict[int, dict[str, set[str]]]:
    """Of each name, its words -> the listed words that each may be: itself, and those nearly it."""
    words = {at: sorted(asked_for(name), key=len, reverse=True)[:_MOST_WORDS] for at, name in said.items()}
    near = near_of(session, sorted({word for mine in words.values() for word in mine}))
    found = {at: {word: {word, *near[word]} for word in mine} for at, mine in words.items()}
    for mine in found.values():
        if len(mine) == 1:  # "Bluesky" may be "Blue Sky" there
            (word,) = mine
            mine[word] |= {word[:at] for at in range(_SHORTEST, len(word) - 1)}
    return found


def _by_name(
    table: str, names: Mapping[str, set[str]], lists: Mapping[str, list[tuple[str, bool, int, int]]]
) -> set[int]:
    """Those that share words of the name, the rarest counting most; some hundreds at most."""
    weights: dict[int, float] = defaultdict(float)
    common: dict[int, list[int]] = defaultdict(list)  # part -> ids of words that many share
    for words in names.values():
        here: dict[int, int] = defaultdict(int)
        for word in words:
            for kind, titled, part, ids in lists.get(word, ()):
                if kind == table and titled:
                    here[part] |= ids
        count = sum(ids.bit_count() for ids in here.values())
        for part, ids in here.items():
            if count > _MOST_COMMON:
                common[part].append(ids)
                continue
            for id_ in bits.newest(part, ids):
                weights[id_] += 1 / count
    best = sorted(weights, key=lambda id_: (-weights[id_], -id_))[:_MOST_READ]
    if not best:
        for part, sets in sorted(common.items(), reverse=True):
            shared = sets[0]
            for ids in sets[1:]:
                shared &= ids
            best += list(bits.newest(part, shared))
    return set(best[:_MOST_READ])
