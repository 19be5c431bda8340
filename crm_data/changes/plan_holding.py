"""Holding on: nothing that is named by what stays is taken away, and what tells of a change stays with it."""

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa

from crm_data.changes.known import Known, by_table
from crm_data.changes.lines import UNKNOWN, Key, Net, Row
from crm_data.changes.tables import BESIDE, chunks, links_of, naming_columns
from crm_data.store.records import Records
from crm_data.tables import by_name, noun
from crm_data.tables.fields import Kind


def hold_on(known: Known, nets: Mapping[Key, Net], changed: dict[Key, Row], erased: dict[Key, Row]) -> None:
    """Nothing that is named by what stays is taken away, and what tells of a change stays with it."""
    names = _naming(known, erased)
    bound = {table: _bound_links(known.kinds[table]) for table in {table for table, _ in changed}}
    converted = [key for key, new in changed.items() if not bound[key[0]].isdisjoint(new)]
    while True:
        before = (len(changed), len(erased))
        for child, column, parent in names:
            if parent not in erased or child in erased:
                continue
            if column in changed.get(child, {}) and changed[child][column] != parent[1]:
                continue
            known.leave(parent, None, f"One {noun(child[0])} that was not part of this names it.")
            del erased[parent]
        for key in converted:
            if key in changed:
                _keep_converted(known, key, bound[key[0]], nets[key], erased, changed)
        for key, row in list(erased.items()):
            if _tells_of_left(known, key, row, changed, erased, nets):
                del erased[key]
        if before == (len(changed), len(erased)):
            return


def _bound_links(records: Records) -> set[str]:
    """The links of a kind of record that only make sense with other fields."""
    links = {name for name, field in records.fields.items() if field.kind is Kind.LINK and field.to}
    return links & {name for group in records.together for name in group}


def _keep_converted(
    known: Known, key: Key, bound: set[str], net: Net, erased: Mapping[Key, Row], changed: dict[Key, Row]
) -> None:
    """A lead whose deal stays is converted still. `bound`: the links of its kind that go with other fields."""
    records, new = known.kinds[key[0]], changed[key]
    for name in [n for n in new if n in bound]:
        declared, now = records.fields[name], net.changed.get(name, (None, None))[1]
        if now in (None, UNKNOWN):
            continue
        target = (declared.to or "", now)
        if (target, None) in known.left and target not in erased:
            group = next(group for group in records.together if name in group)
            known.leave(key, name, f"{declared.label}: {known.names.get(target) or 'the record'} stays.")
            changed[key] = {n: v for n, v in new.items() if n not in group}
            if not changed[key]:
                del changed[key]
            return


def _tells_of_left(
    known: Known,
    key: Key,
    row: Row,
    changed: Mapping[Key, Row],
    erased: Mapping[Key, Row],
    nets: Mapping[Key, Net],
) -> bool:
    """Whether a line that the product wrote by itself is about a change that stays."""
    if key[0] in BESIDE or not known.kinds[key[0]].by_itself(row):
        return False
    for link, to in links_of(key[0]).items():
        about = (to, int(row.get(link) or 0))
        net, records = nets.get(about), known.kinds.get(to)
        if net is None or records is None or not records.noted & set(net.added or net.changed):
            continue
        if net.added is not None and about not in erased and about in known.rows:
            return True
        back = changed.get(about, {})
        if net.added is None and any(name in net.changed and name not in back for name in records.noted):
            return True
    return False


def _naming(known: Known, erased: Mapping[Key, Row]) -> list[tuple[Key, str, Key]]:
    """Which rows name those that would go: (the one that names, its column, the one that is named)."""
    found: list[tuple[Key, str, Key]] = []
    for table, ids in by_table(erased).items():
        for child, column in naming_columns(table):
            model: Any = by_name(child)
            for some in chunks(sorted(ids)):
                wanted = sa.select(model.id, getattr(model, column)).where(getattr(model, column).in_(some))
                found += [
                    ((child, id_), column, (table, named)) for id_, named in known.session.execute(wanted)
                ]
    return found
