"""The log of changes: written in the transaction of the change itself, read back as a record's history."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, tzinfo
from typing import Any

from crm_data import clock
from crm_data.store.values import plain
from crm_data.tables import ChangeLog


def new_act() -> str:
    """A name for one act of one person; all rows it changes carry it."""
    return uuid.uuid4().hex


@dataclass(frozen=True)
class Doing:
    """One act under way: who does it, when and where the day began for them, under which name.

    `bulk`: the same values for many records at once, of which nobody looks at each.
    """

    user_id: int | None
    act_id: str = field(default_factory=new_act)
    at: datetime = field(default_factory=clock.now)
    zone: tzinfo = UTC
    bulk: bool = False

    @property
    def today(self) -> date:
        """The calendar day it is where the person is."""
        return self.at.astimezone(self.zone).date()

    def entry(
        self,
        company_id: int,
        action: str,
        table: str,
        row_id: int,
        before: Mapping[str, Any] | None,
        after: Mapping[str, Any] | None,
    ) -> dict[str, Any]:
        """The values of one change_log row."""
        return {
            "company_id": company_id,
            "act_id": self.act_id,
            "at": self.at,
            "user_id": self.user_id,
            "action": action,
            "table_name": table,
            "row_id": row_id,
            "before": _plain(before),
            "after": _plain(after),
        }


def logged(doing: Doing, company_id: int, action: str, row: Any, before: Any, after: Any) -> ChangeLog:
    """A change_log row for an ORM row that has its id."""
    return ChangeLog(**doing.entry(company_id, action, row.__tablename__, row.id, before, after))


def _plain(values: Mapping[str, Any] | None) -> dict[str, Any] | None:
    return None if values is None else {name: plain(value) for name, value in values.items()}


@dataclass(frozen=True)
class Change:
    """One line of a record's history: field None for the record as a whole."""

    at: datetime
    user_id: int | None
    who: str
    action: str
    field: str | None
    before: Any
    after: Any
    act_id: str
