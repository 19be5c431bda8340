"""dashboards and their charts: what a person, or the company, wants to see at a glance."""

from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from crm_data.tables import fields as f
from crm_data.tables.base import Archivable, Base, CompanyOwned, Made, Recorded, same_company, table_args


class Picture(StrEnum):
    """How a chart is drawn."""

    BAR = "bar"
    LINE = "line"
    TABLE = "table"
    NUMBER = "number"


class Width(StrEnum):
    """How much of a line a chart takes where there is room; on a phone each has a line of its own."""

    THIRD = "third"
    HALF = "half"
    FULL = "full"


class Beside(StrEnum):
    """What the period of a dashboard is compared with."""

    BEFORE = "before"
    YEAR_AGO = "year"


def _of_a_member(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["company_id", "user_id"],
        ["user_companies.company_id", "user_companies.user_id"],
        name=f"fk_{table}_member_user_id",
        ondelete="CASCADE",
    )


class Dashboard(CompanyOwned, Made, Recorded, Archivable, Base):
    """One dashboard, of a person or for the company.

    `period`, `compare`, `currency`: in place of what its charts say, as in `numbers.over.Over`.
    """

    __tablename__ = "dashboards"
    __table_args__ = table_args(
        "dashboards",
        _of_a_member("dashboards"),
        sa.Index("ix_dashboards_company_person", "company_id", "user_id"),
        parent=True,
        importable=False,
    )

    id: Mapped[int] = mapped_column(sa.Integer, primary_key=True)
    user_id: Mapped[int] = f.member("Owner", "CASCADE", required=True)
    name: Mapped[str] = f.text("Name", 60, required=True, title=True)
    shared: Mapped[bool] = f.yes_no("For the company")
    period: Mapped[str | None] = f.text("Period", 40)
    compare: Mapped[str | None] = f.choice("Compared with", Beside, 20)
    currency: Mapped[str | None] = f.text("Currency", 3)


class Chart(CompanyOwned, Made, Recorded, Archivable, Base):
    """One chart of a dashboard. `user_id`: whose dashboard it is; the other columns as in `numbers.own.Own`.

    It grants nothing: what it asks is asked by whoever looks at it.
    """

    __tablename__ = "charts"
    __table_args__ = table_args(
        "charts",
        same_company("charts", "dashboard_id", "dashboards"),
        _of_a_member("charts"),
        sa.Index("ix_charts_company_dashboard", "company_id", "dashboard_id", "place"),
        importable=False,
    )

    id: Mapped[int] = mapped_column(sa.Integer, primary_key=True)
    dashboard_id: Mapped[int] = f.link("Dashboard", "dashboards", "CASCADE", required=True)
    user_id: Mapped[int] = f.member("Owner", "CASCADE", required=True)
    place: Mapped[int] = f.whole("Place", 0, 1_000, 0)
    name: Mapped[str] = f.text("Name", 80, required=True, title=True)
    kind: Mapped[str] = f.text("Records", 50, required=True)
    by: Mapped[str | None] = f.text("Grouped by", 80)
    measure: Mapped[str] = f.text("Measure", 80, required=True)
    picture: Mapped[str] = f.choice("Drawn as", Picture, 20, Picture.BAR)
    dated: Mapped[str | None] = f.text("Period of", 80)
    period: Mapped[str] = f.text("Period", 40, required=True)
    currency: Mapped[str | None] = f.text("Currency", 3)
    width: Mapped[str] = f.choice("Width", Width, 20, Width.THIRD)
    asks: Mapped[dict[str, str]] = f.json("Filter", required=True)
    asks.column.info["asks_of"] = "kind"  # type: ignore[attr-defined]
