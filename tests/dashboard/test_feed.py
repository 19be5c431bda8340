"""The words of the timeline: what stands under which day, and where its links lead."""

from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, date, datetime
from typing import Any
from urllib.parse import parse_qsl, urlsplit
from zoneinfo import ZoneInfo

import pytest
from streamlit.testing.v1 import AppTest

from crm_data import Workspace
from dashboard.parts import feed, say
from dashboard.parts.feed import LINKS, days
from tests.support.databases import Database
from tests.support.office import Office, office

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


class Reader:
    """A screen with a feed, and what its browser is told: ids, whether there is more, where the rest stands."""

    def __init__(self, my: Workspace) -> None:
        self.my, self.query = my, my.activities.default_query()
        self.asked: list[Workspace] = []
        self.more: Callable[[], object] | None = None
        self.first: Callable[[], object] = lambda: None
        self.app = AppTest.from_function(_reading, args=(self,), default_timeout=30)

    def told(self, key: str, shown: Any, more: Callable[[], object] | None = None, older: str = "") -> None:
        self.ids = [entry.id for day in shown for entry in day.entries]
        self.more, self.older = more, older

    def run(self, first: Callable[[], object] = lambda: None) -> "Reader":
        """Draw it; `first` is a callback's work."""
        self.first = first
        self.app.run()
        assert not self.app.exception
        return self


def _reading(reader):  # type: ignore[no-untyped-def]  # its text alone is run
    from dashboard.parts.feed import growing_feed

    reader.first()
    growing_feed(reader.my, reader.query, "here")


@pytest.fixture
def two(database: Database) -> Iterator[Office]:
    with closing((made := office(database.url)).store):
        yield made


@pytest.fixture
def reader(two: Office, monkeypatch: pytest.MonkeyPatch) -> Reader:
    for company in (0, 1):
        their = two.at(company)
        their.activities.add_all(
            [{"activity_type": "note", "title": f"Note {n} of {company}"} for n in range(120)]
        )
    made = Reader(two.at(0))
    monkeypatch.setattr(feed, "draw", made.told)
    monkeypatch.setattr(feed.session, "demand_here", made.asked.append)
    return made


def test_a_feed_grows_as_one_reads_on_until_all_of_the_companys_own_is_there(reader: Reader) -> None:
    activities = reader.my.activities
    every = [row["id"] for page in activities.walk(reader.query) for row in page.rows]
    assert reader.run().ids == every[:50]
    while reader.more:
        had = len(reader.ids)
        reader.run(reader.more)
        assert reader.ids == every[: had + 50]
    assert (reader.ids, reader.older) == (every, "")
    reader.query = activities.query({"q": "Note"})
    assert len(reader.run().ids) == 50, "another list begins anew"
    assert set(map(id, reader.asked)) == {id(reader.my)}, "who is there is asked at each drawing"


def test_where_it_grows_no_more_the_rest_is_behind_a_link(
    reader: Reader, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(feed, "MOST", 100)
    activities = reader.my.activities
    every = [row["id"] for page in activities.walk(reader.query) for row in page.rows]
    assert reader.run().more
    reader.run(reader.more)
    assert (reader.ids, reader.more) == (every[:100], None)
    rest = activities.query(dict(parse_qsl(urlsplit(reader.older).query)))
    assert [row["id"] for row in activities.page(rest).rows] == every[100:150]
