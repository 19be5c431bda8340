"""deals and their stage history: what may be earned, where it stands, and every move it made."""

from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from crm_data.tables import fields as f
from crm_data.tables.base import (
    ONLY_GROWS,
    Archivable,
    Base,
    CompanyOwned,
    Imported,
    Made,
    Recorded,
    same_company,
    same_company_member,
    table_args,
)
from crm_data.tables.spare import Extensible
from crm_data.tables.types import Money, UtcDateTime


class Stage(StrEnum):
    """The sales stages, in order; the last two are closed."""

    PROSPECT = "prospect"
    QUALIFIED = "qualified"
    PROPOSAL = "proposal"
    NEGOTIATION = "negotiation"
    CLOSED_WON = "closed_won"
    CLOSED_LOST = "closed_lost"


class DealStatus(StrEnum):
    """What the stage means: still open, won or lost."""

    OPEN = "open"
    WON = "won"
    LOST = "lost"


class Category(StrEnum):
    """How sure the open deals are in the forecast; omitted ones are in none of its numbers."""

    COMMIT = "commit"
    BEST_CASE = "best_case"
    PIPELINE = "pipeline"
    OMITTED = "omitted"


class Deal(CompanyOwned, Made, Recorded, Archivable, Imported, Extensible, Base):
    """One deal of one company, with one customer."""

    __tablename__ = "deals"
    __table_args__ = table_args(
        "deals",
        same_company("deals", "customer_id", "customers"),
        same_company("deals", "lead_id", "leads"),
        same_company_member("deals"),
        sa.CheckConstraint(
            "(stage = 'closed_won' AND status = 'won') OR (stage = 'closed_lost' AND status = 'lost')"
            " OR (stage NOT IN ('closed_won', 'closed_lost') AND status = 'open')",
            name="stage_and_status_agree",
        ),
        sa.CheckConstraint("length(currency) = 3", name="currency_letters"),
        sa.Index("ix_deals_status", "status"),
        sa.Index("ix_deals_expected_close_date", "expected_close_date"),
        sa.Index("idx_deals_company_stage", "company_id", "stage"),
        sa.Index("ix_deals_company_status_close", "company_id", "status", "actual_close_date"),
        sa.Index("ix_deals_company_assigned", "company_id", "assigned_to", "created_at", "id"),
        sa.Index("ix_deals_company_customer", "company_id", "customer_id"),
        sa.Index("ix_deals_company_lead", "company_id", "lead_id"),
        parent=True,
    )

    id: Mapped[int] = mapped_column(sa.Integer, primary_key=True)
    customer_id: Mapped[int] = f.link("Customer", "customers", "CASCADE", required=True, grid=True)
    lead_id: Mapped[int | None] = f.link("Lead", "leads", "SET NULL", form=False, copy=False)
    deal_name: Mapped[str] = f.text("Name", 255, required=True, title=True, search=True, sort=True, grid=True)
    deal_value: Mapped[Decimal] = f.money("Value", required=True, filter=True, sort=True, grid=True)
    currency: Mapped[str] = f.text("Currency", 10, default="USD", filter=True)
    stage: Mapped[str] = f.choice("Stage", Stage, 50, Stage.PROSPECT, filter=True, grid=True, copy=False)
    probability: Mapped[int] = f.whole("Probability %", 0, 100, 0, grid=True, copy=False)
    # Empty: where the deal's stage stands. No move and no setting of the stages writes it.
    forecast_category: Mapped[str | None] = f.choice(
        "Forecast by hand", Category, 20, filter=True, copy=False, help="Empty: the forecast of its stage."
    )
    expected_close_date: Mapped[date | None] = f.day("Expected close", filter=True, sort=True, grid=True)
    actual_close_date: Mapped[date | None] = f.day("Closed on", filter=True, copy=False)
    status: Mapped[str] = f.choice(
        "Status", DealStatus, 50, DealStatus.OPEN, filter=True, form=False, edit=False
    )
    loss_reason: Mapped[str | None] = f.long_text("Reason lost", copy=False)
    notes: Mapped[str | None] = f.long_text("Notes")
    assigned_to: Mapped[int | None] = f.member("Owner", filter=True, grid=True)
    source: Mapped[str | None] = f.text("Source", 100, form=False)
    stage_since: Mapped[datetime] = f.moment(
        "In stage since", now=True, form=False, edit=False, imports=False
    )

    @classmethod
    def still_open(cls) -> tuple[sa.ColumnElement[bool], ...]:
        """A closed deal keeps its owner's name: it is their history."""
        return (cls.status == DealStatus.OPEN.value,)


class DealStageHistory(CompanyOwned, Base):
    """One move of one deal: from, to, who, when, and what it was worth then. Never changed.

    A row goes with its deal, and forgets who moved it when that account goes.
    """

    __tablename__ = "deal_stage_history"
    __table_args__ = (
        same_company("deal_stage_history", "deal_id", "deals"),
        sa.Index("ix_deal_stage_history_company_deal", "company_id", "deal_id", "moved_at", "id"),
        sa.Index("ix_deal_stage_history_company_moved", "company_id", "moved_at", "id"),
        {"sqlite_autoincrement": True, "info": ONLY_GROWS},
    )

    id: Mapped[int] = mapped_column(sa.Integer, primary_key=True)
    deal_id: Mapped[int] = mapped_column(
        sa.Integer, sa.ForeignKey("deals.id", ondelete="CASCADE"), nullable=False, index=True
    )
    from_stage: Mapped[str] = f.choice("From", Stage, 50)
    to_stage: Mapped[str] = f.choice("To", Stage, 50, required=True)
    moved_by: Mapped[int | None] = f.member("Moved by")
    moved_at: Mapped[datetime] = mapped_column(
        UtcDateTime(), nullable=False, server_default=sa.text("CURRENT_TIMESTAMP")
    )
    deal_value: Mapped[Decimal] = mapped_column(Money(), nullable=False)
    probability: Mapped[int] = f.whole("Probability %", 0, 100)
