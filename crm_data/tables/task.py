"""tasks: what somebody has to do, by when, and for which record."""

from datetime import datetime
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from crm_data.tables import fields as f
from crm_data.tables.base import (
    Archivable,
    Base,
    CompanyOwned,
    Imported,
    Made,
    Recorded,
    same_company,
    same_company_member,
    table_args,
)
from crm_data.tables.checks import sort_key
from crm_data.tables.spare import Extensible


class TaskType(StrEnum):
    """What kind of doing it is."""

    CALL = "call"
    EMAIL = "email"
    MEETING = "meeting"
    GENERAL = "general"


class TaskPriority(StrEnum):
    """How much it presses."""

    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"
    URGENT = "urgent"


class TaskStatus(StrEnum):
    """Where it stands; the first two are open."""

    PENDING = "pending"
    IN_PROGRESS = "in_progress"
    COMPLETED = "completed"
    CANCELLED = "cancelled"


OPEN_TASK = (TaskStatus.PENDING, TaskStatus.IN_PROGRESS)
_OPEN = "status IN ('pending', 'in_progress')"


class Task(CompanyOwned, Made, Recorded, Archivable, Imported, Extensible, Base):
    """One task of one company, for one member."""

    __tablename__ = "tasks"
    __table_args__ = table_args(
        "tasks",
        same_company("tasks", "customer_id", "customers"),
        same_company("tasks", "lead_id", "leads"),
        same_company("tasks", "deal_id", "deals"),
        same_company_member("tasks"),
        sa.Index("ix_tasks_status", "status"),
        sa.Index("ix_tasks_due_date", "due_date"),
        sa.Index("idx_tasks_assigned_status", "assigned_to", "status"),
        sa.Index("ix_tasks_company_status_due", "company_id", "status", "due_date", "id"),
        sa.Index("ix_tasks_company_customer", "company_id", "customer_id"),
        sa.Index("ix_tasks_company_lead", "company_id", "lead_id"),
        sa.Index("ix_tasks_company_deal", "company_id", "deal_id"),
        parent=True,
    )

    id: Mapped[int] = mapped_column(sa.Integer, primary_key=True)
    title: Mapped[str] = f.text("Title", 255, required=True, title=True, search=True, grid=True)
    description: Mapped[str | None] = f.long_text("Description")
    task_type: Mapped[str] = f.choice("Type", TaskType, 50, TaskType.GENERAL, filter=True, grid=True)
    priority: Mapped[str] = f.choice(
        "Priority", TaskPriority, 20, TaskPriority.MEDIUM, filter=True, grid=True
    )
    status: Mapped[str] = f.choice(
        "Status", TaskStatus, 50, TaskStatus.PENDING, filter=True, grid=True, copy=False
    )
    due_date: Mapped[datetime | None] = f.moment("Due", filter=True, sort=True, grid=True)
    completed_at: Mapped[datetime | None] = f.moment("Completed", form=False, edit=False)
    customer_id: Mapped[int | None] = f.link("Customer", "customers", "CASCADE", grid=True)
    lead_id: Mapped[int | None] = f.link("Lead", "leads", "CASCADE")
    deal_id: Mapped[int | None] = f.link("Deal", "deals", "CASCADE", grid=True)
    assigned_to: Mapped[int] = f.member("Owner", "CASCADE", required=True, filter=True, grid=True)
    source: Mapped[str | None] = f.text("Source", 100, form=False)

    @classmethod
    def still_open(cls) -> tuple[sa.ColumnElement[bool], ...]:
        """What is done or cancelled keeps its owner's name: it is their history.

        Spelled as in the index of open tasks: by bound values SQLite does not know that it holds them all.
        """
        return (cls.status.in_([sa.literal_column(f"'{status.value}'", sa.String) for status in OPEN_TASK]),)

    @classmethod
    def goes_along(cls) -> sa.ColumnElement[bool]:
        """What was done for a record, or is no longer to be."""
        return sa.not_(sa.and_(*cls.still_open()))


_made: sa.Table = Task.__table__  # type: ignore[assignment]
# In the order of the list itself, so that my open tasks come out of the index one after the other.
sa.Index(
    "ix_tasks_company_open_due",
    _made.c.company_id,
    _made.c.assigned_to,
    sort_key(_made.c.due_date),
    _made.c.id,
    sqlite_where=sa.text(_OPEN),
    postgresql_where=sa.text(_OPEN),
)
