"""Names are offered beside every box in which an @ is read, of one's own company alone, and nowhere else."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from crm_data.rights import ROLES
from crm_data.settings import ROOT
from crm_data.tables import User
from crm_data.tables.mention import SaidIn
from dashboard import runtime, session
from tests.dashboard.house import House, house
from tests.dashboard.test_pages import drawn as screen
from tests.support.kinds import one_of_each
from tests.support.told import elements, told

HOSTILE = "Omega<img src=x> */@, 'Ö"


@pytest.fixture(scope="module")
def home(new_database: Any) -> Iterator[House]:
    with house(new_database("sqlite").url) as made:
        for company, word in enumerate(("kittiwake", "wolverine")):
            ids[company] = one_of_each(made.office.at(company, "manager"), word)
        made.change(User, User.id == made.user("user", 1), first_name=HOSTILE)
        runtime.use(made.office.store, made.settings)
        yield made
        runtime.stop()


ids: dict[int, dict[str, int]] = {}
Screen = Callable[..., AppTest]


@pytest.fixture
def at(home: House, monkeypatch: pytest.MonkeyPatch) -> Screen:
    """Draws a screen as somebody: at(page, role, company, **parameters)."""

    def drawn(page: str, role: str = "manager", company: int = 0, **query: Any) -> AppTest:
        held = home.token(role, company)
        monkeypatch.setattr(session, "token", lambda: held)
        found = screen(page, "&".join(f"{name}={value}" for name, value in query.items())).run()
        assert not found.exception, found.exception
        return found

    return drawn


def record(at: Screen, kind: str, role: str = "manager", company: int = 0) -> AppTest:
    return at("record", role, company, kind=kind, id=ids[company][kind])


def logging(at: Screen, role: str = "manager", company: int = 0) -> AppTest:
    found = record(at, "customer", role, company)
    found.session_state[f"record.log.{ids[company]['customer']}.box"] = True
    return found.run()


def editing(at: Screen, role: str = "manager", company: int = 0) -> AppTest:
    found = record(at, "activity", role, company)
    return found.button(key="record.edit").click().run()


def reviewing(at: Screen, role: str = "manager", company: int = 0) -> AppTest:
    return at("pipeline", role, company, tab="review")


# Where a text that is read for names is written -> the labels of its boxes.
SCREENS = {
    "log_form.py": (logging, {"Title", "Details"}),
    "form.py": (editing, {"Title *", "Description"}),
    "review.py": (reviewing, {"Note"}),
}


def test_every_room_that_writes_such_a_text_is_known_here() -> None:
    found = {
        path.name
        for folder in ("dashboard", "pages")
        for path in (ROOT / folder).rglob("*.py")
        if "activities.log(" in path.read_text("utf-8")
    }
    assert found | {"form.py"} == set(SCREENS)


def class_of(key: str) -> str:
    return "st-key-" + "".join(sign if sign.isalnum() or sign in "-_" else "-" for sign in key)


@pytest.mark.parametrize("room", SCREENS)
def test_names_are_offered_beside_its_boxes(at: Screen, room: str) -> None:
    drawn, labels = SCREENS[room]
    found = drawn(at)
    assert not found.exception, found.exception
    (offered,) = told(found, "mention")
    boxes = {class_of(str(box.key)): box.label for box in [*found.text_area, *found.text_input]}
    assert {boxes[box] for box in offered["boxes"]} == labels
    assert [one["count"] for one in offered["names"]] == [1] * (len(ROLES) - 1)


def test_they_are_all_of_ones_own_company_without_oneself(home: House, at: Screen) -> None:
    for company in (0, 1):
        (offered,) = told(logging(at, "sales_rep", company), "mention")
        others = home.office.at(company).members()
        del others[home.user("sales_rep", company)]
        assert [one["name"] for one in offered["names"]] == list(others.values())
    assert any(one["name"].startswith(HOSTILE) for one in offered["names"]), (
        "as it stands, for the script to show"
    )


@pytest.mark.parametrize("page", ["overview", "customers", "timeline", "tasks", "account"])
def test_a_page_without_such_a_box_has_not_one_element_more(at: Screen, page: str) -> None:
    assert told(at(page), "mention") == []


def test_a_form_of_another_kind_offers_nothing(at: Screen) -> None:
    found = record(at, "customer").button(key="record.edit").click().run()
    assert any(box.label == "Notes" for box in found.text_area)
    assert told(found, "mention") == []


def test_a_box_costs_one_element(at: Screen, monkeypatch: pytest.MonkeyPatch) -> None:
    many = len(elements(logging(at)))
    monkeypatch.setattr("dashboard.parts.log_form.offer_names", lambda *told: None)
    assert many - len(elements(logging(at))) == 1


def test_titles_and_descriptions_are_what_is_read() -> None:
    """A text of an activity that is read for names besides these needs its box in `SCREENS`."""
    assert set(SaidIn) == {"title", "description"}
