"""Forecast accuracy: what was forecast of months 90, 60 and 30 days before their end, and what was won in them."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

import sqlalchemy as sa

from crm_data.nouns.as_of import AsOf, stood_in, weighed
from crm_data.nouns.converted import UNRATED, Converted, untold
from crm_data.nouns.converted import worth as converted
from crm_data.nouns.selections import said_in
from crm_data.nouns.submissions import MEASURED, Submissions
from crm_data.numbers.figures import Figure, Formula, Question
from crm_data.numbers.goals import asked_of
from crm_data.numbers.pairs import TOO_MANY, Pair, nothing, of_pairs
from crm_data.numbers.period import EARLIEST, Period
from crm_data.numbers.pipeline import Where
from crm_data.numbers.submitted import WITHOUT
from crm_data.numbers.sums import WON, amount, cents, number, total
from crm_data.store.scope import CompanySession
from crm_data.store.zones import day_start
from crm_data.tables import ChangeLog, Company, Deal, Submission
from crm_data.tables.deal import Category
from crm_data.tables.stage_rules import StageRules, read

HEADS = (
    "Won", "Given", "Won by these", "Accuracy of given", "Commit", "Accuracy of commit", "Weighted",
    "Accuracy of weighted",
)  # fmt: skip
DAYS = MEASURED  # before the last day of the month; at each of them the month has not begun
MOST_MONTHS = 6
_COMMIT = (Category.COMMIT.value,)
_COUNTED = tuple(one.value for one in Category if one is not Category.OMITTED)
_UNKNOWN = "Not available: the history does not say how all deals stood then."
_NOBODY = "Nobody had given a number then."
Won = Mapping[tuple[date, int | None, str], tuple[int, int]]


@dataclass(frozen=True)
class Line:
    """A month as it was forecast some `days` before its last one; a figure a head of `HEADS`, or None."""

    month: date
    days: int
    figures: Sequence[Figure | None]


@dataclass(frozen=True)
class Accuracy:
    """The months that are over, newest first, each with a line for each of `DAYS`."""

    currency: str
    lines: Sequence[Line]


def months_over(period: Period, today: date) -> list[date]:
    """The first of each month that is over and has a day in the period, at most the last `MOST_MONTHS`."""
    found: list[date] = []
    month = min(period.last, today).replace(day=1)
    while (
        len(found) < MOST_MONTHS
        and Period.month_of(month).last >= period.first
        and month.year > EARLIEST.year
    ):
        if Period.month_of(month).last < today:
            found.insert(0, month)
        month = (month - timedelta(days=1)).replace(day=1)
    return found


def accuracy(
    session: CompanySession,
    submissions: Submissions,
    where: Where,
    asked: Question,
    period: Period,
    today: date,
    currency: str,
    rules: StageRules,
) -> Accuracy:
    """Months of the period that are over: the forecasts at the beginning of a day before, and their accuracy.

    Given: the numbers that counted then, against what the same people won. Commit and weighted: of the deals
    that were open then and expected in the month; value, expected close, stage, probability, category by hand
    and the categories of the stages as they were then, currency and owner as now. Not available where the log
    does not tell it of every deal that was there. Accuracy is a share. Statements: one for each line, and three.
    """
    months = months_over(period, today)
    if not months:
        return Accuracy(currency, [])
    zone, rows = asked.query.zone, asked.of(currency)
    won = _won(session, where, Period(months[0], Period.month_of(months[-1]).last), currency)
    given = _Given(session, submissions, asked, months, currency)
    asked_for = [(month, n) for month in reversed(months) for n in DAYS]
    days = {(month, n): Period.month_of(month).last - timedelta(days=n) for month, n in asked_for}
    asofs = {key: AsOf(day, day_start(day, zone)) for key, day in days.items()}
    history = _Rules(session, rules, min(one.moment for one in asofs.values()))
    lines = []
    for (month, n), as_of in asofs.items():
        here, name = Period.month_of(month), f"{month:%b %Y}"
        closed = rows.but(status=(WON,), actual_close_date=here.edges)
        all_won = _Part(name, closed, won, month, currency, here)
        found = _Then(session, where, rows, as_of, here, history.at(as_of.moment), currency, name)
        commit, weighted = found.commit(), found.weighted()
        said, pairs = given.figure(month, as_of)
        by_these = all_won.figure(pairs) if pairs else None
        told = [said, by_these, all_won.accuracy(said, pairs), commit, all_won.accuracy(commit)]
        lines.append(Line(month, n, [all_won.figure(), *told, weighted, all_won.accuracy(weighted)]))
    return Accuracy(currency, lines)


def _won(session: CompanySession, where: Where, period: Period, money: str) -> Won:
    """(Month, owner, currency) -> how many were won, and their cents. One statement."""
    day = Deal.actual_close_date
    by = (sa.extract("year", day), sa.extract("month", day), Deal.assigned_to, Deal.currency)
    wanted = sa.select(*by, sa.func.count(Deal.id), total(cents(money)))
    wanted = wanted.where(*where, Deal.status == WON, day.between(period.first, period.last)).group_by(*by)
    return {
        (date(int(y), int(m), 1), owner, code): (int(n), int(sum_))
        for y, m, owner, code, n, sum_ in session.execute(wanted)
    }


@dataclass(frozen=True)
class _Part:
    """What was won in a month, of all or of some people, and how near a forecast came to it.

    Told in one currency it is of some people in those currencies in which they gave a number.
    """

    name: str
    rows: Question
    won: Won
    month: date
    currency: str
    period: Period

    def figure(self, pairs: Collection[Pair] | None = None) -> Figure:
        some = self._some(pairs)
        count, sum_ = (sum(each[at] for each in some) for at in (0, 1))
        label = f"{self.name}, won" + (" by those who gave a number" if pairs else "")
        rows, means = self._rows(pairs), "By close date."
        return Figure(label, Formula.VALUE, amount(sum_), count, rows, self.currency, self.period, means)

    def accuracy(self, forecast: Figure, pairs: Collection[Pair] | None = None) -> Figure:
        """Not available where there is no forecast, and where nothing was won."""
        won = self.figure(pairs)
        value = nearness(forecast.value, won.value)
        means = "Not available: nothing was won." if forecast.value is not None and not won.value else ""
        label = f"{forecast.label}, accuracy"
        return Figure(
            label, Formula.ACCURACY, value, won.count, won.rows, self.currency, self.period, means,
            against=forecast,
        )  # fmt: skip

    def _some(self, pairs: Collection[Pair] | None) -> list[tuple[int, int]]:
        return [
            found
            for (month, owner, code), found in self.won.items()
            if month == self.month and (not pairs or (owner, code) in pairs)
        ]

    def _rows(self, pairs: Collection[Pair] | None) -> Question:
        if not pairs:
            return self.rows
        if isinstance(self.currency, Converted):
            return of_pairs(self.rows, pairs) or self.rows
        return self.rows.but(assigned_to=tuple(sorted(who for who, _ in pairs)))


def nearness(forecast: Any, won: Any) -> float | None:
    """1 - |forecast - won| / won, not below zero; None without a forecast, or where nothing was won."""
    if forecast is None or not won:
        return None
    return max(float(1 - abs(forecast - won) / won), 0.0)


class _Given:
    """The numbers that people gave for some months, each with when. One statement."""

    def __init__(
        self,
        session: CompanySession,
        submissions: Submissions,
        deals: Question,
        months: Sequence[date],
        currency: str,
    ) -> None:
        whole = Period(months[0], Period.month_of(months[-1]).last)
        self.rows, self.why = asked_of(deals.query, currency, whole, "submissions", "Given numbers")
        # One that took a number back has no amount, and counts too; so does one that cannot be told.
        held = {name: wanted for name, wanted in self.rows.query.where.items() if name != "amount"}
        every, line = replace(untold(self.rows.query), where=held), Submission
        wanted = sa.select(
            line.user_id, line.month, line.currency, line.by_manager, line.amount, line.created_at,
            converted(currency, line.amount).label("cents"),
        )  # fmt: skip
        self.currency = currency
        self.told = session.execute(wanted.where(*submissions.matching(every)).order_by(line.id)).all()
        pairs = {(one.user_id, one.currency) for one in self.told}
        if pairs and isinstance(currency, Converted) and of_pairs(deals.of(currency), pairs) is None:
            self.rows, self.why, self.told = nothing(self.rows), TOO_MANY, []

    def figure(self, month: date, as_of: AsOf) -> tuple[Figure, list[Pair]]:
        """The sum of those that counted then, and whose they were in which currency.

        Not available where there are none, and where some cannot be told: then it opens these, and nobody's.
        """
        last: dict[tuple[Pair, bool], Any] = {}
        for one in self.told:
            if one.month == month and one.created_at < as_of.moment:
                last[(one.user_id, one.currency), one.by_manager] = one
        counts: dict[Pair, Any] = {}
        for over in (False, True):
            counts |= {pair: one for (pair, by), one in last.items() if by is over and one.amount is not None}
        rows = self.rows if self.why else self.rows.but(f"in_force_on:{as_of.day}", month=(month, month))
        value = amount(sum(one.cents or 0 for one in counts.values())) if counts else None
        means = self.why or (f"As given when {as_of.day:%d %b %Y} began." if counts else _NOBODY)
        without = sum(one.cents is None for one in counts.values())
        if without:
            rows, value, means = replace(rows, query=untold(rows.query)).but(UNRATED), None, WITHOUT
        return (
            Figure(
                f"{month:%b %Y}, given", Formula.GIVEN, value, without or len(counts), rows, self.currency,
                Period.month_of(month), means,
            ),
            [] if without else sorted(counts),
        )  # fmt: skip


class _Rules:
    """What the company said of its stages at some moment, by the log of changes. One statement."""

    def __init__(self, session: CompanySession, now: StageRules, since: datetime) -> None:
        line = ChangeLog
        wanted = sa.select(line.at, line.before, line.after).where(
            line.table_name == Company.__tablename__, line.row_id == session.company, line.action == "change"
        )
        # They are few. By the moment, SQLite would look for them among all that was done since.
        self.now = now
        self.lines = [
            (at, (before or {}).get("stages"))
            for at, before, after in session.execute(wanted.order_by(line.id))
            if at >= since and "stages" in {**(before or {}), **(after or {})}
        ]

    def at(self, moment: datetime) -> StageRules:
        return next((read(before) for at, before in self.lines if at >= moment), self.now)


class _Then:
    """The deals that were open at a moment and expected in a month, as they were then. One statement."""

    def __init__(
        self,
        session: CompanySession,
        where: Where,
        rows: Question,
        as_of: AsOf,
        month: Period,
        rules: StageRules,
        currency: str,
        name: str,
    ) -> None:
        self.rows, self.as_of, self.month, self.rules = rows, as_of, month, rules
        self.currency, self.name = currency, name
        states = as_of.states(month.first, month.last, currency, where)
        committed, counted = (stood_in(states, some, self._stages(some)) for some in (_COMMIT, _COUNTED))
        begun = sa.select(sa.func.min(ChangeLog.at)).scalar_subquery()
        wanted = sa.select(
            number(states.c.unknown == 1),
            number(committed),
            total(states.c.worth, committed),
            number(counted),
            total(weighed(states), counted),
            sa.select(sa.case((begun < as_of.moment, 1), else_=0)).scalar_subquery(),
        ).select_from(states)
        self.unknown, *self.parts, self.reaches = (int(part) for part in session.execute(wanted).one())

    def _stages(self, categories: Sequence[str]) -> list[str]:
        return [stage for one in categories for stage in self.rules.of_category(one)]

    def commit(self) -> Figure:
        return self._figure("commit", Formula.THEN, _COMMIT, *self.parts[:2])

    def weighted(self) -> Figure:
        return self._figure("weighted", Formula.WEIGHTED_THEN, _COUNTED, *self.parts[2:4])

    def _figure(self, head: str, formula: Formula, some: Sequence[str], count: int, sum_: int) -> Figure:
        label = f"{self.name}, {head}"
        if self.unknown or not self.reaches:
            rows = self.rows.but(f"unknown_then:{self.as_of.day}")
            return Figure(label, formula, None, self.unknown, rows, self.currency, self.month, _UNKNOWN)
        said = said_in(some, self.rules, self.as_of, self.month.first, self.month.last)
        means = f"Open deals when {self.as_of.day:%d %b %Y} began, expected in the month."
        rows = self.rows.but(said)
        return Figure(label, formula, amount(sum_), count, rows, self.currency, self.month, means)
