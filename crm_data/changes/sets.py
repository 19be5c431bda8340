"""Change sets as they are read: who did what and when, what was undone by what, and the lines behind each."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, tzinfo
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from crm_data.errors import Invalid
from crm_data.rights import Act, Person, may
from crm_data.store.names import member_names
from crm_data.store.scope import CompanyScope, CompanySession
from crm_data.store.values import clean_text
from crm_data.store.writer import MOST_IDS
from crm_data.store.zones import day_start
from crm_data.tables import Base, ChangeLog, ChangeSet, noun
from crm_data.tables.base import MERGED
from crm_data.tables.fields import words

OF_PEOPLE = (
    "Members, roles and profiles are changed back where they are kept:"
    " on the admin screen, or in one's own account."
)
MOST = 100


@dataclass(frozen=True)
class Asked:
    """Which acts: of a person, of a kind, that wrote a table or one record, from a day to a day, by words.

    `before`: the id behind which the page begins; the newest come first.
    """

    user_id: int | None = None
    kind: str = ""
    actor: str = ""
    table: str = ""
    row: int | None = None
    first: date | None = None
    last: date | None = None
    text: str = ""
    before: int | None = None
    size: int = 50
    zone: tzinfo = UTC

    @classmethod
    def read(cls, said: Mapping[str, str], tables: Collection[str], zone: tzinfo) -> "Asked":
        """The acts that an address means; what cannot be read counts as not said."""
        return cls(
            user_id=_number(said.get("person")),
            kind=said.get("kind", "")[:30],
            table=said.get("table", "") if said.get("table") in tables else "",
            row=_number(said.get("record")),
            first=_day(said.get("from")),
            last=_day(said.get("to")),
            text=_text(said.get("q", "")),
            before=_number(said.get("before")),
            zone=zone,
        )


@dataclass(frozen=True)
class Done:
    """One act as it is listed. `undone_by`: the id of the act that took it back, or None."""

    id: int
    act_id: str
    at: datetime
    actor: str
    user_id: int | None
    who: str
    kind: str
    title: str
    counts: Mapping[str, int]
    undoes: int | None
    undone_by: int | None


@dataclass(frozen=True)
class Line:
    """One field of one row of an act, or the row as a whole where `field` is None."""

    table: str
    row_id: int
    action: str
    field: str | None
    before: Any
    after: Any


@dataclass(frozen=True)
class Lines:
    """Lines, and the names of the records and colleagues that they are about or name: table -> id -> name.

    `next`: the `after` of what comes behind them, or None.
    """

    lines: list[Line]
    names: Mapping[str, Mapping[int, str]]
    next: int | None


def listed(session: CompanySession, scope: CompanyScope, asked: Asked) -> tuple[list[Done], int | None]:
    """Acts, newest first, and where the next page begins. One's own; those of all for managers."""
    size = min(max(asked.size, 1), MOST)
    wanted = (
        sa.select(ChangeSet).where(*_matching(scope, asked)).order_by(ChangeSet.id.desc()).limit(size + 1)
    )
    rows = list(session.scalars(wanted))
    more, rows = len(rows) > size, rows[:size]
    return done_of(session, rows), (rows[-1].id if more else None)


def done_of(session: CompanySession, rows: Sequence[ChangeSet]) -> list[Done]:
    """Acts with the names of who did them and what took them back; two statements."""
    who = member_names(session)
    undone = undone_by(session, [row.id for row in rows])
    return [
        Done(
            row.id, row.act_id, row.at, row.actor, row.user_id,
            who.get(row.user_id, "A former colleague") if row.user_id else "The system",
            row.kind, row.title or _without_names(row), row.counts, row.undoes, undone.get(row.id),
        )
        for row in rows
    ]  # fmt: skip


def _without_names(act: ChangeSet) -> str:
    """An act whose title named what was erased for good since."""
    counts = {table: n for table, n in act.counts.items() if table != "change_sets"}
    about = ", ".join(
        f"{n:,} {noun(table, n)}" for table, n in counts.items() if table in Base.metadata.tables
    )
    return f"{words(act.kind)}: {about}, erased for good since" if about else words(act.kind)


def undone_by(session: CompanySession, ids: Collection[int]) -> dict[int, int]:
    """Of some acts, those that were undone: id -> the act that did it."""
    # Sorted here: asked to sort, SQLite would walk all acts of the company by their ids.
    wanted = sa.select(ChangeSet.id, ChangeSet.undoes).where(ChangeSet.undoes.in_(ids))
    found = sorted((id_, undone) for id_, undone in session.execute(wanted) if undone) if ids else []
    return {undone: id_ for id_, undone in found}


def lines_of(session: CompanySession, act_id: str, after: int, n: int) -> tuple[list[Line], int | None]:
    """What an act wrote, field by field, of `n` rows of the log; and where the next ones begin."""
    n = min(max(n, 1), MOST_IDS)
    wanted = (
        sa.select(ChangeLog)
        .where(ChangeLog.act_id == act_id, ChangeLog.id > after)
        .order_by(ChangeLog.id)
        .limit(n + 1)
    )
    rows = list(session.scalars(wanted))
    more, rows = len(rows) > n, rows[:n]
    return [line for row in rows for line in lines_in(row)], (rows[-1].id if more else None)


def lines_in(row: ChangeLog) -> list[Line]:
    """One row of the log, field by field."""
    head = (row.table_name, row.row_id, row.action)
    before, after = row.before or {}, row.after or {}
    if row.action in ("archive", "restore") or not (before or after):
        where = MERGED if row.action == "archive" and after.get(MERGED) else None
        return [Line(*head, where, None, after.get(MERGED) if where else None)]
    names = after if row.action != "erase" else {n: v for n, v in before.items() if v not in (None, "")}
    return [Line(*head, name, before.get(name), after.get(name)) for name in names]


def _number(said: str | None) -> int | None:
    return int(said) if said and said.isascii() and said.isdigit() and len(said) < 10 else None


def _text(said: str) -> str:
    try:
        return clean_text(said[:100]) or ""
    except Invalid:
        return ""


def _day(said: str | None) -> date | None:
    try:
        return date.fromisoformat(said) if said else None
    except ValueError:
        return None


def sees_all(scope: CompanyScope) -> bool:
    """Whether this person sees what others did."""
    return may(Person(scope.role, scope.operator), Act.AUDIT)


def _matching(scope: CompanyScope, asked: Asked) -> list[Any]:
    where: list[Any] = [] if sees_all(scope) else [ChangeSet.user_id == (scope.user_id or 0)]
    for column, value in (("user_id", asked.user_id), ("kind", asked.kind), ("actor", asked.actor)):
        if value:
            where.append(getattr(ChangeSet, column) == value)
    if asked.table:
        line: Any = aliased(ChangeLog)
        same = [line.act_id == ChangeSet.act_id, line.table_name == asked.table]
        if asked.row is not None:
            same.append(line.row_id == asked.row)
        where.append(sa.select(line.id).where(*same).exists())
    if asked.first:
        where.append(ChangeSet.at >= day_start(asked.first, asked.zone))
    if asked.last:
        where.append(ChangeSet.at < day_start(asked.last + timedelta(days=1), asked.zone))
    if asked.text:
        where.append(ChangeSet.title.icontains(asked.text, autoescape=True))
    if asked.before is not None:
        where.append(ChangeSet.id < asked.before)
    return where
