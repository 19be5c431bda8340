"""The next step of a deal: its open task that is due first, and whether that is overdue, today or to come."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from enum import StrEnum

import sqlalchemy as sa

from crm_data import clock
from crm_data.store.scope import CompanySession
from crm_data.store.zones import day_start
from crm_data.tables import Deal, Task


class Step(StrEnum):
    """How the next step stands, the most pressing first."""

    OVERDUE = "overdue"
    TODAY = "today"
    NONE = "none"
    PLANNED = "planned"


@dataclass(frozen=True)
class NextStep:
    """The next step of one deal; without one there is no task."""

    state: Step
    task_id: int | None = None
    title: str | None = None
    due: datetime | None = None


def open_tasks() -> list[sa.ColumnElement[bool]]:
    """The condition of a task that is still to be done."""
    return [*Task.still_open(), Task.archived_at.is_(None)]


def has_step() -> sa.ColumnElement[bool]:
    """Whether a deal has an open task, within a select of deals."""
    return sa.select(Task.id).where(Task.deal_id == Deal.id, *open_tasks()).exists()


def step_before(zone: tzinfo) -> sa.ColumnElement[bool]:
    """Whether a deal has an open task that was due before today, within a select of deals."""
    late = Task.due_date < today_of(zone)[0]
    return sa.select(Task.id).where(Task.deal_id == Deal.id, late, *open_tasks()).exists()


def today_of(zone: tzinfo) -> tuple[datetime, datetime]:
    """The moments at which today begins and ends where the person is, in UTC."""
    today = clock.now().astimezone(zone).date()
    return day_start(today, zone), day_start(today + timedelta(days=1), zone)


def state_of(due: datetime | None, zone: tzinfo = UTC) -> Step:
    """How an open task stands: overdue when it was due before today, today, or planned (also without a day)."""
    begins, ends = today_of(zone)
    if due is None or due >= ends:
        return Step.PLANNED
    return Step.OVERDUE if due < begins else Step.TODAY


def next_steps(session: CompanySession, deal_ids: Sequence[int], zone: tzinfo = UTC) -> dict[int, NextStep]:
    """The next step of each of some deals, by deal; one statement."""
    if not deal_ids:
        return {}
    place = sa.func.row_number().over(
        partition_by=Task.deal_id, order_by=(Task.due_date.is_(None), Task.due_date, Task.id)
    )
    first = (
        sa.select(Task.deal_id, Task.id, Task.title, Task.due_date, place.label("place"))
        .where(Task.deal_id.in_(deal_ids), *open_tasks())
        .subquery()
    )
    wanted = sa.select(first.c.deal_id, first.c.id, first.c.title, first.c.due_date).where(first.c.place == 1)
    found = {
        deal_id: NextStep(state_of(due, zone), id_, title, due)
        for deal_id, id_, title, due in session.execute(wanted)
    }
    return {id_: found.get(id_, NextStep(Step.NONE)) for id_ in deal_ids}
