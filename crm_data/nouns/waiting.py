"""What waits for a person: records that a colleague handed to them, and those for which nothing is planned."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from crm_data import clock
from crm_data.nouns.steps import today_of
from crm_data.store.query import Query
from crm_data.tables import Activity, ChangeLog, Look, Task
from crm_data.tables.said import OWNER, changed

Clause = sa.ColumnElement[bool]
# What a colleague handed over longer ago waits no more.
HANDED_DAYS = 30
_LINKS = {"customers": "customer_id", "leads": "lead_id", "deals": "deal_id", "tasks": "task_id"}
# Made once: to make an alias takes longer than to ask what it is for.
_GIFT, _OWN, _LOOK, _PLANNED = aliased(ChangeLog), aliased(ChangeLog), aliased(Look), aliased(Task)
_ABOUT: Mapping[type, Any] = MappingProxyType({kind: aliased(kind) for kind in (Activity, Task)})
# How a list says which of its rows wait.
SAID: Mapping[str, str] = MappingProxyType(
    {
        "handed_over": "handed to me, and neither seen nor worked on yet",
        "unplanned": "nothing is planned from tomorrow on",
    }
)


def narrow(model: Any, query: Query, me: int | None) -> list[Clause]:
    """The condition behind a name of `SAID`."""
    waits = handed_over(model, me) if query.preset == "handed_over" else unplanned(model, query)
    return [*model.still_open(), waits]


def handed_over(model: Any, me: int | None) -> Clause:
    """Rows that are mine because a colleague said so in these 30 days, and that I have done nothing with since.

    Whoever changed it, logged something about it, planned a task for it or looked at it has it in hand.
    """
    line, since = _GIFT, clock.now() - timedelta(days=HANDED_DAYS)
    given = sa.select(line.id).where(
        *_gives(line, model.__tablename__, me, since),
        line.row_id == model.id,
        *(sa.not_(each) for each in _worked_on(line, model.__tablename__, me)),
    )
    return sa.and_(model.assigned_to == me, model.updated_at >= since, given.exists())


def handed_at(table: str, row_id: Any, me: int | None) -> sa.ScalarSelect[Any]:
    """When a colleague handed a row to me the last time."""
    since = clock.now() - timedelta(days=HANDED_DAYS)
    mine = (*_gives(ChangeLog, table, me, since), ChangeLog.row_id == row_id)
    latest = sa.select(sa.func.max(ChangeLog.at)).where(*mine)
    return latest.scalar_subquery()


def gave(table: str, ids: list[int], me: int | None) -> sa.Select[int, int | None]:
    """Row and person of each time that a colleague handed one of these rows to me, the latest last."""
    since = clock.now() - timedelta(days=HANDED_DAYS)
    which = (*_gives(ChangeLog, table, me, since), ChangeLog.row_id.in_(ids))
    return sa.select(ChangeLog.row_id, ChangeLog.user_id).where(*which).order_by(ChangeLog.at, ChangeLog.id)


def unplanned(model: Any, query: Query) -> Clause:
    """Rows for which no open task is due after today."""
    task = _PLANNED
    later = task.due_date >= today_of(query.zone)[1]
    link = getattr(task, _LINKS[model.__tablename__])
    open_ = (*task.still_open(), task.archived_at.is_(None))
    return ~sa.select(task.id).where(link == model.id, later, *open_).exists()


def _gives(line: Any, table: str, me: int | None, since: datetime) -> list[Clause]:
    """A line of the log in which a colleague makes a row of a table mine."""
    return [
        *changed(line, OWNER, table),
        line.at >= since,
        line.user_id != me,
        line.after["assigned_to"].as_integer() == me,
    ]


def _worked_on(line: Any, table: str, me: int | None) -> list[Clause]:
    """What I have done with the row of a line since then."""
    own, look = _OWN, _LOOK
    changed = sa.select(own.id).where(
        own.table_name == table, own.row_id == line.row_id, own.user_id == me, own.id > line.id
    )
    looked = sa.select(look.id).where(
        look.user_id == me, look.table_name == table, look.row_id == line.row_id, look.at >= line.at
    )
    found: list[Clause] = [changed.exists(), looked.exists()]
    for kind, about in _ABOUT.items():
        if hasattr(kind, _LINKS[table]):
            mine = (about.created_by == me, about.created_at >= line.at)
            link = getattr(about, _LINKS[table])
            found.append(sa.select(about.id).where(link == line.row_id, *mine).exists())
    return found
