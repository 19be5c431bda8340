"""The screen of duplicates: groups with their reasons, merged or kept apart from there, of one company alone."""

from collections.abc import Callable, Iterator

import pytest
from streamlit.testing.v1 import AppTest

from crm_data.alike.merge import mergeable
from dashboard import runtime, session
from tests.dashboard.house import House, house
from tests.support.databases import Database
from tests.support.kinds import KINDS, TITLES

MERGED = [kind for kind in KINDS if mergeable(kind)]


@pytest.fixture(scope="module")
def home(new_database: Callable[[str], Database]) -> Iterator[House]:
    with house(new_database("sqlite").url) as made:
        runtime.use(made.office.store, made.settings)
        yield made
        runtime.stop()


def script(kind: str) -> None:
    """The screen of one kind."""
    from dashboard.parts.duplicates import duplicates_screen
    from dashboard.session import workspace

    my = workspace()
    duplicates_screen(my, my.records(kind))


def opened(home: House, monkeypatch: pytest.MonkeyPatch, kind: str) -> AppTest:
    held = home.token("manager")
    monkeypatch.setattr(session, "token", lambda: held)
    at = AppTest.from_function(script, default_timeout=60, kwargs={"kind": kind}).run()
    assert not at.exception
    return at


def press(at: AppTest, label: str) -> None:
    next(button for button in at.button if button.label.startswith(label)).click().run()
    assert not at.exception, at.exception


@pytest.mark.slow
@pytest.mark.parametrize("kind", MERGED)
def test_groups_are_kept_apart_undone_and_merged(
    home: House, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    my, title = home.office.at(), TITLES[kind]
    for company, word in ((0, "Own"), (1, "Foreign")):
        home.office.at(company).records(kind).add_all([{title: f"{word} *firm*"} for _ in range(2)])
    at = opened(home, monkeypatch, kind)
    labels = [link.proto.label for link in at.get("link_button")]
    assert len(labels) == 2
    assert all("Own" in label for label in labels)
    assert "Same name" in [said.value for said in at.text]
    press(at, "Keep apart")
    assert not at.get("link_button")
    press(at, "Undo")
    assert len(at.get("link_button")) == 2
    press(at, "Merge 2")
    at.button(key=next(b.key for b in at.button if b.key and b.key.endswith(".do"))).click().run()
    assert not at.exception
    assert not at.get("link_button")
    assert my.records(kind).count() == 1
    press(at, "Undo")
    assert my.records(kind).count() == 2
    assert len(at.get("link_button")) == 2
