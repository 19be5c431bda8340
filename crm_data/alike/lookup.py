"""Which records may be the one that is typed: found by the lists of the search, without reading all of them."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

import sqlalchemy as sa

from crm_data.alike.groups import kept_apart
from crm_data.alike.likeness import Marks, Reason, certainty, known_by, marks_of
from crm_data.alike.names import asked_for
from crm_data.finding import bits
from crm_data.finding.lists import begins, listed_in, near_words
from crm_data.store.scope import CompanySession
from crm_data.tables import Company, SearchDue, SearchPiece, by_name, title_of
from crm_data.tables.fields import Kind, fields_of

MOST = 5  # that are named of a kind
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


def lookalikes(
    session: CompanySession,
    tables: Iterable[str],
    table: str,
    values: Mapping[str, Any],
    id: int | None = None,
) -> list[Lookalike]:
    """The records like one of `table` with these values, the surest first; five of a kind at most.

    Those of the other kinds by e-mail and number alone, since many a lead is called as its customer is, and none
    that the record names or that names it. `id`: the record itself, where it is there already. No statement when
    nothing is typed by which a record is known; else some ten however many records there are. Who is put away is
    named for the e-mail alone.
    """
    kinds = [name for name in tables if known_by(name) is not None]
    if table not in kinds or not marks_of(table, values):
        return []
    home = session.scalar(sa.select(Company.country))
    apart = {one for pair in kept_apart(session, table, id) for one in pair} if id is not None else set()
    said = marks_of(table, values, home)
    ids = _candidates(session, kinds, table, said)
    found: list[Lookalike] = []
    for kind in kinds:
        rows = _rows(session, kind, ids[kind], said)
        mine = [row for row in rows if not _is_own(kind, row, table, values, id)]
        mine = [row for row in mine if kind != table or row["id"] not in apart]
        likes = [_judged(kind, row, said, kind == table, home) for row in mine]
        found += sorted((like for like in likes if like), key=_best)[:MOST]
    return sorted(found, key=lambda like: (like.table != table, *_best(like)))


def _best(like: Lookalike) -> tuple[Any, ...]:
    return (like.archived, -like.certainty, like.id)


def _rows(session: CompanySession, kind: str, ids: Collection[int], said: Marks) -> list[Row]:
    """What the candidates are known by and name, and whoever has one of the addresses."""
    known, model = known_by(kind), cast(Any, by_name(kind))
    assert known is not None
    which = [model.id.in_(sorted(ids))] if ids else []
    if said.emails:
        which += [getattr(model, name).in_(sorted(_written(said.emails))) for name in known.emails]
    if not which:
        return []
    names = ("id", "archived_at", *known.columns, *_links(kind))
    wanted = sa.select(*(getattr(model, name) for name in names)).where(sa.or_(*which))
    return [dict(row) for row in session.execute(wanted).mappings()]


def _links(kind: str) -> dict[str, str]:
    """Column -> the table of the records that it names."""
    fields = fields_of(by_name(kind)).values()
    return {field.name: field.to for field in fields if field.kind is Kind.LINK and field.to}


def _is_own(kind: str, row: Row, table: str, values: Mapping[str, Any], id: int | None) -> bool:
    """Whether a row is the record itself, one that it names, or one that names it."""
    if kind == table:
        return bool(row["id"] == id)
    named = any(to == kind and values.get(name) == row["id"] for name, to in _links(table).items())
    return named or (id is not None and any(to == table and row[n] == id for n, to in _links(kind).items()))


def _judged(kind: str, row: Row, said: Marks, own: bool, home: str | None) -> Lookalike | None:
    reasons = said.reasons(marks_of(kind, row, home))
    if not own:
        reasons = tuple(reason for reason in reasons if reason in (Reason.EMAIL, Reason.PHONE))
    away = row["archived_at"] is not None
    if not reasons or (away and Reason.EMAIL not in reasons):
        return None
    return Lookalike(kind, row["id"], str(row[title_of(kind)] or ""), away, reasons)


def _written(emails: Collection[str]) -> set[str]:
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
    session: CompanySession, kinds: Sequence[str], table: str, said: Marks
) -> dict[str, set[int]]:
    """Kind -> ids of records that must be read: what the lists know, and those whose words are not listed yet."""
    numbers = _numbers(session, said)
    names = _names(session, said.name) if said.words else {}
    lists = listed_in(session, {*numbers, *(word for words in names.values() for word in words)})
    found: dict[str, set[int]] = {kind: set() for kind in kinds}
    for word in numbers:
        for kind, titled, part, ids in lists.get(word, ()):
            if kind in found and not titled:
                found[kind] |= set(bits.newest(part, ids))
    found[table] |= _by_name(table, names, lists)
    due = sa.select(SearchDue.table_name, SearchDue.row_id).order_by(SearchDue.id.desc()).limit(_MOST_DUE)
    for kind, id_ in session.execute(due.where(SearchDue.table_name.in_(kinds))):
        found[kind].add(id_)
    return found


def _numbers(session: CompanySession, said: Marks) -> set[str]:
    """Listed words, which are the digits of numbers, that hold the last digits of those typed."""
    ends = {number.end for number in said.numbers}
    if not ends:
        return set()
    piece = SearchPiece.piece
    wanted = sa.select(SearchPiece.word).where(sa.or_(*(begins(piece, end) for end in sorted(ends))))
    return set(session.scalars(wanted.order_by(piece, SearchPiece.word).limit(_MOST_PIECES)))


def _names(session: CompanySession, name: str) -> dict[str, set[str]]:
    """Each word of a name -> the listed words that it may be: itself, and those nearly it."""
    words = sorted(asked_for(name), key=len, reverse=True)[:_MOST_WORDS]
    found = {word: {word, *near_words(session, word, [word])} for word in words}
    if len(words) == 1:  # "Bluesky" may be "Blue Sky" there
        found[words[0]] |= {words[0][:at] for at in range(_SHORTEST, len(words[0]) - 1)}
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
