"""All currencies told in the company's own: whether that is offered, by which rates, and which deals have none."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

import sqlalchemy as sa

from crm_data.nouns.converted import UNRATED, Converted, in_money
from crm_data.numbers.figures import Figure, Question, counted
from crm_data.numbers.period import Period
from crm_data.numbers.pipeline import Where
from crm_data.numbers.sums import OPEN, closing, number
from crm_data.store.scope import CompanySession
from crm_data.tables import Deal, ExchangeRate

UNTOLD = "Without a rate"


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

    `rates`: of those, the rates that hold today. `unrated`: the deals without a rate of their day, which are in no
    converted figure.
    """

    into: str
    currencies: Sequence[str]
    rates: Sequence[Used]
    unrated: Figure

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
    counts = (Deal.currency, sa.func.count(), number(~in_money(money)))
    wanted = sa.select(*counts).where(*where, inside).group_by(Deal.currency).order_by(Deal.currency)
    found = [(code, int(without)) for code, _, without in session.execute(wanted)]
    means, behind = "Open deals.", asked.but(UNRATED, status=(OPEN,))
    if period:
        days = "..".join("" if edge is None else edge.isoformat() for edge in period.edges)
        means, behind = "Open, or closed in the period.", asked.but(f"{UNRATED}:{days}")
    unrated = counted(UNTOLD, sum(without for _, without in found), behind, means)
    more = session.scalars(sa.union(*beside)).all() if beside else ()
    codes = sorted({str(money), *more, *(code for code, _ in found)})
    return Told(str(money), codes, _rates(session, codes, money), unrated)


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
