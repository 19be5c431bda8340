"""Links of what is put back: rows come after those that they name, and agree with them as they will be by then."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from crm_data.changes.known import Known, label
from crm_data.changes.lines import Key, Net, Row
from crm_data.changes.tables import chunks, links_of, order
from crm_data.errors import Invalid
from crm_data.nouns.links import UP, parents_of
from crm_data.rights import Act
from crm_data.store.records import Records
from crm_data.store.scope import CompanySession
from crm_data.tables import ChangeLog, Membership, by_name
from crm_data.tables.fields import Kind


def rows_to_restore(known: Known, nets: Mapping[Key, Net]) -> dict[Key, Row]:
    """The rows that come back, each after those that it names."""
    wanted = {key: net.erased for key, net in nets.items() if net.erased is not None}
    known.came = set(wanted)
    found: dict[Key, Row] = {}
    passed: set[str] = set()
    for table in order({table for table, _ in wanted}):
        passed.add(table)
        some = {key: row for key, row in wanted.items() if key[0] == table}
        records = known.kinds.get(table)
        links = links_of(table)
        there = {
            to: _existing(
                known,
                to,
                {row[n] for row in some.values() for n, other in links.items() if other == to and row.get(n)},
            )
            | {id_ for other, id_ in (*found, *some) if other == to}
            for to in set(links.values())
        }
        for key, row in some.items():
            lacking = [n for n, to in links.items() if row.get(n) and row[n] not in there[to]]
            late = [n for n in lacking if (links[n], row[n]) in wanted and links[n] not in passed]
            lacking = [n for n in lacking if n not in late]
            if late and not lacking:
                known.late[key] = {n: row[n] for n in late}
            if records is None:  # what only grows comes back with its parent
                if not lacking:
                    found[key] = row
                continue
            known.names[key] = str(row.get(records.title) or "")
            if not records.may(Act.ADD):
                known.leave(key, None, "Your role does not allow adding such records today.")
            elif known.stays(key, row):
                continue
            elif lacking and not records.by_itself(row):
                known.leave(key, None, f"{label(records, lacking[0])}: the record it named is gone.")
            elif not lacking:
                found[key] = row
    return found


def _existing(known: Known, table: str, ids: Collection[int]) -> set[int]:
    model: Any = by_name(table)
    found: set[int] = set()
    for some in chunks(sorted(ids)):
        found |= set(known.session.scalars(sa.select(model.id).where(model.id.in_(some))))
    return found


def still_here(known: Known, changed: Mapping[Key, Row], restored: Mapping[Key, Row]) -> dict[Key, Row]:
    """Colleagues who left since and records that are gone are not given anything anew."""
    here: set[Key] = set(restored)
    links = {table: _links(known.kinds[table]) for table in dict.fromkeys(table for table, _ in changed)}
    for table, names in links.items():  # each of what they name is asked for once, however many rows do
        ours = [new for (other, _), new in changed.items() if other == table]
        given = sorted({(name, new[name]) for new in ours for name in names if new.get(name) is not None})
        for some in chunks(given):
            rows = [{name: value} for name, value in some]
            here |= known.kinds[table]._known_links(known.session, rows)
    here |= _left_before(known, links, changed, here)
    found: dict[Key, Row] = {}
    for key, new in changed.items():
        named = links[key[0]]
        gone = [n for n in new if n in named and new[n] is not None and (named[n], new[n]) not in here]
        for name in gone:
            known.leave(key, name, f"{label(known.kinds[key[0]], name)}: what it named is no longer here.")
        found[key] = {name: value for name, value in new.items() if name not in gone} if gone else new
    return {key: new for key, new in found.items() if new}


def _left_before(
    known: Known, links: Mapping[str, Mapping[str, str]], changed: Mapping[Key, Row], here: Collection[Key]
) -> set[Key]:
    """Colleagues who had left already before the acts: what stood in their name then is nothing given anew."""
    named = {
        new[name]
        for (table, _), new in changed.items()
        for name, to in links[table].items()
        if to == "users" and new.get(name) is not None and (to, new[name]) not in here
    }
    if not named:
        return set()
    began = sa.select(sa.func.min(ChangeLog.at)).where(known.span.mine(ChangeLog)).scalar_subquery()
    left: set[Key] = set()
    for some in chunks(sorted(named)):
        wanted = sa.select(Membership.user_id).where(
            Membership.user_id.in_(some), Membership.ended_at < began
        )
        left |= {("users", id_) for id_ in known.session.scalars(wanted)}
    return left


def _links(records: Records) -> dict[str, str]:
    """Field -> the table of what it names, colleagues among them."""
    named = {
        name: field.to for name, field in records.fields.items() if field.kind in (Kind.MEMBER, Kind.LINK)
    }
    return {name: to for name, to in named.items() if to}


def agree(known: Known, nets: Mapping[Key, Net], changed: dict[Key, Row], restored: dict[Key, Row]) -> None:
    """Links that are put back agree with what the records behind them will be by then."""
    linked = [key for key, new in changed.items() if any(n in links_of(key[0]) for n in new)]
    rows = {key: {**known.rows[key], **changed[key]} for key in linked} | restored
    rows = {key: row for key, row in rows.items() if key[0] in known.kinds}
    if not rows:
        return
    will = {key: {**known.rows[key], **new} for key, new in changed.items()} | restored
    came = known.came
    with _KnownParents(known.session, list(rows.values()), will):
        for (table, id_), row in rows.items():
            key, records = (table, id_), known.kinds[table]
            if key in restored and _as_then(known, row, table, nets):
                continue
            before = None if key in restored else known.rows[key]
            said = {n: row[n] for n in (changed[key] if before else row) if n in records.fields}
            try:
                more = records.linked(known.session, said, before)
            except Invalid as wrong:
                if records.by_itself(row):
                    continue
                known.leave(key, None, str(wrong))
                (restored if before is None else changed).pop(key)
                continue
            into = restored[key] if before is None else changed[key]
            into |= {n: v for n, v in more.items() if n not in said or v != said[n]}
    _without_orphans(known, restored, came)


def _as_then(known: Known, row: Row, table: str, nets: Mapping[Key, Net]) -> bool:
    """Whether all that a restored row names is put back with it, so that they agree as they did."""
    named = [(to, row[n]) for n, to in links_of(table).items() if n in UP and row.get(n) is not None]
    return all(key in nets and key not in known.since for key in named)


def _without_orphans(known: Known, restored: dict[Key, Row], came: Collection[Key]) -> None:
    """What names a row that was to come back, and does not, stays away as well."""
    for key, row in list(restored.items()):
        named = [(to, int(row.get(n) or 0)) for n, to in links_of(key[0]).items()]
        late = [(links_of(key[0])[n], id_) for n, id_ in known.late.get(key, {}).items()]
        if any(to not in restored for to in [*(to for to in named if to in came), *late]):
            del restored[key]
            if key[0] in known.kinds:
                known.leave(key, None, "A record that it named does not come back.")


class _KnownParents:
    """For the rules about links: the records behind them as they will be, without a statement a row."""

    def __init__(self, session: CompanySession, rows: Sequence[Row], will: Mapping[Key, Row]) -> None:
        self._session = session
        kept: dict[str, dict[int, Any]] = {link: {} for link in UP}
        for (link, id_), ups in parents_of(session, rows).items():
            kept[link][id_] = dict(ups)
        for link, (model, fills, agrees) in UP.items():
            for (table, id_), row in will.items():
                if table == model.__tablename__:
                    kept[link][id_] = {name: row.get(name) for name in (*fills, *agrees)}
        self._kept = kept

    def __enter__(self) -> None:
        self._session.info["parents"] = self._kept

    def __exit__(self, *error: object) -> None:
        self._session.info.pop("parents", None)
