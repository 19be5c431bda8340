"""The forecast of a month beside a plain reading: managers' numbers, else people's own, else won and commit."""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from crm_data import Period, Query
from tests.conftest import FrozenClock
from tests.numbers.checking import Checker, figures_in
from tests.numbers.makers import NOW, rows_of, wandering
from tests.numbers.test_forecast import stands
from tests.support import chance
from tests.support.office import Office

MARCH, APRIL = date(2026, 3, 1), date(2026, 4, 1)
ROLES = ("user", "sales_rep", "manager", "admin")


def given(two: Office, seed: int) -> dict[tuple[int, date], dict[bool, Decimal | None]]:
    """Some numbers by chance, given and taken back; and what stands of each, kept plainly."""
    dice, kept = chance.dice(seed), dict[tuple[int, date], dict[bool, Decimal | None]]()
    last: dict[Any, int] = {}
    for _ in range(30):
        role, month, over = dice.choice(ROLES), dice.choice([MARCH, APRIL]), dice.random() < 0.5
        person, worth = two.people[0][role], Decimal(dice.randint(0, 10**7)) / 100
        said = kept.setdefault((person, month), {})
        if said.get(over) is not None and dice.random() < 0.3:
            worth = None  # type: ignore[assignment]
        my = two.at(0, "manager" if over else role).submissions
        key = (person, month, over)
        typed = "" if worth is None else str(worth)
        last[key] = my.give(month, typed, f"{_}", person if over else None, last.get(key))
        said[over] = worth
    return kept


def computed(rows: list[dict[str, Any]], month: date) -> Iterator[dict[str, Any]]:
    """The deals that are won in a month, or in commit and expected in the rest of it."""
    days = Period.month_of(month)
    for row in rows:
        closed, due = row["actual_close_date"], row["expected_close_date"]
        won = row["status"] == "won" and closed and days.first <= closed <= days.last
        open_ = row["status"] == "open" and due and max(days.first, NOW.date()) <= due <= days.last
        if won or (open_ and stands(row) == "commit"):
            yield row


@pytest.mark.slow
@pytest.mark.parametrize("seed", [1, 2])
def test_the_forecast_of_all_is_that_of_each(two: Office, seed: int) -> None:
    wandering(two, 80, seed=seed)
    wandering(two, 20, company=1, seed=seed)
    kept, my = given(two, seed), two.at()
    checker = Checker(my)
    rows = [row for row in rows_of(my) if row["currency"] == "USD"]
    for month in (MARCH, APRIL):
        found = my.numbers.submitted(month=month)
        for figure in figures_in(found):
            checker.check(figure)
        wanted: dict[int | None, Decimal] = {}
        for row in computed(rows, month):
            wanted[row["assigned_to"]] = wanted.get(row["assigned_to"], Decimal(0)) + row["deal_value"]
        for (person, at), said in kept.items():
            counts = said.get(True) if said.get(True) is not None else said.get(False)
            if at == month and counts is not None:
                wanted[person] = counts
        shown = {line.user_id: line.figures[3] for line in found.people}
        assert {who: figure and figure.value for who, figure in shown.items()} == wanted
        assert found.every is not None
        assert found.every.value == sum(wanted.values(), Decimal(0))
        in_table = my.numbers.forecast()
        (line,) = [line for line in in_table.lines if line.name == f"{month:%b %Y}"]
        assert line.figures[-1] == found.every


def test_with_a_filter_and_of_a_month_that_is_over(two: Office) -> None:
    wandering(two, 30, seed=4)
    kept, my = given(two, 4), two.at()
    person = two.people[0]["user"]
    narrow = my.numbers.submitted(Query(where={"assigned_to": (person,)}), MARCH)
    assert {line.user_id for line in narrow.people} <= {person}
    by_stage = my.numbers.submitted(Query(where={"stage": ("prospect",)}), MARCH)
    assert by_stage.people == []
    assert by_stage.every is not None
    assert by_stage.every.value is None
    assert "of people" in by_stage.every.means
    over = my.numbers.submitted(month=date(2026, 1, 1))
    assert over.every is None
    assert kept


def test_changing_stages_and_periods_loses_no_number(two: Office) -> None:
    kept, my = given(two, 5), two.at()
    before = my.submissions.page().rows
    two.at(0, "admin").stages.change({("negotiation", "category"): ("commit", "omitted")})
    two.at(0, "admin").profile.change({"fiscal_year_begins": ("january", "april")})
    assert my.submissions.page().rows == before
    assert len(before) == 30
    assert kept


def test_each_line_says_when_its_newest_number_was_given(two: Office, frozen_clock: FrozenClock) -> None:
    person, rep = two.people[0]["user"], two.people[0]["sales_rep"]
    moments = []
    for day, (role, over, worth) in enumerate(
        [("user", None, "5"), ("sales_rep", None, "6"), ("manager", person, "7"), ("sales_rep", None, "")]
    ):
        frozen_clock.moment = datetime(2026, 3, 2 + day, 9, tzinfo=UTC)
        moments.append(frozen_clock.moment)
        mine = two.at(0, role).submissions
        told, _ = mine.of_month(MARCH, "USD")
        seen = [one.id for one in told if one.user_id == (over or two.people[0][role]) and not one.over]
        mine.give(MARCH, worth, "", over, None if over else next(iter(seen), None))
    lines = {line.user_id: line.given for line in two.at().numbers.submitted(month=MARCH).people}
    assert lines[person] == moments[2]  # the manager's over the own
    assert lines.get(rep) is None  # taken back: there is none to be old
    own = two.at(0, "user").numbers.submitted(month=MARCH).people
    assert {line.user_id: line.given for line in own}[person] == moments[2]
