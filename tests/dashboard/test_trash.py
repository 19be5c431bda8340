"""The trash as people see it: who may open it, what stands in it, and what is brought back from it."""

from collections.abc import Callable, Iterator

import pytest
from streamlit.testing.v1 import AppTest

from dashboard import runtime, session
from dashboard.server import SCRIPT
from tests.dashboard.house import House, house
from tests.support.databases import Database

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def home(new_database: Callable[[str], Database]) -> Iterator[House]:
    with house(new_database("sqlite").url) as made:
        my = made.office.at(0, "manager")
        my.customers.archive([my.customers.add({"name": f"Put away {n}"}) for n in range(3)])
        runtime.use(made.office.store, made.settings)
        yield made
        runtime.stop()


def opened(home: House, monkeypatch: pytest.MonkeyPatch, role: str) -> AppTest:
    held = home.token(role)
    monkeypatch.setattr(session, "token", lambda: held)
    at = AppTest.from_file(str(SCRIPT), default_timeout=60)
    at.run()
    at.query_params["tab"] = "trash"
    at.switch_page("../pages/history.py")
    return at.run()


def labels(at: AppTest) -> set[str]:
    return {button.label for button in at.button}


def test_what_is_chosen_is_restored_and_taken_back(home: House, monkeypatch: pytest.MonkeyPatch) -> None:
    my = home.office.at(0, "manager")
    at = opened(home, monkeypatch, "manager")
    assert "Erase for good…" not in labels(at)
    first = my.trash.page("customers")[0][0]
    at.multiselect(key="trash.chosen").set_value([first.id]).run()
    at.button(key="trash.restore").click().run()
    assert not at.exception
    assert [away.id for away in my.trash.page("customers")[0]] == [2, 1]
    assert any(label.startswith("Undo: ") for label in labels(at))
    at.multiselect(key="trash.chosen").set_value([2]).run()
    at.button(key="trash.together").click().run()
    assert my.trash.page("customers")[0] == []
    my.customers.archive([1, 2, 3])


def test_an_admin_may_erase_and_who_may_not_archive_sees_no_trash(
    home: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "Erase for good…" in labels(opened(home, monkeypatch, "admin"))
    for role in ("user", "sales_rep"):
        assert not {"Restore", "Erase for good…"} & labels(opened(home, monkeypatch, role))
