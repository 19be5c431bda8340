"""What is not drawn anew is what would have been drawn: every screen, every role; and what makes a part new."""

from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any
from urllib.parse import parse_qsl

import pytest
from streamlit.testing.v1 import AppTest

from crm_data import Edit, clock
from crm_data.settings import ROOT
from dashboard import again, runtime, session
from dashboard.menu import SCREENS
from dashboard.parts import printing
from tests.dashboard.house import House, house
from tests.support.kinds import ONES, one_of_each

ROLES = ("admin", "manager", "sales_rep", "user")
COUNTED = "times drawn"
TAB = "pipeline?tab=insights"
RECORDS = [f"record?kind={one}" for one in ONES.values()]
PAGES = [*(one.name for one in SCREENS if one.name != "record"), TAB, *RECORDS]
ids: dict[str, int] = {}


@pytest.fixture(scope="module")
def home(new_database: Any) -> Iterator[House]:
    with house(new_database("sqlite").url) as made:
        for company in (1, 0):
            ids.update(one_of_each(made.office.at(company, "manager"), ("Kittiwake", "Wolverine")[company]))
        runtime.use(made.office.store, made.settings)
        yield made
        runtime.stop()


def screen(home: House, monkeypatch: pytest.MonkeyPatch, role: str, page: str) -> AppTest:
    token, now = home.token(role), clock.now()
    monkeypatch.setattr(session, "token", lambda: token)
    monkeypatch.setattr(printing, "clock", SimpleNamespace(now=lambda: now))  # it prints the minute
    at = AppTest.from_file(str(ROOT / "dashboard" / "app.py"), default_timeout=60).run()
    page, _, query = page.partition("?")
    if page == "overview":
        return at
    at.switch_page(f"../pages/{page}.py")
    for name, said in parse_qsl(query):
        at.query_params[name] = said
    if page == "record":
        at.query_params["id"] = str(ids[dict(parse_qsl(query))["kind"]])
    return at.run()


def seen(at: AppTest) -> list[str]:
    """Every element and box of the page, as it was sent."""
    assert not at.exception
    found: list[str] = []

    def visit(node: Any, path: tuple[Any, ...]) -> None:
        for at, child in getattr(node, "children", {}).items():
            found.append(f"{(*path, at)} {getattr(child, 'proto', '')}")
            visit(child, (*path, at))

    visit(at._tree, ())
    return found


def as_drawn(at: AppTest) -> list[str]:
    """What the next run sends, which is what it would draw."""
    kept = seen(at.run())
    assert at.session_state[again._KEPT]
    del at.session_state[again._KEPT]
    assert seen(at.run()) == kept
    return kept


def a_colleague_changes(home: House) -> None:
    """A record of every kind, what belongs to it, and what is said of it."""
    my = home.office.at(0, "admin")
    for kind, one in ONES.items():
        records = my.records(kind)
        seen = records.get(ids[one])[records.title]
        other = f"{seen}!" if len(seen) < 40 else seen.rstrip("!")
        records.change([Edit(ids[one], {records.title: (seen, other)})])
    for link in ("customer", "lead", "deal"):
        my.activities.log("note", "A colleague's", **{f"{link}_id": ids[link]})
        my.tasks.add({"title": "A colleague's", f"{link}_id": ids[link]})


@pytest.mark.slow
@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("page", PAGES)
def test_a_screen_is_the_same_whether_its_parts_are_drawn_or_sent_as_they_were(
    home: House, monkeypatch: pytest.MonkeyPatch, page: str, role: str
) -> None:
    at = screen(home, monkeypatch, role, page)
    at.run()  # what only a first run has is gone
    before = as_drawn(at)
    a_colleague_changes(home)
    assert page not in RECORDS or as_drawn(at) != before
    as_drawn(at)


@pytest.mark.slow
@pytest.mark.parametrize("page", RECORDS)
def test_so_is_each_view_of_a_record(home: House, monkeypatch: pytest.MonkeyPatch, page: str) -> None:
    at = screen(home, monkeypatch, "manager", page)
    views = next(group for group in at.button_group if group.label == "View")
    told = []
    for view in views.options:
        at.button_group(views.key).set_value(view).run()
        before = as_drawn(at)
        a_colleague_changes(home)
        assert as_drawn(at) != before
        told.append(before)
    assert len(set(map(tuple, told))) == len(views.options)


@pytest.mark.slow
def test_what_another_screen_has_sent_is_let_go_of(home: House, monkeypatch: pytest.MonkeyPatch) -> None:
    at = screen(home, monkeypatch, "manager", TAB)
    names = set(at.session_state[again._KEPT])
    assert "insights" in names
    assert set(at.run().session_state[again._KEPT]) == names  # those within others too
    at.switch_page("../pages/customers.py").run()
    here = set(at.session_state[again._KEPT])
    assert here == set(screen(home, monkeypatch, "manager", "customers").session_state[again._KEPT])
    assert here == set(at.run().session_state[again._KEPT])


def counting() -> None:
    """A script with one part, which says how often it was drawn."""
    import streamlit as st

    from dashboard.again import drawn

    def part() -> None:
        st.session_state["times drawn"] = st.session_state.get("times drawn", 0) + 1
        st.checkbox("Ticked", key="ticked")
        with st.container(key="inner"):
            st.text("Below")

    st.text("Above")
    if st.session_state.get("more above"):
        st.text("More above")
    if not st.session_state.get("hidden"):
        drawn("part", (st.session_state.get("of"),), part)
    st.text("After")


@pytest.fixture
def part() -> AppTest:
    at = AppTest.from_function(counting).run()
    assert at.session_state[COUNTED] == 1
    return at


def words(at: AppTest) -> list[str]:
    return [text.value for text in at.text]


def test_a_part_is_drawn_once_and_keeps_its_place(part: AppTest) -> None:
    for _ in range(3):
        part.run()
        assert (words(part), part.checkbox[0].label) == (["Above", "Below", "After"], "Ticked")
    assert part.session_state[COUNTED] == 1


@pytest.mark.parametrize("name", ["of", "more above"])
def test_a_part_of_something_else_or_in_another_place_is_drawn_anew(part: AppTest, name: str) -> None:
    part.session_state[name] = "another"
    part.run()
    assert part.session_state[COUNTED] == 2
    part.run()
    assert part.session_state[COUNTED] == 2


def test_what_a_person_changed_in_a_part_stays_and_draws_it_anew(part: AppTest) -> None:
    part.checkbox[0].check().run()
    assert (part.checkbox[0].value, part.session_state[COUNTED]) == (True, 2)
    part.run()
    assert (part.checkbox[0].value, part.session_state["ticked"], part.session_state[COUNTED]) == (
        True,
        True,
        2,
    )


def test_a_part_that_was_away_is_drawn_anew_when_it_comes_back(part: AppTest) -> None:
    part.checkbox[0].check().run()
    part.session_state["hidden"] = True
    part.run()
    assert words(part) == ["Above", "After"]
    part.session_state["hidden"] = False
    part.run()
    assert (part.checkbox[0].value, part.session_state[COUNTED]) == (False, 3)


def test_a_part_of_another_person_or_company_is_drawn_anew(part: AppTest) -> None:
    for count, who in enumerate([(1, 1), (1, 2), (2, 2)], 2):
        part.session_state[session.MARK] = who
        part.run()
        assert part.session_state[COUNTED] == count


def test_a_part_is_drawn_anew_when_the_same_person_has_signed_in_again(part: AppTest) -> None:
    """A tab that lost its connection goes on as it was, with the browser's new token: what the callbacks of a part
    were made with works no more.
    """
    for count, owner in enumerate(["one sign-in", "another sign-in"], 2):
        part.session_state[session.OWNER] = owner
        part.run().run()
        assert part.session_state[COUNTED] == count


def elsewhere() -> None:
    """A part that says something once, beside its place."""
    import streamlit as st

    from dashboard.again import drawn

    drawn("toast", (), lambda: st.toast("Once"))


def test_what_is_said_once_is_not_sent_again_as_it_was() -> None:
    at = AppTest.from_function(elsewhere).run()
    assert at.session_state[again._KEPT] == {}
    assert [toast.value for toast in at.toast] == ["Once"]


def test_what_is_called_as_a_kept_part_is_refused_as_twice_the_same(part: AppTest) -> None:
    def twice() -> None:
        import streamlit as st

        from dashboard.again import drawn

        drawn("part", (), lambda: st.checkbox("Ticked", key="ticked"))
        if st.session_state.get("more"):
            st.checkbox("Another", key="ticked")

    at = AppTest.from_function(twice).run()
    assert not at.exception
    at.session_state["more"] = True
    at.run()
    assert at.exception


def test_outside_a_run_a_part_is_drawn() -> None:
    said: list[str] = []
    again.drawn("part", (), lambda: said.append("drawn"))
    assert said == ["drawn"]


def put_there() -> None:
    """Parts whose widgets are put where something says, as an address does."""
    import streamlit as st

    from dashboard.again import drawn

    def typed() -> None:
        if st.session_state.get("typed") != st.session_state.get("says", "first"):
            st.session_state["typed"] = st.session_state.get("says", "first")
        st.session_state["times typed"] = st.session_state.get("times typed", 0) + 1
        st.text_input("Typed", key="typed")

    def chosen() -> None:
        st.session_state["chosen"] = "b"
        st.session_state["times chosen"] = st.session_state.get("times chosen", 0) + 1
        st.segmented_control("Chosen", ["a", "b"], key="chosen")

    def both() -> None:
        drawn("typed", (), typed)
        drawn("chosen", (), chosen)

    drawn("both", (), both)


def test_what_is_typed_is_put_into_its_field_once_and_a_choice_every_time() -> None:
    at = AppTest.from_function(put_there)
    for _ in range(4):
        at.run()
        assert (at.text_input[0].value, at.segmented_control[0].value) == ("first", "b")
        assert at.segmented_control[0].proto.set_value
    assert not at.text_input[0].proto.set_value  # it would take away what somebody types just now
    assert (at.session_state["times typed"], at.session_state["times chosen"]) == (2, 1)


def test_a_part_within_a_part_is_sent_in_its_place() -> None:
    at = AppTest.from_function(put_there).run().run()
    before = seen(at)
    at.text_input[0].set_value("second").run()
    assert (at.text_input[0].value, at.segmented_control[0].value) == ("first", "b")  # the address says so
    assert seen(at.run()) == before


# What else a list's head says: by what of the tab's state, or of its address, it is another.
STATES: dict[str, dict[str, Any]] = {
    "a refusal": {"{table}.refusal": "No, because"},
    "what could not be undone": {"undo.refusal": "No, because"},
    "a filter that was refused": {"{table}.filter.asked": (3, "That is no number")},
    "an import that was begun": {"{table}.import.state": "open", "{table}.import.act": "a" * 32},
}
ADDRESSES: dict[str, dict[str, str]] = {
    "a search": {"q": "kitti"},
    "archived ones": {"archived": "1"},
    "a filter": {"filter": '[["created_at","filled"]]'},
    "nobody's view": {"view": "999"},
    "what cannot be read": {"filter": "[["},
}


@pytest.mark.slow
@pytest.mark.parametrize("page", ["customers", "tasks"])
@pytest.mark.parametrize("what", [*STATES, *ADDRESSES])
def test_a_lists_head_is_drawn_anew_for_all_that_it_says(
    home: House, monkeypatch: pytest.MonkeyPatch, page: str, what: str
) -> None:
    at = screen(home, monkeypatch, "manager", page)
    before = seen(at.run())
    for name, value in STATES.get(what, {}).items():
        at.session_state[name.format(table=page)] = value
    at.query_params.update(**ADDRESSES.get(what, {}))
    assert seen(at.run()) != before
    kept = seen(at.run())
    del at.session_state[again._KEPT]
    assert seen(at.run()) == kept
