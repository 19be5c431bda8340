"""mentions: which colleagues the text of an activity names, so that they find it."""

from datetime import datetime
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from crm_data.tables import fields as f
from crm_data.tables.base import Base, CompanyOwned, Made, same_company


class SaidIn(StrEnum):
    """Which text of an activity names somebody."""

    TITLE = "title"
    DESCRIPTION = "description"


class Mention(CompanyOwned, Made, Base):
    """One colleague named in one text, since when, and by whom. It grants no right."""

    __tablename__ = "mentions"
    __table_args__ = (
        same_company("mentions", "activity_id", "activities"),
        # It is no work that somebody has to take over: it goes with the membership.
        sa.ForeignKeyConstraint(
            ["company_id", "user_id"],
            ["user_companies.company_id", "user_companies.user_id"],
            name="fk_mentions_member_user_id",
            ondelete="CASCADE",
        ),
        sa.UniqueConstraint(
            "company_id", "activity_id", "user_id", "said_in", name="uq_mentions_person_text"
        ),
        sa.Index("ix_mentions_company_person", "company_id", "user_id", "activity_id"),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(sa.Integer, primary_key=True)
    activity_id: Mapped[int] = f.link("Activity", "activities", "CASCADE", required=True)
    user_id: Mapped[int] = f.member("Person", "CASCADE", required=True)
    said_in: Mapped[str] = f.choice("In", SaidIn, 20, required=True)
    created_at: Mapped[datetime] = f.moment("When", now=True)
