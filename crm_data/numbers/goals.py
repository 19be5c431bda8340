"""Won against goal: the goals of a period, how much of them is won, how much time has gone, and what is needed."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any

import sqlalchemy as sa

from crm_data.nouns.converted import UNRATED, Converted, in_money, untold
from crm_data.nouns.converted import worth as converted
from crm_data.nouns.goals import Goals
from crm_data.nouns.selections import closed_lately, due_until, needing, won_between
from crm_data.numbers.figures import Figure, Formula, Question, Value
from crm_data.numbers.period import Period
from crm_data.numbers.pipeline import Where
from crm_data.numbers.sums import OPEN, WON, amount, cents, number, total
from crm_data.store.conditions import NOTHING
from crm_data.store.filters import Condition, Filter
from crm_data.store.query import Query
from crm_data.store.scope import CompanySession
from crm_data.tables import Deal, Goal
from crm_data.tables.types import CENT

NAMES = ("Won against goal", "Pace", "Gap", "More pipeline needed", "Coverage", "Goal")
_SET = (Decimal(0), None)  # a goal that was taken away has no amount
_SAME = {"assigned_to": "user_id", "currency": "currency"}
_NOT_OF_ALL = "{} are of people: with a filter of anything but the owner there is nothing to compare."
_NO_END = "Choose a period that begins and ends."
_UNRATED = (
    "Not available: some goals of these days have no rate of their month, or are too large to convert. The goal"
    " opens them."
)


@dataclass(frozen=True)
class Summed:
    """The goals of some days: how many there are, their sum in cents, and of how many it cannot be told."""

    count: int = 0
    cents: int = 0
    unrated: int = 0

    def __add__(self, other: "Summed") -> "Summed":
        return Summed(self.count + other.count, self.cents + other.cents, self.unrated + other.unrated)


def asked_of(
    query: Query, currency: str, period: Period, table: str = "goals", what: str = "Goals"
) -> tuple[Question, str]:
    """The goals beside some deals in a period, and why there are none: goals know people, and no other filter.

    Or what else is of people and months, in another table.
    """
    first, last = period.first.replace(day=1), period.last
    why = "" if period.bounded else _NO_END
    filter_ = _renamed(query.filter)
    preset = untold(query).preset
    if filter_ is None or query.search or preset or query.archived or set(query.where) - set(_SAME):
        why = _NOT_OF_ALL.format(what)
    where: dict[str, Any] = {"amount": _SET, "month": NOTHING if why else (first, last)}
    rows = Question(table, Query(zone=query.zone, where=where, filter=filter_ or Filter()))
    # Of one currency it is that one, whatever else of currencies is said; told in one they may be narrowed too.
    names = _SAME if isinstance(currency, Converted) else {"assigned_to"}
    said = {_SAME[name]: wanted for name, wanted in query.where.items() if name in names}
    return rows.but(**said).of(currency), why


def _renamed(part: Any) -> Any:
    """A filter of deals as one of goals; None where it asks for what a goal does not know."""
    if isinstance(part, Condition):
        return replace(part, field=_SAME[part.field]) if part.field in _SAME else None
    parts = tuple(_renamed(one) for one in part.parts)
    return None if None in parts else replace(part, parts=parts)


def in_period(period: Period, money: str = "") -> sa.ColumnElement[int]:
    """The part of a goal that falls into a period, in cents, by the days of its month; converted before."""
    whole, parts = converted(money, Goal.amount), []
    for month in dict.fromkeys((period.first.replace(day=1), period.last.replace(day=1))):
        of = Period.month_of(month)
        days = (min(of.last, period.last) - max(of.first, period.first)).days + 1
        if days < of.days:
            parts.append((Goal.month == month, (2 * days * whole + of.days) // (2 * of.days)))
    return sa.case(*parts, else_=whole) if parts else whole


def summed(money: str, period: Period) -> list[sa.ColumnElement[int]]:
    """What a `Summed` is read of, over the goals of `every`."""
    told = in_money(money, Goal.amount) if isinstance(money, Converted) else sa.true()
    return [number(told), total(in_period(period, money)), number(~told)]


def every(goals: Goals, rows: Question) -> list[sa.ColumnElement[bool]]:
    """The goals behind a figure and, where all are told in one currency, those that cannot be."""
    return goals.matching(untold(rows.query))


def goals_of(session: CompanySession, where: Where, period: Period, money: str) -> Summed:
    """The sum over the goals that match. One statement."""
    return Summed(*map(int, session.execute(sa.select(*summed(money, period)).where(*where)).one()))


def goal_figure(found: Summed, label: str, rows: Question, period: Period, currency: str, why: str) -> Figure:
    """The goal of a period; not available where nobody has one, and where some cannot be told: it opens those."""
    if found.unrated:
        rows = Question(rows.table, untold(rows.query)).but(UNRATED)
        return Figure(label, Formula.GOAL, None, found.unrated, rows, currency, period, _UNRATED)
    value = amount(found.cents) if found.count else None
    means = why or "Of people who have a goal in it."
    return Figure(label, Formula.GOAL, value, found.count, rows, currency, period, means)


def worth(goal: Figure) -> Decimal | None:
    """A goal as an amount, where there is one."""
    return None if goal.value is None else Decimal(goal.value)


def against_goals(
    session: CompanySession,
    where: Where,
    deals: Question,
    goals: Goals,
    period: Period,
    today: date,
    currency: str,
) -> list[Figure]:
    """Won against goal beside the pace, the gap, the pipeline needed, its coverage, and the goal; in this order.

    `where`, `deals`: the deals that are compared. Attainment and pace are shares, coverage is how often
    what is open holds the gap, the rest is money. Two statements. Sources: kpi.zone (attainment), BottleCRM
    (pace), MetricKit (coverage).
    """
    zone = deals.query.zone
    rows, why = asked_of(deals.query, currency, period)
    found = goals_of(session, every(goals, rows), period, currency)
    goal = goal_figure(found, NAMES[-1], rows, period, currency, why)
    if not period.bounded:
        return [
            replace(goal, label=name, formula=formula) for name, formula in zip(NAMES, _FORMULAS, strict=True)
        ]
    won_here = won_between(period.first, period.last)
    due_here = due_until(period.last, zone)
    when = (won_here, closed_lately(zone), sa.and_(closed_lately(zone), Deal.status == WON))
    sums = [total(cents(currency), each) for each in (*when, due_here)]
    wanted = sa.select(number(won_here), number(due_here), sa.func.count(), *sums).where(
        *where, needing(period.first, period.last, zone)
    )
    won_count, due_count, count, *parts = session.execute(wanted).one()
    won, closed, closed_won, due = (amount(part) for part in parts)
    of_currency = deals.of(currency)
    of_won = (int(won_count), of_currency.but(status=(WON,), actual_close_date=period.edges))
    of_need = (int(count), of_currency.but(f"needing:{period.first}..{period.last}"))
    until = of_currency.but(status=(OPEN,), expected_close_date=(min(today, period.last), period.last))
    running = period.last >= today
    of_due = (
        int(due_count),
        until if running else of_currency.but(status=(OPEN,), expected_close_date=NOTHING),
    )
    target = worth(goal)
    gap = None if target is None else target - won
    need = None
    if gap is not None and closed_won and running:
        need = max((gap * closed / closed_won).quantize(CENT) - due, Decimal("0.00"))

    def figure(at: int, value: Value | None, behind: tuple[int, Question], means: str = "") -> Figure:
        said = why or (_UNRATED if found.unrated else means)
        return Figure(NAMES[at], _FORMULAS[at], value, *behind, currency, period, said, against=goal)

    open_for_gap = float(due / gap) if running and gap is not None and gap > 0 else None
    covered = (
        "There is nothing left to win." if gap is not None and gap <= 0 else "Open deals by expected close."
    )
    left = figure(2, gap, of_won, "By close date.")
    gone = None if goal.value is None else period.gone(today) / period.days
    pace = figure(1, gone, (goal.count, goal.rows))
    attained = float(won / target) if target else None
    return [
        replace(figure(0, attained, of_won, _standing(attained, gone)), before=pace),
        pace,
        left,
        figure(3, need, of_need, "" if running else "The period is over."),
        replace(figure(4, open_for_gap, of_due, covered if running else "The period is over."), against=left),
        goal,
    ]


_FORMULAS = (Formula.ATTAINMENT, Formula.PACE, Formula.GAP, Formula.NEEDED, Formula.COVERAGE, Formula.GOAL)


def _standing(attained: float | None, gone: float | None) -> str:
    """On track when as much is won as time has gone, at risk down to four fifths of it, else behind."""
    if attained is None or gone is None:
        return ""
    return "On track." if attained >= gone else "At risk." if attained >= 0.8 * gone else "Behind."


def by_months(
    session: CompanySession, goals: Goals, query: Query, currency: str, spans: Sequence[Period]
) -> Iterator[Figure]:
    """The goal of each of some spans, which lie in one month each; and of all of them together. One statement."""
    every_day = Period(spans[0].first, spans[-1].last)
    rows, why = asked_of(query, currency, every_day)
    wanted = sa.select(Goal.month, *summed(currency, every_day)).where(*every(goals, rows))
    found = {
        month: Summed(*map(int, parts)) for month, *parts in session.execute(wanted.group_by(Goal.month))
    }
    for span in spans:
        first = span.first.replace(day=1)
        here = rows if why else rows.but(month=(first, first))
        yield goal_figure(found.get(first, Summed()), f"{first:%b %Y}, goal", here, span, currency, why)
    yield goal_figure(sum(found.values(), Summed()), "All, goal", rows, every_day, currency, why)
