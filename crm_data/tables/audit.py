"""change_log: the append-only audit of a company; who changed which row from what to what, in one act."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from crm_data.tables.base import ONLY_GROWS, Base, CompanyOwned
from crm_data.tables.chain import OF_THE_CHAIN
from crm_data.tables.said import attach_indexes
from crm_data.tables.types import UtcDateTime, json_type


class ChangeLog(CompanyOwned, Base):
    """One row's change within one act. A trigger refuses every UPDATE and DELETE while the company stands.

    `user_id` is no foreign key on purpose: the audit outlives the account. NULL means the system itself.
    `place`, from 1, within its act; `digest` holds all of the line; the values are in it by way of a hash with
    `salt`. When a record is erased for good, its lines lose values and salt, and keep that hash in `sealed`.
    """

    __tablename__ = "change_log"
    __table_args__ = (
        sa.Index("ix_change_log_company_row", "company_id", "table_name", "row_id", "id"),
        sa.Index("ix_change_log_company_act", "company_id", "act_id"),
        sa.Index("ix_change_log_company_at", "company_id", "at", "id"),
        {"sqlite_autoincrement": True, "info": {**ONLY_GROWS, "erased": {"before": None, "after": None}}},
    )

    # Without an index of its own: the company is the first of each of these, and every write would pay for it.
    company_id: Mapped[int] = mapped_column(
        sa.Integer, sa.ForeignKey("companies.id", ondelete="CASCADE"), nullable=False
    )
    id: Mapped[int] = mapped_column(sa.Integer, primary_key=True)
    act_id: Mapped[str] = mapped_column(sa.String(32), nullable=False)
    at: Mapped[datetime] = mapped_column(
        UtcDateTime(), nullable=False, server_default=sa.text("CURRENT_TIMESTAMP")
    )
    user_id: Mapped[int | None] = mapped_column(sa.Integer, info={"refers": "users"})
    action: Mapped[str] = mapped_column(sa.String(20), nullable=False)
    table_name: Mapped[str] = mapped_column(sa.String(50), nullable=False)
    row_id: Mapped[int] = mapped_column(sa.Integer, nullable=False, info={"refers_by": "table_name"})
    before: Mapped[dict[str, Any] | None] = mapped_column(json_type(), info={"values_of": "table_name"})
    after: Mapped[dict[str, Any] | None] = mapped_column(json_type(), info={"values_of": "table_name"})
    place: Mapped[int | None] = mapped_column(sa.Integer, info=OF_THE_CHAIN)
    salt: Mapped[str | None] = mapped_column(sa.String(32), info=OF_THE_CHAIN)
    digest: Mapped[str | None] = mapped_column(sa.String(64), info=OF_THE_CHAIN)
    sealed: Mapped[str | None] = mapped_column(sa.String(64), info=OF_THE_CHAIN)


attach_indexes(ChangeLog.__table__)
