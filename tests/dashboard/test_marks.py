"""What is marked in a list: by the rules of the board and the task list, each in words."""

from datetime import UTC, date, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest

from crm_data.numbers.standing import OFTEN
from crm_data.tables.stage_rules import USUAL
from dashboard.parts import marks, say
from dashboard.parts.late import late

NOW = datetime(2026, 3, 10, 12, tzinfo=UTC)


@pytest.fixture(autouse=True)
def today(monkeypatch: pytest.MonkeyPatch, frozen_clock: Any) -> None:
    frozen_clock.moment = NOW
    monkeypatch.setattr(say, "zone", lambda: UTC)


def before(days: int) -> datetime:
    return NOW - timedelta(days=days)


def deal(**more: Any) -> dict[str, Any]:
    return {
        "status": "open",
        "stage": "prospect",
        "archived_at": None,
        "stage_since": before(1),
        "expected_close_date": None,
    } | more


@pytest.mark.parametrize(
    ("table", "row", "marked"),
    [
        ("deals", deal(), {}),
        (
            "deals",
            deal(expected_close_date=date(2026, 3, 9)),
            {"expected_close_date": ("red", "Close date 1 day past")},
        ),
        ("deals", deal(stage_since=before(14)), {"stage": ("orange", "Stalled, 14 d in stage")}),
        ("deals", deal(stage_since=before(13)), {}),
        ("deals", deal(stage_since=before(90), status="won", stage="closed_won"), {}),
        ("leads", {"status": "new", "created_at": before(6), "archived_at": None}, {}),
        (
            "leads",
            {"status": "new", "created_at": before(7), "archived_at": None},
            {"status": ("orange", "New for 7 days: nobody was in touch yet")},
        ),
        ("leads", {"status": "contacted", "created_at": before(90), "archived_at": None}, {}),
        ("leads", {"status": "new", "created_at": before(90), "archived_at": before(1)}, {}),
    ],
)
def test_what_is_late_is_marked_and_said(table: str, row: dict[str, Any], marked: dict[str, Any]) -> None:
    rule = marks.of(table, USUAL)
    assert rule is not None
    assert rule(row) == marked


def test_an_overdue_task_is_marked_where_its_day_stands() -> None:
    rule = marks.of("tasks", USUAL)
    assert rule is not None
    late = datetime.now(UTC) - timedelta(days=3)
    told = ("red", "Overdue 3 days")
    assert rule({"status": "pending", "due_date": late}) == {"due_date": told, "when": told}
    for row in ({"status": "completed", "due_date": late}, {"status": "pending", "due_date": None}):
        assert rule(row) == {}


def test_of_customers_nothing_is_marked() -> None:
    assert marks.of("customers", USUAL) is None


class Deals:
    """What the list asks of deals, counted."""

    asked = 0

    def pushes(self, ids: list[int]) -> dict[int, int]:
        self.asked += 1
        return {id_: id_ for id_ in ids}


@pytest.mark.parametrize("pushes", [2, 3, 12])
def test_what_was_put_off_often_is_marked_beside_what_is_past(pushes: int) -> None:
    """Read once for all rows; of two and of closed deals it says nothing."""
    deals = Deals()
    my: Any = SimpleNamespace(scope=SimpleNamespace(stages=USUAL), deals=deals)
    rule = marks.of_rows(my, "deals")
    assert rule is not None
    rows = [
        deal(id=pushes, expected_close_date=date(2026, 3, 12)),
        deal(id=pushes, expected_close_date=date(2026, 3, 9)),
        deal(id=pushes, expected_close_date=date(2026, 3, 9), status="won", stage="closed_won"),
        deal(id=1),
    ]
    often = f"Put off {pushes} times" if pushes >= OFTEN else ""
    past = " · ".join(filter(None, ("Close date 1 day past", often)))
    future = {"expected_close_date": ("orange", often)} if often else {}
    assert rule(rows) == [future, {"expected_close_date": ("red", past)}, {}, {}]
    assert deals.asked == 1
    assert late(0, True, pushes) == ("stalled", " · ".join(filter(None, ("Stalled", often))))
    assert late(0, False, pushes) == (("pushed", often) if often else ("", ""))
