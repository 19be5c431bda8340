"""A record's feed: what happened with it, what was changed in it, and its tasks, in one order, newest first."""

from collections import defaultdict
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa

from crm_data.changes.sets import Line, lines_in
from crm_data.errors import Invalid
from crm_data.nouns.mentions import calls_somebody, names_in
from crm_data.store.names import member_names, record_names
from crm_data.store.records import Records
from crm_data.store.scope import CompanySession
from crm_data.tables import Activity, ChangeLog, ChangeSet, Task
from crm_data.tables.activity import ActivityType
from crm_data.tables.change_set import Actor
from crm_data.tables.fields import Kind

_TABLES = {"customer_id": "customers", "lead_id": "leads", "deal_id": "deals", "task_id": "tasks"}
LINKS = tuple(_TABLES)
MOST_ENTRIES = 500
_UNREADABLE = "This place in the feed cannot be read. Begin at its top again."


class Sort(StrEnum):
    """What an entry of a feed is about."""

    ACTIVITY = "activity"  # a call, an e-mail, a meeting, a note
    MOVE = "move"  # a change of stage or status, a conversion
    CHANGE = "change"  # of fields; the record added, imported, merged, archived, restored
    TASK = "task"  # made, or done


@dataclass(frozen=True)
class Happened:
    """One entry. `what`: the type of an activity, the kind of an act, or 'made' and 'done' of a task.

    `row`: the values of the activity or the task. `lines`: what was changed, field by field.
    """

    sort: Sort
    what: str
    at: datetime
    id: int
    user_id: int | None
    row: Mapping[str, Any] = field(default_factory=dict)
    lines: Sequence[Line] = ()
    by_file: bool = False


@dataclass(frozen=True)
class Feed:
    """Entries, newest first, and where the next ones begin, or None.

    `pinned`: activities that stand on top of the beginning, the last pinned first; no entry is among them.
    `names`: table -> id -> name of all that they name; 'users' are the colleagues, past ones too. `mentions`:
    activity -> the names of those whom its text mentions.
    """

    entries: list[Happened]
    next: str | None
    names: Mapping[str, Mapping[int, str]]
    mentions: Mapping[int, tuple[str, ...]] = field(default_factory=dict)
    pinned: Sequence[Happened] = ()


@dataclass(frozen=True)
class _Source:
    """One of the places that entries come from, read from an edge on."""

    session: CompanySession
    records: Records
    id: int
    place: int
    edge: tuple[datetime, int, int] | None
    n: int
    sorts: frozenset[Sort]

    def behind(self, at: Any, id_: Any) -> list[sa.ColumnElement[bool]]:
        """The condition of what comes behind the edge."""
        if self.edge is None:
            return []
        moment, place, last = self.edge
        if self.place == place:
            return [sa.or_(at < moment, sa.and_(at == moment, id_ < last))]
        return [at <= moment if self.place > place else at < moment]


def feed(
    session: CompanySession,
    kinds: Mapping[str, Records],
    records: Records,
    id_: int,
    sorts: Collection[Sort],
    after: str | None,
    n: int,
) -> Feed:
    """`n` entries of one record's feed behind a place. At most four statements, and one a kind of record named;
    two more where a text may mention somebody.
    """
    n = max(1, min(n, MOST_ENTRIES))
    wanted, edge = frozenset(sorts) or frozenset(Sort), _edge(after)
    found: list[tuple[tuple[float, int, int], Happened, int]] = []
    pinned: list[Happened] = []
    for place, (of, read) in enumerate(_SOURCES):
        if wanted & of:
            source = _Source(session, records, id_, place, edge, n + 1, wanted)
            for one in read(source):
                if one.row.get("pinned_at") is not None:
                    pinned.append(one)
                else:
                    found.append(((-one.at.timestamp(), place, -one.id), one, place))
    found.sort(key=lambda each: each[0])
    shown = found[:n]
    last = shown[-1] if len(found) > n else None
    at = f"{int(last[1].at.timestamp())}.{last[2]}.{last[1].id}" if last else None
    entries = [one for _, one, _ in shown if one.sort is not Sort.CHANGE or one.lines]
    pinned.sort(key=lambda one: (one.row["pinned_at"], one.id), reverse=True)
    every = [*pinned, *entries]
    called = [one.id for one in every if one.sort is Sort.ACTIVITY and calls_somebody(one.row)]
    return Feed(entries, at, _names(session, kinds, every), names_in(session, called), pinned)


def _edge(said: str | None) -> tuple[datetime, int, int] | None:
    """The place that a cursor means. Raises Invalid."""
    if said is None:
        return None
    parts = said.split(".") if len(said) < 60 else []
    if len(parts) != 3 or not all(part.isascii() and part.isdigit() and len(part) < 12 for part in parts):
        raise Invalid(_UNREADABLE)
    moment, place, last = map(int, parts)
    if moment > 253_402_300_799 or last >= 2**31:
        raise Invalid(_UNREADABLE)
    return datetime.fromtimestamp(moment, UTC), place, last


def _activities(source: _Source) -> list[Happened]:
    link = _link(source.records, Activity)
    if link is None:
        return []
    moves = Activity.activity_type == ActivityType.STATUS_CHANGE.value
    which = (
        [] if {Sort.ACTIVITY, Sort.MOVE} <= source.sorts else [moves if Sort.MOVE in source.sorts else ~moves]
    )
    wanted = (
        _of(link, source.id)
        .where(Activity.pinned_at.is_(None), *which)
        .where(*source.behind(Activity.activity_date, Activity.id))
        .order_by(Activity.activity_date.desc(), Activity.id.desc())
        .limit(source.n)
    )
    if source.edge is None and Sort.ACTIVITY in source.sorts:  # what stands on top, in the same statement
        top = _of(link, source.id).where(Activity.pinned_at.is_not(None)).limit(MOST_ENTRIES)
        both = sa.union_all(sa.select(wanted.subquery()), sa.select(top.subquery()))
        return _happened(source.session, both)
    return _happened(source.session, wanted)


def _of(link: Any, id_: int) -> sa.Select[Any]:
    """The activities of a record, as far as a feed shows them and asks who may change them."""
    shown = (
        "activity_type",
        "title",
        "description",
        "duration",
        "outcome",
        "created_by",
        "pinned_at",
        *LINKS,
    )
    columns = (Activity.id, Activity.activity_date, Activity.user_id, *(getattr(Activity, n) for n in shown))
    return sa.select(*columns).where(link == id_, Activity.archived_at.is_(None))


def _happened(session: CompanySession, wanted: sa.Executable) -> list[Happened]:
    return [
        Happened(
            Sort.MOVE if row["activity_type"] == ActivityType.STATUS_CHANGE else Sort.ACTIVITY,
            row["activity_type"],
            row["activity_date"],
            row["id"],
            row["user_id"],
            dict(row),
        )
        for row in session.execute(wanted).mappings()
    ]


def _changes(source: _Source) -> list[Happened]:
    """Its lines of the log, with the kind of each act; what a move on the timeline tells is left out."""
    act = (ChangeSet.act_id == ChangeLog.act_id, ChangeSet.company_id == ChangeLog.company_id)
    wanted = (
        sa.select(ChangeLog, ChangeSet.kind, ChangeSet.actor)
        .outerjoin(ChangeSet, sa.and_(*act))
        .where(ChangeLog.table_name == source.records.name, ChangeLog.row_id == source.id)
        .where(*source.behind(ChangeLog.at, ChangeLog.id))
        .order_by(ChangeLog.at.desc(), ChangeLog.id.desc())
        .limit(source.n)
    )
    found = []
    for row, kind, actor in source.session.execute(wanted):
        told = _told_already(source.records, row.after or {}) if row.action == "change" else frozenset()
        lines = [line for line in lines_in(row) if line.field not in told]
        if row.action == "add":
            lines = lines[:1]
        found.append(
            Happened(
                Sort.CHANGE,
                row.action
                if kind in (None, "change", "add")
                else kind
                if row.action == "change"
                else row.action,
                row.at,
                row.id,
                row.user_id,
                lines=lines,
                by_file=actor == Actor.IMPORT,
            )
        )
    return found


def _told_already(records: Records, after: Mapping[str, Any]) -> frozenset[str]:
    """The fields of a change that a move on the timeline tells, with those that go with them."""
    noted = records.noted & after.keys()
    if not noted:
        return frozenset()
    return noted.union(*(each for each in records.together if each & noted))


def _tasks(at: Any, who: Any, what: str) -> Callable[[_Source], list[Happened]]:
    def read(source: _Source) -> list[Happened]:
        link = _link(source.records, Task)
        if link is None:
            return []
        shown = ("title", "status", "due_date", *(name for name in LINKS if name != "task_id"))
        wanted = (
            sa.select(Task.id, at.label("at"), who.label("who"), *(getattr(Task, name) for name in shown))
            .where(link == source.id, Task.archived_at.is_(None), at.is_not(None))
            .where(*source.behind(at, Task.id))
            .order_by(at.desc(), Task.id.desc())
            .limit(source.n)
        )
        return [
            Happened(Sort.TASK, what, row["at"], row["id"], row["who"], dict(row))
            for row in source.session.execute(wanted).mappings()
        ]

    return read


_SOURCES: tuple[tuple[frozenset[Sort], Callable[[_Source], list[Happened]]], ...] = (
    (frozenset({Sort.ACTIVITY, Sort.MOVE}), _activities),
    (frozenset({Sort.CHANGE}), _changes),
    (frozenset({Sort.TASK}), _tasks(Task.completed_at, Task.assigned_to, "done")),
    (frozenset({Sort.TASK}), _tasks(Task.created_at, Task.created_by, "made")),
)


def _link(records: Records, of: Any) -> Any:
    """The column of another table that names a record of this kind, or None."""
    for name in LINKS:
        column = getattr(of, name, None)
        if column is not None and any(key.column.table.name == records.name for key in column.foreign_keys):
            return column
    return None


def _names(
    session: CompanySession, kinds: Mapping[str, Records], entries: Sequence[Happened]
) -> dict[str, dict[int, str]]:
    """Table -> id -> name of the records that entries name, and of all colleagues."""
    wanted: dict[str, set[int]] = defaultdict(set)
    for one in entries:
        for link, table in _TABLES.items():
            if one.row.get(link) is not None:
                wanted[table].add(one.row[link])
        for line in one.lines:
            declared = kinds[line.table].fields.get(line.field or "")
            if declared is not None and declared.kind is Kind.LINK and declared.to in kinds:
                ids = {value for value in (line.before, line.after) if isinstance(value, int)}
                wanted[declared.to or ""] |= ids
    found = {table: record_names(session, table, ids) for table, ids in wanted.items() if ids}
    return {"users": member_names(session), **found}
