"""The forecast as a board: a column a month that is not over, and beside them what has slipped or has no date."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import sqlalchemy as sa

from crm_data.numbers.board import Card, first_cards
from crm_data.numbers.figures import Question
from crm_data.numbers.forecast import EARLIER, LATER, SLIPPED, UNDATED, end_of, months_of
from crm_data.numbers.months import expected_days
from crm_data.numbers.period import Period
from crm_data.numbers.pipeline import Where
from crm_data.numbers.sums import OPEN, Sum, Totals, amount, cents, total, totals, weighted_cents
from crm_data.store.conditions import EMPTY
from crm_data.store.ordering import Key
from crm_data.store.query import Query
from crm_data.store.scope import CompanySession
from crm_data.tables import Deal
from crm_data.tables.stage_rules import StageRules

# What a column may stand for beside months: the name, whether a deal is there, and the list of such deals.
Span = tuple[str, date | None, Any]


@dataclass(frozen=True)
class MonthColumn:
    """Open deals of one currency that are expected in one month; `totals` over all of them, and the first cards.

    `month`: its first day; None of what stands beside the months, where no deal can be put.
    """

    name: str
    month: date | None
    totals: Totals
    cards: list[Card]


def day_in(month: date, seen: date | None, today: date) -> date:
    """The day of a month at which a deal is expected that is put there: the same one as before, or the last.

    The last where the month has no such day, where the deal had none, and where it has passed: a deal that is
    put into this month is not at once slipped again.
    """
    last = end_of(month)
    wanted = last if seen is None or seen.day > last.day else month.replace(day=seen.day)
    return last if wanted < today else wanted


def forecast_board(
    session: CompanySession,
    where: Where,
    by: Sequence[Key],
    query: Query,
    period: Period,
    today: date,
    per_column: int,
    currency: str,
    rules: StageRules,
) -> list[MonthColumn]:
    """Slipped, undated, the months of the forecast that are not over, and what is later; cards ordered `by` keys.

    Each open deal stands in one column, those that are omitted from the forecast too: also they have a date. What
    stands beside the months is there when a deal is. A period that is over has the months from this one on.
    Five statements, whatever the number of deals.
    """
    months, asked = _months(period, today), Question("deals", query).but(status=(OPEN,))
    before, behind = months[0] - timedelta(days=1), end_of(months[-1]) + timedelta(days=1)
    spans: list[Span] = [
        (SLIPPED, None, (None, today - timedelta(days=1))),
        (UNDATED, None, EMPTY),
        (EARLIER, None, (today, before)),
        *((f"{month:%b %Y}", month, (max(month, today), end_of(month))) for month in months),
        (LATER, None, (behind, None)),
    ]
    day = Deal.expected_close_date
    apart = sa.case(
        (day.is_(None), 1),
        (day < today, 0),
        (day <= before, 2),
        *((day <= end_of(month), 3 + at) for at, month in enumerate(months)),
        else_=len(spans) - 1,
    )
    sums = _sums(session, where, apart, currency)
    cards: dict[int, list[Card]] = {}
    for at, card in first_cards(session, where, by, apart, query, per_column, rules):
        cards.setdefault(at, []).append(card)
    nothing = Sum(currency, 0, amount(0), amount(0))
    return [
        MonthColumn(
            name,
            month,
            totals(sums.get(at, nothing), f"{name}, open", asked.but(expected_close_date=due)),
            cards.get(at, []),
        )
        for at, (name, month, due) in enumerate(spans)
        if month or at in sums
    ]


def _sums(session: CompanySession, where: Where, apart: Any, currency: str) -> dict[int, Sum]:
    parts = (cents(currency).label("worth"), weighted_cents(currency).label("weighted"))
    placed = sa.select(apart.label("apart"), *parts)
    rows = placed.where(*where, Deal.status == OPEN).subquery()
    wanted = sa.select(rows.c.apart, sa.func.count(), total(rows.c.worth), total(rows.c.weighted))
    return {
        int(at): Sum(currency, count, amount(value), amount(weighted))
        for at, count, value, weighted in session.execute(wanted.group_by(rows.c.apart))
    }


def _months(period: Period, today: date) -> list[date]:
    """The months of the forecast's table that are not over; those from this one on where all are."""
    found = [
        one for one in months_of(period, expected_days(period, today).last, today) if end_of(one) >= today
    ]
    now = Period(today, today)
    return found or months_of(now, expected_days(now, today).last, today)
