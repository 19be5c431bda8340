"""kept_apart: two records that look alike and are not the same, as somebody has said."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from crm_data.tables import fields as f
from crm_data.tables.base import Base, CompanyOwned, Made, same_company

PAIRS = {"customers": ("customer_id", "other_customer_id"), "leads": ("lead_id", "other_lead_id")}


class KeptApart(CompanyOwned, Made, Base):
    """Two customers or two leads, the one with the smaller id first. They are no longer offered as duplicates."""

    __tablename__ = "kept_apart"
    __table_args__ = (
        *(
            same_company("kept_apart", column, table)
            for table, columns in PAIRS.items()
            for column in columns
        ),
        sa.CheckConstraint(
            "(customer_id IS NULL) = (other_customer_id IS NULL) AND (lead_id IS NULL) = (other_lead_id IS NULL)"
            " AND (customer_id IS NOT NULL OR lead_id IS NOT NULL)",
            name="two_of_a_kind",
        ),
        sa.Index("ix_kept_apart_company_customers", "company_id", "customer_id", "other_customer_id"),
        sa.Index("ix_kept_apart_company_leads", "company_id", "lead_id", "other_lead_id"),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(sa.Integer, primary_key=True)
    customer_id: Mapped[int | None] = f.link("Customer", "customers", "CASCADE")
    other_customer_id: Mapped[int | None] = f.link("Other customer", "customers", "CASCADE")
    lead_id: Mapped[int | None] = f.link("Lead", "leads", "CASCADE")
    other_lead_id: Mapped[int | None] = f.link("Other lead", "leads", "CASCADE")
    created_at: Mapped[datetime] = f.moment("When", now=True)
