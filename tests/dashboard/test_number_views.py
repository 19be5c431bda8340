"""A view that is saved on a screen of numbers keeps the period and its comparison, and brings them back."""

from collections.abc import Iterator
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from crm_data import Chosen, Layout, View, Workspace
from crm_data.errors import Invalid
from dashboard import runtime
from tests.dashboard.house import House, house
from tests.dashboard.test_figures_drawn import screen
from tests.nouns.makers import a_deal

BOX = "deals.views"
MINE = {"filter": '[["assigned_to","any","me"]]'}
# Of each screen: what its address says of days, and what it says where it says nothing.
DAYS = {
    "insights": ({"period": "2017", "compare": "year"}, {"period": "90_days", "compare": "before"}),
    "forecast": ({"period": "this_year", "compare": "before"}, {"period": "90_days", "compare": "before"}),
    "changes": ({"since": "this_month", "closing": "this_year"}, {"since": "30_days", "closing": "all"}),
}


@pytest.fixture
def home(new_database: Any) -> Iterator[House]:
    with house(new_database("sqlite").url) as made:
        runtime.use(made.office.store, made.settings)
        a_deal(made.office.at())
        yield made
        runtime.stop()


@pytest.fixture
def my(home: House) -> Workspace:
    return home.office.at(0, "manager")


def opened(home: House, patch: pytest.MonkeyPatch, tab: str, **params: str) -> AppTest:
    """A screen with the box of views open."""
    said = "&".join(f"{name}={word}" for name, word in {"tab": tab, **params}.items())
    at = screen(home, patch, "pipeline", said)
    at.session_state[f"{BOX}.box"] = True
    at.run()
    assert not at.exception, at.exception
    return at


def address(at: AppTest) -> dict[str, str]:
    found = {name: at.query_params[name] for name in at.query_params}
    return {name: word[0] if isinstance(word, list) else word for name, word in found.items()}


def only_view(my: Workspace) -> View:
    (view,) = my.views.all(my.deals)[0]
    return view


def labels(at: AppTest) -> set[str]:
    return {button.label for button in at.button}


@pytest.mark.slow
@pytest.mark.parametrize("tab", DAYS)
def test_it_is_kept_and_found_again(
    home: House, my: Workspace, monkeypatch: pytest.MonkeyPatch, tab: str
) -> None:
    days, usual = DAYS[tab]
    at = opened(home, monkeypatch, tab, **days)
    at.text_input(key=f"{BOX}.new").input("Of those days").run()
    assert not at.exception, at.exception
    view = only_view(my)
    assert view.params == days
    assert address(at) == {"tab": tab, "view": str(view.id), **days}
    # In another tab of the browser: by its name, from a screen of other days.
    at = opened(home, monkeypatch, tab, **usual)
    at.button(key=f"{BOX}.open.{view.id}").click().run()
    assert address(at) == {"tab": tab, "view": str(view.id), **days}
    assert "Save changes" not in labels(at)
    # By an address that names it alone, and by one that says other days with it.
    assert address(opened(home, monkeypatch, tab, view=str(view.id))) == {
        "tab": tab,
        "view": str(view.id),
        **days,
    }
    name = next(iter(days))
    other = {**days, name: usual[name]}
    at = opened(home, monkeypatch, tab, view=str(view.id), **other)
    assert address(at) == {"tab": tab, "view": str(view.id), **other}
    assert {"Save changes", "Back to the view"} <= labels(at)
    at.button(key=f"{BOX}.back").click().run()
    assert address(at) == {"tab": tab, "view": str(view.id), **days}
    at = opened(home, monkeypatch, tab, view=str(view.id), **other)
    at.button(key=f"{BOX}.save").click().run()
    assert only_view(my).params == other


def test_the_board_opens_them_too(home: House, my: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    """With its filter; the days that another screen keeps in it stay there."""
    kept = {**MINE, "period": "2017", "compare": "year"}
    id_ = my.views.add(my.deals, "Mine", kept, Layout())
    at = opened(home, monkeypatch, "board")
    at.button(key=f"{BOX}.open.{id_}").click().run()
    assert address(at) == {"tab": "board", "view": str(id_)}
    assert "Save changes" not in labels(at)
    at = opened(home, monkeypatch, "board", view=str(id_), q="x")
    at.button(key=f"{BOX}.save").click().run()
    assert not at.exception, at.exception
    assert only_view(my).params == {"q": "x", "period": "2017", "compare": "year"}


def test_a_view_of_no_days_leaves_them(home: House, my: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    """One that was saved on the list is the filter alone; its columns stay when it is saved here."""
    layout = Layout(hidden=("stage",))
    id_ = my.views.add(my.deals, "Mine", MINE, layout)
    at = opened(home, monkeypatch, "insights", view=str(id_), period="2017")
    assert address(at)["period"] == "2017"
    assert "Save changes" not in labels(at)
    my.views.change(my.deals, id_, params={**MINE, "period": "this_year", "compare": "none"})
    at = opened(home, monkeypatch, "insights", view=str(id_), period="2017")
    at.button(key=f"{BOX}.save").click().run()
    assert not at.exception, at.exception
    kept = my.views.get(my.deals, id_)
    assert kept.params == {**MINE, "period": "2017", "compare": "before"}
    assert kept.layout == layout
    # And the list opens it, with its columns, and keeps the days when it is saved there.
    at = opened(home, monkeypatch, "deals", view=str(id_), q="x")
    at.button(key=f"{BOX}.save").click().run()
    assert my.views.get(my.deals, id_).params == {"q": "x", "period": "2017", "compare": "before"}


def test_none_opens_by_itself_over_numbers(
    home: House, my: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    id_ = my.views.add(my.deals, "First", {**MINE, "period": "2017"}, Layout())
    my.views.choose(my.deals, Chosen((), id_))
    at = opened(home, monkeypatch, "insights")
    assert "view" not in address(at)
    assert "Opens first" not in [toggle.label for toggle in at.toggle]


@pytest.mark.parametrize("word", ["x" * 41, "a\nb", "\0"])
def test_days_are_said_in_a_short_word(my: Workspace, word: str) -> None:
    with pytest.raises(Invalid, match="short word"):
        my.views.add(my.deals, "Long", {"period": word}, Layout())


def test_what_is_no_period_is_said_and_nothing_is_lost(
    home: House, my: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    id_ = my.views.add(my.deals, "Odd", {"period": "never", "compare": "nobody"}, Layout())
    at = opened(home, monkeypatch, "insights", view=str(id_))
    assert any("cannot be read" in one.value or "compares with" in one.value for one in at.warning)
