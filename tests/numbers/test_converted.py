"""All currencies in one: every figure is the sum of its rows, each converted in Python by the rate of its day."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import pytest
import sqlalchemy as sa

from crm_data import Edit, Figure, Formula, Own, Period, Query, Question, clock
from crm_data.nouns.converted import Converted, worth
from crm_data.nouns.goals import Wanted
from crm_data.numbers.numbers import ALL_TIME, CHARTS
from crm_data.tables import Deal
from tests.numbers.checking import Checker, figures_in
from tests.numbers.makers import CENT, put_deals, wandering, won
from tests.numbers.test_figures import VERBS, figures, some_goals
from tests.numbers.test_pipeline import some_deals
from tests.numbers.test_real_file import engine as engine
from tests.support import chance
from tests.support.office import Office, office

TODAY = date(2026, 3, 2)
ALL = Query(preset="converted")
Rates = dict[str, list[tuple[date, Decimal]]]
# The verbs that tell all currencies in one; of the others each figure is of one currency, as ever.
TOLD = {
    "accuracy",
    "against_goals",
    "ages",
    "board",
    "board_then",
    "breakdown",
    "bridge",
    "by_month",
    "by_owner",
    "by_stage",
    "chart",
    "cohorts",
    "forecast",
    "forecast_board",
    "goal_year",
    "put_off",
    "standing",
    "submitted",
    "then_and_now",
    "tiles",
}


def rate_of(rates: Rates, row: dict[str, Any], today: date = TODAY) -> Decimal | None:
    """What one unit of a deal's currency is worth in USD: the last rate that began by its day."""
    day = today if row["status"] == "open" else row["actual_close_date"]
    if row["currency"] == "USD":
        return Decimal(1)
    held = [(began, rate) for began, rate in rates.get(row["currency"], []) if day and began <= day]
    return max(held)[1] if held else None


def told(rates: Rates, row: dict[str, Any], today: date = TODAY) -> Decimal | None:
    """What a deal is worth in USD."""
    rate = rate_of(rates, row, today)
    return None if rate is None else (row["deal_value"] * rate).quantize(CENT, ROUND_HALF_UP)


def told_of_month(rates: Rates, row: dict[str, Any], today: date = TODAY) -> Decimal | None:
    """What an amount of a month is worth in USD: by the rate of the last day, or of today while it is to come."""
    if row["currency"] == "USD":
        return row["amount"]  # type: ignore[no-any-return]
    day = min(Period.month_of(row["month"]).last, today)
    held = [(began, rate) for began, rate in rates.get(row["currency"], []) if began <= day]
    return (row["amount"] * max(held)[1]).quantize(CENT, ROUND_HALF_UP) if held else None


class Telling(Checker):
    """Checks figures whose rows are told in USD, by the rates that the test has set."""

    rates: Rates
    day = TODAY  # on which it is looked at

    def rows(self, figure: Figure) -> list[dict[str, Any]]:
        found = super().rows(figure)
        if "converted" not in figure.rows.query.preset.split(","):
            return found
        if figure.rows.table in ("goals", "submissions"):
            assert isinstance(figure.currency, Converted)
            return [
                {**row, "amount": told_of_month(self.rates, row, self.day), "currency": "USD", "own": row}
                for row in found
            ]
        assert isinstance(figure.currency, Converted | None)
        return [
            {**row, "deal_value": told(self.rates, row, self.day), "currency": "USD", "own": row}
            for row in found
        ]

    def stood(self, figure: Figure, row: dict[str, Any]) -> tuple[Decimal, Decimal]:
        """What it had and has in the pipeline, both by the one rate that it has now."""
        if "own" not in row:
            return super().stood(figure, row)
        was, now = super().stood(figure, row["own"])
        rate = rate_of(self.rates, row["own"], self.day)
        assert rate is not None
        return (was * rate).quantize(CENT, ROUND_HALF_UP), (now * rate).quantize(CENT, ROUND_HALF_UP)

    def before(self, figure: Figure, row: dict[str, Any]) -> dict[str, Any]:
        """A deal as it was then, by the rate that it has now."""
        if "own" not in row:
            return super().before(figure, row)
        found = super().before(figure, row["own"])
        rate = rate_of(self.rates, row["own"], self.day)
        assert rate is not None
        return {**found, "deal_value": (found["deal_value"] * rate).quantize(CENT, ROUND_HALF_UP)}


@pytest.fixture(scope="module")
def kept(engine: str, new_database: Any) -> Iterator[tuple[Office, Telling]]:
    """Deals of five currencies: two have rates, one had one that was taken away, and one never had any."""
    clock.set_source(lambda: datetime(2026, 3, 2, 9, 30, tzinfo=UTC))
    made = office(new_database(engine).url)
    some_deals(made, 120)
    wandering(made, 60)
    dice, people = chance.dice(9), [None, *made.people[0].values()]
    for _ in range(60):
        more = {"currency": dice.choice(["JPY", "CHF", "GBP", "EUR"]), "assigned_to": dice.choice(people)}
        worth_ = Decimal(dice.randint(1, 10 ** dice.randint(2, 9))) / 100
        if dice.random() < 0.5:
            put_deals(made, [won(TODAY - timedelta(days=dice.randint(0, 500)), worth_, **more)])
        else:
            due = dice.choice([None, TODAY + timedelta(days=dice.randint(-40, 90))])
            put_deals(made, [{"deal_value": worth_, "expected_close_date": due, **more}])
    some_goals(made)
    for month in (1, 4):  # one by the rate of its last day, one by today's
        goal = Wanted(made.people[0]["user"], date(2026, month, 1), 1, None, "1234.56")
        made.at().goals.set([goal], "EUR")
    rep = made.people[0]["sales_rep"]
    made.at(0, "sales_rep").submissions.give(date(2026, 3, 1), "2000.07", currency="EUR")
    made.at(0, "admin").submissions.give(date(2026, 4, 1), "300.33", over=rep, currency="EUR")
    checker = Telling(made.at())
    checker.rates = {
        "EUR": [
            (date(2024, 1, 1), Decimal("1.0825")),
            (date(2026, 2, 3), Decimal("1.1000000001")),
            (date(2026, 3, 3), Decimal(9)),  # of tomorrow: of no deal that is open today
        ],
        "JPY": [(date(2026, 1, 1), Decimal("0.0067"))],
    }
    rates = made.at(0, "admin").exchange_rates
    for currency, each in checker.rates.items():
        for day, rate in each:
            rates.set(currency, day, rate)
    rates.remove([rates.set("EUR", date(2026, 2, 20), "7"), rates.set("GBP", date(2020, 1, 1), "1.25")])
    made.at(1, "admin").exchange_rates.set("CHF", date(2020, 1, 1), "5")
    clock.set_source(None)
    yield made, checker
    made.store.close()


@pytest.mark.slow
@pytest.mark.parametrize("verb", VERBS)
def test_every_figure_is_the_sum_of_its_converted_rows(
    kept: tuple[Office, Telling], verb: str, frozen_clock: object
) -> None:
    two, checker = kept
    my, converted = two.at(), 0
    for query, period in (
        (ALL, my.numbers.period("365_days")),
        (ALL, ALL_TIME),
        (narrowed(two), my.numbers.period("this_quarter")),
    ):
        for figure in figures(my, verb, query=query, period=period, closing=period):
            checker.check(figure)
            converted += isinstance(figure.currency, Converted) and figure.count > 0
    assert bool(converted) is (verb in TOLD)


def test_the_overview_tells_all_in_one_where_it_is_asked_to(
    kept: tuple[Office, Telling], frozen_clock: object
) -> None:
    two, checker = kept
    plain, one = (two.at().numbers.overview(converted=way) for way in (False, True))
    money = [figure for figure in figures_in(one) if isinstance(figure.currency, Converted)]
    for figure in figures_in(one):
        checker.check(figure)
    assert len([figure for figure in money if figure.count]) > 4
    assert not one.pipeline.beside
    assert plain.pipeline.beside
    assert plain.figures == one.figures
    assert plain.queue == one.queue


CHARTS_OF_ONES_OWN = [
    Own(measure=measure, by=by, picture=picture, dated=dated, period=period, currency=currency)
    for measure in ("sum:deal_value", "average:deal_value")
    for by, picture in (
        ("stage", "bar"),
        ("assigned_to", "bar"),
        ("created_at:month", "line"),
        ("", "number"),
    )
    for dated, period in (("", "all"), ("actual_close_date", "this_year"))
    for currency in ("*", "EUR")
]


@pytest.mark.slow
@pytest.mark.parametrize(
    "own", CHARTS_OF_ONES_OWN, ids=lambda own: f"{own.measure} {own.by} {own.dated} {own.currency}"
)
def test_a_chart_of_ones_own_tells_all_in_one_where_it_says_so(
    kept: tuple[Office, Telling], own: Own, frozen_clock: object
) -> None:
    two, checker = kept
    for said in (own, replace(own, asks={"preset": "converted"}), replace(own, asks={"preset": "open"})):
        chart = two.at().numbers.own(said, compare="before")
        assert ("(all, in USD)" in chart.title) is (own.currency == "*")
        for figure in figures_in(chart):
            checker.check(figure)
            if figure not in chart.left:
                assert isinstance(figure.currency, Converted) is (own.currency == "*")
        if own.currency != "*":
            assert not chart.left
            continue
        # With those that have no rate they are all deals of the same filters and period.
        left, large = chart.left
        assert not large.count
        assert left.count or (own.dated and "preset" in said.asks)
        assert ("open" in left.rows.query.preset.split(",")) is (said.asks.get("preset") == "open")
        every = {row["id"] for row in checker.rows(replace(left, rows=untold_of(left)))}
        shown = {row["id"] for bar in chart.bars for row in checker.rows(bar.figure)}
        missing = {row["id"] for row in checker.rows(left)}
        assert shown | missing == every
        assert not shown & missing


def untold_of(left: Figure) -> Question:
    """The same list with whatever can be told."""
    names = [name for name in left.rows.query.preset.split(",") if name != "unrated"]
    return Question("deals", replace(left.rows.query, preset=",".join(names)))


def test_goals_are_told_by_the_rate_of_their_month(
    kept: tuple[Office, Telling], frozen_clock: object
) -> None:
    """February has ended: its last day's rate is the one from the 3rd on; in March today's is the same."""
    two, checker = kept
    my = two.at()
    february = Period.month_of(date(2026, 2, 1))
    own, told_ = (my.numbers.against_goals(query, february) for query in (Query(), ALL))
    assert told_[-1].value == Decimal(str(own[-1].value)) + Decimal("770.00")
    assert told_[-1].count == own[-1].count + 1
    assert told_[0].value == float(added_up(checker, told_[0]) / Decimal(str(told_[-1].value)))
    tiles = my.numbers.tiles(ALL, replace(february, against_goal=True))
    assert tiles[0].before == told_[-1]
    for figure in figures_in([told_, tiles]):
        checker.check(figure)
    # Of one currency its deals are compared with its goals.
    of_euro = my.numbers.against_goals(replace(ALL, where={"currency": ("EUR",)}), february)
    assert (of_euro[-1].value, of_euro[-1].count) == (Decimal("770.00"), 1)
    for figure in figures_in(of_euro):
        checker.check(figure)
    # One in francs, of which there is no rate: nothing is compared, and the goal opens it.
    francs = two.people[0]["user"]
    my.goals.set([Wanted(francs, date(2026, 2, 1), 1, None, "5")], "CHF")
    try:
        without = my.numbers.against_goals(ALL, february)
        assert [figure.value for figure in without] == [None] * len(own)
        assert "no rate of their month" in without[-1].means
        (opened,) = checker.rows(without[-1])
        assert (opened["currency"], opened["user_id"]) == ("CHF", francs)
        year = my.numbers.goal_year(ALL, date(2026, 1, 1))
        months = {line.name: line.figures[0] for line in year.months}
        assert months["Jan 2026"].value
        assert (months["Feb 2026"].value, months["Year"].value) == (None, None)
        assert [line.figures[0].value is None for line in year.people] == [
            line.name == two.at().members()[francs] for line in year.people
        ]
        forecast = my.numbers.forecast(ALL, Period(date(2026, 1, 1), date(2026, 3, 31)))
        for figure in figures_in([without, year, forecast]):
            checker.check(figure)
    finally:
        my.goals.set([Wanted(francs, date(2026, 2, 1), 1, Decimal(5), "")], "CHF")


def added_up(checker: Telling, figure: Figure) -> Decimal:
    """The values of the rows behind a figure."""
    return sum((row["deal_value"] for row in checker.rows(figure)), Decimal("0.00"))


def narrowed(two: Office) -> Query:
    """The deals of one person, told in one."""
    return replace(ALL, where={"assigned_to": (two.people[0]["sales_rep"],)})


def test_all_of_them_are_in_it_or_counted_as_without_a_rate(
    kept: tuple[Office, Telling], frozen_clock: object
) -> None:
    two, checker = kept
    my = two.at()
    every = [row for page in my.deals.walk(Query()) for row in page.rows]
    can = {row["id"] for row in every if told(checker.rates, row) is not None}
    assert set(my.deals.ids(ALL, 10_000)) == can
    assert set(my.deals.ids(Query(preset="unrated"), 10_000)) == {row["id"] for row in every} - can
    assert {"JPY", "CHF", "GBP"} == {row["currency"] for row in every if row["id"] not in can}
    open_ = [told(checker.rates, row) for row in every if row["status"] == "open" and row["id"] in can]
    assert my.numbers.standing(ALL)[0].value == sum(filter(None, open_))
    assert my.numbers.standing(ALL)[0].count == len(open_)


def test_the_list_that_opens_adds_up_to_the_same(kept: tuple[Office, Telling], frozen_clock: object) -> None:
    two, _ = kept
    my = two.at()
    year = my.numbers.period("365_days")
    for figure in [*my.numbers.standing(ALL), *my.numbers.tiles(ALL, year)]:
        for money in (one for one in (figure, figure.before) if one and one.formula is Formula.VALUE):
            query = money.rows.query
            assert my.deals.footers(query, {"deal_value": "sum"})["deal_value"] == {"USD": money.value}
            groups = my.deals.groups(query, ["assigned_to"], ["deal_value"])
            assert sum(group.sums["deal_value"].get("USD", 0) for group in groups) == money.value
            assert {code for group in groups for code in group.sums["deal_value"]} == {"USD"}


def test_an_amount_is_converted_to_the_cent_whatever_its_size(two: Office) -> None:
    """Amounts and rates at the ends of what can be, against whole numbers of Python."""
    dice = chance.dice(5)
    amounts = [Decimal(cents) / 100 for cents in (0, 1, 49, 50, 99, 10**7 - 1, 10**7, 10**15 - 1)]
    amounts += [Decimal(dice.randint(0, 10 ** dice.randint(1, 15) - 1)) / 100 for _ in range(60)]
    put_deals(two, [{"deal_value": amount, "currency": "EUR"} for amount in amounts])
    rates = two.at(0, "admin").exchange_rates
    units = [1, 5, 10**10, 10**10 - 1, 10**10 + 1, 15 * 10**9, 10**17 - 1]
    units += [dice.randint(1, 10 ** dice.randint(1, 17) - 1) for _ in range(25)]
    money, seen = Converted.into("USD", TODAY), None
    for unit in units:
        rate = Decimal(unit).scaleb(-10)
        rates.set("EUR", TODAY, rate, seen)
        seen = rate
        with two.store.read(two.scope()) as session:
            found = session.execute(sa.select(Deal.deal_value, worth(money))).all()
        for amount, cents in found:
            exact = (int(amount * 100) * unit * 2 + 10**10) // (2 * 10**10)
            if exact <= 999_999_999_999_999:
                assert cents == exact, (amount, rate)
            else:  # more than an amount can hold is left out, and never wrong
                assert cents in (None, exact), (amount, rate)


def test_what_is_too_large_to_convert_is_called_so(two: Office, frozen_clock: object) -> None:
    """Beside what has no rate, each opening its own; and what was too large before is told exactly."""
    checker, most = Telling(two.at()), Decimal("9999999999999.99")
    checker.rates = {"EUR": [(date(2026, 1, 1), Decimal(20))]}
    two.at(0, "admin").exchange_rates.set("EUR", date(2026, 1, 1), "20")
    two.at(1, "admin").exchange_rates.set("CHF", date(2026, 1, 1), "1")
    put_deals(two, [{"deal_value": worth_, "currency": code} for code, worth_ in (
        ("EUR", most), ("EUR", Decimal(3)), ("CHF", Decimal(1)), ("CHF", most), ("USD", most))])  # fmt: skip
    my = two.at()
    sums = my.numbers.own(Own(measure="sum:deal_value", by="", picture="number", currency="*"))
    for left in (my.numbers.told().left, my.numbers.told(None, ALL_TIME).left, sums.left):
        assert [(figure.label, figure.count) for figure in left] == [
            ("Without a rate", 2),
            ("Too large to convert", 1),
        ]
        for figure in left:
            checker.check(figure)
        assert [row["currency"] for row in checker.rows(left[1])] == ["EUR"]
    assert my.numbers.standing(ALL)[0].value == most + 60
    clock.set_source(lambda: datetime(2026, 3, 3, 9, tzinfo=UTC))
    large = checker.rows(my.numbers.told().left[1])[0]
    my.deals.change([Edit(large["id"], {"deal_value": (large["deal_value"], "1")})])
    bridge = my.numbers.bridge(ALL, date(2026, 3, 3))
    assert bridge.opening.value == most + 60 + most * 20
    assert my.numbers.then_and_now(ALL, date(2026, 3, 3)).deals[0].delta == 20 - most * 20


def test_without_rates_it_is_the_own_currency_alone(two: Office) -> None:
    some_deals(two, 30)
    my = two.at()
    (own, *_), (all_, *_) = my.numbers.standing(), my.numbers.standing(ALL)
    assert (own.value, own.count) == (all_.value, all_.count)


@pytest.mark.parametrize("name", CHARTS)
def test_a_title_says_of_which_currencies_a_chart_is(
    kept: tuple[Office, Telling], name: str, frozen_clock: object
) -> None:
    my = kept[0].at()
    for query, said in ((Query(), "(USD)"), (ALL, "(all, in USD)")):
        chart = my.numbers.chart(name, query, ALL_TIME)
        assert (said in chart.title) is bool(chart.currency)
        assert isinstance(chart.currency, Converted) is (query is ALL and bool(chart.currency))


def test_what_is_taken_away_says_that_it_is_converted(two: Office) -> None:
    """Beside another file of the same heads, in the company's own currency alone."""
    my = two.at(0, "admin")
    customer = my.customers.add({"name": "One"})
    for currency in ("EUR", "USD"):
        my.deals.add({"deal_name": "D", "customer_id": customer, "deal_value": "7", "currency": currency})
    my.exchange_rates.set("EUR", TODAY, "2")
    sums = Own(measure="sum:deal_value", by="stage", picture="bar")
    for query, currency, said in ((Query(), "", ",USD,"), (ALL, "*", ',"all, in USD",')):
        for _, pieces in (
            my.export_breakdown(query, ALL_TIME),
            my.export_changes(query, TODAY - timedelta(days=9), ALL_TIME),
            my.export_own(replace(sums, currency=currency)),
            my.export_chart("stage", query),
        ):
            _, *lines = b"".join(pieces).decode().splitlines()
            assert lines
            assert all(said in line for line in lines)
