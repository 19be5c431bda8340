"""Won against goal beside a plain model: at ends of months, on a leap day, in fiscal years, in parts of months."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest

from crm_data import Figure, Formula, Period, Query, Wanted, Workspace, clock
from crm_data.nouns.goals import months_from
from crm_data.numbers.goals import NAMES
from crm_data.store.filters import ME, Condition, Filter, Op
from tests.numbers.checking import Checker, figures_in
from tests.numbers.makers import lost, put_deals, won
from tests.support import chance
from tests.support.office import Office
from tests.support.statements import counted

CLOCKS = (
    datetime(2026, 1, 31, 23, 59, tzinfo=UTC),
    datetime(2024, 2, 29, 12, tzinfo=UTC),
    datetime(2026, 3, 1, tzinfo=UTC),
    datetime(2026, 12, 31, 9, tzinfo=UTC),
)
WORDS = ("this_month", "last_month", "this_quarter", "this_year", "last_year", "90_days", "this_week", "all")
Goals = dict[tuple[int, date, str], Decimal]


def at(two: Office, role: str = "manager", fiscal: int = 1) -> Workspace:
    return Workspace(two.store, replace(two.scope(0, role), fiscal=fiscal))


def some(two: Office, today: date, seed: int) -> Goals:
    """Goals of some months around a day, of two currencies, and as many of another company."""
    dice, kept = chance.dice(seed), Goals()
    months = months_from(date(today.year - 1, 1, 1), 36)
    for company in (0, 1):
        people = list(two.people[company].values())
        cells = {
            (dice.choice(people), dice.choice(months), dice.choice(["USD", "USD", "EUR"])) for _ in range(60)
        }
        for currency in ("USD", "EUR"):
            said = {key: Decimal(dice.randint(1, 10**7)) / 100 for key in sorted(cells) if key[2] == currency}
            each = [Wanted(user, month, 1, None, amount) for (user, month, _), amount in said.items()]
            two.at(company).goals.set(each, currency)
            kept |= said if company == 0 else {}
    return kept


def deals(two: Office, today: date, seed: int) -> list[dict[str, object]]:
    """Won, lost and open deals of some owners around a day."""
    dice, people = chance.dice(seed), [None, *two.people[0].values()]
    rows = []
    for _ in range(150):
        day = today + timedelta(days=dice.randint(-500, 200))
        of = {"assigned_to": dice.choice(people), "currency": dice.choice(["USD", "USD", "EUR"])}
        worth = Decimal(dice.randint(1, 10**6)) / 100
        open_ = {"expected_close_date": day, "deal_value": worth}
        rows.append({**of, **dice.choice([won(day, worth), lost(day, worth), open_])})
    put_deals(two, rows)
    return rows


def cents(amount: Fraction) -> Decimal:
    """To the cent, half up."""
    return Decimal(int(amount * 100 + Fraction(1, 2))) / 100


def model(
    goals: Goals, rows: list[dict[str, object]], period: Period, today: date, who: set[int | None] | None
) -> dict[str, object]:
    """The numbers in USD, of some people or of everybody."""
    days = [period.first + timedelta(days=n) for n in range(period.days)]
    goal = None
    for (user, month, currency), amount in goals.items():
        inside = sum((day.year, day.month) == (month.year, month.month) for day in days)
        if currency == "USD" and inside and (who is None or user in who):
            part = cents(Fraction(amount) * inside / Period.month_of(month).days)
            goal = (goal or Decimal(0)) + part
    mine = [row for row in rows if row["currency"] == "USD" and (who is None or row["assigned_to"] in who)]

    def value(stage: tuple[str, ...], field: str, first: date, last: date) -> Decimal:
        found = (
            row["deal_value"]
            for row in mine
            if row.get("stage", "prospect") in stage and row.get(field) and first <= row[field] <= last  # type: ignore[operator]
        )
        return sum(found, Decimal(0))  # type: ignore[arg-type]

    had = value(("closed_won",), "actual_close_date", period.first, period.last)
    lately = (today - timedelta(days=364), today)
    wins = value(("closed_won",), "actual_close_date", *lately)
    closed = value(("closed_won", "closed_lost"), "actual_close_date", *lately)
    due = value(("prospect",), "expected_close_date", today, period.last)
    need = None
    if goal is not None and wins and period.last >= today:
        need = max(((goal - had) * closed / wins).quantize(Decimal("0.01")) - due, Decimal(0))
    gone = sum(day <= today for day in days) / period.days
    return dict(
        zip(
            NAMES,
            (
                float(had / goal) if goal else None,
                None if goal is None else gone,
                None if goal is None else goal - had,
                need,
                float(due / (goal - had))
                if goal is not None and goal > had and period.last >= today
                else None,
                goal,
            ),
            strict=True,
        )
    )


def said(figures: list[Figure]) -> dict[str, object]:
    return {figure.label: figure.value for figure in figures}


@pytest.mark.slow
@pytest.mark.parametrize(("now", "fiscal"), [*zip(CLOCKS, (1, 4, 7, 1), strict=True), (CLOCKS[0], 7)])
def test_as_the_plain_model_says(two: Office, now: datetime, fiscal: int) -> None:
    clock.set_source(lambda: now)
    goals, rows = some(two, now.date(), fiscal), deals(two, now.date(), fiscal)
    my, me = at(two, fiscal=fiscal), two.people[0]["manager"]
    checker = Checker(my)
    for word in WORDS:
        period = my.numbers.period(word)
        for who in (None, {me}, {me, None}):
            query = Query() if who is None else Query(where={"assigned_to": tuple(who)})
            found = my.numbers.against_goals(query, period)
            if word == "all":
                assert all(figure.value is None for figure in found)
                continue
            assert said(found) == model(goals, rows, period, now.date(), who), word
            for figure in figures_in(found):
                checker.check(figure)
    for role in ("user", "sales_rep"):
        one, period = at(two, role, fiscal), my.numbers.period("this_quarter")
        mine = {two.people[0][role]}
        assert said(one.numbers.against_goals(None, period)) == model(goals, rows, period, now.date(), mine)
        colleague = Query(where={"assigned_to": (me,)})
        assert one.numbers.against_goals(colleague, period)[-1].count == 0
        assert one.numbers.against_goals(colleague, period)[0].count == 0


@pytest.mark.parametrize(
    ("won_", "said"),
    [
        ("500", "On track."),
        ("499.99", "At risk."),
        ("400", "At risk."),
        ("399.99", "Behind."),
        ("2000", "On track."),
    ],
)
def test_how_it_stands_is_said_beside_the_pace(two: Office, frozen_clock: Any, won_: str, said: str) -> None:
    """At the pace or above, down to four fifths of it, and below: half of April is gone, and half of 1,000 due."""
    frozen_clock.moment = datetime(2026, 4, 15, 9, tzinfo=UTC)
    two.at().goals.set([Wanted(two.people[0]["user"], date(2026, 4, 1), 1, None, "1000")])
    put_deals(two, [won(date(2026, 4, 2), won_)])
    numbers = two.at().numbers
    attained, pace, *_ = numbers.against_goals(None, numbers.period("this_month"))
    assert (attained.means, pace.value) == (said, 0.5)
    assert attained.before == pace


def test_nothing_stands_anyhow_without_a_goal(two: Office, frozen_clock: Any) -> None:
    numbers = two.at().numbers
    attained, *_ = numbers.against_goals(None, numbers.period("this_month"))
    assert (attained.value, attained.means) == (None, "")
    two.at().goals.set([Wanted(two.people[0]["user"], date(2026, 5, 1), 1, None, "1000")])
    to_come = Period.month_of(date(2026, 5, 1))
    attained, pace, *_ = numbers.against_goals(None, to_come)
    assert (attained.value, pace.value, attained.means) == (0, 0, "On track.")


def test_what_goals_do_not_know_is_not_available(two: Office) -> None:
    two.at().goals.set([Wanted(two.people[0]["user"], date(2026, 3, 1), 1, None, "10")])
    numbers, month = two.at().numbers, Period(date(2026, 3, 1), date(2026, 3, 31))
    mine = Condition("assigned_to", Op.ANY, (ME,))
    for query in (
        Query(search="x"),
        Query(preset="open"),
        Query(archived=True),
        Query(where={"stage": ("proposal",)}),
        Query(filter=Filter((mine, Condition("deal_value", Op.MORE, (Decimal(5),))))),
    ):
        found = numbers.against_goals(query, month)
        assert [figure.value for figure in found] == [None] * len(NAMES)
        assert all("owner" in figure.means for figure in found)
    assert numbers.against_goals(Query(filter=Filter((mine,))), month)[-1].value is None
    assert two.at(0, "user").numbers.against_goals(Query(filter=Filter((mine,))), month)[-1].value == 10


def test_the_year_adds_up_and_the_forecast_shows_it(two: Office) -> None:
    some(two, date(2026, 3, 2), 5)
    deals(two, date(2026, 3, 2), 5)
    my = at(two, fiscal=7)
    checker, year = Checker(my), my.numbers.goal_year()
    assert (year.period.first, year.period.last) == (date(2025, 7, 1), date(2026, 6, 30))
    for figure in figures_in(year):
        checker.check(figure)
    *months, whole = year.months
    assert sum(line.figures[0].value or 0 for line in months) == whole.figures[0].value  # type: ignore[union-attr, misc]
    assert sum(line.figures[1].value for line in months) == whole.figures[1].value  # type: ignore[union-attr, misc]
    assert sum(line.figures[0].value for line in year.people) == whole.figures[0].value  # type: ignore[union-attr, misc]
    lines = my.numbers.forecast(None, year.period).lines
    goals = [one for line in lines for one in line.figures if one and one.formula is Formula.GOAL]
    assert [goal.value for goal in goals][:12] == [line.figures[0].value for line in months]  # type: ignore[union-attr]
    assert [line.name for line in year.people] == sorted(line.name for line in year.people)


def test_compared_with_the_goal(two: Office) -> None:
    two.at().goals.set([Wanted(two.people[0]["user"], date(2026, 3, 1), 1, None, "310")])
    put_deals(two, [won(date(2026, 3, 1), 100)])
    numbers = two.at().numbers
    tile = numbers.tiles(None, numbers.period("this_month", compare="goal"))[0]
    assert tile.before is not None
    assert (tile.value, tile.before.formula, tile.before.value, tile.change) == (100, Formula.GOAL, 310, -210)
    others = two.at(0, "sales_rep").numbers.tiles(None, numbers.period("this_month", compare="goal"))
    assert others[0].before is None, "their own goal is no goal of the company"


def test_statements(two: Office) -> None:
    some(two, date(2026, 3, 2), 9)
    numbers = two.at().numbers
    for most, ask in ((2, numbers.against_goals), (3, numbers.goal_year), (5, numbers.forecast)):
        with counted(two.store) as sent:
            ask()
        assert len(sent) <= most, sent
