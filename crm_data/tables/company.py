"""companies: the tenants. Each other row of the product belongs to exactly one of them."""

import secrets
from datetime import date
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from crm_data.tables import fields as f
from crm_data.tables.base import Base, Made, Recorded

# No vowels, so no words: and no months, which a spreadsheet would take for a date.
_LETTERS = "bcdfghjkmnpqrstvwxz"


def new_mark() -> str:
    """A mark that no other company has, here or elsewhere: twelve letters by chance."""
    return "".join(secrets.choice(_LETTERS) for _ in range(12))


class CompanyStatus(StrEnum):
    """Only an active company can be signed in to."""

    ACTIVE = "active"
    INACTIVE = "inactive"
    SUSPENDED = "suspended"


class Month(StrEnum):
    """The months of a year, in order."""

    JANUARY = "january"
    FEBRUARY = "february"
    MARCH = "march"
    APRIL = "april"
    MAY = "may"
    JUNE = "june"
    JULY = "july"
    AUGUST = "august"
    SEPTEMBER = "september"
    OCTOBER = "october"
    NOVEMBER = "november"
    DECEMBER = "december"

    @property
    def number(self) -> int:
        """From 1 to 12."""
        return list(Month).index(self) + 1


class Company(Recorded, Made, Base):
    """One tenant: its profile, its currency, its plan."""

    __tablename__ = "companies"
    __table_args__ = (sa.Index("ix_companies_status", "status"), {"sqlite_autoincrement": True})

    id: Mapped[int] = mapped_column(sa.Integer, primary_key=True)
    name: Mapped[str] = f.text("Name", 255, required=True)
    logo: Mapped[str | None] = f.url(
        "Logo", 500, help="Address of a picture, kept with the profile; Foyer shows none"
    )
    email: Mapped[str] = f.email("E-mail", required=True, unique=True)
    phone: Mapped[str | None] = f.phone()
    address: Mapped[str | None] = f.long_text("Address")
    city: Mapped[str | None] = f.text("City", 100)
    state: Mapped[str | None] = f.text("State", 100)
    country: Mapped[str | None] = f.text("Country", 100)
    zip_code: Mapped[str | None] = f.text("Postal code", 20)
    website: Mapped[str | None] = f.url("Website", 255)
    industry: Mapped[str | None] = f.text("Industry", 100)
    company_size: Mapped[str | None] = f.text("Size", 50)
    currency: Mapped[str] = f.text("Currency", 10, required=True, default="USD")
    fiscal_year_begins: Mapped[str] = f.choice(
        "Fiscal year begins in", Month, 20, Month.JANUARY, help="Years and quarters of the numbers"
    )
    status: Mapped[str] = f.choice("Status", CompanyStatus, 20, CompanyStatus.ACTIVE, form=False)
    subscription_plan: Mapped[str | None] = f.text("Plan", 50, form=False)
    subscription_start: Mapped[date | None] = f.day("Plan starts", form=False)
    subscription_end: Mapped[date | None] = f.day("Plan ends", form=False)
    # After how many days in the trash records are erased by themselves, and from which day on: see `changes.dues`.
    trash_days: Mapped[int | None] = f.whole("Days in the trash", 30, 3_650, form=False)
    trash_from: Mapped[date | None] = f.day("Erased by themselves from", form=False)
    # What it says of the sales stages, where that is not as ever: see `stage_rules`.
    stages: Mapped[dict[str, dict[str, Any]] | None] = f.json("Stages")
    # The fields that it has added to its records: see `own_fields`.
    own_fields: Mapped[dict[str, list[dict[str, Any]]] | None] = f.json("Own fields")
    # Stands in every row of an export: a file with it comes from this company of this installation.
    export_mark: Mapped[str | None] = mapped_column(sa.String(32), default=new_mark)
