"""What a person leaves open in a company, counted and handed to a colleague in one transaction."""

from dataclasses import dataclass, fields
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from crm_data.store.changes import Doing
from crm_data.store.scope import CompanySession
from crm_data.tables import ChangeLog, Customer, Deal, Lead, Task
from crm_data.tables.deal import DealStatus
from crm_data.tables.lead import LeadStatus
from crm_data.tables.task import TaskStatus


@dataclass(frozen=True)
class OpenWork:
    """How many records of each kind are open and assigned to one person."""

    customers: int
    leads: int
    deals: int
    tasks: int

    def __str__(self) -> str:
        """'2 deals, 1 task'; '' for nothing."""
        counted = ((field.name, getattr(self, field.name)) for field in fields(self))
        return ", ".join(f"{n:,} {name[:-1] if n == 1 else name}" for name, n in counted if n)

    @property
    def total(self) -> int:
        """All of them."""
        return sum(getattr(self, field.name) for field in fields(self))


# What counts as open. Closed deals, lost and converted leads and done tasks keep the name: it is their history.
_OPEN: dict[str, tuple[Any, list[sa.ColumnElement[bool]]]] = {
    "customers": (Customer, []),
    "leads": (Lead, [Lead.status != LeadStatus.LOST.value, Lead.converted_at.is_(None)]),
    "deals": (Deal, [Deal.status == DealStatus.OPEN.value]),
    "tasks": (Task, [Task.status.in_([TaskStatus.PENDING.value, TaskStatus.IN_PROGRESS.value])]),
}


def open_work(session: CompanySession, user_id: int) -> OpenWork:
    """What a person has open."""
    return OpenWork(
        **{
            name: session.scalar(sa.select(sa.func.count(table.id)).where(*_of(table, also, user_id))) or 0
            for name, (table, also) in _OPEN.items()
        }
    )


def open_work_in(session: Session, company_id: int, user_id: int) -> OpenWork:
    """The same of any company, for the operator."""
    return OpenWork(
        **{
            name: session.scalar(
                sa.select(sa.func.count(table.id)).where(
                    table.company_id == company_id, *_of(table, also, user_id)
                )
            )
            or 0
            for name, (table, also) in _OPEN.items()
        }
    )


def hand_over(session: CompanySession, doing: Doing, user_id: int, to: int) -> None:
    """Assign everything a person has open to a colleague; each record's change is logged."""
    for name, (table, also) in _OPEN.items():
        which = _of(table, also, user_id)
        ids = session.scalars(sa.select(table.id).where(*which).order_by(table.id).with_for_update()).all()
        if not ids:
            continue
        session.execute(
            sa.update(table)
            .where(*which)
            .values(assigned_to=to, updated_at=doing.at, version=table.version + 1)
            .execution_options(synchronize_session=False)
        )
        before, after = {"assigned_to": user_id}, {"assigned_to": to}
        entries = [doing.entry(session.company, "change", name, id_, before, after) for id_ in ids]
        session.core().execute(sa.insert(ChangeLog), entries)


def _of(table: Any, also: list[sa.ColumnElement[bool]], user_id: int) -> list[sa.ColumnElement[bool]]:
    return [table.assigned_to == user_id, table.archived_at.is_(None), *also]
