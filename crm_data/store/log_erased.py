"""What the log forgets of a record that was erased for good: values and titles, whose hashes stay.

The triggers let this through, and nothing else, once a line of the log says that the record was erased.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from crm_data.store.chain import ERASED_FOR_GOOD, hash_of_values
from crm_data.store.many import table_of
from crm_data.store.scope import CompanySession
from crm_data.tables import ChangeLog, ChangeSet

_AT_ONCE = 500
_SHORTEST = 3  # letters of a name that is looked for within titles


def names_in_log(session: CompanySession, table: str, column: str, ids: Sequence[int]) -> set[str]:
    """What records were ever called, as the log says."""
    found: set[str] = set()
    for some in _parts(ids):
        wanted = sa.select(ChangeLog.before, ChangeLog.after).where(
            ChangeLog.table_name == table, ChangeLog.row_id.in_(some), ChangeLog.sealed.is_(None)
        )
        for sides in session.execute(wanted):
            found |= {str(side[column]) for side in sides if side and side.get(column)}
    return found


def titles_of(session: CompanySession, rows: Mapping[str, Sequence[int]], names: Sequence[str]) -> list[int]:
    """The acts whose titles go: those that name one of these records, or were of one of them alone."""
    single: set[str] = set()
    for table, ids in rows.items():
        for some in _parts(ids):
            wanted = sa.select(ChangeLog.act_id).where(
                ChangeLog.table_name == table, ChangeLog.row_id.in_(some), ChangeLog.action != ERASED_FOR_GOOD
            )
            single |= set(session.scalars(wanted.distinct()))
    said = [re.escape(name) for name in sorted(set(names), key=len, reverse=True) if len(name) >= _SHORTEST]
    named = re.compile("|".join(said), re.IGNORECASE) if said else None
    wanted_ = sa.select(ChangeSet.id, ChangeSet.act_id, ChangeSet.title, ChangeSet.counts)
    acts = session.execute(wanted_.where(ChangeSet.sealed.is_(None)).order_by(ChangeSet.id))
    return [
        id_
        for id_, act, title, counts in acts.yield_per(_AT_ONCE)
        if (named is not None and named.search(title))
        or (act in single and any((counts or {}).get(table) == 1 for table in rows))
    ]


def blank_lines(session: CompanySession, table: str, ids: Sequence[int]) -> None:
    """Take the values out of every line about these rows."""
    lines = table_of(ChangeLog)
    for some in _parts(ids):
        wanted = sa.select(ChangeLog.id, ChangeLog.salt, ChangeLog.before, ChangeLog.after, ChangeLog.sealed)
        about = (
            ChangeLog.table_name == table,
            ChangeLog.row_id.in_(some),
            ChangeLog.action != ERASED_FOR_GOOD,
        )
        found = session.execute(wanted.where(*about, ChangeLog.sealed.is_(None))).mappings().all()
        # Sorted here: asked to sort, SQLite would walk the company's whole log by its ids.
        in_order = sorted(found, key=lambda line: line["id"])
        _blank(session, lines, in_order, {"before": sa.null(), "after": sa.null()})


def blank_titles(session: CompanySession, ids: Sequence[int]) -> None:
    """Take the titles off these acts."""
    for some in _parts(ids):
        wanted = sa.select(ChangeSet.id, ChangeSet.salt, ChangeSet.title, ChangeSet.sealed)
        found = session.execute(wanted.where(ChangeSet.id.in_(some)).order_by(ChangeSet.id))
        _blank(session, table_of(ChangeSet), found.mappings(), {"title": ""})


def _blank(
    session: CompanySession, table: sa.Table, rows: Iterable[Mapping[Any, Any]], left: Mapping[str, Any]
) -> None:
    hashes = [
        {"_id": row["id"], "_hash": hash_of_values(table.name, row)}
        for row in rows
        if row["salt"] is not None
    ]
    if hashes:
        own = (table.c.company_id == session.company, table.c.id == sa.bindparam("_id"))
        gone = {**left, "salt": sa.null(), "sealed": sa.bindparam("_hash")}
        session.core().execute(sa.update(table).where(*own).values(gone), hashes)


def _parts(ids: Sequence[int]) -> Iterable[Sequence[int]]:
    return (ids[start : start + _AT_ONCE] for start in range(0, len(ids), _AT_ONCE))
