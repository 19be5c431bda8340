"""Funnel, days in stage, ages and what was put off, beside a plain reading of histories made by chance."""

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise, product
from math import ceil
from statistics import median
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from crm_data import Chart, Edit, Period, Query
from crm_data.numbers.ages import AGES
from crm_data.numbers.funnel import Base
from crm_data.numbers.numbers import ALL_TIME
from tests.numbers.checking import WAY, Checker, figures_in
from tests.numbers.makers import NOW, Step, put, put_deals, wandering
from tests.support.office import Office
from tests.support.statements import counted

PERIODS = (
    ALL_TIME,
    Period(date(2025, 6, 1), date(2025, 12, 31)),
    Period(date(2026, 1, 1), date(2026, 2, 28)),
    Period(date(2025, 12, 3), date(2026, 3, 2)),
)
ZONES = (UTC, ZoneInfo("America/Los_Angeles"))
Known = dict[int, tuple[dict[str, Any], list[Step]]]


def inside(moment: datetime, period: Period, zone: Any) -> bool:
    return period.all_time or period.first <= moment.astimezone(zone).date() <= period.last


def counts(chart: Chart) -> list[int]:
    return [bar.figure.count for bar in chart.bars]


def plain_funnel(known: Known, period: Period, zone: Any, base: Base, skipped: bool) -> list[int]:
    """The same said step by step."""
    found = []
    for at, stage in enumerate(WAY):
        further = WAY[at:] if skipped else [stage]
        if base is Base.MADE:
            deals = [
                id_
                for id_, (row, way) in known.items()
                if inside(row["created_at"], period, zone) and any(to in further for _, _, to in way)
            ]
        else:
            deals = [
                id_
                for id_, (_, way) in known.items()
                if any(
                    to in further and inside(when, period, zone) and not (skipped and was in further)
                    for when, was, to in way
                )
            ]
        found.append(len(deals))
    return found


@pytest.mark.slow
def test_the_funnel_of_histories_made_by_chance(two: Office) -> None:
    known = wandering(two, 120, seed=11)
    wandering(two, 40, company=1, seed=12)
    my = two.at()
    checker = Checker(my)
    for period, zone, base, skipped in product(PERIODS, ZONES, Base, (True, False)):
        chart = my.numbers.funnel(Query(zone=zone), period, base, skipped)
        assert counts(chart) == plain_funnel(known, period, zone, base, skipped), (period, base, skipped)
        for figure in figures_in(chart):
            checker.check(figure)


def test_a_deal_that_comes_and_goes_counts_once_and_its_visits_are_added(two: Office) -> None:
    """Prospect, qualified, prospect, qualified, won: one deal in qualified, and both its stays."""
    begun = datetime(2026, 1, 1, 12, tzinfo=UTC)
    ways = [None, "prospect", "qualified", "prospect", "qualified", "closed_won"]
    (id_,) = put_deals(
        two, [{"stage": "closed_won", "created_at": begun, "actual_close_date": date(2026, 1, 31)}]
    )
    days = [0, 3, 10, 11, 30]
    put(
        two,
        "deal_stage_history",
        [
            {"deal_id": id_, "from_stage": was, "to_stage": to, "moved_at": begun + timedelta(days=day),
             "deal_value": 1}
            for was, to, day in zip(ways, ways[1:], days, strict=False)
        ],
    )  # fmt: skip
    my, year = two.at(), Period(date(2026, 1, 1), date(2026, 12, 31))
    assert counts(my.numbers.funnel(period=year)) == [1, 1, 1, 1, 1]
    assert counts(my.numbers.funnel(period=year, skipped=False)) == [1, 1, 0, 0, 1]
    lines = {line.stage: line for line in my.numbers.stage_days(period=year).frame.itertuples()}
    assert (lines["prospect"].median, lines["qualified"].median) == (3 + 1, 7 + 19)
    assert (lines["qualified"].deals, lines["qualified"].still, lines["proposal"].deals) == (1, 0, 0)


def plain_days(known: Known, stage: str, period: Period, zone: Any) -> tuple[list[float], int]:
    runs = period.all_time or period.last >= NOW.astimezone(zone).date()
    found, still = [], 0
    for row, way in known.values():
        spans = [
            max((after - began).total_seconds(), 0)
            for (began, _, to), (after, _, _) in pairwise(way)
            if to == stage and inside(after, period, zone)
        ]
        if runs and row["status"] == "open" and row["stage"] == stage:
            spans.append((NOW - row["stage_since"]).total_seconds())
            still += 1
        if spans:
            found.append(sum(spans) / 86_400)
    return sorted(found), still


def test_days_in_stage_of_histories_made_by_chance(two: Office) -> None:
    known = wandering(two, 120, seed=13)
    wandering(two, 40, company=1, seed=14)
    my, seen = two.at(), 0
    for period, zone in product(PERIODS, ZONES):
        for line in my.numbers.stage_days(Query(zone=zone), period).frame.itertuples():
            days, still = plain_days(known, line.stage, period, zone)
            assert (line.deals, line.still) == (len(days), still)
            if days:
                assert line.median == pytest.approx(median(days))
                assert line.most == pytest.approx(days[ceil(0.8 * len(days) - 1e-9) - 1])
                seen += 1
    assert seen > 20


def test_every_open_deal_has_one_age_and_one_number_of_pushes(two: Office) -> None:
    known = wandering(two, 150, seed=15)
    my = two.at()
    standing = [row for row, _ in known.values() if row["status"] == "open" and row["currency"] == "USD"]
    ages = my.numbers.ages()
    for (low, high), bar in zip(AGES, ages.bars, strict=True):
        old = [(NOW.date() - row["created_at"].date()).days for row in standing]
        assert bar.figure.count == sum(low <= age and (high is None or age <= high) for age in old)
    for chart in (ages, my.numbers.put_off()):
        assert sum(counts(chart)) == len(standing)
        assert sum(bar.figure.value for bar in chart.bars) == sum(row["deal_value"] for row in standing)
    assert all(counts(my.numbers.put_off()))


def test_an_expected_close_that_is_put_off_is_counted_and_one_that_is_brought_forward_is_not(
    two: Office,
) -> None:
    my = two.at()
    deal = my.deals.add({"deal_name": "D", "deal_value": "7", "customer_id": my.customers.add({"name": "F"})})
    last = None
    for day, pushes in (("2026-04-01", 0), ("2026-05-01", 1), ("2026-04-02", 1), ("2026-04-03", 2),
                        (None, 2), ("2026-09-01", 2), ("2026-09-02", 3)):  # fmt: skip
        my.deals.change([Edit(deal, {"expected_close_date": (last, day)})])
        last = day
        places = {bar.place: bar.figure.count for bar in my.numbers.put_off().bars}
        assert list(places.values()) == [int(at == min(pushes, 3)) for at in range(4)]
        assert my.numbers.standing()[-1].count == int(pushes >= 3)
        with counted(two.store) as sent:
            assert my.deals.pushes([deal, deal + 1, "x", None]) == ({deal: pushes} if pushes else {})
        assert len(sent) == 1
        assert two.at(1).deals.pushes([deal]) == {}
        cards = [card for column in my.numbers.board() for card in column.cards]
        assert [card.pushes for card in cards] == [pushes]
