"""Merging: several records become one of them, with all that hangs on them, in one act that can be undone."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

import sqlalchemy as sa

from crm_data.alike.likeness import known_by
from crm_data.alike.united import is_chosen, united, winners
from crm_data.errors import Invalid, NotFound
from crm_data.rights import Act, demand
from crm_data.store import writer
from crm_data.store.changes import Doing
from crm_data.store.locks import lock_company
from crm_data.store.many import table_of
from crm_data.store.names import member_names
from crm_data.store.naming import naming
from crm_data.store.records import Records
from crm_data.store.scope import CompanySession
from crm_data.store.values import parse, row_id
from crm_data.tables import Base, ChangeSet, Company, by_name, noun
from crm_data.tables.base import MERGED

FEWEST, MOST = 2, 10_000
_AT_ONCE = 500  # ids in one statement
_NAMED = 3  # of the others, in the words of the act


def merge(
    session: CompanySession,
    kinds: Mapping[str, Records],
    table: str,
    ids: Sequence[Any],
    keep: Any,
    chosen: Mapping[str, int],
    seen: Mapping[int, int],
    doing: Doing,
) -> int:
    """Make one record of several, within a transaction; its id. See `Alike.merge`."""
    records, kept = kinds[table], row_id(keep)
    wanted = sorted({number for number in map(row_id, ids) if number is not None})
    if len(wanted) != len(list(ids)) or kept not in wanted:
        raise NotFound
    if not FEWEST <= len(wanted) <= MOST:
        raise Invalid(f"Choose {FEWEST} to {MOST:,} {noun(table, 2)} to merge.")
    demand(records.person, Act.ARCHIVE, table)
    lock_company(session)  # of two merges of the same records the second sees what the first did
    found = {id_: row for some in _parts(wanted) for id_, row in records._rows(session, some).items()}
    rows = {id_: records._as_row(row) for id_, row in found.items()}
    for row in rows.values():
        demand(records.person, Act.CHANGE, table, records._tie(row))
        if row["archived_at"] is not None:
            raise Invalid(f"{row[records.title]} was archived meanwhile. Restore it first, or leave it out.")
        if seen.get(row["id"], row["version"]) != row["version"]:
            raise Invalid(f"{row[records.title]} was changed meanwhile. Look at the values again.")
    others = [id_ for id_ in wanted if id_ != kept]
    records._may_merge(rows[kept], [rows[id_] for id_ in others])
    # Locked before anything is written, in the order of locks; those of the kept one may move with its customer.
    hanging = {
        (c, column): _hanging(session, c, column, wanted) for c, column, _ in naming(table) if c in kinds
    }
    doing = replace(doing, title=_title(records, rows, kept, others))
    new = _values(session, records, rows, kept, chosen)
    records._apply_all(session, doing, [(found[kept], {n: v for n, v in new.items() if rows[kept][n] != v})])
    away = {"archived_at": doing.at, "archived_by": doing.user_id, MERGED: kept}
    writer.update(session, doing, table_of(records.table), [(rows[id_], away) for id_ in others], "archive")
    for (child, column), named in hanging.items():
        moved = [({"id": id_, column: to}, {column: kept}) for id_, to in named if to != kept]
        writer.update(session, doing, Base.metadata.tables[child], moved, follows=True)
    records._merged(session, doing, {**rows[kept], **new})
    return kept


def _values(
    session: CompanySession, records: Records, rows: Mapping[int, Any], kept: int, chosen: Mapping[str, int]
) -> dict[str, Any]:
    """What the record that stays will hold, of what is chosen and of what follows from all."""
    for name, id_ in chosen.items():
        if id_ not in rows or name not in records.fields or not is_chosen(records.fields[name]):
            raise Invalid("Choose each value from one of the records that are merged.")
    members = member_names(session, active=True)
    whose = {**winners(records.fields, list(rows.values()), kept, members), **chosen}
    home = session.scalar(sa.select(Company.country))
    new = united(records.name, records.fields, list(rows.values()), kept, whose, home)
    if new.get("notes") is not None:
        parse(records.fields["notes"], new["notes"])  # all of them together may be longer than notes are
    return new


def _hanging(session: CompanySession, child: str, column: str, ids: Sequence[int]) -> list[tuple[int, int]]:
    """(id, what it names) of the rows that name one of these, locked in their order; archived ones as well."""
    model: Any = by_name(child)
    named = getattr(model, column)
    all_, found = set(ids), []
    mine = sorted(
        id_ for s in _parts(ids) for id_ in session.scalars(sa.select(model.id).where(named.in_(s)))
    )
    for some in _parts(mine):
        wanted = sa.select(model.id, named).where(model.id.in_(some)).order_by(model.id).with_for_update()
        found += [(id_, to) for id_, to in session.execute(wanted) if to in all_]
    return found


def _parts(ids: Sequence[int]) -> Iterator[Sequence[int]]:
    return (ids[start : start + _AT_ONCE] for start in range(0, len(ids), _AT_ONCE))


def _title(records: Records, rows: Mapping[int, Any], kept: int, others: Sequence[int]) -> str:
    names = [str(rows[id_][records.title])[:60] for id_ in others]
    said = ", ".join(names[:_NAMED]) + (f" and {len(names) - _NAMED} more" if len(names) > _NAMED else "")
    return f"Merged {noun(records.name, len(names))} {said} into {str(rows[kept][records.title])[:60]}"


def mergeable(table: str) -> bool:
    """Whether records of this kind can be merged."""
    return MERGED in Base.metadata.tables[table].columns and known_by(table) is not None


def done_already(session: CompanySession, doing: Doing) -> bool:
    """Whether an act of this name has merged something."""
    if not doing.named:
        return False
    same = (ChangeSet.act_id == doing.act_id, ChangeSet.kind == "merge")
    return session.scalar(sa.select(ChangeSet.id).where(*same).limit(1)) is not None
