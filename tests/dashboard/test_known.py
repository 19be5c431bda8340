"""What a screen has read is not read again until something may be another: each screen, each reason."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from crm_data import Edit, clock
from crm_data.settings import ROOT
from crm_data.store.lists import KNOWN_FOR
from crm_data.tables import Membership
from dashboard import runtime, session
from dashboard.parts import place
from tests.conftest import FrozenClock
from tests.dashboard.house import House, house
from tests.dashboard.test_pages import everything
from tests.support.kinds import one_of_each
from tests.support.statements import counted

pytestmark = pytest.mark.slow

# Page -> statements of a run that finds nothing new: who is here, the last change, and what is not kept.
STILL = {"overview": 2, "customers": 3, "pipeline": 2, "tasks": 5, "timeline": 2}


@pytest.fixture
def home(new_database: Any) -> Iterator[House]:
    with house(new_database("sqlite").url) as made:
        for company in (0, 1):
            my = made.office.at(company, "manager")
            name = ("Kittiwake", "Wolverine")[company]
            made_of = my.customers.add({"name": name})
            my.deals.add({"deal_name": f"{name} deal", "deal_value": "12.50", "customer_id": made_of})
            my.activities.log("note", f"{name} note", customer_id=made_of)
            my.tasks.add({"title": f"{name} task", "assigned_to": made.user("manager", company)})
        runtime.use(made.office.store, made.settings)
        yield made
        runtime.stop()


@pytest.fixture
def at(home: House, monkeypatch: pytest.MonkeyPatch) -> AppTest:
    token = home.token("manager")
    monkeypatch.setattr(session, "token", lambda: token)
    return AppTest.from_file(str(ROOT / "dashboard" / "app.py"), default_timeout=60).run()


def opened(at: AppTest, page: str) -> AppTest:
    if page == "pipeline":
        at.query_params["tab"] = "board"  # the menu leads a manager elsewhere
    if page != "overview":
        at.switch_page(f"../pages/{page}.py")
    return at.run()


def asked(home: House, at: AppTest) -> int:
    with counted(home.office.store) as sent:
        at.run()
    assert not at.exception
    return sum(one.startswith("SELECT") for one in sent)  # once a minute the session is stamped as seen


@pytest.mark.parametrize("page", STILL)
def test_a_run_that_finds_nothing_new_reads_next_to_nothing(home: House, at: AppTest, page: str) -> None:
    first = everything(opened(at, page))
    assert asked(home, at) <= STILL[page]
    assert everything(at) == first


@pytest.mark.parametrize("kind", place.KINDS)
def test_a_record_in_which_nothing_is_new_is_not_read_again(home: House, at: AppTest, kind: str) -> None:
    id_ = one_of_each(home.office.at(0, "manager"), "Guillemot")[kind]
    at.query_params.update(kind=kind, id=str(id_))
    first = everything(opened(at, "record"))
    assert b"Guillemot" in first
    assert asked(home, at) <= 2
    assert everything(at) == first


@pytest.mark.parametrize("kind", place.KINDS)
def test_each_view_of_a_record_is_read_once(home: House, at: AppTest, kind: str) -> None:
    id_ = one_of_each(home.office.at(0, "manager"), "Guillemot")[kind]
    at.query_params.update(kind=kind, id=str(id_))
    key = f"record.view.{place.KINDS[kind]}"
    for view in opened(at, "record").button_group(key).options[1:]:
        at.button_group(key).set_value(view).run()
        assert asked(home, at) <= 2, view


@pytest.mark.parametrize("kind", place.KINDS)
def test_what_a_colleague_did_to_a_record_is_there_in_the_next_run(
    home: House, at: AppTest, kind: str
) -> None:
    theirs = home.office.at(0, "admin")
    id_ = one_of_each(theirs, "Guillemot")[kind]
    at.query_params.update(kind=kind, id=str(id_))
    opened(at, "record")
    records = theirs.records(place.KINDS[kind])
    seen = records.get(id_)[records.title]
    records.change([Edit(id_, {records.title: (seen, "Razorbill")})])
    assert b"Razorbill" in everything(at.run())


@pytest.mark.parametrize("page", STILL)
def test_what_a_colleague_did_is_there_in_the_next_run(home: House, at: AppTest, page: str) -> None:
    opened(at, page)
    theirs = home.office.at(0, "admin")
    made_of, mine = theirs.customers.add({"name": "Guillemot"}), {"assigned_to": home.user("manager")}
    deal = theirs.deals.add(
        {"deal_name": "Guillemot deal", "deal_value": "5", "customer_id": made_of, **mine}
    )
    theirs.tasks.add({"title": "Guillemot task", "deal_id": deal, **mine})
    theirs.activities.log("note", "Guillemot note", deal_id=deal)
    assert b"Guillemot" in everything(at.run())


@pytest.mark.parametrize("page", STILL)
def test_a_minute_later_it_is_read(home: House, at: AppTest, page: str, frozen_clock: FrozenClock) -> None:
    frozen_clock.moment = datetime.now(UTC)
    opened(at, page)
    still = asked(home, at)
    frozen_clock.moment += KNOWN_FOR - timedelta(seconds=30)  # the overview was read when the tab was opened
    assert asked(home, at) == still
    frozen_clock.move(seconds=30)
    assert asked(home, at) > still


@pytest.mark.parametrize("page", STILL)
def test_it_is_read_after_a_write_of_this_tab_whatever_the_log_says(
    home: House, at: AppTest, page: str
) -> None:
    opened(at, page)
    still = asked(home, at)
    at.session_state[session._WRITES] = 1
    assert asked(home, at) > still


def test_a_write_is_counted_and_a_reading_is_not(home: House, monkeypatch: pytest.MonkeyPatch) -> None:
    def script() -> None:
        import streamlit as st

        from dashboard import session

        with session.one_run():
            my = session.workspace()
            before = session.writes(), session.last_change(my)
            my.customers.page()
            assert session.writes() == before[0]
            my.customers.add({"name": "Razorbill"})
            st.session_state.after = (session.writes() - before[0], session.last_change(my) > before[1])

    token = home.token("manager")
    monkeypatch.setattr(session, "token", lambda: token)
    at = AppTest.from_function(script).run()
    assert not at.exception
    assert at.session_state.after == (1, True)


@pytest.mark.parametrize("page", STILL)
def test_whoever_may_not_be_here_any_more_is_shown_nothing(home: House, at: AppTest, page: str) -> None:
    assert b"Kittiwake" in everything(opened(at, page))
    home.change(Membership, Membership.user_id == home.user("manager"), ended_at=clock.now())
    assert b"Kittiwake" not in everything(at.run())
    assert at.text_input[0].label == "E-mail"


@pytest.mark.parametrize("page", STILL)
def test_another_person_in_the_same_tab_sees_their_own(
    home: House, at: AppTest, page: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert b"Kittiwake" in everything(opened(at, page))
    other = home.token("manager", 1)
    monkeypatch.setattr(session, "token", lambda: other)
    shown = everything(at.run())
    assert b"Kittiwake" not in shown
    assert b"Wolverine" in shown


def test_another_screen_lets_go_of_it(at: AppTest) -> None:
    assert set(at.session_state["known"]) == {"overview", "rates"}
    kept = set(opened(at, "timeline").session_state["known"])
    assert kept == {"activities.shelf", "members", "timeline.feed.shown"}
