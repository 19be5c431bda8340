"""Tasks: done, put off and taken up again in one click; mine, overdue, today and upcoming with true counts."""

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import replace
from datetime import UTC, date, datetime, tzinfo
from typing import Any, ClassVar

import sqlalchemy as sa

from crm_data.errors import Invalid
from crm_data.nouns import waiting
from crm_data.nouns.links import known_parents, linked
from crm_data.nouns.steps import open_tasks, today_of
from crm_data.store import query as q
from crm_data.store.again import again
from crm_data.store.changes import Doing, doing_of
from crm_data.store.records import Records, Row
from crm_data.store.scope import CompanySession
from crm_data.store.values import row_id
from crm_data.tables import Task
from crm_data.tables.task import OPEN_TASK, TaskStatus


class Tasks(Records):
    """The tasks of one company."""

    table = Task
    tabs: ClassVar[tuple[str, ...]] = ("mine", "overdue", "today", "upcoming", "all")
    presets: ClassVar[tuple[str, ...]] = (*tabs, "due")
    behind: ClassVar[Mapping[str, str]] = {"handed_over": waiting.SAID["handed_over"]}
    together: ClassVar[tuple[frozenset[str], ...]] = (frozenset({"status", "completed_at"}),)

    def default_query(self) -> q.Query:
        """What is due first."""
        return q.Query(sort="due_date", descending=False)

    def narrow(self, query: q.Query) -> list[sa.ColumnElement[bool]]:
        """'mine' are my open tasks; 'overdue', 'today', 'upcoming' those of them by their day where I am.

        'due' is overdue or today. All but 'mine' are of anybody when the list is filtered by owner, and 'all'
        holds everything, done or not. Behind a number: 'handed_over', of `waiting`.
        """
        if query.preset in waiting.SAID:
            return waiting.narrow(Task, query, self._scope.user_id)
        if query.preset == "all":
            return []
        mine = query.preset == "mine" or not query.asks("assigned_to")
        return [*open_tasks(), *self._due(query), *([self._mine()] if mine else [])]

    def counts(self, query: q.Query | None = None) -> dict[str, int]:
        """How many tasks each of `tabs` holds under the same filters; one statement."""
        query = query or self.default_query()
        same = q.conditions(Task, self.fields, query, self._scope.user_id, self._scope.fiscal)
        each = []
        for preset in self.tabs[:-1]:
            what = self._mine() if preset == "mine" else sa.and_(*self._due(replace(query, preset=preset)))
            each.append(sa.func.coalesce(sa.func.sum(sa.case((what, 1), else_=0)), 0).label(preset))
        all_ = sa.select(sa.func.count()).select_from(Task).where(*same).scalar_subquery()
        whose = [] if query.asks("assigned_to") else [self._mine()]
        wanted = sa.select(*each, all_.label("all")).select_from(Task).where(*same, *open_tasks(), *whose)
        with self._store.read(self._scope) as session:
            return {name: int(n) for name, n in session.execute(wanted).mappings().one().items()}

    def complete(self, id: Any, act_id: str | None = None) -> bool:
        """Mark as done, now; False when it was already."""
        return self._set(id, {"status": TaskStatus.COMPLETED.value}, act_id)

    def reopen(self, id: Any, act_id: str | None = None) -> bool:
        """Take up again what was done or cancelled; False when it is open."""
        return self._set(id, {"status": TaskStatus.PENDING.value}, act_id, closed=True)

    def reschedule(self, id: Any, due: Any, act_id: str | None = None, zone: tzinfo = UTC) -> bool:
        """Give an open task another day or moment; a day alone keeps the time of day. False when it has it."""
        parsed = self.parse_all({"due_date": due}, zone, adding=False)
        keep_time = isinstance(due, date) and not isinstance(due, datetime)
        return self._set(id, parsed, act_id, zone=zone, keep_time=keep_time, closed=False)

    # the rules

    def parse_all(self, values: Mapping[str, Any], zone: tzinfo, adding: bool) -> Row:
        """As for every record; a new task without an owner is mine."""
        if adding and values.get("assigned_to") in (None, "") and self._scope.user_id is not None:
            values = {**values, "assigned_to": self._scope.user_id}
        return super().parse_all(values, zone, adding)

    def judge(self, values: Row, before: Row | None, doing: Doing | None = None) -> Row:
        """`completed_at` follows the status."""
        if "status" not in values:
            return values
        done = values["status"] == TaskStatus.COMPLETED
        at = (values.get("completed_at") or (doing or Doing(None)).at) if done else None
        return {**values, "completed_at": at} if done or before else values

    def _parents_known(
        self, session: CompanySession, wanted: Sequence[tuple[Row, Row]]
    ) -> AbstractContextManager[None]:
        return known_parents(session, wanted)

    def linked(self, session: CompanySession, values: Row, before: Row | None) -> Row:
        """A task about a deal or lead is about its customer too."""
        return linked(session, values, before, ("deal_id", "lead_id"))

    def _mine(self) -> sa.ColumnElement[bool]:
        return Task.assigned_to == self._scope.user_id

    def _due(self, query: q.Query) -> list[sa.ColumnElement[bool]]:
        begins, ends = today_of(query.zone)
        return {
            "overdue": [Task.due_date < begins],
            "today": [Task.due_date >= begins, Task.due_date < ends],
            "due": [Task.due_date < ends],
            "upcoming": [Task.due_date >= ends],
        }.get(query.preset, [])

    @again
    def _set(
        self,
        id: Any,
        values: Row,
        act_id: str | None,
        zone: tzinfo = UTC,
        keep_time: bool = False,
        closed: bool | None = None,
    ) -> bool:
        """Write one task's values whatever it held. `closed`: it must be (or not be) done or cancelled."""
        doing = doing_of(self._scope.user_id, act_id, zone)
        with self._store.write(self._scope) as session:
            row = self._rows(session, [id])[row_id(id) or 0]
            if closed is True and row.status in OPEN_TASK:
                return False
            if closed is False and row.status not in OPEN_TASK:
                raise Invalid("This task is not open any more. Reopen it before giving it another day.")
            if keep_time and row.due_date is not None and values["due_date"] is not None:
                day, at = values["due_date"].astimezone(zone), row.due_date.astimezone(zone)
                moved = datetime.combine(day.date(), at.time(), tzinfo=zone)
                values = {**values, "due_date": moved.astimezone(UTC)}
            return bool(self._apply(session, doing, row, values))
