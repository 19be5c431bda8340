"""Win rate, average deal, cycle and velocity: against their rows, beside the equal period before, or absent."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from statistics import mean, median
from typing import Any

import pytest

from crm_data import Figure, Period, Query
from tests.nouns.makers import a_deal
from tests.numbers.makers import behind, lost, put, put_deals, was, won
from tests.numbers.test_pipeline import some_deals
from tests.support.office import Office
from tests.support.statements import counted

FEBRUARY = Period(date(2026, 2, 1), date(2026, 2, 28))


def tiles(
    two: Office, period: Period = FEBRUARY, query: Query | None = None, **more: Any
) -> dict[str, Figure]:
    """The tiles by name."""
    return {figure.formula.name.lower(): figure for figure in two.at().numbers.tiles(query, period, **more)}


def test_each_tile_is_made_of_its_rows(two: Office) -> None:
    my = two.at()
    some_deals(two, 200)
    some_deals(two, 80, company=1)
    with counted(two.store) as sent:
        found = tiles(two)
    assert len(sent) == 5
    closed = behind(my, found["win_rate"])
    wins = [row for row in closed if row["status"] == "won"]
    assert wins == behind(my, found["average"])
    assert 0 < len(wins) < len(closed)
    assert found["value"].value == sum(row["deal_value"] for row in wins)
    assert found["win_rate"].value == len(wins) / len(closed)
    value = sum(row["deal_value"] for row in closed)
    assert found["win_rate_by_value"].value == pytest.approx(
        float(sum(r["deal_value"] for r in wins) / value)
    )
    average = sum(row["deal_value"] for row in wins) / len(wins)
    assert found["average"].value == average.quantize(Decimal("0.01"))
    days = [(row["actual_close_date"] - row["created_at"].date()).days for row in wins]
    assert found["mean_days"].value == pytest.approx(mean(days))
    assert found["median_days"].value == median(days)
    for figure in found.values():
        assert figure.means.endswith("in no figure.")
        assert figure.currency == "USD"


def test_the_period_before_has_as_many_days(two: Office) -> None:
    on = date(2026, 2, 1)
    january = [on - timedelta(days=n) for n in (1, 28, 29)]  # 28 days before are the 4th to the 31st
    put_deals(two, [won(on, 10), won(date(2026, 2, 28), 20), won(date(2026, 3, 1), 40)])
    put_deals(two, [won(day, 100) for day in january])
    figure = tiles(two)["value"]
    assert (figure.value, was(figure), figure.change) == (Decimal(30), Decimal(200), Decimal(-170))


def test_an_empty_denominator_is_not_available(two: Office) -> None:
    found = tiles(two)
    assert found["value"].value == Decimal(0)
    for name in ("win_rate", "win_rate_by_value", "average", "mean_days", "median_days", "velocity"):
        assert (found[name].value, was(found[name]), found[name].change) == (None, None, None)
    put_deals(two, [lost(date(2026, 2, 3), 0)])
    found = tiles(two)
    assert (found["win_rate"].value, found["win_rate_by_value"].value) == (0.0, None)
    assert (found["average"].value, found["velocity"].value) == (None, None)


def test_velocity_as_in_the_book(two: Office) -> None:
    """18 open x 42,000 x 24 % / 78 days = 2,326 a day."""
    made = datetime(2026, 2, 20, tzinfo=UTC) - timedelta(days=78)
    wins = [won(date(2026, 2, 20), 42_000, created_at=made) for _ in range(6)]
    put_deals(two, [*wins, *[lost(date(2026, 2, 20)) for _ in range(19)]])
    put_deals(two, [{"stage": "proposal"}] * 10 + [{"stage": "qualified"}] * 8 + [{"stage": "prospect"}] * 5)
    found = tiles(two, Period(date(2026, 2, 1), date(2026, 3, 2)))
    assert (found["win_rate"].value, found["mean_days"].value) == (0.24, 78)
    assert found["velocity"].value == Decimal("2326.15")
    assert was(found["velocity"]) is None


def test_velocity_of_the_past_counts_what_was_open_then(two: Office, frozen_clock: Any) -> None:
    my = two.at()
    for day in (1, 5):
        frozen_clock.moment = datetime(2026, 1, day, 9, tzinfo=UTC)
        deals = [a_deal(my, stage="qualified") for _ in range(2)]
    frozen_clock.moment = datetime(2026, 1, 10, 9, tzinfo=UTC)
    my.deals.move(deals[0], "closed_won", "qualified")
    my.deals.move(deals[1], "prospect", "qualified")
    frozen_clock.moment = datetime(2026, 3, 2, 9, tzinfo=UTC)
    my.deals.move(deals[1], "negotiation", "prospect")
    january = Period(date(2026, 1, 1), date(2026, 1, 31))
    velocity = tiles(two, january)["velocity"]
    assert velocity.value == Decimal("40.00")  # two qualified at its end x 100 x 1 / 5 days
    assert was(velocity) is None


@pytest.mark.parametrize(("days", "middle"), [([4], 4), ([1, 9], 5), ([9, 1, 3], 3), ([2, 2, 3, 40], 2.5)])
def test_the_median_of_few_and_many(two: Office, days: list[int], middle: float) -> None:
    close = date(2026, 2, 27)
    made = [datetime(2026, 2, 27, 15, tzinfo=UTC) - timedelta(days=n) for n in days]
    put_deals(two, [won(close, created_at=at) for at in made])
    found = tiles(two)
    assert (found["mean_days"].value, found["median_days"].value) == (pytest.approx(mean(days)), middle)


def test_a_cycle_begins_with_the_first_line_of_the_history(two: Office) -> None:
    """An import is made today, but its history holds the file's dates."""
    today = datetime(2026, 3, 2, tzinfo=UTC)
    imported, backwards = put_deals(two, [won(date(2026, 2, 10), created_at=today)] * 2)
    began = datetime(2026, 1, 31, tzinfo=UTC)
    put(
        two, "deal_stage_history", [_line(imported, "qualified", began), _line(imported, "closed_won", today)]
    )
    assert (
        tiles(two)["mean_days"].value == 10
    )  # the other was closed before it was made, and measures nothing
    assert backwards in {row["id"] for row in behind(two.at(), tiles(two)["average"])}


def test_closed_the_evening_before_in_another_zone_is_no_day(two: Office) -> None:
    put_deals(two, [won(date(2026, 2, 10), created_at=datetime(2026, 2, 11, 2, tzinfo=UTC))])
    assert tiles(two)["mean_days"].value == 0


def test_the_filter_of_the_list_holds_for_the_tiles_and_their_rows(two: Office) -> None:
    my = two.at()
    some_deals(two, 150)
    me = two.people[0]["manager"]
    for where in ({"assigned_to": (me,)}, {"status": ("won",)}, {"status": ("open",)}):
        found = tiles(two, query=Query(where=where))
        closed = behind(my, found["win_rate"])
        expected = sum(row["status"] == "won" for row in closed) / len(closed) if closed else None
        assert found["win_rate"].value == expected
    narrow = Query(where={"actual_close_date": (date(2026, 2, 10), None)})
    found = tiles(two, query=narrow)
    assert found["value"].value == sum(row["deal_value"] for row in behind(my, found["value"]))
    assert tiles(two, currency="eur")["value"].currency == "EUR"


def _line(deal: int, stage: str, at: datetime) -> dict[str, Any]:
    return {"deal_id": deal, "to_stage": stage, "moved_at": at, "deal_value": Decimal(1), "probability": 1}
