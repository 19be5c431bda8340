"""The board as of a past day beside snapshots taken when that day ended; and days of which nobody knows."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from crm_data import Period, Query, Workspace, errors
from crm_data.numbers.as_of_board import STAGES, BoardThen
from tests.numbers.checking import Checker, figures_in
from tests.numbers.makers import put_deals, rows_of, weighted
from tests.numbers.test_accuracy import begin, work
from tests.support import chance
from tests.support.office import Office
from tests.support.statements import counted

Row = dict[str, Any]


def sums(rows: list[Row]) -> tuple[int, Decimal, Decimal]:
    zero = Decimal("0.00")
    return len(rows), sum((row["deal_value"] for row in rows), zero), sum(map(weighted, rows), zero)


def told(found: Any) -> tuple[Any, ...]:
    return found.count.value, found.value.value, found.weighted.value


def agrees(found: BoardThen, stood: list[Row], day: date, names: dict[int, str]) -> None:
    """Every number of the board, and each card, as the rows of that day say it."""
    rows = [row for row in stood if row["status"] == "open"]
    assert found.known
    assert found.every.value == len(rows)
    for column in found.columns:
        mine = [row for row in rows if row["stage"] == column.stage]
        assert column.every.value == len(mine)
        for totals in column.totals:
            money = totals.value.currency
            assert told(totals) == sums([row for row in mine if row["currency"] == money])
        assert sum(totals.count.value for totals in column.totals) == len(mine)
        by_id = {row["id"]: row for row in mine}
        assert len(column.cards) == min(len(mine), 20)
        for card in column.cards:
            row = by_id[card.id]
            assert (card.value, card.due) == (row["deal_value"], row["expected_close_date"])
            assert card.owner == (names[row["assigned_to"]] if row["assigned_to"] else None)
            assert card.days == (day - row["stage_since"].date()).days
    dollars = [row for row in rows if row["currency"] == "USD" and row["expected_close_date"]]
    month = [row for row in dollars if f"{row['expected_close_date']:%Y%m}" == f"{day:%Y%m}"]
    late = [row for row in dollars if row["expected_close_date"] < day]
    assert (found.due.count, found.due.value) == sums(month)[:2]
    assert (found.slipped.count, found.slipped.value) == sums(late)[:2]
    assert told(found.total) == sums([row for row in rows if row["currency"] == "USD"])


@pytest.mark.slow
@pytest.mark.parametrize("seed", [1, 2])
def test_each_board_is_that_of_its_day(two: Office, frozen_clock: Any, seed: int) -> None:
    """Deals worked on by chance, some archived; of each day what stood when it ended, in Python."""
    dice, my = chance.dice(f"as of {seed}"), two.at()
    people = [two.people[0][role] for role in ("user", "sales_rep")]
    frozen_clock.moment = datetime(2026, 4, 25, tzinfo=UTC)
    customers = [one.customers.add({"name": "F"}) for one in (my, two.at(1))]
    taken: dict[date, list[Row]] = {}
    for day in (date(2026, 4, 26) + timedelta(days=n) for n in range(12)):
        frozen_clock.moment = datetime(day.year, day.month, day.day, tzinfo=UTC)
        for _ in range(dice.randint(3, 9)):
            frozen_clock.moment += timedelta(minutes=dice.choice([0, 40]))
            work(my, dice, customers[0], people)
        begin(two.at(1), dice, customers[1], sorted(two.people[1].values()))
        frozen_clock.moment = datetime(day.year, day.month, day.day, 23, 59, 59, tzinfo=UTC)
        taken[day] = rows_of(my)
    frozen_clock.moment += timedelta(seconds=1)
    left = [row["id"] for row in rows_of(my)]
    away = left[:3]
    my.deals.archive(away)
    names, checker = my.members(), Checker(my)
    for day, rows in taken.items():
        stood = [row for row in rows if row["id"] in left]  # whose coming in was taken back is nowhere
        with counted(two.store) as sent:
            found = my.numbers.board_then(day=day)
        assert len(sent) <= 6
        agrees(found, [row for row in stood if row["id"] not in away], day, names)
        gone = [row for row in stood if row["id"] in away and row["status"] == "open"]
        assert found.archived is not None
        assert found.archived.value == len(gone)
        for figure in figures_in(found):
            checker.check(figure)
    assert my.numbers.board_then(day=max(taken)).every.value == sum(
        column.count for column in my.numbers.board()
    )


def a_day_on(two: Office, frozen_clock: Any) -> tuple[Workspace, int, date]:
    """A deal that came in today through the verbs, seen from two days later."""
    my, today = two.at(), frozen_clock.moment.date()
    deal = my.deals.add({"deal_name": "D", "deal_value": "7", "customer_id": my.customers.add({"name": "F"})})
    frozen_clock.move(days=2)
    return my, deal, today


def test_before_the_log_begins_nothing_is_available(two: Office, frozen_clock: Any) -> None:
    my, _, today = a_day_on(two, frozen_clock)
    put_deals(two, [{"created_at": datetime(2025, 1, 1, tzinfo=UTC)}] * 3)
    early = my.numbers.board_then(day=today - timedelta(days=1))
    assert not early.known
    assert {figure.value for column in early.columns for figure in figures_in(column)} == {None}
    assert [early.total.value.value, early.due.value, early.every.value] == [None] * 3
    assert "begins later" in early.total.value.means
    assert all(not column.cards for column in early.columns)
    found = my.numbers.board_then(day=today)
    assert found.known
    assert (found.every.value, found.unknown.value) == (4, 0)


def test_a_deal_of_which_nobody_knows_is_left_out_and_said(two: Office, frozen_clock: Any) -> None:
    my, _, today = a_day_on(two, frozen_clock)
    late = my.deals.add({"deal_name": "L", "deal_value": "9", "customer_id": my.customers.add({"name": "G"})})
    with two.store.system("a test dates a deal back", write=True) as session:
        session.connection().exec_driver_sql(
            f"UPDATE deals SET created_at = '2026-01-01 00:00:00' WHERE id = {late}"
        )
    found = my.numbers.board_then(day=today)
    assert (found.every.value, found.unknown.value) == (1, 1)
    Checker(my).check(found.unknown)


def test_the_day_ends_where_the_person_is(two: Office, frozen_clock: Any) -> None:
    """At 09:30 in UTC it is 22:30 in Auckland, and two hours later it is the next day there."""
    my, auckland = two.at(), ZoneInfo("Pacific/Auckland")
    frozen_clock.moment = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
    customer = my.customers.add({"name": "F"})
    deal = my.deals.add({"deal_name": "D", "deal_value": "7", "customer_id": customer})
    frozen_clock.moment = datetime(2026, 3, 2, 11, 30, tzinfo=UTC)
    my.deals.move(deal, "proposal", "prospect")
    frozen_clock.moment = datetime(2026, 3, 4, 9, 30, tzinfo=UTC)

    def where(zone: Any) -> list[str]:
        found = my.numbers.board_then(Query(zone=zone), date(2026, 3, 2))
        return [column.stage for column in found.columns if column.every.value]

    assert (where(auckland), where(UTC)) == (["prospect"], ["proposal"])


@pytest.mark.parametrize("days", [0, 1, 400])
def test_a_day_that_has_not_ended_is_refused(two: Office, frozen_clock: Any, days: int) -> None:
    with pytest.raises(errors.Invalid, match="has not ended"):
        two.at().numbers.board_then(day=frozen_clock.moment.date() + timedelta(days=days))


@pytest.mark.parametrize(
    "said",
    [
        "prospect:2026-03-01", "prospect:x:..", "none:2026-03-01:..", ":2026-03-01:..", "prospect|:2026-03-01:..",
        "prospect:0001-01-01:..", "prospect:9999-12-31:..", "closed_won:2026-03-01:..", "prospect::..", "", "::",
        "prospect:2026-03-01:x..y", "prospect' or 1=1:2026-03-01:..",
    ],
)  # fmt: skip
def test_a_forged_link_says_so(two: Office, said: str) -> None:
    my = two.at()
    if said == "prospect:2026-03-01":
        my.deals.page(Query(preset=f"open_at:{said}"))  # without days it is of all days
        return
    with pytest.raises(errors.CrmError):
        my.deals.page(Query(preset=f"open_at:{said}"))


def test_the_list_holds_nobody_elses(two: Office, frozen_clock: Any) -> None:
    _, deal, today = a_day_on(two, frozen_clock)
    query = Query(preset=f"open_at:{'|'.join(STAGES)}:{today}:..")
    assert [row["id"] for row in two.at().deals.page(query).rows] == [deal]
    assert two.at(1).deals.page(query).total == 0
    assert two.at(1).numbers.board_then(day=today).every.count == 0


@pytest.mark.slow
def test_what_is_of_a_moment_stands_beside_what_it_was(two: Office, frozen_clock: Any) -> None:
    """As the board of that day says it; of one deal of which nobody knows, nothing is available."""
    dice, my = chance.dice("moment"), two.at()
    people = [two.people[0][role] for role in ("user", "sales_rep")]
    customer = my.customers.add({"name": "F"})
    for _ in range(60):
        frozen_clock.moment += timedelta(hours=dice.choice([1, 12]))
        work(my, dice, customer, people)
    today = frozen_clock.moment.date()
    period, checker = Period(today - timedelta(days=4), today), Checker(my)
    day = today - timedelta(days=5)
    with counted(two.store) as sent:
        now = my.numbers.standing(period=period)
    board = my.numbers.board_then(day=day)
    then = [figure.before for figure in now]
    wanted = [board.total.value, board.total.weighted, board.due, board.slipped]
    assert len(sent) == 2
    assert [one.value for one in then if one] == [one.value for one in wanted]
    assert then[4:] == [None, None]
    assert board.total.value.value
    for figure in figures_in(now):
        checker.check(figure)
    long_ago = my.numbers.standing(period=Period(date(2026, 1, 1), today))
    assert [one.before and one.before.value for one in long_ago] == [None] * 6
    assert "begins later" in long_ago[0].means
    assert [one.before for one in my.numbers.standing(period=Period(today, today, alone=True))] == [None] * 6


def test_the_day_of_a_comparison() -> None:
    month = Period(date(2026, 3, 1), date(2026, 3, 31))
    assert month.moment_before() == date(2026, 2, 28)
    assert replace(month, beside=month.year_ago()).moment_before() == date(2025, 3, 31)
    assert replace(month, alone=True).moment_before() is None
