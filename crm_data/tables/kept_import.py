"""kept_imports: how a company read a file the last time, for the next one with the same headings."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from crm_data.tables import fields as f
from crm_data.tables.base import Base, CompanyOwned
from crm_data.tables.types import UtcDateTime


class KeptImport(CompanyOwned, Base):
    """The choices for one kind of file. They are a habit and no record: the log of changes does not tell of it.

    `headings` stands for the file's headings, `made_by` is the system that was recognised, if one was.
    `plan` is a plan for an import, in which colleagues are named by their e-mail: no number of a row is in it.
    """

    __tablename__ = "kept_imports"
    __table_args__ = (
        sa.UniqueConstraint("company_id", "list_name", "headings", name="uq_kept_imports_list_headings"),
        sa.Index("ix_kept_imports_company_made_by", "company_id", "list_name", "made_by"),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(sa.Integer, primary_key=True)
    list_name: Mapped[str] = f.text("List", 50, required=True)
    headings: Mapped[str] = f.text("Headings", 64, required=True)
    made_by: Mapped[str | None] = f.text("Made by", 100)
    file_name: Mapped[str] = f.text("File", 255, required=True)
    plan: Mapped[dict[str, Any]] = f.json("Choices", required=True)
    updated_at: Mapped[datetime] = mapped_column(
        UtcDateTime(), nullable=False, server_default=sa.text("CURRENT_TIMESTAMP")
    )
