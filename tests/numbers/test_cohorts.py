"""Cohorts, activities for each won deal, coverage and pushes beside a plain model, and by hand."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from crm_data import Figure, Period, Query, Wanted, clock
from crm_data.numbers.cohorts import HEADS, LATER, VALUE_HEADS, Cohorts
from crm_data.numbers.touches import LABEL
from tests.numbers.checking import Checker, figures_in
from tests.numbers.makers import lost, put, put_deals, wandering, won
from tests.support import chance
from tests.support.office import Office
from tests.support.statements import counted

# Ends of months, a leap day, the night in which clocks go forward there.
CLOCKS = (
    (datetime(2026, 1, 31, 23, 59, tzinfo=UTC), "UTC"),
    (datetime(2024, 2, 29, 12, tzinfo=UTC), "America/New_York"),
    (datetime(2026, 3, 29, 0, 30, tzinfo=UTC), "Europe/Vienna"),
    (datetime(2026, 12, 31, 13, tzinfo=UTC), "Pacific/Auckland"),
)


def month_after(day: date, months: int) -> date:
    """The first of the month so many months after that of a day."""
    at = day.year * 12 + day.month - 1 + months
    return date(at // 12, at % 12 + 1, 1)


def some(two: Office, now: datetime, seed: int) -> list[dict[str, Any]]:
    """Deals made in two years before a moment, at any hour, many of them on the edges of months."""
    dice, rows = chance.dice(seed), []
    for _ in range(160):
        at = now - timedelta(days=dice.randint(0, 700), minutes=dice.randint(0, 1_500))
        if dice.random() < 0.3:
            at = datetime(at.year, at.month, 1, tzinfo=UTC) + timedelta(hours=dice.randint(-14, 14))
        at = min(at, now)
        closed = at.date() + timedelta(days=dice.choice([-40, 0, 1, 29, 31, 60, 200, dice.randint(0, 400)]))
        worth = Decimal(dice.randint(0, 10**6)) / 100 + 1
        of = {"created_at": at, "currency": dice.choice(["USD", "USD", "EUR"])}
        rows.append(
            {
                **of,
                **dice.choice(
                    [won(closed, worth), won(closed, worth), lost(closed, worth), {"deal_value": worth}]
                ),
            }
        )
    put_deals(two, rows)
    return rows


def model(rows: list[dict[str, Any]], last: date, today: date, zone: Any) -> dict[str, list[Any]]:
    """Month -> what stands in its lines: made, open, shares, to date; then values, to date."""
    found = {}
    for back in range(11, -1, -1):
        first = month_after(min(last, today), -back)
        mine = [
            row
            for row in rows
            if row["currency"] == "USD" and row["created_at"].astimezone(zone).date().replace(day=1) == first
        ]
        if not mine:
            continue
        wins = [row for row in mine if row.get("stage") == "closed_won"]
        shares: list[Any] = []
        values: list[Any] = []
        for later in LATER:
            end = month_after(first, later + 1)
            over = end <= today
            by_then = [row for row in wins if row["actual_close_date"] < end]
            shares.append(len(by_then) / len(mine) if over else None)
            values.append(sum((row["deal_value"] for row in by_then), Decimal(0)) if over else None)
        still = len([row for row in mine if not row.get("actual_close_date")])
        ever = sum((row["deal_value"] for row in wins), Decimal(0))
        found[f"{first:%b %Y}"] = [len(mine), still, *shares, len(wins) / len(mine), *values, ever]
    return found


def said(found: Cohorts) -> dict[str, list[Any]]:
    assert all(len(line.figures) == len(HEADS) for line in found.shares)
    assert all(len(line.figures) == len(VALUE_HEADS) for line in found.values)
    return {
        one.name: [figure and figure.value for figure in (*one.figures, *two.figures)]
        for one, two in zip(found.shares, found.values, strict=True)
    }


@pytest.mark.slow
@pytest.mark.parametrize(("now", "name"), CLOCKS)
def test_as_the_plain_model_says(two: Office, now: datetime, name: str) -> None:
    clock.set_source(lambda: now)
    zone = ZoneInfo(name)
    rows = some(two, now, 4)
    put_deals(two, [won(now.date(), 5, created_at=now)], company=1)
    my, today = two.at(), now.astimezone(zone).date()
    checker = Checker(my)
    for word in ("this_month", "last_quarter", "this_year", "365_days", "all"):
        period = my.numbers.period(word, zone)
        with counted(two.store) as sent:
            found = my.numbers.cohorts(Query(zone=zone), period)
        assert len(sent) == 1
        assert said(found) == model(rows, period.last, today, zone), word
        for figure in figures_in(found):
            checker.check(figure)


def test_by_hand(two: Office, frozen_clock: Any) -> None:
    """Four made in December: one won in it, one in January, one in this month, one open."""
    made = datetime(2025, 12, 10, tzinfo=UTC)
    days = (date(2025, 12, 31), date(2026, 1, 1), date(2026, 3, 1))
    put_deals(
        two, [*(won(day, 100 * 2**n, created_at=made) for n, day in enumerate(days)), {"created_at": made}]
    )
    found = two.at().numbers.cohorts()
    assert said(found) == {
        "Dec 2025": [
            4,
            1,
            0.25,
            0.5,
            0.5,
            None,
            None,
            None,
            None,
            0.75,
            100,
            300,
            300,
            None,
            None,
            None,
            None,
            700,
        ]
    }


def test_of_nothing_there_is_nothing(two: Office, frozen_clock: Any) -> None:
    put_deals(two, [won(date(2026, 3, 1))], company=1)
    found = two.at().numbers.cohorts()
    assert (found.shares, found.values, found.currency) == ([], [], "USD")


def test_activities_per_won_deal_by_hand(two: Office, frozen_clock: Any) -> None:
    """Those between beginning and close that people logged; a won deal without any counts as well."""
    made = datetime(2026, 2, 3, 15, tzinfo=UTC)
    ids = put_deals(
        two,
        [
            won(date(2026, 2, 10), created_at=made),
            won(date(2026, 2, 20), created_at=made),
            {"created_at": made},
        ],
    )
    moments = [
        (ids[0], datetime(2026, 2, 2, 23, 59, tzinfo=UTC), "call", None),  # the day before it was made
        (ids[0], datetime(2026, 2, 3, 9, tzinfo=UTC), "call", None),
        (ids[0], datetime(2026, 2, 10, 23, 59, tzinfo=UTC), "note", None),
        (ids[0], datetime(2026, 2, 11, tzinfo=UTC), "email", None),  # the day after it was closed
        (ids[0], datetime(2026, 2, 5, tzinfo=UTC), "status_change", None),
        (ids[0], datetime(2026, 2, 5, tzinfo=UTC), "meeting", made),  # put away
        (ids[0], datetime(2026, 2, 6, tzinfo=UTC), "meeting", None),
        (ids[2], datetime(2026, 2, 6, tzinfo=UTC), "meeting", None),
    ]
    put(
        two,
        "activities",
        [
            {
                "deal_id": deal, "activity_date": at, "activity_type": kind, "archived_at": away, "title": "A",
                "user_id": two.people[0]["user"], "created_at": made,
            }
            for deal, at, kind, away in moments
        ],
    )  # fmt: skip
    month = Period.month_of(date(2026, 2, 1))
    (tile,) = (one for one in two.at().numbers.tiles(period=month) if one.label == LABEL)
    assert (tile.value, tile.count) == (1.5, 2)
    assert tile.before is not None
    assert (tile.before.value, tile.before.count) == (None, 0)
    assert tile.means.startswith("3 in all")


def test_coverage_by_hand(two: Office, frozen_clock: Any) -> None:
    """600 are left of 1,000, and 1,800 are open and expected until then: 3 times."""
    two.at().goals.set([Wanted(two.people[0]["user"], date(2026, 3, 1), 1, None, "1000")])
    due = [(date(2026, 3, 1), 7), (date(2026, 3, 2), 1000), (date(2026, 3, 31), 800), (date(2026, 4, 1), 9)]
    put_deals(
        two, [won(date(2026, 3, 1), 400), *({"expected_close_date": on, "deal_value": v} for on, v in due)]
    )
    numbers = two.at().numbers
    assert _coverage(numbers.against_goals(None, numbers.period("this_month"))) == (3.0, 2)
    assert _coverage(numbers.against_goals(None, numbers.period("last_month"))) == (None, 0)
    put_deals(two, [won(date(2026, 3, 1), 600)])
    assert _coverage(numbers.against_goals(None, numbers.period("this_month"))) == (None, 2)


def _coverage(found: list[Figure]) -> tuple[Any, int]:
    (one,) = (figure for figure in found if figure.label == "Coverage")
    return one.value, one.count


def test_broken_down_it_is_the_whole_of_each(two: Office, frozen_clock: Any) -> None:
    """With one owner alone, a line says what the tiles say of all."""
    wandering(two, 60)
    my, period = two.at(), Period(date(2025, 9, 1), date(2026, 2, 28))
    for person in two.people[0].values():
        query = Query(where={"assigned_to": (person,)})
        tiles = {figure.label: figure for figure in my.numbers.tiles(query, period)}
        found = my.numbers.breakdown(query, period).pace
        for line in found:
            velocity = line.figures[0]
            assert velocity is not None
            assert (velocity.value, velocity.count) == (tiles["Velocity"].value, tiles["Velocity"].count)
