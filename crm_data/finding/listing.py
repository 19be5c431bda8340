"""Listing the words of records that were written: what is due is taken off the lists it stood on, and put on anew.

Beside the work of people, never within it: whoever saves does not wait for it, and a search reads what is due.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from crm_data.finding import bits
from crm_data.finding.plain import BETWEEN, ends, searched, words
from crm_data.store import turns
from crm_data.store.store import Store
from crm_data.tables import Base, SearchDue, SearchList, SearchPiece, by_name

_AT_ONCE = 1_000  # records of one transaction
_REASON = "the words of records are listed"
Key = tuple[str, str, bool, int]  # word, table, in the title, part


def list_words(store: Store) -> int:
    """List what is due in every company; returns how many records that were. Many may call it at once."""
    with store.system(_REASON, write=False) as session:
        companies = session.scalars(sa.select(SearchDue.company_id).distinct()).all()
    return sum(list_words_of(store, company) for company in companies)


def list_words_of(store: Store, company_id: int) -> int:
    """The same for one company, some hundreds of records in each transaction."""
    done = 0
    while True:
        with store.system(_REASON) as session:
            turns.wait_for(session.connection(), turns.Turn.WORDS)
            count = _some(session, company_id)
        done += count
        if count < _AT_ONCE:
            return done


def _some(session: Session, company_id: int) -> int:
    wanted = sa.select(SearchDue.id, SearchDue.table_name, SearchDue.row_id, SearchDue.before)
    wanted = wanted.where(SearchDue.company_id == company_id).order_by(SearchDue.id).limit(_AT_ONCE)
    due = session.execute(wanted).all()
    if not due:
        return 0
    before: dict[tuple[str, int], list[str]] = defaultdict(list)
    for _, table, row_id, said in due:
        before[table, row_id] += [said] if said is not None else []
    off, on = _moves(session, company_id, before)
    _write(session, company_id, off, on)
    session.execute(sa.delete(SearchDue).where(SearchDue.id.in_([row.id for row in due])))
    return len(due)


def _moves(
    session: Session, company_id: int, before: Mapping[tuple[str, int], list[str]]
) -> tuple[dict[Key, int], dict[Key, int]]:
    """The bits that leave each list, and those that come to it."""
    off: dict[Key, int] = defaultdict(int)
    on: dict[Key, int] = defaultdict(int)
    for table in {table for table, _ in before}:
        if table not in _KINDS:
            continue  # of a kind that is no more
        now = _texts(session, company_id, table, [row_id for name, row_id in before if name == table])
        for (name, row_id), earlier in before.items():
            if name != table:
                continue
            part, bit = bits.place(row_id)
            new = _words(table, now.get(row_id, ()))
            for said in earlier:
                for word, titled in _words(table, said.split(BETWEEN)) - new:
                    off[word, table, titled, part] |= bit
            for word, titled in new:
                on[word, table, titled, part] |= bit
    return off, on


def _texts(session: Session, company_id: int, table: str, ids: list[int]) -> dict[int, tuple[Any, ...]]:
    """What these records hold now; archived ones are not looked for."""
    model: Any = by_name(table)
    columns = [getattr(model, name) for name in searched(table)]
    wanted = sa.select(model.id, *columns).where(
        model.company_id == company_id, model.id.in_(ids), model.archived_at.is_(None)
    )
    return {row[0]: tuple(row[1:]) for row in session.execute(wanted)}


def _words(table: str, texts: Iterable[str | None]) -> set[tuple[str, bool]]:
    """(word, in the title) of a record whose fields hold these texts."""
    fields = searched(table).values()
    return {
        (word, field.title) for field, said in zip(fields, texts, strict=False) for word in words(field, said)
    }


def _write(session: Session, company_id: int, off: Mapping[Key, int], on: Mapping[Key, int]) -> None:
    held = SearchList
    touched = sorted({key[0] for key in (*off, *on)})
    standing: dict[Key, tuple[int, int]] = {}
    wanted = sa.select(held.id, held.word, held.table_name, held.titled, held.part, held.ids)
    for row in session.execute(wanted.where(held.company_id == company_id, held.word.in_(touched))):
        standing[row.word, row.table_name, row.titled, row.part] = row.id, bits.unpacked(row.ids)
    changed: list[dict[str, Any]] = []
    made: list[dict[str, Any]] = []
    gone: set[int] = set()
    for key in {*off, *on}:
        id_, kept = standing.get(key, (None, 0))
        now = (kept & ~off.get(key, 0)) | on.get(key, 0)
        if id_ is None and now:
            word, table, titled, part = key
            made.append(
                {"company_id": company_id, "word": word, "table_name": table, "titled": titled}
                | {"part": part, "ids": bits.packed(now)}
            )
        elif id_ is not None and not now:
            gone.add(id_)
        elif id_ is not None and now != kept:
            changed.append({"id": id_, "ids": bits.packed(now)})
    if changed:
        session.execute(sa.update(held), changed)
    if gone:
        session.execute(sa.delete(held).where(held.id.in_(sorted(gone))))
    if made:
        session.execute(sa.insert(held), made)
    left = {key[0] for key, (id_, _) in standing.items() if id_ not in gone}
    listed = {row["word"] for row in made}
    _take_apart(session, company_id, listed - {key[0] for key in standing})
    _forget(session, company_id, {key[0] for key in standing} - left - listed)


def _take_apart(session: Session, company_id: int, words: set[str]) -> None:
    """Words that were not listed before can be found by what is within them."""
    pieces = [
        {"company_id": company_id, "piece": piece, "word": word}
        for word in sorted(words)
        for piece in ends(word)
    ]
    if pieces:
        session.execute(sa.insert(SearchPiece), pieces)


def _forget(session: Session, company_id: int, words: set[str]) -> None:
    for word in words:
        mine = SearchPiece.company_id == company_id, SearchPiece.piece.in_(sorted(ends(word)))
        session.execute(sa.delete(SearchPiece).where(*mine, SearchPiece.word == word))


_KINDS = {mapper.class_.__tablename__ for mapper in Base.registry.mappers}
