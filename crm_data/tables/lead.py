"""leads: somebody who may buy, before there is a deal."""

from datetime import datetime
from decimal import Decimal
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
    Mergeable,
    Recorded,
    few_have,
    same_company,
    same_company_member,
    table_args,
)
from crm_data.tables.customer import Priority
from crm_data.tables.spare import Extensible


class LeadStatus(StrEnum):
    """How far a lead has come. A converted lead stays 'qualified' and carries `converted_at`."""

    NEW = "new"
    CONTACTED = "contacted"
    QUALIFIED = "qualified"
    LOST = "lost"


class Lead(CompanyOwned, Made, Recorded, Archivable, Mergeable, Imported, Extensible, Base):
    """One lead of one company."""

    __tablename__ = "leads"
    __table_args__ = table_args(
        "leads",
        same_company("leads", "customer_id", "customers"),
        same_company("leads", "converted_deal_id", "deals", use_alter=True),
        same_company("leads", "merged_into", "leads"),
        few_have("leads", "converted_deal_id"),
        few_have("leads", "merged_into"),
        same_company_member("leads"),
        sa.CheckConstraint("converted_at IS NULL OR status = 'qualified'", name="converted_is_qualified"),
        sa.Index("ix_leads_status", "status"),
        sa.Index("ix_leads_email", "email"),
        sa.Index("ix_leads_company_status_created", "company_id", "status", "created_at", "id"),
        sa.Index("ix_leads_company_assigned", "company_id", "assigned_to", "created_at", "id"),
        sa.Index("ix_leads_company_customer", "company_id", "customer_id"),
        parent=True,
    )

    id: Mapped[int] = mapped_column(sa.Integer, primary_key=True)
    customer_id: Mapped[int | None] = f.link("Customer", "customers", "SET NULL", grid=True)
    lead_name: Mapped[str] = f.text("Name", 255, required=True, title=True, search=True, sort=True, grid=True)
    email: Mapped[str | None] = f.email(search=True, grid=True, copy=False)
    phone: Mapped[str | None] = f.phone(search=True, grid=True)
    source: Mapped[str | None] = f.text("Source", 100, filter=True, grid=True)
    status: Mapped[str] = f.choice(
        "Status", LeadStatus, 50, LeadStatus.NEW, filter=True, grid=True, copy=False
    )
    priority: Mapped[str] = f.choice("Priority", Priority, 20, Priority.MEDIUM, filter=True, grid=True)
    estimated_value: Mapped[Decimal | None] = f.money("Estimated value", filter=True, sort=True, grid=True)
    notes: Mapped[str | None] = f.long_text("Notes")
    assigned_to: Mapped[int | None] = f.member("Owner", filter=True, grid=True)
    converted_at: Mapped[datetime | None] = f.moment(
        "Converted", filter=True, form=False, edit=False, imports=False
    )
    converted_deal_id: Mapped[int | None] = f.link(
        "Deal", "deals", "SET NULL", use_alter=True, index=False, form=False, edit=False, imports=False
    )

    @classmethod
    def still_open(cls) -> tuple[sa.ColumnElement[bool], ...]:
        """A lost lead and a converted one keep their owner's name: it is their history."""
        return cls.status != LeadStatus.LOST.value, cls.converted_at.is_(None)
