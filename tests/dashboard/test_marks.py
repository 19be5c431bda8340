"""What is marked in a list: by the rules of the board and the task list, each in words."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from crm_data.tables.stage_rules import USUAL
from dashboard.parts import marks, say

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
