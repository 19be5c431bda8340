"""user_companies: who works in which company, with which role. Ended, never deleted."""

from datetime import datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from crm_data.tables import fields as f
from crm_data.tables.base import Base, CompanyOwned, Made, Recorded
from crm_data.tables.types import UtcDateTime, json_type


class Role(StrEnum):
    """What a person may do in one company, strongest first."""

    ADMIN = "admin"
    MANAGER = "manager"
    SALES_REP = "sales_rep"
    USER = "user"


class Membership(CompanyOwned, Made, Recorded, Base):
    """One person in one company. Rights need `ended_at IS NULL`."""

    __tablename__ = "user_companies"
    __table_args__ = (
        sa.UniqueConstraint("user_id", "company_id", name="uq_user_companies_user_id_company_id"),
        sa.UniqueConstraint("company_id", "user_id", name="uq_user_companies_company_id_user_id"),
        sa.Index(
            "uq_user_companies_one_primary",
            "user_id",
            unique=True,
            sqlite_where=sa.text("is_primary = 1"),
            postgresql_where=sa.text("is_primary"),
        ),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(sa.Integer, primary_key=True)
    user_id: Mapped[int] = f.member("Person", "CASCADE", required=True)
    role: Mapped[str] = f.choice("Role", Role, 50, required=True)
    is_primary: Mapped[bool] = f.yes_no("Primary company")
    permissions: Mapped[Any | None] = mapped_column(json_type(), nullable=True)
    joined_at: Mapped[datetime] = f.moment("Joined", now=True)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime())
