"""submissions: what a person says they will win in a month, and what a manager says over it; a row each."""

from datetime import date
from decimal import Decimal

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from crm_data.tables import fields as f
from crm_data.tables.base import Archivable, Base, CompanyOwned, Made, Recorded, table_args


class Submission(CompanyOwned, Made, Recorded, Archivable, Base):
    """One number that was given, by `created_by` at `created_at`, of the person `user_id` and a month.

    `month` is the first day of it; `by_manager`: a manager's, in place of the person's own. No amount: what was
    given before is taken back. The newest counts; those before it stay.
    """

    __tablename__ = "submissions"
    __table_args__ = table_args(
        "submissions",
        sa.Index("ix_submissions_company_month", "company_id", "month", "currency", "user_id"),
        sa.ForeignKeyConstraint(
            ["company_id", "user_id"],
            ["user_companies.company_id", "user_companies.user_id"],
            name="fk_submissions_member_user_id",
            ondelete="CASCADE",
        ),
        sa.CheckConstraint("length(currency) = 3", name="currency_letters"),
        importable=False,
    )

    id: Mapped[int] = mapped_column(sa.Integer, primary_key=True)
    user_id: Mapped[int] = f.member("Person", "CASCADE", required=True, filter=True, edit=False)
    month: Mapped[date] = f.day("Month", required=True, filter=True, title=True, edit=False)
    currency: Mapped[str] = f.text("Currency", 3, required=True, filter=True, edit=False)
    by_manager: Mapped[bool] = f.yes_no("Manager's number", filter=True, edit=False)
    amount: Mapped[Decimal | None] = f.money("Number", filter=True, edit=False)
    note: Mapped[str | None] = f.text("Note", 500, edit=False)
