"""What was told of a list is told again without reading it, until something may be another; then it is read."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from crm_data import Edit, Query, Workspace, clock
from crm_data.settings import ROOT
from crm_data.store.lists import KNOWN_FOR
from crm_data.tables import Membership, User
from dashboard import runtime, session
from tests.components.grid.test_face import Browser, Screen, browser
from tests.conftest import FrozenClock
from tests.dashboard.house import House, house
from tests.dashboard.test_pages import everything
from tests.support.statements import counted

__all__ = ["browser"]
KEPT = 1  # statement: whether anything has changed


@pytest.fixture
def home(new_database: Any) -> Iterator[House]:
    with house(new_database("sqlite").url) as made:
        my = made.office.at(0, "manager")
        for at in range(3):
            my.customers.add({"name": f"Firm {at}"})
        my.deals.add(
            {"deal_name": "Deal", "deal_value": "12.50", "customer_id": 1, "assigned_to": made.user("user")}
        )
        yield made
        runtime.stop()


def names(told: dict[str, Any]) -> set[str]:
    at = [field["name"] for field in told["fields"]].index("name")
    return {row[3 + at] for row in told["rows"]}


def asks(home: House, screen: Screen) -> int:
    """How many statements another drawing sends."""
    with counted(home.office.store) as sent:
        screen.run()
    return len(sent)


def test_nothing_new_is_one_statement_and_the_same_words(home: House, browser: Browser) -> None:
    for kind in home.office.at(0, "manager").kinds:
        screen = Screen(browser, home.office.at(0, "manager"), kind)
        first = screen.run()
        assert asks(home, screen) == KEPT, kind
        assert browser.told == first, kind


def test_what_a_colleague_does_is_seen_at_once(home: House, browser: Browser) -> None:
    screen, theirs = Screen(browser, home.office.at(0, "user"), "customers"), home.office.at(0, "manager")
    screen.run()
    made = theirs.customers.add({"name": "New"})
    assert names(screen.run()) == {"Firm 0", "Firm 1", "Firm 2", "New"}
    theirs.customers.archive([made])
    assert names(screen.run()) == {"Firm 0", "Firm 1", "Firm 2"}
    deals = Screen(browser, home.office.at(0, "user"), "deals")
    deals.run()
    assert deals.browser.told["names"]["customer_id"] == {"1": "Firm 0"}
    theirs.customers.change([Edit(1, {"name": ("Firm 0", "Renamed")})])
    assert deals.run()["names"]["customer_id"] == {"1": "Renamed"}


def test_what_one_does_oneself_is_read_anew_whatever_the_log_says(home: House, browser: Browser) -> None:
    screen = Screen(browser, home.office.at(0, "manager"), "customers")
    screen.run()
    screen.browser.says = {"layout": {"order": ["name"]}}
    screen.app.run()
    assert asks(home, screen) > KEPT


def test_another_question_is_read(home: House, browser: Browser) -> None:
    screen = Screen(browser, home.office.at(0, "manager"), "customers")
    screen.run()
    screen.query = Query(search="Firm 2")
    assert names(screen.run()) == {"Firm 2"}
    screen.query = Query()
    assert len(names(screen.run())) == 3


def test_a_minute_later_it_is_read(home: House, browser: Browser, frozen_clock: FrozenClock) -> None:
    frozen_clock.moment = datetime.now(UTC)
    screen = Screen(browser, home.office.at(0, "manager"), "customers")
    screen.run()
    frozen_clock.moment += KNOWN_FOR - timedelta(seconds=1)
    assert asks(home, screen) == KEPT
    frozen_clock.move(seconds=1)
    assert asks(home, screen) > KEPT


@pytest.mark.parametrize(
    "other",
    [{"role": "viewer"}, {"operator": True}, {"company_id": 2}, {"user_id": 999}, {"currency": "EUR"}],
    ids=str,
)
def test_it_is_for_one_person_with_the_same_rights(
    home: House, browser: Browser, other: dict[str, Any]
) -> None:
    """A tab's state is emptied for another person; what is kept would not be told to them even if it were not."""
    screen = Screen(browser, home.office.at(0, "manager"), "customers")
    screen.run()
    there = Workspace(home.office.store, replace(screen.grid.my.scope, **other))
    screen.grid = replace(screen.grid, my=there, records=there.customers)
    assert asks(home, screen) > KEPT
    if "company_id" in other:
        assert browser.told["rows"] == []


def test_a_colleagues_new_name_is_told(home: House, browser: Browser) -> None:
    my = home.office.at(0, "manager")
    screen = Screen(browser, my, "deals")
    screen.run()
    home.change(User, User.id == home.user("user"), first_name="Renamed")
    screen.grid = replace(screen.grid, members=my.members())  # as every run of the page reads them
    told = screen.run()
    assert told["names"]["assigned_to"][str(home.user("user"))].startswith("Renamed")


@pytest.mark.slow
def test_who_lost_the_right_to_be_here_is_told_nothing(home: House, monkeypatch: pytest.MonkeyPatch) -> None:
    runtime.use(home.office.store, home.settings)
    token = home.token("manager")
    monkeypatch.setattr(session, "token", lambda: token)
    at = AppTest.from_file(str(ROOT / "dashboard" / "app.py"), default_timeout=60).run()
    at.switch_page("../pages/customers.py").run()
    at.run()
    assert b"Firm 1" in everything(at)
    with counted(home.office.store) as sent:
        at.run()
    assert len(sent) <= 3, "who is here, the colleagues, whether anything has changed"
    home.change(Membership, Membership.user_id == home.user("manager"), ended_at=clock.now())
    assert b"Firm" not in everything(at.run())
    assert at.text_input[0].label == "E-mail"
