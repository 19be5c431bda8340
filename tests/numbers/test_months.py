"""Won and expected by month: an edit moves no win, a lost deal is in no forecast, what has no date is shown."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pandas as pd

from crm_data import Edit, Period, Query
from tests.nouns.makers import a_deal
from tests.numbers.makers import exact, lost, put_deals, rows_of, weighted, won
from tests.numbers.test_pipeline import some_deals
from tests.support.office import Office
from tests.support.statements import counted

SUMMER = Period(date(2026, 5, 1), date(2026, 7, 31))


def line(frame: pd.DataFrame, label: str) -> Any:
    """One month's row."""
    return frame.set_index("label").loc[label]


def test_won_in_may_and_edited_in_june_leaves_june_unchanged(two: Office, frozen_clock: Any) -> None:
    my = two.at()
    frozen_clock.moment = datetime(2026, 5, 20, 9, tzinfo=UTC)
    deal = a_deal(my, deal_value="500", expected_close_date="2026-07-15")
    my.deals.move(deal, "closed_won", "prospect")
    frozen_clock.moment = datetime(2026, 6, 10, 9, tzinfo=UTC)
    before = my.numbers.by_month(period=SUMMER).frame
    my.deals.change([Edit(deal, {"notes": (None, "Paid in full")})])
    after = my.numbers.by_month(period=SUMMER).frame
    assert before.equals(after)
    assert line(after, "May 2026").won == 500
    assert (line(after, "Jun 2026").won, line(after, "Jul 2026").won) == (0, 0)
    my.deals.change([Edit(deal, {"deal_value": ("500", "600")})])
    assert line(my.numbers.by_month().frame, "May 2026").won == 600


def test_a_lost_deal_leaves_the_forecast_unchanged(two: Office) -> None:
    my = two.at()
    put_deals(two, [{"expected_close_date": date(2026, 4, 3), "stage": "proposal"}])
    before = my.numbers.by_month().frame
    put_deals(two, [lost(date(2026, 3, 1), 10_000, expected_close_date=date(2026, 4, 9))])
    put_deals(two, [{"deal_value": Decimal(10_000), "expected_close_date": date(2026, 4, 9)}], company=1)
    assert my.numbers.by_month().frame.equals(before)
    assert line(before, "Apr 2026").expected == 50


def test_every_deal_is_in_exactly_one_month_or_without_a_date(two: Office) -> None:
    my = two.at()
    some_deals(two, 150)
    dated = [date(2025, 11, 30), date(2026, 3, 31), date(2027, 1, 1)]
    put_deals(
        two,
        [{"expected_close_date": day, "deal_value": Decimal("10.05"), "stage": "qualified"} for day in dated],
    )
    with counted(two.store) as sent:
        frame = my.numbers.by_month().frame
    assert len(sent) == 2
    rows = [row for row in rows_of(my) if row["currency"] == "USD"]
    assert exact(frame["won"].sum()) == sum(row["deal_value"] for row in rows if row["status"] == "won")
    open_ = [row for row in rows if row["status"] == "open"]
    assert exact(frame["expected"].sum()) == sum(weighted(row) for row in open_)
    assert exact(frame["expected_value"].sum()) == sum(row["deal_value"] for row in open_)
    assert frame["expected_count"].sum() == len(open_)
    assert (line(frame, "Nov 2025").expected, line(frame, "Jan 2027").expected) == (2.51, 2.51)
    undated = my.numbers.by_stage(Query(preset="undated")).sum
    assert exact(line(frame, "No date").expected) == undated.weighted
    assert line(frame, "No date").expected_count == undated.count


def test_months_without_deals_are_there_too(two: Office) -> None:
    put_deals(two, [won(date(2025, 11, 30)), won(date(2026, 2, 1))])
    frame = two.at().numbers.by_month().frame
    assert list(frame["label"]) == ["Nov 2025", "Dec 2025", "Jan 2026", "Feb 2026", "No date"]
    assert list(frame["won"]) == [100, 0, 0, 100, 0]
    some = two.at().numbers.by_month(period=Period(date(2026, 1, 15), date(2026, 3, 1))).frame
    assert list(some["label"]) == ["Jan 2026", "Feb 2026", "Mar 2026", "No date"]
    assert pd.isna(some["month"].iloc[-1])
    assert some["month"].iloc[0] == pd.Timestamp(2026, 1, 1)


def test_an_empty_company_has_no_months(two: Office) -> None:
    frame = two.at().numbers.by_month().frame
    assert list(frame["label"]) == ["No date"]
    assert frame["month"].dtype.kind == "M"
