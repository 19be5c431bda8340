"""activities: what happened with a customer, lead, deal or task, newest first."""

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
    table_args,
)
from crm_data.tables.types import UtcDateTime


class ActivityType(StrEnum):
    """What happened; status_change rows are written by the product itself."""

    CALL = "call"
    EMAIL = "email"
    MEETING = "meeting"
    NOTE = "note"
    STATUS_CHANGE = "status_change"


class Activity(CompanyOwned, Made, Recorded, Archivable, Imported, Base):
    """One thing that happened, and who did it."""

    __tablename__ = "activities"
    __table_args__ = table_args(
        "activities",
        same_company("activities", "customer_id", "customers"),
        same_company("activities", "lead_id", "leads"),
        same_company("activities", "deal_id", "deals"),
        same_company("activities", "task_id", "tasks"),
        sa.Index("ix_activities_activity_type", "activity_type"),
        sa.Index("ix_activities_activity_date", "activity_date"),
        sa.Index("ix_activities_company_customer", "company_id", "customer_id", "activity_date", "id"),
        sa.Index("ix_activities_company_lead", "company_id", "lead_id", "activity_date", "id"),
        sa.Index("ix_activities_company_deal", "company_id", "deal_id", "activity_date", "id"),
        sa.Index("ix_activities_company_task", "company_id", "task_id", "activity_date", "id"),
        sa.Index("ix_activities_company_user", "company_id", "user_id", "activity_date", "id"),
        parent=True,
    )

    id: Mapped[int] = mapped_column(sa.Integer, primary_key=True)
    activity_type: Mapped[str] = f.choice("Type", ActivityType, 50, required=True, filter=True, grid=True)
    title: Mapped[str] = f.text("Title", 255, required=True, title=True, search=True, grid=True)
    description: Mapped[str | None] = f.long_text("Description", search=True)
    duration: Mapped[int | None] = f.whole("Minutes", 0, 100_000, grid=True)
    outcome: Mapped[str | None] = f.text("Outcome", 100, grid=True)
    customer_id: Mapped[int | None] = f.link("Customer", "customers", "CASCADE", grid=True)
    lead_id: Mapped[int | None] = f.link("Lead", "leads", "CASCADE")
    deal_id: Mapped[int | None] = f.link("Deal", "deals", "CASCADE", grid=True)
    task_id: Mapped[int | None] = f.link("Task", "tasks", "CASCADE", form=False)
    user_id: Mapped[int] = f.member("Person", "CASCADE", required=True, filter=True, grid=True)
    activity_date: Mapped[datetime] = f.moment("When", required=True, filter=True, sort=True, grid=True)
    source: Mapped[str | None] = f.text("Source", 100, form=False)
    # While it stands on top of the feeds of the records that it is about.
    pinned_at: Mapped[datetime | None] = mapped_column(UtcDateTime())

    @classmethod
    def goes_along(cls) -> sa.ColumnElement[bool]:
        """All of it tells of something."""
        return sa.true()
