"""A dry run of taking acts back: what it would do, row by row, and what it leaves as it is, with the reason."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from crm_data.changes.lines import AWAY, STAMPS, UNKNOWN, Key, Net, Row, net_of
from crm_data.changes.since import WHOLE, Span, Wrote, written_since
from crm_data.changes.tables import BESIDE, chunks, links_of, naming_columns, order, whole_rows
from crm_data.errors import Invalid
from crm_data.nouns.links import UP, parents_of
from crm_data.rights import Act
from crm_data.store.changes import Doing
from crm_data.store.names import member_names
from crm_data.store.records import Records
from crm_data.store.scope import CompanySession
from crm_data.tables import APPEND_ONLY, ChangeLog, by_name, noun
from crm_data.tables.fields import Kind, words

_CHANGED = "It was changed since."


@dataclass(frozen=True)
class Left:
    """What stays as it is: a field of a record, or the record itself, why, and who wrote it since."""

    table: str
    id: int
    name: str
    field: str | None
    sentence: str
    who: str = ""
    at: datetime | None = None


@dataclass
class Plan:
    """`restored`, `erased`: table -> whole rows; `changed`: table -> (row as it is, new values, action).

    `linked`: of restored rows that name each other, the link that is written when both are there, by table and id.
    """

    restored: dict[str, list[Row]] = field(default_factory=dict)
    linked: dict[Key, Row] = field(default_factory=dict)
    changed: dict[str, list[tuple[Row, Row, str]]] = field(default_factory=dict)
    erased: dict[str, list[Row]] = field(default_factory=dict)
    left: list[Left] = field(default_factory=list)

    @property
    def counts(self) -> dict[str, int]:
        """Table -> how many of its rows are written."""
        found: dict[str, int] = {}
        for part in (self.restored, self.changed, self.erased):
            for table, rows in part.items():
                if rows and table not in APPEND_ONLY:
                    found[table] = found.get(table, 0) + len(rows)
        return found


class Planner:
    """What takes some lines of the log back, within a transaction. `lock`: the rows are about to be written.

    `chosen`: which records alone, where not all. What the product noted by itself goes with what it tells of.
    """

    def __init__(
        self,
        session: CompanySession,
        kinds: Mapping[str, Records],
        span: Span,
        doing: Doing,
        lock: bool = False,
        chosen: Callable[[str, int], bool] = lambda table, id_: True,
    ) -> None:
        self._session, self._kinds, self._span, self._doing, self._lock = session, kinds, span, doing, lock
        self._chosen = chosen
        self._left: dict[tuple[Key, str | None], tuple[str, Wrote | None]] = {}
        self._names: dict[Key, str] = {}
        self._rows: dict[Key, Row] = {}
        self._since: dict[Key, dict[str, Wrote]] = {}
        self._came: set[Key] = set()  # rows that the act erased
        self._late: dict[Key, Row] = {}

    def plan(self) -> Plan:
        """Read everything, in a number of statements that does not grow with each row."""
        known = net_of(self._session, self._span.mine(ChangeLog))
        nets = {key: net for key, net in known.items() if not net.gone}
        for key in known:
            if key not in nets and key[0] in self._kinds:
                self._leave(key, None, "It was erased for good.")
        own = {key: net for key, net in nets.items() if key[0] in self._kinds and self._wanted(net)}
        for table, ids in self._by_table(own).items():
            for row in whole_rows(self._session, table, ids, self._lock):
                self._rows[table, row["id"]] = row
        self._since = written_since(self._session, self._span)
        wanted = {key: net for key, net in nets.items() if key in own or key[0] not in self._kinds}
        restored = self._restored(wanted)
        changed = {key: new for key, net in own.items() if net.changed and (new := self._back(net))}
        erased = {key: gone for key, net in own.items() if (gone := self._gone(net)) is not None}
        erased |= self._beside(nets)
        self._agree(nets, changed, restored)
        changed = self._still_here(changed, restored)
        self._hold_on(nets, changed, erased)
        return self._made(nets, restored, changed, erased)

    def _wanted(self, net: Net) -> bool:
        row = net.added if net.added is not None else net.erased
        itself = row is not None and self._kinds[net.table].by_itself(row)
        return itself or self._chosen(net.table, net.id)

    # one row

    def _back(self, net: Net) -> Row:
        """The values to be put back of a row that was changed; what is left is noted."""
        key, row, records = (net.table, net.id), self._rows.get((net.table, net.id)), self._kinds[net.table]
        if net.added is not None or net.erased is not None:
            return {}
        if row is None:  # it was taken away since, and nothing of it is left
            return {}
        if records.by_itself(row):
            return {name: was for name, (was, now) in net.changed.items() if row.get(name) == now}
        self._names[key] = str(row[records.title])
        away = set(net.changed) <= AWAY
        if not records.may(Act.ARCHIVE if away else Act.CHANGE, row):
            self._leave(key, None, "Your role does not allow changing it today.")
            return {}
        archived = self._wrote(key, "archived_at")
        if row["archived_at"] is not None and archived is not None and not away:
            self._leave(key, None, "It was archived since. Restore it first.", archived)
            return {}
        new = {}
        for name, (was, now) in net.changed.items():
            same = (row[name] is not None) if now is UNKNOWN else row[name] == now
            wrote = self._wrote(key, name)
            if wrote is not None or not same:
                self._leave(key, name, f"{_label(records, name)} was changed since.", wrote)
            elif was is UNKNOWN:
                new[name] = self._doing.at if name == "archived_at" else self._doing.user_id
            elif was != row[name]:
                new[name] = was
        new = self._together(key, records, new, net)
        # What nobody has touched since was sound as it was.
        unsound = records.unsound(row, {**row, **new}) if new and self._since.get(key) else ""
        if unsound:
            self._leave(key, None, unsound)
            return {}
        return new

    def _together(self, key: Key, records: Records, new: Row, net: Net) -> Row:
        """Fields that only make sense with each other are put back together or not at all."""
        for group in records.together:
            mine = group & set(net.changed)
            lost = [name for name in mine if (key, name) in self._left]
            for name in mine & set(new) if lost else ():
                self._leave(key, name, f"{_label(records, name)} goes with what was changed since.")
                new = {n: value for n, value in new.items() if n != name}
        return new

    def _still_here(self, changed: Mapping[Key, Row], restored: Mapping[Key, Row]) -> dict[Key, Row]:
        """Colleagues who left and records that are gone are not given anything anew."""
        known: set[tuple[str, int]] = set(restored)
        for table, ids in self._by_table(changed).items():
            for some in chunks(ids):
                rows = [changed[table, id_] for id_ in some]
                known |= self._kinds[table]._known_links(self._session, rows)
        found: dict[Key, Row] = {}
        for key, new in changed.items():
            gone = [name for name, value in new.items() if self._is_gone(key[0], name, value, known)]
            for name in gone:
                self._leave(
                    key, name, f"{_label(self._kinds[key[0]], name)}: what it named is no longer here."
                )
            found[key] = {name: value for name, value in new.items() if name not in gone}
        return {key: new for key, new in found.items() if new}

    def _is_gone(self, table: str, name: str, value: Any, known: Collection[tuple[str, int]]) -> bool:
        declared = self._kinds[table].fields.get(name)
        link = declared is not None and declared.kind in (Kind.MEMBER, Kind.LINK) and declared.to
        return bool(link) and value is not None and (link, value) not in known

    def _gone(self, net: Net) -> Row | None:
        """The row as it is, when the act added it and nobody has changed it since."""
        key, row = (net.table, net.id), self._rows.get((net.table, net.id))
        if net.added is None or row is None:
            return None
        records = self._kinds[net.table]
        if records.by_itself(row):
            return row
        self._names[key] = str(row[records.title])
        if not records.may(Act.ADD):
            self._leave(key, None, "Your role does not allow adding or taking away such records today.")
            return None
        since = self._since.get(key, {})
        other = [n for n, value in net.added.items() if n in row and n not in STAMPS and row[n] != value]
        if since or other:
            latest = max(since.values(), key=lambda wrote: wrote.at, default=None)
            fields = [_label(records, name) for name in since or other if name != WHOLE][:3]
            self._leave(
                key, None, f"It was changed since: {', '.join(fields)}." if fields else _CHANGED, latest
            )
            return None
        return row

    def _beside(self, nets: Mapping[Key, Net]) -> dict[Key, Row]:
        """What the act added beside records, as far as it is still there."""
        added = [
            key
            for key, net in nets.items()
            if key[0] in BESIDE and net.added is not None and self._chosen(*key)
        ]
        return {
            (table, row["id"]): row
            for table, ids in self._by_table(added).items()
            for row in whole_rows(self._session, table, ids, self._lock)
        }

    # rows that were erased

    def _restored(self, nets: Mapping[Key, Net]) -> dict[Key, Row]:
        """The rows that come back, each after those that it names."""
        wanted = {key: net.erased for key, net in nets.items() if net.erased is not None}
        self._came = set(wanted)
        found: dict[Key, Row] = {}
        passed: set[str] = set()
        for table in order({table for table, _ in wanted}):
            passed.add(table)
            some = {key: row for key, row in wanted.items() if key[0] == table}
            records = self._kinds.get(table)
            links = links_of(table)
            there = {
                to: self._existing(
                    to,
                    {
                        row[n]
                        for row in some.values()
                        for n, other in links.items()
                        if other == to and row.get(n)
                    },
                )
                | {id_ for other, id_ in (*found, *some) if other == to}
                for to in set(links.values())
            }
            for key, row in some.items():
                lacking = [n for n, to in links.items() if row.get(n) and row[n] not in there[to]]
                late = [n for n in lacking if (links[n], row[n]) in wanted and links[n] not in passed]
                lacking = [n for n in lacking if n not in late]
                if late and not lacking:
                    self._late[key] = {n: row[n] for n in late}
                if records is None:  # what only grows comes back with its parent
                    if not lacking:
                        found[key] = row
                    continue
                self._names[key] = str(row.get(records.title) or "")
                if not records.may(Act.ADD):
                    self._leave(key, None, "Your role does not allow adding such records today.")
                elif lacking and not records.by_itself(row):
                    self._leave(key, None, f"{_label(records, lacking[0])}: the record it named is gone.")
                elif not lacking:
                    found[key] = row
        return found

    def _existing(self, table: str, ids: Collection[int]) -> set[int]:
        model: Any = by_name(table)
        found: set[int] = set()
        for some in chunks(sorted(ids)):
            found |= set(self._session.scalars(sa.select(model.id).where(model.id.in_(some))))
        return found

    # rows among each other

    def _agree(self, nets: Mapping[Key, Net], changed: dict[Key, Row], restored: dict[Key, Row]) -> None:
        """Links that are put back agree with what the records behind them will be by then."""
        linked = [key for key, new in changed.items() if any(n in links_of(key[0]) for n in new)]
        rows = {key: {**self._rows[key], **changed[key]} for key in linked} | restored
        rows = {key: row for key, row in rows.items() if key[0] in self._kinds}
        if not rows:
            return
        will = {key: {**self._rows[key], **new} for key, new in changed.items()} | restored
        came = self._came
        with _KnownParents(self._session, list(rows.values()), will):
            for (table, id_), row in rows.items():
                key, records = (table, id_), self._kinds[table]
                if key in restored and self._as_then(row, table, nets):
                    continue
                before = None if key in restored else self._rows[key]
                said = {n: row[n] for n in (changed[key] if before else row) if n in records.fields}
                try:
                    more = records.linked(self._session, said, before)
                except Invalid as wrong:
                    if records.by_itself(row):
                        continue
                    self._leave(key, None, str(wrong))
                    (restored if before is None else changed).pop(key)
                    continue
                into = restored[key] if before is None else changed[key]
                into |= {n: v for n, v in more.items() if n not in said or v != said[n]}
        self._without_orphans(restored, came)

    def _as_then(self, row: Row, table: str, nets: Mapping[Key, Net]) -> bool:
        """Whether all that a restored row names is put back with it, so that they agree as they did."""
        named = [(to, row[n]) for n, to in links_of(table).items() if n in UP and row.get(n) is not None]
        return all(key in nets and key not in self._since for key in named)

    def _without_orphans(self, restored: dict[Key, Row], came: Collection[Key]) -> None:
        """What names a row that was to come back, and does not, stays away as well."""
        for key, row in list(restored.items()):
            named = [(to, int(row.get(n) or 0)) for n, to in links_of(key[0]).items()]
            late = [(links_of(key[0])[n], id_) for n, id_ in self._late.get(key, {}).items()]
            if any(to not in restored for to in [*(to for to in named if to in came), *late]):
                del restored[key]
                if key[0] in self._kinds:
                    self._leave(key, None, "A record that it named does not come back.")

    def _hold_on(self, nets: Mapping[Key, Net], changed: dict[Key, Row], erased: dict[Key, Row]) -> None:
        """Nothing that is named by what stays is taken away, and what tells of a change stays with it."""
        names = self._naming(erased)
        while True:
            before = (len(changed), len(erased))
            for child, column, parent in names:
                if parent not in erased or child in erased:
                    continue
                if column in changed.get(child, {}) and changed[child][column] != parent[1]:
                    continue
                self._leave(parent, None, f"A {noun(child[0])} names it that was not part of this.")
                del erased[parent]
            for key, new in list(changed.items()):
                self._keep_converted(key, new, nets[key], erased, changed)
            for key, row in list(erased.items()):
                if self._tells_of_left(key, row, changed, erased, nets):
                    del erased[key]
            if before == (len(changed), len(erased)):
                return

    def _keep_converted(
        self, key: Key, new: Row, net: Net, erased: Mapping[Key, Row], changed: dict[Key, Row]
    ) -> None:
        """A lead whose deal stays is converted still."""
        records = self._kinds[key[0]]
        for name in [n for n in new if any(n in group for group in records.together)]:
            declared, now = records.fields.get(name), net.changed.get(name, (None, None))[1]
            if (
                declared is None
                or declared.kind is not Kind.LINK
                or declared.to is None
                or now in (None, UNKNOWN)
            ):
                continue
            target = (declared.to, now)
            if (target, None) in self._left and target not in erased:
                group = next(group for group in records.together if name in group)
                self._leave(key, name, f"{declared.label}: {self._names.get(target) or 'the record'} stays.")
                changed[key] = {n: v for n, v in new.items() if n not in group}
                if not changed[key]:
                    del changed[key]
                return

    def _tells_of_left(
        self,
        key: Key,
        row: Row,
        changed: Mapping[Key, Row],
        erased: Mapping[Key, Row],
        nets: Mapping[Key, Net],
    ) -> bool:
        """Whether a line that the product wrote by itself is about a change that stays."""
        if key[0] in BESIDE or not self._kinds[key[0]].by_itself(row):
            return False
        for link, to in links_of(key[0]).items():
            about = (to, int(row.get(link) or 0))
            net, records = nets.get(about), self._kinds.get(to)
            if net is None or records is None or not records.noted & set(net.added or net.changed):
                continue
            if net.added is not None and about not in erased and about in self._rows:
                return True
            back = changed.get(about, {})
            if net.added is None and any(name in net.changed and name not in back for name in records.noted):
                return True
        return False

    def _naming(self, erased: Mapping[Key, Row]) -> list[tuple[Key, str, Key]]:
        """Which rows name those that would go: (the one that names, its column, the one that is named)."""
        found: list[tuple[Key, str, Key]] = []
        for table, ids in self._by_table(erased).items():
            for child, column in naming_columns(table):
                model: Any = by_name(child)
                for some in chunks(sorted(ids)):
                    wanted = sa.select(model.id, getattr(model, column)).where(
                        getattr(model, column).in_(some)
                    )
                    found += [
                        ((child, id_), column, (table, named)) for id_, named in self._session.execute(wanted)
                    ]
        return found

    # the parts

    def _made(
        self,
        nets: Mapping[Key, Net],
        restored: Mapping[Key, Row],
        changed: Mapping[Key, Row],
        erased: Mapping[Key, Row],
    ) -> Plan:
        plan = Plan()
        for (table, _), row in restored.items():
            plan.restored.setdefault(table, []).append(row)
        plan.linked = {key: new for key, new in self._late.items() if key in restored}
        for key, new in changed.items():
            action = {"archive": "restore", "restore": "archive"}.get(nets[key].action, "change")
            action = action if set(new) <= AWAY else "change"
            plan.changed.setdefault(key[0], []).append((self._rows[key], new, action))
        for table in order({table for table, _ in erased}):  # so that each goes before what it names
            plan.erased[table] = [row for (other, _), row in erased.items() if other == table]
        who = member_names(self._session) if self._left else {}
        for ((table, id_), name), (sentence, wrote) in self._left.items():
            called, by, at = self._names.get((table, id_), ""), "", None
            if wrote is not None:
                nobody = "A former colleague" if wrote.user_id else "The system"
                by, at = who.get(wrote.user_id or 0, nobody), wrote.at
            plan.left.append(Left(table, id_, called, name, sentence, by, at))
        return plan

    def _leave(self, key: Key, name: str | None, sentence: str, wrote: Wrote | None = None) -> None:
        self._left[key, name] = (sentence, wrote)

    def _wrote(self, key: Key, name: str) -> Wrote | None:
        return self._since.get(key, {}).get(name)

    def _by_table(self, keys: Collection[Key]) -> dict[str, list[int]]:
        """Ids by table, in the order in which rows are locked."""
        return {
            table: [id_ for other, id_ in keys if other == table] for table in order({t for t, _ in keys})
        }


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


def _label(records: Records, name: str) -> str:
    declared = records.fields.get(name)
    return declared.label if declared else words(name)
