"""What needs me now, as one queue: by why it waits, and of one reason what has waited the longest first."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa

from crm_data.nouns.mentions import mentioned, mentioned_at, who_mentioned
from crm_data.nouns.waiting import gave, handed_at
from crm_data.numbers.figures import Figure, Question, counted
from crm_data.store.names import member_names, record_names
from crm_data.store.query import Query
from crm_data.store.records import Records, Row
from crm_data.store.scope import CompanySession
from crm_data.tables.deal import DealStatus
from crm_data.tables.lead import LeadStatus


class Reason(StrEnum):
    """Why a record waits for somebody, the most pressing first."""

    OVERDUE = "overdue"
    TODAY = "today"
    HANDED = "handed_over"
    MENTIONED = "mentioned"
    NEW = "new"
    STALLED = "stalled"
    WITHOUT_STEP = "without_step"


# Since when a record waits for a reason: the column that says so. Of what was handed over the log does, and of
# what names one the mention.
_SINCE = {
    Reason.OVERDUE: "due_date",
    Reason.TODAY: "due_date",
    Reason.NEW: "created_at",
    Reason.STALLED: "stage_since",
    Reason.WITHOUT_STEP: "stage_since",
}
_RANK = {reason: rank for rank, reason in enumerate(Reason)}
# What is read of a record, as far as it has it.
_SHOWN = ("customer_id", "status", "due_date", "stage", "stage_since", "deal_value", "currency", "created_at")


@dataclass(frozen=True)
class Waiting:
    """One record that waits: why, and since when. `row`: what is shown of it.

    `by`: who handed it over, or named one in it.
    """

    table: str
    id: int
    title: str
    reason: Reason
    since: datetime
    row: Row
    customer: str = ""
    by: str = ""


@dataclass(frozen=True)
class Queue:
    """The first records of the queue, whether there are more, and how many wait for each reason.

    A record stands in it once, for the first of its reasons, and counts for each.
    """

    first: Sequence[Waiting]
    more: bool
    figures: Mapping[str, Figure]


def questions(me: int | None, base: Query) -> dict[str, tuple[Reason, Question]]:
    """The list behind each reason, by the name of its number; what was handed over has one for each kind."""
    mine = replace(base, where={"assigned_to": (me,)})
    tasks = replace(base, sort="due_date", descending=False)
    activities = replace(base, sort="activity_date")
    new = replace(mine, where={**mine.where, "status": (LeadStatus.NEW.value,)}, preset="unplanned")
    open_ = replace(mine, where={**mine.where, "status": (DealStatus.OPEN.value,)})
    return {
        "overdue": (Reason.OVERDUE, Question("tasks", replace(tasks, preset="overdue"))),
        "today": (Reason.TODAY, Question("tasks", replace(tasks, preset="today"))),
        **{
            f"handed_{kind}": (Reason.HANDED, Question(kind, replace(base, preset="handed_over")))
            for kind in ("customers", "leads", "deals", "tasks")
        },
        "mentioned": (
            Reason.MENTIONED,
            Question("activities", replace(activities, preset="unseen_mentions")),
        ),
        "new": (Reason.NEW, Question("leads", new)),
        "stalled": (Reason.STALLED, Question("deals", replace(open_, preset="stalled,unplanned"))),
        "without_step": (Reason.WITHOUT_STEP, Question("deals", replace(mine, preset="without_step"))),
    }


SAID = {
    "overdue": ("overdue", "overdue"),
    "today": ("due today", "due today"),
    "handed_customers": ("customer handed to you", "customers handed to you"),
    "handed_leads": ("lead handed to you", "leads handed to you"),
    "handed_deals": ("deal handed to you", "deals handed to you"),
    "handed_tasks": ("task handed to you", "tasks handed to you"),
    "mentioned": ("mention of you", "mentions of you"),
    "new": ("new lead", "new leads"),
    "stalled": ("stalled deal", "stalled deals"),
    "without_step": ("deal without a next step", "deals without a next step"),
}


def queue(session: CompanySession, kinds: Sequence[Records], me: int | None, base: Query, n: int) -> Queue:
    """The first `n` of what waits for a person. A statement a kind of record, and up to six for names."""
    asked = questions(me, base)
    found: list[Waiting] = []
    counts: dict[str, int] = dict.fromkeys(asked, 0)
    for records in kinds:
        own = {name: asked[name] for name in asked if asked[name][1].table == records.name}
        some, numbers = _of(session, records, own, me, n + 1)
        found += some
        counts |= numbers
    found.sort(key=lambda one: (_RANK[one.reason], one.since, one.table, one.id))
    figures = {
        name: counted(SAID[name][counts[name] != 1], counts[name], question)
        for name, (_, question) in asked.items()
    }
    return Queue(_named(session, found[:n], me), len(found) > n, figures)


def _of(
    session: CompanySession,
    records: Records,
    own: Mapping[str, tuple[Reason, Question]],
    me: int | None,
    n: int,
) -> tuple[list[Waiting], dict[str, int]]:
    """The first of one kind, each for its first reason, and how many there are of each. One statement."""
    model: Any = records.table
    flags = {
        name: sa.case((sa.and_(*records.matching(question.query)), 1), else_=0).label(f"is_{name}")
        for name, (_, question) in own.items()
    }
    shown = [getattr(model, name).label(name) for name in _SHOWN if hasattr(model, name)]
    mine = sa.select(
        model.id.label("id"), getattr(model, records.title).label("title"), *shown, *flags.values()
    )
    whose = model.assigned_to == me if hasattr(model, "assigned_to") else mentioned(me)
    mine = mine.where(whose, model.archived_at.is_(None), *model.still_open())
    each = mine.subquery()
    flag = {name: each.c[f"is_{name}"] == 1 for name in own}
    rank = sa.case(*((flag[name], _RANK[reason]) for name, (reason, _) in own.items())).label("rank")
    since = sa.case(
        *((flag[name], _since(reason, records.name, each, me)) for name, (reason, _) in own.items())
    ).label("since")
    totals = [sa.func.sum(each.c[f"is_{name}"]).over().label(f"n_{name}") for name in own]
    wanted = (
        sa.select(each, rank, since, *totals)
        .where(sa.or_(*flag.values()))
        .order_by(rank, since, each.c.id)
        .limit(n)
    )
    rows = [dict(row) for row in session.execute(wanted).mappings()]
    numbers = {name: int(rows[0][f"n_{name}"]) for name in own} if rows else {}
    reasons = list(Reason)
    return [
        Waiting(
            records.name,
            row["id"],
            row["title"],
            reasons[row["rank"]],
            row["since"],
            {name: row[name] for name in _SHOWN if name in row},
        )
        for row in rows
    ], numbers


def _since(reason: Reason, table: str, each: Any, me: int | None) -> Any:
    if reason is Reason.MENTIONED:
        return mentioned_at(each.c.id, me)
    return handed_at(table, each.c.id, me) if reason is Reason.HANDED else each.c[_SINCE[reason]]


def _named(session: CompanySession, found: Sequence[Waiting], me: int | None) -> list[Waiting]:
    """With the customer each is about, and with who handed it over or named one there."""
    about = {int(one.row["customer_id"]) for one in found if one.row.get("customer_id") is not None}
    customers = record_names(session, "customers", about) if about else {}
    givers: dict[tuple[str, int], int | None] = {}
    for table in sorted({one.table for one in found if one.reason is Reason.HANDED}):
        ids = [one.id for one in found if one.table == table and one.reason is Reason.HANDED]
        givers |= {(table, row): by for row, by in session.execute(gave(table, ids, me))}
    named = [one.id for one in found if one.reason is Reason.MENTIONED]
    if named:
        givers |= {("activities", row): by for row, by in session.execute(who_mentioned(named, me))}
    people = member_names(session) if givers else {}
    by = {key: people.get(giver or 0, "a former colleague") for key, giver in givers.items()}
    return [
        replace(
            one,
            customer=customers.get(one.row.get("customer_id") or 0, ""),
            by=by.get((one.table, one.id), ""),
        )
        for one in found
    ]
