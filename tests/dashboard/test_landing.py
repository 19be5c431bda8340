"""What the menu's Pipeline opens: for managers Insights, for others the board; an address shows what it says."""

from collections.abc import Iterator
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from crm_data.rights import ROLES
from dashboard import runtime, session
from dashboard.server import SCRIPT
from tests.dashboard.house import House, house


@pytest.fixture(scope="module")
def home(new_database: Any) -> Iterator[House]:
    with house(new_database("sqlite").url) as made:
        runtime.use(made.office.store, made.settings)
        yield made
        runtime.stop()


def begun(home: House, monkeypatch: pytest.MonkeyPatch, role: str) -> AppTest:
    held = home.token(role)
    monkeypatch.setattr(session, "token", lambda: held)
    return AppTest.from_file(str(SCRIPT), default_timeout=60)


def view(at: AppTest) -> str:
    assert not at.exception, at.exception
    (chosen,) = (group.value for group in at.button_group if group.label == "View")
    return str(chosen)


@pytest.mark.parametrize("role", ROLES)
def test_the_menu_leads_managers_to_insights(home: House, monkeypatch: pytest.MonkeyPatch, role: str) -> None:
    at = begun(home, monkeypatch, role).run()
    at.switch_page("../pages/pipeline.py").run()
    first = "insights" if role in ("manager", "admin") else "board"
    assert view(at) == first
    assert at.query_params.get("tab") in ((["insights"], "insights") if first == "insights" else (None,))
    at.run()
    assert view(at) == first
    next(group for group in at.button_group if group.label == "View").set_value("board").run()
    assert view(at) == "board", "whoever chooses the board stays there"
    if first == "insights":  # also by way of Back
        assert at.query_params["tab"] in ("board", ["board"])


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("said", [{"tab": "board"}, {"q": "x"}, {"tab": "deals"}])
def test_an_address_shows_what_it_says(
    home: House, monkeypatch: pytest.MonkeyPatch, role: str, said: dict[str, str]
) -> None:
    at = begun(home, monkeypatch, role).run()
    for name, word in said.items():
        at.query_params[name] = word
    at.switch_page("../pages/pipeline.py").run()
    assert view(at) == said.get("tab", "board")


@pytest.mark.parametrize("role", ROLES)
def test_so_does_one_that_is_opened_by_itself(
    home: House, monkeypatch: pytest.MonkeyPatch, role: str
) -> None:
    at = begun(home, monkeypatch, role)
    at.switch_page("../pages/pipeline.py").run()
    assert view(at) == "board"
