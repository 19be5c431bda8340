"""A year of goals: month by month for all, and person by person, each beside what was won."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa

from crm_data.nouns.goals import Goals, months_from
from crm_data.numbers.figures import Figure, Formula, Question
from crm_data.numbers.forecast import Line
from crm_data.numbers.goals import Summed, asked_of, every, goal_figure, summed, worth
from crm_data.numbers.period import Period
from crm_data.numbers.pipeline import Where
from crm_data.numbers.rates import BASIS
from crm_data.numbers.sums import WON, amount, cents, total
from crm_data.store.query import Query
from crm_data.store.scope import CompanySession
from crm_data.tables import Deal, Goal

HEADS = ("Goal", "Won", "Won against goal", "Gap")
YEAR = "Year"
Held = dict[tuple[int | None, date], Summed]


@dataclass(frozen=True)
class GoalYear:
    """Twelve months: `months`, a line a month and one for the year, and `people`, a line each."""

    currency: str
    period: Period
    months: Sequence[Line]
    people: Sequence[Line]


def goal_year(
    session: CompanySession,
    goals: Goals,
    query: Query,
    where: Where,
    names: Mapping[int, str],
    first: date,
    currency: str,
) -> GoalYear:
    """Goal, won, attainment and gap by month over all deals of `query`, and by person for those with a goal.

    Money but for the shares. Two statements.
    """
    months = months_from(first, 12)
    year = Period(first, Period.month_of(months[-1]).last)
    rows, why = asked_of(query, currency, year)
    wanted = sa.select(Goal.user_id, Goal.month, *summed(currency, year))
    wanted = wanted.where(*every(goals, rows)).group_by(Goal.user_id, Goal.month)
    set_: Held = {(user, month): Summed(*map(int, parts)) for user, month, *parts in session.execute(wanted)}
    won = _won(session, where, year, currency)
    deals = Question("deals", query).of(currency).but(status=(WON,))

    def line(label: str, period: Period, user: int | None) -> Line:
        def mine(held: Held) -> Summed:
            some = [
                part
                for (who, month), part in held.items()
                if (user is None or who == user) and period.first <= month <= period.last
            ]
            return sum(some, Summed())

        asked, behind = rows, deals.but(actual_close_date=period.edges)
        if not why:
            asked = rows.but(month=(period.first, period.last.replace(day=1)))
        if user is not None:
            asked, behind = asked.but(user_id=(user,)), behind.but(assigned_to=(user,))
        goal = goal_figure(mine(set_), f"{label}, goal", asked, period, currency, why)
        had = mine(won)
        return Line(label, _measured(label, goal, had, behind, period, currency))

    by_month = [line(f"{month:%b %Y}", Period.month_of(month), None) for month in months]
    people = [who for who in names if any(user == who for user, _ in set_)]
    each = [line(names[user], year, user) for user in people]
    return GoalYear(currency, year, [*by_month, line(YEAR, year, None)], each)


def _measured(
    label: str, goal: Figure, won: Summed, rows: Question, period: Period, currency: str
) -> list[Figure]:
    value, wanted = amount(won.cents), worth(goal)
    share = float(value / wanted) if wanted else None
    gap = None if wanted is None else wanted - value

    def figure(name: str, formula: Formula, made: object) -> Figure:
        said = f"{label}, {name.lower()}"
        return Figure(said, formula, made, won.count, rows, currency, period, BASIS, against=goal)  # type: ignore[arg-type]

    return [
        goal,
        figure(HEADS[1], Formula.VALUE, value),
        figure(HEADS[2], Formula.ATTAINMENT, share),
        figure(HEADS[3], Formula.GAP, gap),
    ]


def _won(session: CompanySession, where: Where, year: Period, money: str) -> Held:
    day = Deal.actual_close_date
    parts = (Deal.assigned_to, sa.extract("year", day), sa.extract("month", day))
    wanted = sa.select(*parts, sa.func.count(Deal.id), total(cents(money)))
    wanted = wanted.where(*where, Deal.status == WON, day.between(year.first, year.last)).group_by(*parts)
    return {
        (owner, date(int(y), int(m), 1)): Summed(int(n), int(sum_))
        for owner, y, m, n, sum_ in session.execute(wanted)
    }
