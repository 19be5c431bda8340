"""goals: what a person is to win in a month, in one currency."""

from datetime import date
from decimal import Decimal

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from crm_data.tables import fields as f
from crm_data.tables.base import Archivable, Base, CompanyOwned, Made, Recorded, table_args


class Goal(CompanyOwned, Made, Recorded, Archivable, Base):
    """One goal. `month` is the first day of it; no amount: there was a goal, and it was taken away."""

    __tablename__ = "goals"
    __table_args__ = table_args(
        "goals",
        sa.UniqueConstraint("company_id", "user_id", "month", "currency", name="uq_goals_person_month"),
        sa.Index("ix_goals_company_month", "company_id", "month"),
        sa.ForeignKeyConstraint(
            ["company_id", "user_id"],
            ["user_companies.company_id", "user_companies.user_id"],
            name="fk_goals_member_user_id",
            ondelete="CASCADE",
        ),
        sa.CheckConstraint("length(currency) = 3", name="currency_letters"),
        importable=False,
    )

    id: Mapped[int] = mapped_column(sa.Integer, primary_key=True)
    user_id: Mapped[int] = f.member("Person", "CASCADE", required=True, filter=True)
    month: Mapped[date] = f.day("Month", required=True, filter=True, title=True)
    currency: Mapped[str] = f.text("Currency", 3, required=True, filter=True)
    amount: Mapped[Decimal | None] = f.money("Goal", filter=True)
