"""The box of views: what it offers by right and by what is open; a number's rows stay its own."""

from collections.abc import Iterator
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from crm_data import Chosen, Layout, Query, View, Workspace
from dashboard import runtime, session
from dashboard.parts import figures
from dashboard.server import SCRIPT
from tests.dashboard.house import House, house

ASKS = {"filter": '[["assigned_to","any","me"]]'}
BOX = "customers.views"


@pytest.fixture(scope="module")
def home(new_database: Any) -> Iterator[House]:
    with house(new_database("sqlite").url) as made:
        runtime.use(made.office.store, made.settings)
        yield made
        runtime.stop()


@pytest.fixture
def my(home: House) -> Workspace:
    return home.office.at(0, "manager")


def drawn(home: House, patch: pytest.MonkeyPatch, role: str = "manager", **params: str) -> AppTest:
    """The customers' page with the box of views open."""
    held = home.token(role)
    patch.setattr(session, "token", lambda: held)
    at = AppTest.from_file(str(SCRIPT), default_timeout=60).run()
    at.session_state[f"{BOX}.box"] = True
    for name, value in params.items():
        at.query_params[name] = value
    at.switch_page("../pages/customers.py").run()
    assert not at.exception, at.exception
    return at


def kept(my: Workspace, name: str, shared: bool = False) -> View:
    my.customers.add({"name": name})
    return my.views.get(my.customers, my.views.add(my.customers, name, ASKS, Layout(), shared))


def buttons(at: AppTest) -> set[str]:
    return {button.label for button in at.button}


def test_a_view_is_kept_and_opened(home: House, my: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    at = drawn(home, monkeypatch, **ASKS)
    at.text_input(key=f"{BOX}.new").input("By hand").run()
    assert not at.exception, at.exception
    (view,) = (view for view in my.views.all(my.customers)[0] if view.name == "By hand")
    assert view.params == ASKS
    assert at.query_params["view"] == str(view.id)
    assert "filter" not in at.query_params
    assert "Save changes" not in buttons(at)
    at.query_params["filter"] = "[]"
    at.session_state[f"{BOX}.box"] = True
    at.run()
    assert {"Save changes", "Back to the view"} <= buttons(at)
    at.button(key=f"{BOX}.save").click().run()
    assert my.views.get(my.customers, view.id).params == {}


@pytest.mark.slow
@pytest.mark.parametrize(("role", "may"), [("user", False), ("manager", True), ("admin", True)])
def test_what_is_offered_follows_the_right(
    home: House, my: Workspace, monkeypatch: pytest.MonkeyPatch, role: str, may: bool
) -> None:
    view = kept(my, f"For {role}", shared=True)
    at = drawn(home, monkeypatch, role, view=str(view.id))
    assert ("Delete" in buttons(at)) == may
    assert (f"{BOX}.name.{view.id}.1" in [box.key for box in at.text_input]) == may
    assert ("For the company" in [toggle.label for toggle in at.toggle]) == may


@pytest.mark.slow
def test_what_is_not_there_is_said(home: House, my: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    view = kept(my, "Own")
    for id_ in (str(view.id), "987654", "-1", "1;DROP TABLE", "x" * 500):
        at = drawn(home, monkeypatch, "admin", view=id_)
        assert any("There is no such view here" in said.value for said in at.warning), id_
        assert "Own" not in buttons(at)


def test_one_opens_first_and_a_numbers_rows_stay_its_own(
    home: House, my: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    view = kept(my, "First")
    my.views.choose(my.customers, Chosen((view.id,), view.id))
    at = drawn(home, monkeypatch)
    assert {"Back to the view", "Save changes"}.isdisjoint(buttons(at))
    assert any(group.value == f"view:{view.id}" for group in at.button_group)
    every = figures.listed(my.customers, Query(), my.customers.page())
    address = figures.params(my, every)
    at = drawn(home, monkeypatch, **address)
    assert not any(group.value == f"view:{view.id}" for group in at.button_group)
    my.views.choose(my.customers, Chosen())


def test_it_is_deleted_after_a_question(home: House, my: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    view = kept(my, "Gone soon")
    at = drawn(home, monkeypatch, view=str(view.id))
    at.button(key=f"{BOX}.delete").click().run()
    assert view.id in {each.id for each in my.views.all(my.customers)[0]}
    at.button(key=f"{BOX}.gone").click().run()
    assert not at.exception, at.exception
    assert view.id not in {each.id for each in my.views.all(my.customers)[0]}
    assert at.query_params["filter"] == ASKS["filter"]


def test_the_timeline_has_views_of_its_own(
    home: House, my: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its order is kept as well, though it has no columns; another list's views are not offered there."""
    box = "activities.views"
    my.activities.log("call", "Rang")
    my.activities.log("note", "Wrote")
    others = kept(my, "Of customers")
    held = home.token("manager")
    monkeypatch.setattr(session, "token", lambda: held)
    at = AppTest.from_file(str(SCRIPT), default_timeout=60).run()
    at.session_state[f"{box}.box"] = True
    at.query_params["filter"], at.query_params["sort"] = '[["activity_type","any","call"]]', "activity_date"
    at.switch_page("../pages/timeline.py").run()
    assert "Of customers" not in buttons(at)
    at.text_input(key=f"{box}.new").input("Calls, oldest first").run()
    assert not at.exception, at.exception
    (view,) = my.views.all(my.activities)[0]
    assert view.params == {"filter": '[["activity_type","any","call"]]', "sort": "activity_date"}
    assert (at.query_params["view"], "filter" in at.query_params) == (str(view.id), False)
    assert any("1 activity" in caption.value for caption in at.caption)
    my.views.choose(my.activities, Chosen((view.id,)))
    at = AppTest.from_file(str(SCRIPT), default_timeout=60).run()
    at.query_params["view"] = str(others.id)
    at.switch_page("../pages/timeline.py").run()
    assert any("There is no such view here" in said.value for said in at.warning)
    assert view.name in next(group for group in at.button_group if group.label == "Show").options
    my.views.choose(my.activities, Chosen())
