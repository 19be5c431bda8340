"""customers: the people and firms that a company sells to."""

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
from crm_data.tables.spare import Extensible


class CustomerType(StrEnum):
    """Whether the customer is a person or a firm."""

    INDIVIDUAL = "individual"
    BUSINESS = "business"


class CustomerStatus(StrEnum):
    """Where the relation stands. Archiving is something else."""

    ACTIVE = "active"
    INACTIVE = "inactive"
    PROSPECT = "prospect"
    LOST = "lost"


class Priority(StrEnum):
    """How much it matters."""

    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"


class Customer(CompanyOwned, Made, Recorded, Archivable, Mergeable, Imported, Extensible, Base):
    """One customer of one company."""

    __tablename__ = "customers"
    __table_args__ = table_args(
        "customers",
        same_company("customers", "merged_into", "customers"),
        few_have("customers", "merged_into"),
        same_company_member("customers"),
        sa.Index("ix_customers_email", "email"),
        sa.Index("ix_customers_status", "status"),
        sa.Index("ix_customers_customer_type", "customer_type"),
        sa.Index("ix_customers_customer_code", "customer_code"),
        sa.Index("idx_customer_company_status", "company_id", "status"),
        sa.Index("ix_customers_company_status_created", "company_id", "status", "created_at", "id"),
        sa.Index("ix_customers_company_assigned", "company_id", "assigned_to", "created_at", "id"),
        sa.Index("ix_customers_company_email", "company_id", "email"),
        sa.Index("ix_customers_company_code", "company_id", "customer_code"),
        parent=True,
    )

    id: Mapped[int] = mapped_column(sa.Integer, primary_key=True)
    customer_code: Mapped[str | None] = f.text("Code", 50, search=True, copy=False)
    name: Mapped[str] = f.text("Name", 255, required=True, title=True, search=True, sort=True, grid=True)
    email: Mapped[str | None] = f.email(search=True, grid=True, copy=False)
    phone: Mapped[str | None] = f.phone(search=True, grid=True)
    secondary_phone: Mapped[str | None] = f.phone("Second phone", search=True)
    address: Mapped[str | None] = f.long_text("Address")
    city: Mapped[str | None] = f.text("City", 100, grid=True)
    state: Mapped[str | None] = f.text("State", 100)
    country: Mapped[str | None] = f.text("Country", 100, grid=True)
    zip_code: Mapped[str | None] = f.text("Postal code", 20)
    customer_type: Mapped[str] = f.choice(
        "Type", CustomerType, 50, CustomerType.INDIVIDUAL, filter=True, grid=True
    )
    industry: Mapped[str | None] = f.text("Industry", 100, filter=True, grid=True)
    company_name: Mapped[str | None] = f.text("Company name", 255, search=True)
    website: Mapped[str | None] = f.url("Website", 255)
    status: Mapped[str] = f.choice(
        "Status", CustomerStatus, 20, CustomerStatus.ACTIVE, filter=True, grid=True
    )
    source: Mapped[str | None] = f.text("Source", 100, filter=True)
    priority: Mapped[str] = f.choice("Priority", Priority, 20, Priority.MEDIUM, filter=True, grid=True)
    credit_limit: Mapped[Decimal] = f.money("Credit limit", 0, filter=True, grid=True)
    notes: Mapped[str | None] = f.long_text("Notes")
    tags: Mapped[list[str] | None] = f.tags("Tags", filter=True)
    assigned_to: Mapped[int | None] = f.member("Owner", filter=True, grid=True)
