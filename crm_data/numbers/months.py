"""Won and expected by month: what was won in the month it was closed, what is open in the month it should be."""

from calendar import monthrange
from datetime import date, timedelta
from typing import Any

import pandas as pd
import sqlalchemy as sa

from crm_data.nouns.converted import named
from crm_data.numbers.figures import Bar, Chart, Figure, Formula, Question
from crm_data.numbers.period import Period
from crm_data.numbers.pipeline import Where
from crm_data.numbers.sums import OPEN, WON, amount, cents, total, weighted_cents
from crm_data.store.conditions import EMPTY
from crm_data.store.scope import CompanySession
from crm_data.tables import Deal

COLUMNS = ["month", "label", "won_count", "won", "expected_count", "expected", "expected_value"]
SERIES = ("Won", "Expected (weighted)")
AHEAD = 6  # months that are expected after this one, where a period reaches to today
_MOST_MONTHS = 240  # beyond this a gap is not filled with empty months

Found = dict[date | None, tuple[int, ...]]


def by_month(
    session: CompanySession, where: Where, asked: Question, period: Period, today: date, currency: str
) -> Chart:
    """A place a month, in order, and one for deals that have no date, always the last. Two statements.

    won = sum of the values of deals won in the period, in the month of `actual_close_date`, whenever they were
    edited. expected = sum over open deals of value x probability / 100, each rounded to the cent, in the month of
    `expected_close_date`; in the frame expected_value is the same unweighted. A period that reaches to today is
    followed by the expected of the next months. Lost deals are in neither. Unit: money.
    Source: Odoo's forecast layout; only open deals are weighted (Margince).
    """
    to_come = expected_days(period, today)
    won_in = [Deal.status == WON, *_inside(Deal.actual_close_date, period)]
    due_in = [Deal.status == OPEN, *_inside(Deal.expected_close_date, to_come, or_none=True)]
    won = _sums(session, [*where, *won_in], Deal.actual_close_date, total(cents(currency)))
    weighted = (total(weighted_cents(currency)), total(cents(currency)))
    expected = _sums(session, [*where, *due_in], Deal.expected_close_date, *weighted)
    months = _months(period, to_come, sorted(month for month in {*won, *expected} if month))
    frame = pd.DataFrame([_row(month, won, expected) for month in [*months, None]], columns=COLUMNS)
    rows = asked.of(currency)
    bars = [
        bar
        for month in [*months, None]
        for bar in (
            _bar(SERIES[0], month, won, period, rows.but(status=(WON,)), "actual_close_date", currency),
            _bar(
                SERIES[1], month, expected, to_come, rows.but(status=(OPEN,)), "expected_close_date", currency
            ),
        )
        if month or bar.figure.count
    ]
    return Chart(
        f"Won and expected by month ({named(currency)})",
        "Won by close date; open deals as of now, by expected close",
        currency,
        bars,
        frame.astype({"month": "datetime64[s]"}),
        f"In this period nothing was won in {currency}, and no open deal with a value is expected.",
    )


def expected_days(period: Period, today: date) -> Period:
    """The days in which open deals are expected: those of the period, and the next months where it is running."""
    if period.all_time or period.last < today:
        return period
    last = (today.replace(day=1) + timedelta(days=31 * AHEAD + 15)).replace(day=1)
    return Period(period.first, max(period.last, _end(last)))


def _end(month: date) -> date:
    return month.replace(day=monthrange(month.year, month.month)[1])


def _inside(day: Any, period: Period, or_none: bool = False) -> Where:
    if period.all_time:
        return []
    inside = day.between(period.first, period.last)
    return [sa.or_(inside, day.is_(None)) if or_none else inside]


def _sums(session: CompanySession, where: Where, day: Any, *sums: sa.ColumnElement[int]) -> Found:
    year, month = sa.extract("year", day), sa.extract("month", day)
    wanted = sa.select(year, month, sa.func.count(Deal.id), *sums).where(*where).group_by(year, month)
    found: Found = {}
    for y, m, *parts in session.execute(wanted):
        found[None if y is None else date(int(y), int(m), 1)] = tuple(int(part) for part in parts)
    return found


def _months(period: Period, to_come: Period, known: list[date]) -> list[date]:
    """Every month from the first to the last that is asked for or known, the empty ones too."""
    asked = [] if period.all_time else [period.first.replace(day=1), to_come.last.replace(day=1)]
    ends = sorted([*asked, *known])
    if not ends:
        return []
    low, high = ends[0], ends[-1]
    count = (high.year - low.year) * 12 + high.month - low.month + 1
    if count > _MOST_MONTHS:
        return known
    return [date(low.year + (low.month - 1 + n) // 12, (low.month - 1 + n) % 12 + 1, 1) for n in range(count)]


def _label(month: date | None) -> str:
    return f"{month:%b %Y}" if month else "No date"


def _bar(
    series: str,
    month: date | None,
    found: Found,
    period: Period,
    rows: Question,
    day: str,
    currency: str,
) -> Bar:
    count, cents_of, *_ = found.get(month, (0, 0))
    asked = rows.but(**{day: period.edges}) if month else rows
    asked = asked.but(**{day: (month, _end(month)) if month else EMPTY})
    formula = Formula.VALUE if series == SERIES[0] else Formula.WEIGHTED
    label = f"{series}, {_label(month)}"
    return Bar(
        _label(month), series, Figure(label, formula, amount(cents_of), count, asked, currency, period)
    )


def _row(month: date | None, won: Found, expected: Found) -> list[Any]:
    won_count, won_cents = won.get(month, (0, 0))
    count, weighted, value = expected.get(month, (0, 0, 0))
    money = [float(amount(part)) for part in (won_cents, weighted, value)]
    return [month, _label(month), won_count, money[0], count, money[1], money[2]]
