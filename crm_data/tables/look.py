"""looks: which records somebody has looked at that had waited for them to be seen."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from crm_data.tables import fields as f
from crm_data.tables.base import Base, CompanyOwned
from crm_data.tables.types import UtcDateTime


class Look(CompanyOwned, Base):
    """When a person last saw a record that waited for it. It is a habit: the log does not tell of it.

    `row_id` is no foreign key on purpose, as in the log: it may be a row of any table.
    """

    __tablename__ = "looks"
    __table_args__ = (
        sa.UniqueConstraint("company_id", "user_id", "table_name", "row_id", name="uq_looks_person_row"),
        # It goes with the membership, as an arrangement does.
        sa.ForeignKeyConstraint(
            ["company_id", "user_id"],
            ["user_companies.company_id", "user_companies.user_id"],
            name="fk_looks_member_user_id",
            ondelete="CASCADE",
        ),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(sa.Integer, primary_key=True)
    user_id: Mapped[int] = f.member("Person", "CASCADE", required=True)
    table_name: Mapped[str] = f.text("Table", 50, required=True)
    row_id: Mapped[int] = f.whole("Row", 1, required=True)
    row_id.column.info["refers_by"] = "table_name"  # type: ignore[attr-defined]
    at: Mapped[datetime] = mapped_column(
        UtcDateTime(), nullable=False, server_default=sa.text("CURRENT_TIMESTAMP")
    )
