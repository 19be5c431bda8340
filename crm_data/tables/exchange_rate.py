"""exchange_rates: what one unit of another currency is worth in the company's own, from a day on."""

from datetime import date
from decimal import Decimal

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from crm_data.tables import fields as f
from crm_data.tables.base import Archivable, Base, CompanyOwned, Made, Recorded, table_args


class ExchangeRate(CompanyOwned, Made, Recorded, Archivable, Base):
    """One rate: from `holds_from` to the day before the next, 1 `currency` is `rate` `to_currency`.

    `to_currency` is what the company's own was when it was set: in another one it says nothing. No rate: there was
    one of this day, and it was taken away.
    """

    __tablename__ = "exchange_rates"
    __table_args__ = table_args(
        "exchange_rates",
        # In this order one look-up finds the rate that holds on a day, whichever day that is.
        sa.UniqueConstraint(
            "company_id", "currency", "to_currency", "holds_from", name="uq_exchange_rates_day"
        ),
        sa.CheckConstraint("length(currency) = 3 AND length(to_currency) = 3", name="currency_letters"),
        importable=False,
    )

    id: Mapped[int] = mapped_column(sa.Integer, primary_key=True)
    currency: Mapped[str] = f.text("Currency", 3, required=True)
    to_currency: Mapped[str] = f.text("Into", 3, required=True)
    holds_from: Mapped[date] = f.day("From", required=True, title=True)
    rate: Mapped[Decimal | None] = f.rate("Rate")
