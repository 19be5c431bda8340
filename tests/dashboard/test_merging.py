"""The dialog of a merge: values side by side, one chosen in each field; and where links to the others lead."""

from collections.abc import Callable, Iterator

import pytest
from streamlit.testing.v1 import AppTest

from crm_data import Edit
from crm_data.alike.merge import mergeable
from crm_data.tables import noun
from dashboard import runtime, session
from dashboard.parts import merging, say
from tests.dashboard.house import House, house
from tests.support.databases import Database
from tests.support.kinds import KINDS, TITLES
from tests.support.told import facts

MERGED = [kind for kind in KINDS if mergeable(kind)]


@pytest.fixture(scope="module")
def home(new_database: Callable[[str], Database]) -> Iterator[House]:
    with house(new_database("sqlite").url) as made:
        runtime.use(made.office.store, made.settings)
        yield made
        runtime.stop()


def script(kind: str, ids: list[int]) -> None:
    """The dialog alone, begun for these records."""
    import streamlit as st

    from dashboard.parts import merging
    from dashboard.parts.acts import show_refusal
    from dashboard.session import workspace

    my = workspace()
    if "begun" not in st.session_state:
        st.session_state["begun"] = True
        merging.begin("m", kind, ids)
    merging.dialog_of(my, "m")
    show_refusal("m")


def editing(kind: str, id_: int) -> None:
    """The form of a record that is there, and what may follow it."""
    import streamlit as st

    from crm_data.tables import noun
    from dashboard.parts.form import form_dialog, open_form
    from dashboard.session import workspace

    my = workspace()
    if "begun" not in st.session_state:
        st.session_state["begun"] = True
        open_form("f", my.records(kind).get(id_))
    form_dialog(my, my.records(kind), my.members(), "f", noun(kind))


def record() -> None:
    """The screen of one record."""
    from dashboard.parts.record import record_screen
    from dashboard.session import workspace

    record_screen(workspace())


@pytest.fixture
def as_manager(home: House, monkeypatch: pytest.MonkeyPatch) -> House:
    held = home.token("manager")
    monkeypatch.setattr(session, "token", lambda: held)
    return home


def press(at: AppTest, label: str) -> None:
    (button,) = [button for button in at.button if button.label.startswith(label)]
    button.click().run()
    assert not at.exception, at.exception


@pytest.mark.parametrize("kind", MERGED)
def test_the_values_stand_side_by_side_and_the_chosen_one_stays(as_manager: House, kind: str) -> None:
    my, title = as_manager.office.at(), TITLES[kind]
    one = my.records(kind).add(
        {title: "One *x*", "email": "one@m.example", "phone": "1234567", "source": "Fair"}
    )
    other = my.records(kind).add({title: "Other", "email": "other@m.example", "source": "Fair"})
    task = my.tasks.add({"title": "Task", f"{noun(kind)}_id": other})
    at = AppTest.from_function(script, default_timeout=60, kwargs={"kind": kind, "ids": [other, one]}).run()
    assert not at.exception
    assert at.selectbox[0].value == one, "the one that says most"
    asked = {radio.label: radio.options for radio in at.radio}
    assert set(asked) == {"Name", "E-mail", "Phone"}, "what all say alike is not asked"
    assert sorted(asked["E-mail"]) == [say.plain("one@m.example"), say.plain("other@m.example")]
    assert sorted(asked["Phone"]) == ["1234567", "–"]
    (email,) = [radio for radio in at.radio if radio.label == "E-mail"]
    email.set_value(other)
    press(at, "Merge 2")
    assert not at.radio
    row = my.records(kind).get(one)
    assert (row[title], row["email"], row["notes"]) == ("One *x*", "other@m.example", "Also: one@m.example")
    assert my.tasks.get(task)[f"{noun(kind)}_id"] == one
    at = AppTest.from_function(record, default_timeout=60)
    at.query_params.update({"kind": noun(kind), "id": str(other)})
    at.run()
    assert not at.exception
    assert [info.value for info in at.info] == [f"Other was merged into this {noun(kind)}."]
    assert "one@m.example" in " ".join(facts(at).values())


@pytest.mark.parametrize("kind", MERGED)
def test_what_a_colleague_changes_meanwhile_is_shown_first(as_manager: House, kind: str) -> None:
    my, title = as_manager.office.at(), TITLES[kind]
    ids = my.records(kind).add_all([{title: "First"}, {title: "Second"}])
    at = AppTest.from_function(script, default_timeout=60, kwargs={"kind": kind, "ids": ids}).run()
    my.records(kind).change([Edit(ids[1], {"email": (None, "late@m.example")})])
    press(at, "Merge 2")
    assert "was changed meanwhile" in at.error[0].value
    assert "E-mail" in [radio.label for radio in at.radio]
    assert my.records(kind).get(ids[1])["archived_at"] is None


def test_one_or_too_many_are_refused_in_words(as_manager: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(merging, "MOST", 20)
    ids = as_manager.office.at().customers.add_all([{"name": f"N {n}"} for n in range(21)])
    for some in (ids[:1], ids):
        at = AppTest.from_function(
            script, default_timeout=60, kwargs={"kind": "customers", "ids": some}
        ).run()
        assert at.error[0].value == "Choose 2 to 20 customers to merge."


@pytest.mark.slow
@pytest.mark.parametrize("kind", MERGED)
@pytest.mark.parametrize("newest", [False, True])
def test_of_many_one_value_is_looked_for_and_the_newest_may_stand_first(
    as_manager: House, kind: str, newest: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Read in parts, as more than a thousand are."""
    monkeypatch.setattr(merging, "MOST_WATCHED", 7)
    my, title = as_manager.office.at(), TITLES[kind]
    values = [{title: f"Many {n}", "email": f"m{n}@{kind}.example", "source": "Fair"} for n in range(30)]
    ids = my.records(kind).add_all(values)
    my.records(kind).change([Edit(ids[0], {"phone": (None, "1234567")})])  # it says most
    at = AppTest.from_function(script, default_timeout=60, kwargs={"kind": kind, "ids": ids}).run()
    assert not at.exception
    asked = {box.label: box for box in at.selectbox}
    assert {label: len(asked[label].options) for label in ("Name", "E-mail")} == {"Name": 30, "E-mail": 30}
    assert [radio.label for radio in at.radio] == ["Phone"]
    assert asked["Name"].value == ids[0]
    if newest:
        at.segmented_control[0].set_value("The newest first").run()
    (email,) = [box for box in at.selectbox if box.label == "E-mail"]
    assert email.value == (ids[-1] if newest else ids[0])
    email.set_value(ids[7])
    press(at, "Merge 30")
    row = my.records(kind).get(ids[0])
    assert (row[title], row["email"]) == (f"Many {29 if newest else 0}", f"m7@{kind}.example")
    assert row["phone"] == "1234567"  # where the newest says nothing, the next one's
    assert {my.records(kind).get(id_)["merged_into"] for id_ in ids[1:]} == {ids[0]}


@pytest.mark.parametrize("kind", MERGED)
def test_a_form_saves_and_goes_on_to_merge_with_the_one_it_is_like(as_manager: House, kind: str) -> None:
    my, title = as_manager.office.at(), TITLES[kind]
    other = my.records(kind).add({title: f"Twin of {kind}", "email": f"{kind}@twin.example"})
    own = my.records(kind).add({title: f"Quite another {kind}"})
    at = AppTest.from_function(editing, default_timeout=60, kwargs={"kind": kind, "id_": own}).run()
    at.text_input(key="f.field.email").set_value(f"{kind}@TWIN.example")
    press(at, "Save changes")
    press(at, "Save and merge")
    assert my.records(kind).get(own)["email"] == f"{kind}@twin.example"
    assert sorted(at.selectbox[0].options)[0].startswith("Quite another")
    press(at, "Merge 2")
    assert {my.records(kind).get(id_)["archived_at"] is None for id_ in (own, other)} == {True, False}
