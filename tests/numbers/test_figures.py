"""Every figure that the numbers answer with opens exactly its rows: the verbs are found in the code."""

import inspect
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from itertools import count, cycle, product
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from crm_data import Chart, Figure, Formula, Period, Query, Question, Workspace, clock
from crm_data.accounts import passwords
from crm_data.demo import fill
from crm_data.nouns.goals import Wanted
from crm_data.numbers.breakdown import Breakdown
from crm_data.numbers.cohorts import Cohorts
from crm_data.numbers.figures import counted
from crm_data.numbers.numbers import ALL_TIME, Numbers
from crm_data.store.conditions import Except
from crm_data.store.filters import ME, Condition, Filter, Group, Op
from crm_data.store.scope import CompanyScope
from crm_data.store.store import Store
from tests.numbers.checking import Checker, figures_in
from tests.numbers.makers import lost, put, put_deals, rows_of, wandering, won
from tests.numbers.test_pipeline import some_deals
from tests.numbers.test_real_file import engine as engine
from tests.numbers.test_real_file import kept as kept
from tests.support.office import Office, office
from tests.support.soak import size

# Verbs that answer with no number of records: a currency, days, tasks.
NO_FIGURES = {"currency", "period", "closed_days", "leads_of", "dimensions", "past_day"}
VERBS = sorted(
    name
    for name, verb in inspect.getmembers(Numbers, inspect.isfunction)
    if not name.startswith("_") and name not in NO_FIGURES
)

_TURN = count()  # what is broken down by: the next one at each call


def asked(verb: str, given: dict[str, Any]) -> dict[str, Any]:
    """Those of some arguments that a verb takes."""
    takes = inspect.signature(getattr(Numbers, verb)).parameters
    return {name: value for name, value in given.items() if name in takes}


def figures(my: Workspace, verb: str, **given: Any) -> list[Figure]:
    """All that a verb answers with; what is broken down is so by one thing after another, in turn."""
    if "by" in inspect.signature(getattr(Numbers, verb)).parameters:
        each = list(my.numbers.dimensions())
        given = {"by": each[next(_TURN) % len(each)], **given}
    answer = getattr(my.numbers, verb)(**asked(verb, given))
    found = list(figures_in(answer))
    assert found or isinstance(answer, Chart | Breakdown | Cohorts), (
        f"Numbers.{verb}: something else than figures"
    )
    return found


def some_of_everything(two: Office) -> None:
    """Deals of two currencies and many owners, with and without dates; leads made and converted; tasks."""
    some_deals(two, 160)
    some_deals(two, 40, company=1)
    wandering(two, 90)
    wandering(two, 30, company=1)
    people = [None, *two.people[0].values()]
    put_deals(
        two,
        [{"expected_close_date": date(2026, 1 + n % 8, 3), "assigned_to": people[n % 4]} for n in range(30)],
    )
    backwards = won(date(2026, 2, 3), 77, created_at=datetime(2026, 3, 1, tzinfo=UTC))
    put_deals(two, [backwards, lost(date(2026, 2, 28)), won(date(2025, 1, 2), 12, currency="EUR")])
    my = two.at()
    deal = my.deals.add(
        {"deal_name": "moved", "deal_value": "10", "customer_id": my.customers.add({"name": "F"})}
    )
    my.deals.move(deal, "qualified", "prospect")
    for n in range(12):
        made = (
            datetime(2026, 1 + n % 3, 1 + n, tzinfo=UTC)
            if n % 3 != 2
            else datetime(2026, 3, 1, 23, 30, tzinfo=UTC)
        )
        source = [None, "Web", "A, B | C", "Fair & co", ""][n % 5]
        line = {"lead_name": "L", "created_at": made, "status": "qualified", "source": source}
        put(two, "leads", [{**line, "converted_at": made + timedelta(days=20) if n % 2 else None}])
        my.tasks.add({"title": "T", "deal_id": deal, "due_date": f"2026-03-{1 + n % 4:02}"})
    my.activities.log("call", "C", deal_id=deal)
    some_activities(two)
    some_goals(two)


def some_goals(two: Office) -> None:
    """Goals of a year for some, of a quarter for another, in two currencies; one that was taken away."""
    people, year = two.people[0], date(2026, 1, 1)
    two.at().goals.set(
        [
            Wanted(people["sales_rep"], year, 12, None, "250000.05"),
            Wanted(people["manager"], date(2026, 1, 1), 3, None, "9999.99"),
            Wanted(people["user"], date(2026, 2, 1), 1, None, "1234.57"),
        ]
    )
    two.at().goals.set([Wanted(people["manager"], date(2026, 2, 1), 1, None, "700")], "EUR")
    two.at().goals.set([Wanted(people["user"], date(2026, 3, 1), 1, None, "5")])
    two.at().goals.set([Wanted(people["user"], date(2026, 3, 1), 1, Decimal(5), "")])
    two.at(1).goals.set([Wanted(two.people[1]["manager"], date(2026, 2, 1), 1, None, "77")])
    some_submissions(two)


def some_activities(two: Office) -> None:
    """Around the days of won deals: before, on, between and after them, noted by hand or by itself, put away."""
    deals = [row for row in rows_of(two.at()) if row["status"] == "won"][:40]
    lines = [
        {
            "deal_id": row["id"], "user_id": two.people[0]["manager"], "title": "A", "created_at": at,
            "activity_type": ("call", "email", "note", "status_change")[n % 4], "activity_date": at,
            "archived_at": at if n % 7 == 6 else None,
        }
        for n, row in enumerate(deals)
        for days in (-1, 0, 1, n)
        for at in (row["created_at"] + timedelta(days=days, hours=n % 20),)
    ]  # fmt: skip
    put(two, "activities", lines)


def some_submissions(two: Office) -> None:
    """Numbers of this month and the next: own, over it, taken back, in two currencies, and of a stranger."""
    people, march = two.people[0], date(2026, 3, 1)
    rep, boss = two.at(0, "sales_rep").submissions, two.at().submissions
    first = rep.give(march, "1000.05", "sure")
    rep.give(march, "1200", seen=first)
    over = boss.give(march, "900.10", over=people["sales_rep"])
    boss.give(date(2026, 4, 1), "50", over=people["sales_rep"])
    two.at(0, "user").submissions.give(march, "0")
    boss.give(march, "7", currency="EUR")
    boss.give(march, "", over=people["user"], seen=boss.give(march, "3", over=people["user"]))
    assert over > first
    two.at(1).submissions.give(march, "77777")


@pytest.fixture(scope="module")
def kept_still(engine: str, new_database: Any) -> Iterator[tuple[Office, Checker]]:
    """All of it, which no test changes; what one of them has read the next need not read again."""
    clock.set_source(lambda: datetime(2026, 3, 2, 9, 30, tzinfo=UTC))
    made = office(new_database(engine).url)
    some_of_everything(made)
    clock.set_source(None)
    yield made, Checker(made.at())
    made.store.close()


@pytest.fixture
def everything(kept_still: tuple[Office, Checker], frozen_clock: object) -> tuple[Office, Checker]:
    """The same at the moment at which it was made."""
    return kept_still


def queries(two: Office) -> list[Query]:
    """Filters of the board, those that leave nothing too."""
    me = two.people[0]["manager"]
    worth = Condition("deal_value", Op.BETWEEN, (Decimal(1000), Decimal(50_000)))
    dated, mine = Condition("expected_close_date", Op.FILLED), Condition("assigned_to", Op.ANY, (ME, None))
    return [
        Query(),
        Query(zone=ZoneInfo("Pacific/Auckland")),
        Query(search="Deal", preset="open"),
        Query(where={"assigned_to": (me, None)}),
        Query(where={"assigned_to": Except((me,))}),
        Query(where={"status": ("won",), "currency": "EUR"}),
        Query(where={"stage": ("proposal", "closed_won"), "currency": "u"}),
        Query(where={"actual_close_date": (date(2026, 2, 5), None), "currency": ("EUR",)}),
        Query(where={"expected_close_date": (date(2026, 3, 1), date(2026, 3, 9))}),
        Query(where={"deal_value": (Decimal(1000), Decimal(50_000))}, preset="mine"),
        Query(filter=Filter((worth, Group((dated, mine), any=True)))),
        Query(archived=True),
    ]


FEBRUARY, YEAR = Period(date(2026, 2, 4), date(2026, 2, 28)), Period(date(2026, 1, 1), date(2026, 12, 31))
PERIODS = (None, ALL_TIME, FEBRUARY, YEAR)
CURRENCIES = ("EUR", "usd", "XXX")
# The real file and as much that is made up, each on one engine; in a soak each on both.
_ON_POSTGRESQL = pytest.param("postgresql", "made", marks=pytest.mark.postgres)
_AS_WELL = [("sqlite", "made"), pytest.param("postgresql", "real", marks=pytest.mark.postgres)]
GROUNDS = [("sqlite", "real"), _ON_POSTGRESQL, *size([], _AS_WELL)]


def pairs(two: Office, verb: str) -> Iterator[tuple[Query, Period | None]]:
    """Every period with no filter, and every filter with one of the periods."""
    if "period" in inspect.signature(getattr(Numbers, verb)).parameters:
        yield from ((Query(), period) for period in PERIODS)
    yield from zip(queries(two), cycle(PERIODS), strict=False)


@pytest.mark.slow
@pytest.mark.parametrize("verb", VERBS)
def test_every_figure_opens_its_rows(everything: tuple[Office, Checker], verb: str) -> None:
    two, checker = everything
    kinds, seen = {"conversion": "leads", "sources": "leads", "tasks": "tasks"}, 0
    for query, period in pairs(two, verb):
        if kinds.get(verb, "deals") != "deals":
            query = Query(sort="created_at", zone=query.zone)
        for figure in figures(two.at(), verb, query=query, period=period, top=2, zone=query.zone):
            checker.check(figure)
            seen += figure.count > 0
    assert seen > 8


@pytest.mark.slow
@pytest.mark.parametrize(
    "verb",
    [
        "board_then",
        "by_stage",
        "by_month",
        "by_owner",
        "breakdown",
        "tiles",
        "standing",
        "forecast",
        "against_goals",
        "goal_year",
        "ages",
        "cohorts",
    ],
)
@pytest.mark.parametrize("currency", CURRENCIES)
def test_in_each_currency(everything: tuple[Office, Checker], verb: str, currency: str) -> None:
    """Each currency with no filter, and each filter with one of the currencies; in a soak with all of them."""
    two, checker = everything
    plain, *filtered = queries(two)
    for query in [plain, *size(filtered[CURRENCIES.index(currency) :: len(CURRENCIES)], filtered)]:
        for figure in figures(two.at(), verb, query=query, currency=currency, top=3):
            checker.check(figure)


@pytest.mark.slow
@pytest.mark.parametrize(("engine", "kept"), GROUNDS, indirect=True)
def test_on_the_real_file(kept: tuple[Office, Any]) -> None:
    """8,800 deals of a year and a half, and as many as that made up."""
    my = kept[0].at()
    checker = Checker(my)
    known = my.numbers.closed_days()
    assert known is not None
    quarter = Period(date(2017, 4, 1), date(2017, 6, 30))
    for verb, period in product(VERBS, (None, ALL_TIME, my.numbers.period("2017"), quarter)):
        for figure in figures(my, verb, period=period):
            checker.check(figure)
    assert checker.rows(my.numbers.tiles(period=ALL_TIME)[0])


@pytest.mark.slow
def test_on_the_demo(new_database: Any, engine: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(passwords, "COST", 4)
    store = Store(new_database(engine).url)
    fill(store, "a long demo password")
    try:
        for company in (1, 2):
            with store.system("somebody of the demo") as session:
                core = session.connection()
                user = core.exec_driver_sql(
                    f"SELECT assigned_to FROM tasks WHERE company_id = {company} LIMIT 1"
                ).scalar()
            my = Workspace(store, CompanyScope(company, user, "manager"))
            checker = Checker(my)
            for verb, word in product(VERBS, ("90_days", "this_year", "all")):
                for figure in figures(my, verb, period=my.numbers.period(word)):
                    checker.check(figure)
    finally:
        store.close()


def test_a_figure_that_opens_something_else_is_found(two: Office) -> None:
    """The check itself: a row too many, a cent too few, another currency."""
    put_deals(two, [{"deal_value": Decimal("10.01")}, {"currency": "EUR"}])
    my = two.at()
    checker, deals = Checker(my), Question("deals", Query())
    checker.check(counted("Deals", 2, deals))
    right = Figure("Value", Formula.VALUE, Decimal("10.01"), 1, deals.but(currency=("USD",)), "USD")
    checker.check(right)
    for wrong in (
        counted("Deals", 1, deals),
        replace(right, value=Decimal("10.00")),
        replace(right, rows=deals),
        replace(right, currency="EUR"),
    ):
        with pytest.raises(AssertionError):
            checker.check(wrong)


def test_no_figure_without_its_question() -> None:
    with pytest.raises(TypeError):
        Figure("Won", Formula.VALUE, Decimal(1), 1)  # type: ignore[call-arg]


def test_a_verb_that_answers_with_a_bare_number_is_found(
    two: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Numbers, "tiles", lambda self: 17)
    with pytest.raises(AssertionError, match="something else"):
        figures(two.at(), "tiles")
