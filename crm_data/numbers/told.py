"""All currencies told in the company's own: whether that is offered, by which rates, and which deals have none."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

import sqlalchemy as sa

from crm_data.nouns.converted import TOO_LARGE, UNRATED, Converted, left_out
from crm_data.numbers.figures import Figure, Question, counted
from crm_data.numbers.period import Period
from crm_data.numbers.pipeline import Where
from crm_data.numbers.sums import OPEN, closing, number
from crm_data.store.scope import CompanySession
from crm_data.tables import Deal, ExchangeRate

# What the deals are called that cannot be told, by the selection that opens them.
UNTOLD = {UNRATED: "Without a rate", TOO_LARGE: "Too large to convert"}


@dataclass(frozen=True)
class Used:
    """The rate of a currency that holds today, and since when; `before`: how many there were before it."""

    currency: str
    rate: Decimal
    holds_from: date
    before: int


@dataclass(frozen=True)
class Told:
    """`currencies`: those of the deals that are open, or were closed in the period, of what stands beside them,
    and the company's own.

    `rates`: of those, the rates that hold today. `left`: the deals that are in no converted figure, without a rate
    of their day or too large.
    """

    into: str
    currencies: Sequence[str]
    rates: Sequence[Used]
    left: Sequence[Figure]

    @property
    def offered(self) -> bool:
        """Whether there is anything to convert, and anything to convert it by."""
        return len(self.currencies) > 1 and bool(self.rates)


def told(
    session: CompanySession,
    where: Where,
    asked: Question,
    period: Period | None,
    money: Converted,
    beside: Sequence[sa.Select[Any]] = (),
) -> Told:
    """How deals would be told in one currency: those open, or closed in a period, if any. Two statements.

    `beside`: what else has currencies there, as goals, a select of their codes each; one statement more.
    """
    inside = sa.or_(Deal.status == OPEN, closing(period)) if period else Deal.status == OPEN
    none, large = (sa.and_(*left_out(name, money)) for name in UNTOLD)
    wanted = sa.select(Deal.currency, number(none), number(large)).where(*where, inside)
    found = session.execute(wanted.group_by(Deal.currency).order_by(Deal.currency)).all()
    means, days, behind = "Open deals.", "", asked.but(status=(OPEN,))
    if period:
        days = ":" + "..".join("" if edge is None else edge.isoformat() for edge in period.edges)
        means, behind = "Open, or closed in the period.", asked
    left = [
        counted(label, sum(int(row[at]) for row in found), behind.but(f"{name}{days}"), means)
        for at, (name, label) in enumerate(UNTOLD.items(), 1)
    ]
    more = session.scalars(sa.union(*beside)).all() if beside else ()
    codes = sorted({str(money), *more, *(row[0] for row in found)})
    return Told(str(money), codes, _rates(session, codes, money), left)


def _rates(session: CompanySession, codes: Sequence[str], money: Converted) -> list[Used]:
    wanted = (
        sa.select(ExchangeRate.currency, ExchangeRate.rate, ExchangeRate.holds_from)
        .where(ExchangeRate.currency.in_(codes), ExchangeRate.to_currency == str(money))
        .where(ExchangeRate.holds_from <= money.today)
        .where(ExchangeRate.rate.is_not(None), ExchangeRate.archived_at.is_(None))
        .order_by(ExchangeRate.currency, ExchangeRate.holds_from)
    )
    each: dict[str, list[tuple[Decimal, date]]] = {}
    for code, rate, day in session.execute(wanted):
        each.setdefault(code, []).append((rate or Decimal(0), day))
    return [Used(code, *held[-1], len(held) - 1) for code, held in each.items()]
