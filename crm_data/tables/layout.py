"""grid_layouts: how one person has arranged one list of one company: columns, widths, sort."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from crm_data.tables import fields as f
from crm_data.tables.base import Base, CompanyOwned
from crm_data.tables.types import UtcDateTime


class GridLayout(CompanyOwned, Base):
    """One arrangement. It is a habit and no record: the log of changes does not tell of it."""

    __tablename__ = "grid_layouts"
    __table_args__ = (
        sa.UniqueConstraint("company_id", "user_id", "list_name", name="uq_grid_layouts_person_list"),
        # It is no work that somebody has to take over: it goes with the membership.
        sa.ForeignKeyConstraint(
            ["company_id", "user_id"],
            ["user_companies.company_id", "user_companies.user_id"],
            name="fk_grid_layouts_member_user_id",
            ondelete="CASCADE",
        ),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(sa.Integer, primary_key=True)
    user_id: Mapped[int] = f.member("Person", "CASCADE", required=True)
    list_name: Mapped[str] = f.text("List", 50, required=True)
    layout: Mapped[dict[str, Any]] = f.json("Layout", required=True)
    layout.column.info["pins"] = True  # type: ignore[attr-defined]
    updated_at: Mapped[datetime] = mapped_column(
        UtcDateTime(), nullable=False, server_default=sa.text("CURRENT_TIMESTAMP")
    )
