"""The board of months: each open deal in one column, the day of a deal that is moved, and the statements."""

from calendar import monthrange
from datetime import date, timedelta
from decimal import Decimal
from itertools import product

import pytest

from crm_data import Edit, Period, Query, errors
from crm_data.numbers.forecast_board import MonthColumn, day_in
from tests.nouns.makers import a_deal
from tests.numbers.checking import Checker, figures_in
from tests.numbers.makers import NOW, lost, put_deals, rows_of, wandering, won
from tests.numbers.test_forecast import PERIODS
from tests.support.office import Office
from tests.support.statements import counted

TODAY = NOW.date()


def column_of(columns: list[MonthColumn], day: date | None) -> MonthColumn:
    """Where a deal belongs, said plainly."""
    months = [column.month for column in columns if column.month]
    here = day and next(
        (month for month in months if (month.year, month.month) == (day.year, day.month)), None
    )
    if day is None:
        name = "No date"
    elif day < TODAY:
        name = "Slipped"
    elif here:
        name = f"{here:%b %Y}"
    else:
        name = "Earlier" if day < months[0] else "Later"
    return next(column for column in columns if column.name == name)


@pytest.mark.slow
@pytest.mark.parametrize("period", PERIODS)
def test_every_open_deal_stands_in_one_column(two: Office, period: Period | None) -> None:
    wandering(two, 60, seed=31)
    wandering(two, 20, company=1, seed=32)
    put_deals(two, [{"expected_close_date": TODAY + timedelta(days=n)} for n in (0, -1, 29, 40, 250, 2000)])
    put_deals(two, [won(TODAY), lost(TODAY), {"forecast_category": "omitted", "expected_close_date": TODAY}])
    my = two.at()
    columns, checker = my.numbers.forecast_board(period=period, per_column=500), Checker(my)
    for figure in figures_in(columns):
        checker.check(figure)
    rows = [row for row in rows_of(my, Query(preset="open")) if row["currency"] == "USD"]
    for column in columns:
        here = [row for row in rows if column_of(columns, row["expected_close_date"]) is column]
        assert {card.id for card in column.cards} == {row["id"] for row in here}
        assert column.totals.value.value == sum((row["deal_value"] for row in here), Decimal(0))
        days = [card.expected for card in column.cards if card.expected]
        assert days == sorted(days)
        assert column.month or here, "what stands beside the months is there when a deal is"
    assert sum(column.totals.count.count for column in columns) == len(rows)
    assert all(
        column.month is None or column.month.replace(day=28) >= TODAY.replace(day=1) for column in columns
    )


def test_months_that_are_over_take_no_deal(two: Office) -> None:
    columns = two.at().numbers.forecast_board(period=Period(date(2025, 1, 1), date(2025, 12, 31)))
    assert [column.name for column in columns][:2] == ["Mar 2026", "Apr 2026"]
    columns = two.at().numbers.forecast_board(period=Period(date(2026, 1, 5), date(2026, 4, 2)))
    assert columns[0].month == date(2026, 3, 1)


@pytest.mark.parametrize(
    ("month", "seen", "wanted"),
    [
        (date(2026, 4, 1), date(2026, 3, 31), date(2026, 4, 30)),
        (date(2027, 2, 1), date(2026, 3, 29), date(2027, 2, 28)),
        (date(2028, 2, 1), date(2026, 3, 31), date(2028, 2, 29)),
        (date(2028, 2, 1), date(2026, 1, 29), date(2028, 2, 29)),
        (date(2026, 4, 1), date(2026, 5, 7), date(2026, 4, 7)),
        (date(2026, 3, 1), date(2026, 2, 1), date(2026, 3, 31)),  # the first has passed: not slipped at once
        (date(2026, 3, 1), date(2026, 2, 2), date(2026, 3, 2)),
        (date(2026, 4, 1), None, date(2026, 4, 30)),
        (date(2028, 2, 1), None, date(2028, 2, 29)),
    ],
)
def test_a_deal_keeps_its_day_in_another_month(month: date, seen: date | None, wanted: date) -> None:
    assert day_in(month, seen, TODAY) == wanted


def test_a_deal_that_is_put_into_a_month_is_in_it_and_has_not_slipped() -> None:
    days = [None, *(TODAY + timedelta(days=n) for n in range(-40, 400))]
    months = [date(2026 + n // 12, 1 + n % 12, 1) for n in range(2, 28)]
    for month, seen in product(months, days):
        put = day_in(month, seen, TODAY)
        last = monthrange(month.year, month.month)[1]
        assert (put.year, put.month) == (month.year, month.month)
        assert put >= TODAY
        assert put.day in (last, seen.day if seen else last)


def test_the_board_of_months_costs_the_same_however_many_there_are(two: Office) -> None:
    sent_for = []
    for number in (1, 200):
        put_deals(two, [{"expected_close_date": TODAY + timedelta(days=n)} for n in range(number)])
        put_deals(two, [{"expected_close_date": TODAY}] * 40, company=1)
        with counted(two.store) as sent:
            columns = two.at().numbers.forecast_board(per_column=5)
        sent_for.append(len(sent))
        assert max(len(column.cards) for column in columns) <= 5
    assert sent_for == [5, 5]
    assert columns[0].totals.count.count == 31  # today, again, and to the end of March


def test_a_moved_deal_changes_both_months_and_a_colleagues_change_is_not_overwritten(two: Office) -> None:
    my = two.at()
    deal = a_deal(my, deal_value="1000.01", expected_close_date="2026-03-31")

    def worth() -> dict[str, Decimal]:
        return {c.name: c.totals.value.value for c in my.numbers.forecast_board() if c.totals.count.count}  # type: ignore[misc]

    assert worth() == {"Mar 2026": Decimal("1000.01")}
    seen = date(2026, 3, 31)
    my.deals.change([Edit(deal, {"expected_close_date": (seen, day_in(date(2026, 4, 1), seen, TODAY))})])
    assert worth() == {"Apr 2026": Decimal("1000.01")}
    with pytest.raises(errors.Conflict):
        my.deals.change([Edit(deal, {"expected_close_date": (seen, date(2026, 5, 31))})])
    assert my.deals.get(deal)["expected_close_date"] == date(2026, 4, 30)
