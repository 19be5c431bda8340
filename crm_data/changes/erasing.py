"""Erasing for good: what goes with a record and what stays without it, as the keys of the tables say. Two steps:
first a look, then the act, which does what was looked at or nothing.
"""

import hashlib
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa

from crm_data.changes.tables import chunks, order
from crm_data.errors import Invalid, NotFound
from crm_data.store import writer
from crm_data.store.changes import Doing
from crm_data.store.locks import lock_rows
from crm_data.store.log_erased import names_in_log
from crm_data.store.many import table_of
from crm_data.store.naming import naming
from crm_data.store.records import Records
from crm_data.store.scope import CompanySession
from crm_data.store.values import row_id
from crm_data.tables import APPEND_ONLY, by_name, noun, title_of
from crm_data.tables.base import Archivable
from crm_data.tables.fields import words

MOST = 500  # records chosen at once
# The foreign key lets a lead stay behind without its customer; people are asked, and it goes unless they say so.
ASKED = ("leads", "customer_id")
_NOT_ARCHIVED = "Only what is archived can be erased for good. Archive it first."
_OTHERWISE = "What goes has changed since you looked. Nothing was erased; look at it again."
Ids = dict[str, set[int]]


@dataclass(frozen=True)
class Loses:
    """Records that stay and no longer say what they belonged to: `count` of `table`, by the name of the field."""

    table: str
    column: str
    label: str
    count: int


@dataclass(frozen=True)
class Erasure:
    """What erasing would do. `goes`: table -> how many, `names`: the first few; `stays`: what loses a link.

    `mark` tells whether what goes is still the same when the act comes.
    """

    table: str
    ids: tuple[int, ...]
    goes: Mapping[str, int]
    names: Mapping[str, tuple[str, ...]]
    stays: tuple[Loses, ...]
    mark: str

    @property
    def sentence(self) -> str:
        """What goes, in words."""
        return sentence_of(self.goes)


@dataclass
class _Reach:
    goes: Ids
    loses: dict[tuple[str, str], set[int]] = field(default_factory=dict)

    @property
    def mark(self) -> str:
        goes = sorted((table, sorted(ids)) for table, ids in self.goes.items())
        loses = sorted((key, sorted(ids)) for key, ids in self.loses.items())
        return hashlib.sha256(repr((goes, loses)).encode()).hexdigest()

    @property
    def tables(self) -> set[str]:
        """Those of which a row goes or loses a link."""
        return {*self.goes, *(child for child, _ in self.loses)}

    def touched(self, table: str) -> set[int]:
        """The rows of a table that go or lose a link."""
        losing = (rows for (child, _), rows in self.loses.items() if child == table)
        return self.goes.get(table, set()).union(*losing)


def sentence_of(counts: Mapping[str, int]) -> str:
    """What goes, in words: '2 customers, 1 deal'."""
    return ", ".join(f"{count:,} {noun(table, count)}" for table, count in counts.items())


def looked_at(
    session: CompanySession, kinds: Mapping[str, Records], table: str, ids: Sequence[Any], keep_leads: bool
) -> Erasure:
    """What erasing these archived records would do now. Raises NotFound, Invalid."""
    chosen = _chosen(kinds, table, ids)
    _demand_archived(session, table, chosen)
    reach = _reach(session, {table: chosen}, keep_leads)
    return _told(session, kinds, table, chosen, reach)


def erase(
    session: CompanySession,
    kinds: Mapping[str, Records],
    doing: Doing,
    table: str,
    ids: Sequence[Any],
    keep_leads: bool,
    mark: str,
) -> Erasure:
    """Do what was looked at, within a transaction; raises Invalid where something else would go by now."""
    chosen = _chosen(kinds, table, ids)
    first = _reach(session, {table: chosen}, keep_leads)
    _lock_all(session, first)
    _demand_archived(session, table, chosen)
    reach = _reach(session, {table: chosen}, keep_leads)
    if reach.mark != first.mark or reach.mark != mark:
        raise Invalid(_OTHERWISE)
    told = _told(session, kinds, table, chosen, reach)
    _take(session, doing, reach)
    return told


def erase_due(
    session: CompanySession, doing_of: Callable[[str], Doing], roots: Ids, still: Callable[[Ids], Ids]
) -> Mapping[str, int]:
    """Erase what nobody looked at, within a transaction, with all that goes with it: table -> how many rows went.

    `still`: which of the roots are due, asked once they are locked; `doing_of`: the act, by what goes, in words.
    Leads stay without their customer, as others that only name what goes. Nothing goes where more would than was
    locked: another round finds it.
    """
    first = _reach(session, roots, keep_leads=True)
    _lock_all(session, first)
    reach = _reach(session, still(roots), keep_leads=True)
    more = any(reach.touched(name) - first.touched(name) for name in reach.tables - APPEND_ONLY)
    if more or not any(reach.goes.values()):
        return {}
    goes = {name: len(reach.goes[name]) for name in order(reach.goes) if reach.goes[name]}
    kinds = {name: count for name, count in goes.items() if issubclass(by_name(name), Archivable)}
    _take(session, doing_of(sentence_of(kinds)), reach)
    return goes


def _lock_all(session: CompanySession, reach: _Reach) -> None:
    for name in order(reach.tables - APPEND_ONLY):
        _lock(session, name, reach.touched(name))


def _take(session: CompanySession, doing: Doing, reach: _Reach) -> None:
    """Loosen what stays, and erase what goes."""
    for (child, column), rows in reach.loses.items():
        model: Any = by_name(child)
        for some in chunks(sorted(rows)):
            wanted = sa.select(model.id, getattr(model, column)).where(model.id.in_(some)).order_by(model.id)
            found = [dict(row) for row in session.execute(wanted).mappings()]
            changes = [(row, {column: None}) for row in found]
            writer.update(session, doing, table_of(model), changes, follows=True)
    names = [name for kind, gone in reach.goes.items() for name in _called(session, kind, gone)]
    tables = order(reach.goes)
    writer.erase_for_good(session, doing, {name: sorted(reach.goes[name]) for name in tables}, names)


def _chosen(kinds: Mapping[str, Records], table: str, ids: Sequence[Any]) -> set[int]:
    known = {number for number in map(row_id, ids) if number is not None}
    if (
        table not in kinds
        or "archived_at" not in table_of(kinds[table].table).c
        or len(known) < len(set(ids))
    ):
        raise NotFound
    if not 0 < len(known) <= MOST:
        raise Invalid(f"Choose from one to {MOST} records to be erased at once.")
    return known


def _demand_archived(session: CompanySession, table: str, ids: Collection[int]) -> None:
    model: Any = by_name(table)
    found = session.execute(sa.select(model.id, model.archived_at).where(model.id.in_(ids))).all()
    if len(found) != len(ids):
        raise NotFound
    if None in [archived for _, archived in found]:
        raise Invalid(_NOT_ARCHIVED)


def _reach(session: CompanySession, roots: Ids, keep_leads: bool) -> _Reach:
    """All that goes with these rows, and all that stays and names one of them."""
    reach, turn = _Reach({table: set(ids) for table, ids in roots.items()}), roots
    while turn:
        found: Ids = {}
        for parent, gone in turn.items():
            for child, column, rule in naming(parent):
                takes = rule == "CASCADE" or ((child, column) == ASKED and not keep_leads)
                model: Any = by_name(child)
                for some in chunks(sorted(gone)):
                    wanted = sa.select(model.id).where(getattr(model, column).in_(some))
                    rows = set(session.scalars(wanted))
                    if takes:
                        found.setdefault(child, set()).update(rows)
                    else:
                        reach.loses.setdefault((child, column), set()).update(rows)
        turn = {name: more for name, rows in found.items() if (more := rows - reach.goes.get(name, set()))}
        for name, more in turn.items():
            reach.goes.setdefault(name, set()).update(more)
    reach.loses = {
        key: left for key, rows in reach.loses.items() if (left := rows - reach.goes.get(key[0], set()))
    }
    return reach


def _lock(session: CompanySession, table: str, ids: Collection[int]) -> None:
    model: Any = by_name(table)
    for some in chunks(sorted(ids)):
        lock_rows(session, model, model.id.in_(some))


def _told(
    session: CompanySession, kinds: Mapping[str, Records], table: str, chosen: Collection[int], reach: _Reach
) -> Erasure:
    names: dict[str, tuple[str, ...]] = {}
    for name, gone in reach.goes.items():
        if name in kinds:
            first = sorted(chosen if name == table else gone)[:5]
            model: Any = by_name(name)
            wanted = sa.select(getattr(model, title_of(name))).where(model.id.in_(first)).order_by(model.id)
            names[name] = tuple(map(str, session.scalars(wanted)))
    stays = tuple(
        Loses(child, column, _label(kinds, child, column), len(rows))
        for (child, column), rows in sorted(reach.loses.items())
    )
    goes = {name: len(reach.goes[name]) for name in order(reach.goes)}
    return Erasure(table, tuple(sorted(chosen)), goes, names, stays, reach.mark)


def _label(kinds: Mapping[str, Records], table: str, column: str) -> str:
    """What a column is called; not every one that names a record is a field, as that of what was merged."""
    declared = kinds[table].fields.get(column) if table in kinds else None
    return declared.label if declared else words(column)


def _called(session: CompanySession, table: str, ids: Collection[int]) -> set[str]:
    try:
        column = title_of(table)
    except ValueError:
        return set()
    model: Any = by_name(table)
    found = names_in_log(session, table, column, sorted(ids))
    for some in chunks(sorted(ids)):
        found |= {
            str(name) for name in session.scalars(sa.select(getattr(model, column)).where(model.id.in_(some)))
        }
    return found
