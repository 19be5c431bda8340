"""The words of the timeline: what stands under which day, and where its links lead."""

from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from dashboard.parts import say
from dashboard.parts.feed import LINKS, days

NAMES = {
    "user_id": {1: "Ann Ace"},
    "customer_id": {7: "<b>Acme</b>"},
    "deal_id": {8: "Beans"},
    "lead_id": {9: "Lead"},
    "task_id": {10: "Task"},
}
TODAY = date(2026, 3, 5)


def row(at: datetime, **more: Any) -> dict[str, Any]:
    empty = dict.fromkeys([*(link for link, _ in LINKS), "duration", "outcome", "description"])
    return {
        "id": 1,
        "activity_type": "call",
        "title": "T",
        "user_id": 1,
        "activity_date": at,
        **empty,
        **more,
    }


def test_they_stand_under_the_days_of_the_persons_own_zone() -> None:
    late = datetime(2026, 3, 5, 2, 30, tzinfo=UTC)
    rows = [row(late), row(datetime(2026, 3, 4, 20, tzinfo=UTC)), row(datetime(2026, 3, 1, tzinfo=UTC))]
    here = [(d.title, len(d.entries)) for d in days(rows, NAMES, None, UTC, TODAY)]
    assert here == [("Today", 1), ("Yesterday", 1), (f"Sunday {say.day(date(2026, 3, 1))}", 1)]
    west = days(rows, NAMES, None, ZoneInfo("America/New_York"), TODAY)
    assert [(d.title, [e.at for e in d.entries]) for d in west] == [
        ("Yesterday", ["21:30", "15:00"]),
        (f"Saturday {say.day(date(2026, 2, 28))}", ["19:00"]),
    ]


def test_facts_that_are_not_there_leave_no_gap() -> None:
    at = datetime(2026, 3, 5, 9, tzinfo=UTC)
    (one,) = days([row(at, duration=15, outcome="Reached")], NAMES, None, UTC, TODAY)[0].entries
    (two,) = days([row(at, user_id=99)], NAMES, None, UTC, TODAY)[0].entries
    assert (one.facts, two.facts) == ("Call · Ann Ace · 15 min · Reached", "Call · A former colleague")
    assert (two.text, two.links) == ("", [])


def test_each_link_leads_to_its_record_and_the_one_here_is_left_out() -> None:
    at = datetime(2026, 3, 5, 9, tzinfo=UTC)
    all_four = row(at, customer_id=7, deal_id=8, lead_id=9, task_id=10)
    for link, kind in LINKS:
        (entry,) = days([all_four], NAMES, (link, all_four[link]), UTC, TODAY)[0].entries
        shown = {to.address: (to.kind, to.text) for to in entry.links}
        assert len(shown) == len(LINKS) - 1
        assert f"/record?kind={kind}&id={all_four[link]}" not in shown
        for other, name in LINKS:
            if other != link:
                id_ = all_four[other]
                wanted = (name.capitalize(), NAMES[other][id_])
                assert shown[f"/record?kind={name}&id={id_}"] == wanted
