"""Reviews: whoever has gone through a deal leaves a note whose outcome says so; and what became of it since."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo
from typing import Any

import sqlalchemy as sa

from crm_data import clock
from crm_data.nouns.steps import NextStep, Step, next_steps
from crm_data.store.scope import CompanySession
from crm_data.store.values import plain
from crm_data.tables import Activity, ChangeLog
from crm_data.tables.activity import ActivityType
from crm_data.tables.fields import Field

# What the note of a review has as its outcome.
REVIEWED = "Reviewed"
FIRST_DAYS = 30  # so many are looked back on where nobody has reviewed the deal yet


@dataclass(frozen=True)
class Differs:
    """One field of a deal that holds another value than it did: both as the log holds them."""

    field: str
    before: Any
    now: Any


@dataclass(frozen=True)
class Reviewed:
    """A deal as it is looked at: when this person last reviewed it, what they noted, and what is otherwise since.

    `at` None: never; `since` is then some days ago, or when the deal was made. `added`: it was made since then.
    """

    at: datetime | None
    note: str
    since: datetime
    added: bool
    differs: Sequence[Differs]
    step: NextStep


def own_reviews(user_id: int | None) -> list[sa.ColumnElement[bool]]:
    """The condition of a note by which this person has reviewed a deal."""
    return [
        Activity.user_id == user_id,
        Activity.activity_type == ActivityType.NOTE.value,
        Activity.outcome == REVIEWED,
        Activity.archived_at.is_(None),
    ]


def reviewed(
    session: CompanySession,
    deal: dict[str, Any],
    user_id: int | None,
    zone: tzinfo,
    fields: Mapping[str, Field],
) -> Reviewed:
    """What this person has to know of a deal to review it. `fields`: those of deals, the company's own too. Three
    statements."""
    last = (
        sa.select(Activity.activity_date, Activity.description)
        .where(Activity.deal_id == deal["id"], *own_reviews(user_id))
        .order_by(Activity.activity_date.desc(), Activity.id.desc())
        .limit(1)
    )
    found = session.execute(last).one_or_none()
    at, note = (found.activity_date, found.description or "") if found else (None, "")
    since = at or max(clock.now() - timedelta(days=FIRST_DAYS), deal["created_at"])
    steps = next_steps(session, [deal["id"]], zone)
    step = steps.get(deal["id"], NextStep(Step.NONE))
    return Reviewed(
        at, note, since, deal["created_at"] >= since, _differs(session, deal, since, fields), step
    )


def _differs(
    session: CompanySession, deal: dict[str, Any], since: datetime, fields: Mapping[str, Field]
) -> list[Differs]:
    """The fields that hold another value than at a moment; what went and came back is none of them.

    Read are the lines of the deal: by the moment, SQLite would look for them among all that was done since.
    """
    lines = (
        sa.select(ChangeLog.at, ChangeLog.before)
        .where(ChangeLog.table_name == "deals", ChangeLog.row_id == deal["id"])
        .where(ChangeLog.action == "change")
        .order_by(ChangeLog.id)
    )
    was: dict[str, Any] = {}
    for at, before in session.execute(lines):
        was = {**(before or {}), **was} if at >= since else was
    return [
        Differs(name, was[name], now)
        for name, field in fields.items()
        if name in was and field.edit and was[name] != (now := plain(deal[name]))
    ]
