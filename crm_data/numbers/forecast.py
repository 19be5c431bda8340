"""The forecast: by month what was won, and what is open by how sure it is; each open deal in exactly one line."""

from calendar import monthrange
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from math import sqrt
from typing import Any

import sqlalchemy as sa

from crm_data.numbers.figures import Figure, Formula, Question
from crm_data.numbers.months import expected_days
from crm_data.numbers.period import Period
from crm_data.numbers.pipeline import Where
from crm_data.numbers.rates import BASIS
from crm_data.numbers.submitted import Asked as Given
from crm_data.numbers.sums import OPEN, WON, amount, cents, closing, total, variance, weighted_cents
from crm_data.store.conditions import EMPTY
from crm_data.store.scope import CompanySession
from crm_data.tables import Deal
from crm_data.tables.deal import Category
from crm_data.tables.fields import words
from crm_data.tables.stage_rules import USUAL, StageRules

# How sure open deals are: what salespeople commit to, what they get at best, and the rest.
CATEGORIES = (Category.COMMIT, Category.BEST_CASE, Category.PIPELINE)
HEADS = ("Won", *map(words, CATEGORIES), "Weighted", "Range ±", "Goal", "Forecast")
FEWEST = 5  # open deals of which there is a range; of fewer it says nothing
EARLIER, LATER, SLIPPED, UNDATED, ALL = "Earlier", "Later", "Slipped", "No date", "All"
_MOST_MONTHS = 36
_NOTHING: Sequence[float] = (0, 0, 0, 0.0)
Key = date | str
Days = tuple[date | None, date | None] | tuple[None] | None
Won = dict[date | None, tuple[int, int]]


@dataclass(frozen=True)
class Line:
    """A line of a table, as a month or what stands beside months; a figure a head, None where there is none."""

    name: str
    figures: Sequence[Figure | None]


@dataclass(frozen=True)
class Forecast:
    """Its lines in order, the last one all of them together."""

    currency: str
    lines: Sequence[Line]


def forecast(
    session: CompanySession,
    where: Where,
    asked: Question,
    period: Period,
    today: date,
    currency: str,
    goals: Callable[[Sequence[Period]], Iterator[Figure]],
    given: Callable[[Sequence[date]], Given] | None,
    rules: StageRules = USUAL,
) -> Forecast:
    """Months of the period, and of the next ones where it reaches to today.

    Won by `actual_close_date`, in the period. Open deals as of now by `expected_close_date`: those of a day that
    has passed are slipped, those behind the last month later. Lost deals are in no number. Categories are those
    that the company gives its stages, and those set by hand; each deal is in one, and in no number where it is
    omitted; a category is not cumulative. `goals`: the goal of each of some spans and of all; `given`: the
    forecast that people gave for some months, of the month that runs and those to come, or None. Unit: money.
    Source: Odoo's layout, Salesforce's categories. Two statements, that of goals, and the two of `given`.
    """
    to_come = expected_days(period, today)
    months = months_of(period, to_come.last, today)
    won = _won(session, where, period, currency)
    open_ = _open(session, where, today, months, rules, currency)
    rows = asked.of(currency)
    *of_months, of_all = goals([_of_period(month, period) for month in months])
    goal_of: dict[Key, Figure] = dict(zip(months, of_months, strict=True))
    said = given(months) if given else None
    lines: list[Line] = []
    before, behind = months[0] - timedelta(days=1), end_of(months[-1]) + timedelta(days=1)
    spans: list[tuple[Key, Days, Any]] = [
        (EARLIER, (None, before), (today, before) if before >= today else None),
        *((month, (month, end_of(month)), _still(month, today)) for month in months),
        (LATER, (behind, None), (max(behind, today), None)),
        (SLIPPED, None, (None, today - timedelta(days=1))),
        (UNDATED, EMPTY, EMPTY),
    ]
    in_period = rows.but(status=(WON,), actual_close_date=period.edges)
    for key, on, due in spans:
        name = f"{key:%b %Y}" if isinstance(key, date) else key
        closed, won_here = None, _of(won, key, months)
        if isinstance(key, date) or won_here[0]:
            closed = _cell(name, "Won", won_here, currency, in_period.but(actual_close_date=on), period)
        expected = None if due is None else rows.but(status=(OPEN,), expected_close_date=due)
        parts = _expected(name, open_.get(key, {}), currency, expected)
        by_people = said.figure(key) if said and isinstance(key, date) else None
        line = Line(name, [closed, *parts, goal_of.get(key), by_people])
        if key != EARLIER or closed or expected:
            lines.append(line)
    every: dict[str, list[float]] = {}
    for found in open_.values():
        for category, numbers in found.items():
            every[category] = [a + b for a, b in zip(every.get(category, _NOTHING), numbers, strict=True)]
    all_won = (sum(count for count, _ in won.values()), sum(value for _, value in won.values()))
    closed = _cell(ALL, "Won", all_won, currency, in_period, period)
    parts = _expected(ALL, every, currency, rows.but(status=(OPEN,)))
    lines.append(Line(ALL, [closed, *parts, of_all, None]))
    return Forecast(currency, lines)


def _expected(
    name: str, parts: Mapping[str, Sequence[float]], currency: str, rows: Question | None
) -> Iterator[Figure | None]:
    """The categories, the weighted value and its range, of one line; of a month that has passed there are none."""
    if rows is None:
        yield from (None for _ in (*CATEGORIES, "weighted", "range"))
        return
    for category in CATEGORIES:
        behind = rows.but(f"in_{category.value}")
        yield _cell(name, words(category), parts.get(category, (0, 0)), currency, behind)
    count, weighed = (sum(parts[one][at] for one in CATEGORIES if one in parts) for at in (0, 2))
    value, behind = amount(weighed), rows.but("in_forecast")
    means = "Open deals as of now, by expected close."
    yield Figure(f"{name}, weighted", Formula.WEIGHTED, value, int(count), behind, currency, None, means)
    spread = sqrt(sum(parts[one][3] for one in CATEGORIES if one in parts)) if count >= FEWEST else None
    means = f"{means} Of fewer than {FEWEST} deals there is none."
    yield Figure(f"{name}, range ±", Formula.RANGE, spread, int(count), behind, currency, None, means)


def _cell(
    name: str, head: str, sums: Sequence[float], currency: str, rows: Question, period: Period | None = None
) -> Figure:
    means = BASIS if period else "Open deals as of now, by expected close."
    label = f"{name}, {head.lower()}"
    return Figure(label, Formula.VALUE, amount(sums[1]), int(sums[0]), rows, currency, period, means)


def _won(session: CompanySession, where: Where, period: Period, currency: str) -> Won:
    day = Deal.actual_close_date
    year, month = sa.extract("year", day), sa.extract("month", day)
    wanted = sa.select(year, month, sa.func.count(Deal.id), total(cents(currency)))
    wanted = wanted.where(*where, Deal.status == WON, closing(period)).group_by(year, month)
    return {
        None if y is None else date(int(y), int(m), 1): (int(n), int(value))
        for y, m, n, value in session.execute(wanted)
    }


def _of(won: Won, key: Key, months: Sequence[date]) -> tuple[int, int]:
    """What was won in a line: a month's own, or all of those before the first or behind the last."""
    if isinstance(key, date):
        return won.get(key, (0, 0))
    dated = [month for month in won if month]
    kept: dict[Key, list[date | None]] = {
        EARLIER: [month for month in dated if month < months[0]],
        LATER: [month for month in dated if month > months[-1]],
        UNDATED: [None] if None in won else [],
    }
    some = [won[month] for month in kept.get(key, [])]
    return sum(count for count, _ in some), sum(value for _, value in some)


def _open(
    session: CompanySession,
    where: Where,
    today: date,
    months: Sequence[date],
    rules: StageRules,
    currency: str,
) -> dict[Key, dict[str, list[float]]]:
    """Line -> category -> number, cents, weighted cents and variance of the open deals in it."""
    day = Deal.expected_close_date
    year, month, late = sa.extract("year", day), sa.extract("month", day), sa.case((day < today, 1), else_=0)
    by = (year, month, late, Deal.stage, Deal.forecast_category)
    sums = (total(cents(currency)), total(weighted_cents(currency)), variance(currency))
    wanted = sa.select(*by, sa.func.count(Deal.id), *sums).where(*where, Deal.status == OPEN).group_by(*by)
    found: dict[Key, dict[str, list[float]]] = {}
    for y, m, passed, stage, by_hand, *numbers in session.execute(wanted):
        key: Key = UNDATED
        if y is not None:
            first = date(int(y), int(m), 1)
            key = first if first in months else EARLIER if first < months[0] else LATER
            key = SLIPPED if passed else key
        parts = found.setdefault(key, {}).setdefault(rules.category(stage, by_hand), [*_NOTHING])
        for at, number in enumerate(numbers):
            parts[at] += int(number) if at < 3 else float(number)
    return found


def _still(month: date, today: date) -> Days:
    """The days of a month that have not passed; None when all of them have."""
    return (max(month, today), end_of(month)) if end_of(month) >= today else None


def _of_period(month: date, period: Period) -> Period:
    """The days of a month from the beginning of the period on, where it begins in it."""
    return Period(max(month, period.first) if period.first <= end_of(month) else month, end_of(month))


def months_of(period: Period, last: date, today: date) -> list[date]:
    """The first of each month that has a line of its own: at most three years of them, and two to come."""
    first, end = period.first, min(last, date(today.year + 2, today.month, 1))
    if period.all_time:
        first, end = today, expected_days(Period(today, today), today).last
    found = [end.replace(day=1)]
    while found[0] > first.replace(day=1) and len(found) < _MOST_MONTHS:
        found.insert(0, (found[0] - timedelta(days=1)).replace(day=1))
    return found


def end_of(month: date) -> date:
    return month.replace(day=monthrange(month.year, month.month)[1])
