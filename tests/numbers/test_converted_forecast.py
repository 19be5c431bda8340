"""Given forecasts and their accuracy in all currencies, beside a plain reading of rows, rates and snapshots."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from crm_data import Figure, Period, Query
from crm_data.nouns.converted import Converted
from crm_data.store.filters import Condition, Filter, Group, Op
from tests.numbers.checking import figures_in
from tests.numbers.makers import NOW, rows_of, wandering, weighted
from tests.numbers.test_accuracy import ASKED, JUNE, MAY, SPRING, begin, cells, near, work
from tests.numbers.test_converted import ALL, Telling, told, told_of_month
from tests.numbers.test_submitted import computed
from tests.support import chance
from tests.support.office import Office

RATES = {
    "EUR": [
        (date(2025, 1, 1), Decimal("1.05")),
        (date(2026, 5, 20), Decimal("1.1123")),
        (date(2026, 6, 15), Decimal("1.2")),
    ]
}
MARCH = date(2026, 3, 1)
Key = tuple[int, str, date]


def kept_rates(two: Office) -> Telling:
    checker = Telling(two.at())
    checker.rates = RATES
    for day, rate in RATES["EUR"]:
        two.at(0, "admin").exchange_rates.set("EUR", day, rate)
    two.at(1, "admin").exchange_rates.set("CHF", date(2020, 1, 1), "5")
    return checker


class Numbers:
    """Numbers given by chance, own and over them, in two currencies; what stands of each is kept plainly."""

    def __init__(self, two: Office, dice: Any, months: tuple[date, ...]) -> None:
        self.two, self.dice, self.months = two, dice, months
        self.kept: dict[tuple[Key, bool], Decimal | None] = {}
        self.last: dict[tuple[Key, bool], int] = {}

    def give(self) -> None:
        dice = self.dice
        role, over = dice.choice(("user", "sales_rep")), dice.random() < 0.4
        person, month, code = self.two.people[0][role], dice.choice(self.months), dice.choice(["USD", "EUR"])
        key = ((person, code, month), over)
        worth = None if self.kept.get(key) is not None and dice.random() < 0.3 else dice.randint(0, 300_000)
        amount = None if worth is None else Decimal(worth) / 100
        my = self.two.at(0, "manager" if over else role).submissions
        typed, whose = "" if amount is None else str(amount), person if over else None
        made = my.give(month, typed, "", whose, self.last.get(key), code)
        if made:
            self.last[key] = made
        self.kept[key] = amount


def counting(kept: dict[tuple[Key, bool], Decimal | None], month: date, today: date) -> dict[Any, Decimal]:
    """(Person, currency) -> what counts of a month, in USD."""
    found: dict[tuple[int, str], Decimal] = {}
    for over in (False, True):
        for ((person, code, at), by), amount in kept.items():
            if (at, by) == (month, over) and amount is not None:
                row = {"amount": amount, "currency": code, "month": month}
                worth = told_of_month(RATES, row, today)
                assert worth is not None
                found[person, code] = worth
    return found


@pytest.mark.slow
@pytest.mark.parametrize("seed", [1, 2])
def test_the_forecast_of_all_currencies_is_that_of_each(two: Office, frozen_clock: Any, seed: int) -> None:
    """A person's number in one of them stands for their deals in that one; what is in others is computed."""
    today, checker = NOW.date(), kept_rates(two)
    checker.day = today
    wandering(two, 80, seed=seed)
    wandering(two, 20, company=1, seed=seed)
    numbers = Numbers(two, chance.dice(f"given {seed}"), (MARCH, date(2026, 4, 1)))
    for _ in range(14):
        numbers.give()
    my = two.at()
    for month in numbers.months:
        found = my.numbers.submitted(ALL, month)
        for figure in figures_in(found):
            checker.check(figure)
        counts = counting(numbers.kept, month, today)
        wanted: dict[int | None, Decimal] = {}
        for (person, _), worth in counts.items():
            wanted[person] = wanted.get(person, Decimal(0)) + worth
        for row in computed(rows_of(my), month):
            who, worth = row["assigned_to"], told(RATES, row, today)
            if worth is not None and (who, row["currency"]) not in counts:
                wanted[who] = wanted.get(who, Decimal(0)) + worth
        assert {line.user_id: line.figures[3] and line.figures[3].value for line in found.people} == wanted
        assert found.every is not None
        assert found.every.value == sum(wanted.values(), Decimal(0))
        assert isinstance(found.every.currency, Converted)
        (line,) = [one for one in my.numbers.forecast(ALL).lines if one.name == f"{month:%b %Y}"]
        assert line.figures[-1] == found.every
    narrow: list[Figure] = []
    owner = Condition("assigned_to", Op.ANY, (two.people[0]["user"], two.people[0]["sales_rep"]))
    for asked in (
        Query(preset="converted", where={"currency": ("EUR",)}),
        Query(preset="converted", filter=Filter((owner, Condition("currency", Op.IS, ("EUR",))), any=True)),
    ):
        narrow += figures_in(my.numbers.submitted(asked, MARCH))
    assert any(figure.value for figure in narrow)
    for figure in narrow:
        checker.check(figure)


def test_with_a_filter_that_has_no_room_it_is_not_available(two: Office, frozen_clock: Any) -> None:
    kept = kept_rates(two)
    wandering(two, 20)
    two.at(0, "sales_rep").submissions.give(MARCH, "5", currency="EUR")
    owner = Condition("assigned_to", Op.ANY, (two.people[0]["sales_rep"],))
    for full in (Filter((owner,) * 30), Filter((Group((owner,)), owner), any=True)):
        found = two.at().numbers.submitted(Query(preset="converted", filter=full), MARCH)
        assert found.every is not None
        assert found.every.value is None
        assert "no room" in found.every.means
        assert found.people == []
        kept.check(found.every)


def test_a_number_without_a_rate_makes_it_not_available_and_is_opened(two: Office, frozen_clock: Any) -> None:
    """A stranger's rates of the same currency change nothing."""
    checker = kept_rates(two)
    checker.day = NOW.date()
    wandering(two, 20)
    francs = two.at(0, "sales_rep").submissions.give(MARCH, "5", currency="CHF")
    two.at(0, "sales_rep").submissions.give(MARCH, "7", currency="EUR")
    found = two.at().numbers.submitted(ALL, MARCH)
    assert found.every is not None
    assert (found.every.value, found.every.count) == (None, 1)
    assert [row["id"] for row in checker.rows(found.every)] == [francs]
    for figure in figures_in(found):
        checker.check(figure)
    shown = {line.user_id: line.figures[3] for line in found.people}
    mine = two.people[0]["sales_rep"]
    assert [who for who, figure in shown.items() if figure and figure.value is None] == [mine]
    assert two.at(0, "user").numbers.submitted(ALL, MARCH).every != found.every
    theirs = two.at(0, "user").numbers.submitted(ALL, MARCH)
    assert all(line.user_id == two.people[0]["user"] for line in theirs.people)


@pytest.mark.slow
def test_each_forecast_of_all_currencies_is_that_of_its_day(two: Office, frozen_clock: Any) -> None:
    """Deals worked on and numbers given from February to July; each by the rates of when it was over."""
    dice, my = chance.dice("accuracy of all"), two.at()
    people = [two.people[0][role] for role in ("user", "sales_rep")]
    frozen_clock.moment = datetime(2026, 2, 19, tzinfo=UTC)
    customer, checker = my.customers.add({"name": "F"}), kept_rates(two)
    numbers, taken = Numbers(two, dice, (MAY, JUNE)), dict[date, Any]()
    for _ in range(25):
        begin(my, dice, customer, people)
    day = date(2026, 2, 20)
    while day <= date(2026, 7, 2):
        frozen_clock.moment = datetime(day.year, day.month, day.day, tzinfo=UTC)
        if day in ASKED.values():
            taken[day] = ({row["id"]: row for row in rows_of(my)}, dict(numbers.kept))
        for _ in range(dice.randint(0, 5) if day.day % 3 == 0 else 0):
            frozen_clock.moment += timedelta(minutes=40)
            work(my, dice, customer, people)
        if dice.random() < 0.3 and day < date(2026, 5, 1):
            numbers.give()
        day += timedelta(days=1)
    now, checker.day = {row["id"]: row for row in rows_of(my)}, date(2026, 7, 2)
    found = my.numbers.accuracy(ALL, SPRING)
    seen = [cells(line) for line in found.lines]
    assert all(any(line[head] for line in seen) for head in ("Won", "Given", "Commit", "Weighted"))
    for line in found.lines:
        snapshot, said = taken[ASKED[line.month, line.days]]
        days, commit, weighed = Period.month_of(line.month), Decimal("0.00"), Decimal("0.00")
        stages = {"proposal": "best_case", "negotiation": "commit"}
        for id_, row in snapshot.items():
            due = row["expected_close_date"]
            if row["status"] != "open" or not due or not days.first <= due <= days.last:
                continue
            worth = told(RATES, {**now[id_], "deal_value": row["deal_value"]}, checker.day)
            category = row["forecast_category"] or stages.get(row["stage"], "pipeline")
            commit += (worth or 0) if category == "commit" else 0
            weighed += weighted({**row, "deal_value": worth}) if category != "omitted" else 0
        closed = [
            (row, told(RATES, row, checker.day) or Decimal(0))
            for row in now.values()
            if row["status"] == "won" and days.first <= row["actual_close_date"] <= days.last
        ]
        counts = counting(said, line.month, checker.day)
        every = sum((worth for _, worth in closed), Decimal("0.00"))
        theirs = sum(
            (worth for row, worth in closed if (row["assigned_to"], row["currency"]) in counts),
            Decimal("0.00"),
        )
        given = sum(counts.values(), Decimal("0.00")) if counts else None
        assert cells(line) == {
            "Won": every, "Given": given, "Won by these": theirs if counts else None,
            "Accuracy of given": near(given, theirs), "Commit": commit,
            "Accuracy of commit": near(commit, every), "Weighted": weighed,
            "Accuracy of weighted": near(weighed, every),
        }  # fmt: skip
    for figure in figures_in(found):
        checker.check(figure)
    # A number in a currency without a rate: what was given before it was is told as ever.
    frozen_clock.moment = datetime(2026, 5, 10, tzinfo=UTC)
    two.at(0, "user").submissions.give(JUNE, "9", currency="CHF")
    frozen_clock.moment = datetime(2026, 7, 2, tzinfo=UTC)
    again = my.numbers.accuracy(ALL, SPRING)
    for line, before in zip(again.lines, seen, strict=True):
        without = line.month == JUNE and line.days == 30
        assert (cells(line)["Given"] is None) is (without or before["Given"] is None)
    for figure in figures_in(again):
        checker.check(figure)
