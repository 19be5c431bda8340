"""The words of a record's feed: what was changed old to new, by labels and names, and where its links lead."""

from collections.abc import Iterator
from contextlib import closing
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from crm_data import Edit
from crm_data.changes.feed import Sort
from dashboard import runtime, session
from dashboard.components.feed import Entry
from dashboard.parts import record_feed
from dashboard.server import SCRIPT
from tests.dashboard.house import House, house
from tests.nouns.makers import a_deal, a_task
from tests.support.databases import Database
from tests.support.office import Office, office


@pytest.fixture
def two(database: Database) -> Iterator[Office]:
    with closing((made := office(database.url)).store):
        yield made


def entries(my: Any, table: str, id_: int) -> list[Entry]:
    """What stands in a feed, newest first."""
    records = my.records(table)
    days = record_feed.days(records, my.changes.feed(table, id_), (table, id_))
    return [entry for day in days for entry in day.entries]


def test_changes_are_told_by_labels_and_names(two: Office, frozen_clock: Any) -> None:
    my, me = two.at(), two.people[0]["manager"]
    firm, other = (my.customers.add({"name": name}) for name in ("<b>Firm</b>", "Other"))
    deal = a_deal(my, firm)
    frozen_clock.move(hours=1)
    my.deals.change([Edit(deal, {"assigned_to": (None, me)})])
    frozen_clock.move(hours=1)
    my.deals.change([Edit(deal, {"customer_id": (firm, other), "deal_value": ("100", "1200.5")})])
    frozen_clock.move(hours=1)
    task = a_task(my, title="Ring", deal_id=deal, due_date="2026-03-09")
    made, both, owner, added = entries(my, "deals", deal)
    assert (added.title, added.facts) == ("Added", "Change · Alpha Manager")
    assert owner.title == "Owner: Alpha Manager"
    assert (both.title, both.text.splitlines()) == (
        "2 fields changed",
        ["Customer: <b>Firm</b> to Other", "Value: 100.00 to 1,200.50"],
    )
    assert (made.title, made.facts) == ("Ring", "Task made · Alpha Manager · due 9 Mar")
    assert [(link.text, link.address) for link in made.links] == [
        ("Open the task", f"/record?kind=task&id={task}"),
        ("Other", f"/record?kind=customer&id={other}"),
    ]
    assert len({entry.id for entry in (made, both, owner, added)}) == 4


@pytest.fixture(scope="module")
def home(new_database: Any) -> Iterator[House]:
    with house(new_database("sqlite").url) as made:
        runtime.use(made.office.store, made.settings)
        yield made
        runtime.stop()


@pytest.mark.slow
def test_it_is_drawn_by_sorts_and_grows(home: House, monkeypatch: pytest.MonkeyPatch) -> None:
    my = home.office.at()
    customer = my.customers.add({"name": "Firm"})
    for n in range(60):
        my.activities.log("call", f"Call {n}", customer_id=customer)
    told: list[Any] = []
    monkeypatch.setattr(record_feed, "draw", lambda key, days, more=None, **_: told.append((days, more)))
    held = home.token("user")
    monkeypatch.setattr(session, "token", lambda: held)
    at = AppTest.from_file(str(SCRIPT), default_timeout=60).run()
    at.query_params["kind"], at.query_params["id"] = "customer", str(customer)
    at.switch_page("../pages/record.py").run()
    assert not at.exception, at.exception

    def shown() -> int:
        return sum(len(day.entries) for day in told[-1][0])

    assert shown() == 50
    assert told[-1][1] is not None
    control = next(group for group in at.button_group if group.label == "Show")
    control.set_value(Sort.CHANGE.value).run()
    assert (shown(), told[-1][1]) == (1, None)
    control = next(group for group in at.button_group if group.label == "Show")
    control.set_value("").run()
    monkeypatch.setattr(record_feed, "MOST_ENTRIES", 50)
    assert shown() == 50


def test_who_is_mentioned_nowhere_is_not_told_that_nothing_happened(
    home: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    home.office.at().activities.log("call", "A call")
    held = home.token("user")
    monkeypatch.setattr(session, "token", lambda: held)
    at = AppTest.from_file(str(SCRIPT), default_timeout=60).run()
    at.query_params["preset"] = "mentioned"
    at.switch_page("../pages/timeline.py").run()
    assert not at.exception, at.exception
    assert [one.value for one in at.markdown if "mentions you" in one.value]
    assert not [one.value for one in at.markdown if "will stand here" in one.value]
