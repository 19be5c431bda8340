"""Won against goal: the goals of a period, how much of them is won, how much time has gone, and what is needed."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any

import sqlalchemy as sa

from crm_data.nouns.converted import Converted, untold
from crm_data.nouns.goals import Goals
from crm_data.nouns.selections import closed_lately, due_until, needing, won_between
from crm_data.numbers.figures import Figure, Formula, Question, Value
from crm_data.numbers.period import Period
from crm_data.numbers.pipeline import Where
from crm_data.numbers.sums import WON, amount, cents, number, total
from crm_data.store import summary
from crm_data.store.conditions import NOTHING
from crm_data.store.filters import Condition, Filter
from crm_data.store.query import Query
from crm_data.store.scope import CompanySession
from crm_data.tables import Deal, Goal
from crm_data.tables.types import CENT

NAMES = ("Won against goal", "Pace", "Gap", "More pipeline needed", "Goal")
_SET = (Decimal(0), None)  # a goal that was taken away has no amount
_SAME = {"assigned_to": "user_id", "currency": "currency"}
_NOT_OF_ALL = "{} are of people: with a filter of anything but the owner there is nothing to compare."
_NO_END = "Choose a period that begins and ends."
_IN_OTHERS = (
    "Some goals of these days are in other currencies: choose one currency to compare with those in it."
)


@dataclass(frozen=True)
class Summed:
    """The goals of some days: how many there are, and their sum in cents."""

    count: int
    cents: int


def asked_of(
    query: Query, currency: str, period: Period, table: str = "goals", what: str = "Goals"
) -> tuple[Question, str]:
    """The goals beside some deals in a period, and why there are none: goals know people, and no other filter.

    Or what else is of people and months, in another table.
    """
    first, last = period.first.replace(day=1), period.last
    why = "" if period.bounded else _NO_END
    filter_ = _renamed(query.filter)
    # Where all are told in one currency, those of one of them are no part of which there is a goal.
    known = set(_SAME) - {"currency"} if isinstance(currency, Converted) else set(_SAME)
    preset = untold(query).preset
    if filter_ is None or query.search or preset or query.archived or set(query.where) - known:
        why = _NOT_OF_ALL.format(what)
    where: dict[str, Any] = {"amount": _SET, "month": NOTHING if why else (first, last)}
    rows = Question(table, Query(zone=query.zone, where=where, filter=filter_ or Filter()))
    said = {_SAME[name]: wanted for name, wanted in query.where.items() if name == "assigned_to"}
    return rows.but(**said, currency=(str(currency),)), why


def whole(
    session: CompanySession, goals: Goals, rows: Question, why: str, currency: str
) -> tuple[Question, str]:
    """The goals that all currencies together are compared with: none, and why, where some are in another one.

    Of one currency what they are. One statement where all are told in one.
    """
    if why or not isinstance(currency, Converted):
        return rows, why
    held = {name: wanted for name, wanted in rows.query.where.items() if name != "currency"}
    every = goals.matching(replace(rows.query, where=held))
    others = sa.select(sa.func.count(Goal.id)).where(*every, Goal.currency != str(currency))
    return (rows.but(month=NOTHING), _IN_OTHERS) if session.scalar(others) else (rows, why)


def _renamed(part: Any) -> Any:
    """A filter of deals as one of goals; None where it asks for what a goal does not know."""
    if isinstance(part, Condition):
        return replace(part, field=_SAME[part.field]) if part.field in _SAME else None
    parts = tuple(_renamed(one) for one in part.parts)
    return None if None in parts else replace(part, parts=parts)


def in_period(period: Period) -> sa.ColumnElement[int]:
    """The part of a goal that falls into a period, in cents, by the days of its month."""
    whole, parts = summary.cents(Goal.amount), []
    for month in dict.fromkeys((period.first.replace(day=1), period.last.replace(day=1))):
        of = Period.month_of(month)
        days = (min(of.last, period.last) - max(of.first, period.first)).days + 1
        if days < of.days:
            parts.append((Goal.month == month, (2 * days * whole + of.days) // (2 * of.days)))
    return sa.case(*parts, else_=whole) if parts else whole


def goals_of(session: CompanySession, where: Where, period: Period) -> Summed:
    """The sum over the goals that match. One statement."""
    count, summed = session.execute(
        sa.select(sa.func.count(Goal.id), total(in_period(period))).where(*where)
    ).one()
    return Summed(int(count), int(summed))


def goal_figure(found: Summed, label: str, rows: Question, period: Period, currency: str, why: str) -> Figure:
    """The goal of a period; not available where nobody has one."""
    value = amount(found.cents) if found.count else None
    means = why or "Of people who have a goal in it."
    return Figure(label, Formula.GOAL, value, found.count, rows, str(currency), period, means)


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
    """Won against goal beside the pace, the gap, the pipeline that is needed, and the goal; in this order.

    `where`, `deals`: the deals that are compared. Attainment and pace are shares, the rest is money. Two
    statements, and that of `whole`. Sources: kpi.zone (attainment), BottleCRM (pace).
    """
    zone = deals.query.zone
    rows, why = whole(session, goals, *asked_of(deals.query, currency, period), currency)
    found = goals_of(session, goals.matching(rows.query), period)
    goal = goal_figure(found, NAMES[4], rows, period, currency, why)
    if not period.bounded:
        return [
            replace(goal, label=name, formula=formula) for name, formula in zip(NAMES, _FORMULAS, strict=True)
        ]
    won_here = won_between(period.first, period.last)
    when = (won_here, closed_lately(zone), sa.and_(closed_lately(zone), Deal.status == WON))
    every = (*when, due_until(period.last, zone))
    sums = [total(cents(currency), each) for each in every]
    wanted = sa.select(number(won_here), sa.func.count(), *sums).where(
        *where, needing(period.first, period.last, zone)
    )
    won_count, count, *parts = session.execute(wanted).one()
    won, closed, closed_won, due = (amount(part) for part in parts)
    of_currency = deals.of(currency)
    of_won = (int(won_count), of_currency.but(status=(WON,), actual_close_date=period.edges))
    of_need = (int(count), of_currency.but(f"needing:{period.first}..{period.last}"))
    target = worth(goal)
    gap = None if target is None else target - won
    running = period.last >= today
    need = None
    if gap is not None and closed_won and running:
        need = max((gap * closed / closed_won).quantize(CENT) - due, Decimal("0.00"))

    def figure(at: int, value: Value | None, behind: tuple[int, Question], means: str = "") -> Figure:
        return Figure(NAMES[at], _FORMULAS[at], value, *behind, currency, period, why or means, against=goal)

    gone = None if goal.value is None else period.gone(today) / period.days
    pace = figure(1, gone, (goal.count, rows))
    attained = float(won / target) if target else None
    return [
        replace(figure(0, attained, of_won, _standing(attained, gone)), before=pace),
        pace,
        figure(2, gap, of_won, "By close date."),
        figure(3, need, of_need, "" if running else "The period is over."),
        goal,
    ]


_FORMULAS = (Formula.ATTAINMENT, Formula.PACE, Formula.GAP, Formula.NEEDED, Formula.GOAL)


def _standing(attained: float | None, gone: float | None) -> str:
    """On track when as much is won as time has gone, at risk down to four fifths of it, else behind."""
    if attained is None or gone is None:
        return ""
    return "On track." if attained >= gone else "At risk." if attained >= 0.8 * gone else "Behind."


def by_months(
    session: CompanySession, goals: Goals, query: Query, currency: str, spans: Sequence[Period]
) -> Iterator[Figure]:
    """The goal of each of some spans, which lie in one month each; and of all of them together. One statement.

    And that of `whole`.
    """
    every_day = Period(spans[0].first, spans[-1].last)
    rows, why = whole(session, goals, *asked_of(query, currency, every_day), currency)
    part = total(in_period(every_day))
    wanted = sa.select(Goal.month, sa.func.count(Goal.id), part).where(*goals.matching(rows.query))
    found = {
        month: Summed(int(n), int(sum_)) for month, n, sum_ in session.execute(wanted.group_by(Goal.month))
    }
    for span in spans:
        first = span.first.replace(day=1)
        here = rows if why else rows.but(month=(first, first))
        yield goal_figure(found.get(first, Summed(0, 0)), f"{first:%b %Y}, goal", here, span, currency, why)
    every = Summed(sum(one.count for one in found.values()), sum(one.cents for one in found.values()))
    yield goal_figure(every, "All, goal", rows, every_day, currency, why)
