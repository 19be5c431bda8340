"""views: a filter, an order and columns that a person keeps under a name, for themselves or for the company."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from crm_data.tables import fields as f
from crm_data.tables.base import Base, CompanyOwned
from crm_data.tables.types import UtcDateTime


class SavedView(CompanyOwned, Base):
    """One view of one list. `asks` is what stands in the list's address, `layout` as in `grid_layouts`.

    It grants nothing: what it asks is asked by whoever opens it.
    """

    __tablename__ = "views"
    __table_args__ = (
        sa.UniqueConstraint("company_id", "user_id", "list_name", "name", name="uq_views_person_list_name"),
        sa.Index("ix_views_company_list", "company_id", "list_name"),
        sa.ForeignKeyConstraint(
            ["company_id", "user_id"],
            ["user_companies.company_id", "user_companies.user_id"],
            name="fk_views_member_user_id",
            ondelete="CASCADE",
        ),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(sa.Integer, primary_key=True)
    user_id: Mapped[int] = f.member("Owner", "CASCADE", required=True)
    list_name: Mapped[str] = f.text("List", 50, required=True)
    name: Mapped[str] = f.text("Name", 60, required=True)
    shared: Mapped[bool] = f.yes_no("For the company")
    asks: Mapped[dict[str, str]] = f.json("Filter and order", required=True)
    asks.column.info["asks_of"] = "list_name"  # type: ignore[attr-defined]
    layout: Mapped[dict[str, Any]] = f.json("Layout", required=True)
    version: Mapped[int] = mapped_column(sa.Integer, nullable=False, default=1, server_default=sa.text("1"))
    updated_at: Mapped[datetime] = mapped_column(
        UtcDateTime(), nullable=False, server_default=sa.text("CURRENT_TIMESTAMP")
    )
