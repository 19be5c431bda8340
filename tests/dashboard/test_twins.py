"""Whatever form keeps a record that is like another says first which, and why; a second press keeps it."""

from collections.abc import Callable, Iterator
from itertools import count
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from crm_data import Kind, Workspace
from crm_data.tables import by_name, noun
from crm_data.tables.fields import fields_of
from dashboard import runtime, session
from dashboard.parts import place, say
from tests.dashboard.house import House, house
from tests.support.databases import Database

EMAILS = {
    kind: name
    for kind in Workspace.kinds
    for name, field in fields_of(by_name(kind)).items()
    if field.kind is Kind.EMAIL
}
# Form, and where in it the e-mail of a new record is typed: of its own kind, or of one made on the way.
FORMS = [(kind, f"f.field.{name}", kind) for kind, name in EMAILS.items()] + [
    (kind, f"f.new.{name}.field.{EMAILS[field.to]}", field.to)
    for kind in Workspace.kinds
    for name, field in fields_of(by_name(kind)).items()
    if field.kind is Kind.LINK and field.form and field.to in EMAILS and field.to == "customers"
]


COUNT = count(1)


@pytest.fixture(scope="module")
def home(new_database: Callable[[str], Database]) -> Iterator[House]:
    with house(new_database("sqlite").url) as made:
        runtime.use(made.office.store, made.settings)
        yield made
        runtime.stop()


def script(kind: str) -> None:
    """The form of a new record, and nothing else."""
    import streamlit as st

    from crm_data.tables import noun
    from dashboard.parts.form import form_dialog, open_form
    from dashboard.session import workspace

    my = workspace()
    if "begun" not in st.session_state:
        st.session_state["begun"] = True
        open_form("f")
    form_dialog(my, my.records(kind), my.members(), "f", noun(kind))


def opened(home: House, monkeypatch: pytest.MonkeyPatch, kind: str) -> AppTest:
    held = home.token("manager")
    monkeypatch.setattr(session, "token", lambda: held)
    at = AppTest.from_function(script, default_timeout=60, kwargs={"kind": kind}).run()
    my = home.office.at(0, "manager")
    given = my.records(kind).new_values()
    for name, field in my.records(kind).fields.items():
        if field.required and given.get(name) is None and field.kind in (Kind.TEXT, Kind.MONEY):
            at.text_input(key=f"f.field.{name}").set_value("7" if field.kind is Kind.MONEY else fresh_name())
    return at


def fresh_name() -> str:
    """A name that is like no other."""
    return f"No {next(COUNT)}"


MERGE = "Add and merge"  # offered beside what keeps the record, where one of its own kind is like it


def press(at: AppTest) -> None:
    """What keeps the record as it is."""
    (button,) = [one for one in at.button if one.label.startswith("Add ") and one.label != MERGE]
    button.click().run()
    assert not at.exception, at.exception


def named(at: AppTest) -> list[tuple[str, str]]:
    """What the warning says of each, and where it leads."""
    found = [(link.proto.label, link.proto.url) for link in at.get("link_button")]
    assert bool(found) == any("may be here already" in warning.value for warning in at.warning)
    return found


def add(my: Workspace, kind: str, email: str, **more: Any) -> int:
    records = my.records(kind)
    return records.add({records.title: "Ann *Berg*", EMAILS[kind]: email, **more})


def test_every_way_is_tried() -> None:
    assert {"customers", "leads"} <= set(EMAILS)
    assert len(FORMS) > len(EMAILS)


@pytest.mark.slow
@pytest.mark.parametrize(("kind", "box", "makes"), FORMS)
def test_who_has_the_e_mail_is_said_and_a_second_press_makes_it(
    home: House, monkeypatch: pytest.MonkeyPatch, kind: str, box: str, makes: str
) -> None:
    my, foreign = home.office.at(0, "manager"), home.office.at(1, "manager")
    email = f"{kind}.{makes}@known.example"
    add(foreign, "customers", f"else.{email}")
    holders = {holder: add(my, holder, email) for holder in EMAILS}
    my.customers.archive([holders["customers"]])
    before = my.records(kind).count(), my.records(makes).count()
    at = opened(home, monkeypatch, kind)
    if makes != kind:
        at.text_input(key=f"{box.rpartition('.')[0]}.{my.records(makes).title}").set_value(fresh_name())
    at.text_input(key=box).set_value(f" {email.upper()} ")
    press(at)
    assert (my.records(kind).count(), my.records(makes).count()) == before
    away = {"customers": " (archived)"}
    assert named(at) == [
        (
            say.plain(f"Ann *Berg*, {noun(holder)}{away.get(holder, '')}: same e-mail"),
            place.record(noun(holder), id_),
        )
        for holder, id_ in sorted(holders.items(), key=lambda held: held[0] != makes)
    ]
    # The customer is put away, and only what is in use can be merged.
    assert (MERGE in [button.label for button in at.button]) == (kind in holders and kind != "customers")
    at.text_input(key=box).set_value(f"else.{email}")  # another company's is nobody's here
    press(at)
    assert named(at) == []
    assert my.records(makes).count() == before[-1] + 1

    at = opened(home, monkeypatch, kind)
    if makes != kind:
        at.text_input(key=f"{box.rpartition('.')[0]}.{my.records(makes).title}").set_value(fresh_name())
    at.text_input(key=box).set_value(email)
    press(at)
    press(at)
    assert my.records(makes).count() == before[-1] + 2
    said = my.changes.page()[0][0].title
    assert f", although {noun(makes)} " in said
    assert "same e-mail" in said


def test_an_address_that_is_none_asks_nothing(home: House) -> None:
    my = home.office.at(0, "manager")
    for email in ("", None, "nobody"):
        assert my.alike.lookalikes("customers", {"email": email}) == []


def editing(kind: str, id_: int) -> None:
    """The form of a record that is there, and nothing else."""
    import streamlit as st

    from crm_data.tables import noun
    from dashboard.parts.form import form_dialog, open_form
    from dashboard.session import workspace

    my = workspace()
    if "begun" not in st.session_state:
        st.session_state["begun"] = True
        open_form("f", my.records(kind).get(id_))
    form_dialog(my, my.records(kind), my.members(), "f", noun(kind))


@pytest.mark.slow
@pytest.mark.parametrize("kind", sorted(EMAILS))
@pytest.mark.parametrize("by", ["email", "phone", "title"])
def test_who_is_changed_to_be_like_another_is_asked_about(
    home: House, monkeypatch: pytest.MonkeyPatch, kind: str, by: str
) -> None:
    my = home.office.at(0, "manager")
    records, held = my.records(kind), home.token("manager")
    monkeypatch.setattr(session, "token", lambda: held)
    name = records.title if by == "title" else by
    typed = {
        "email": f"{kind}@edit.example",
        "phone": f"+41 44 {len(kind)}11 22 33",
        "title": f"Zürcher {kind}",
    }[by]
    other = records.add({records.title: f"Other {kind} {by}", name: typed})
    row = records.add({records.title: f"Own {kind} {by}"})
    at = AppTest.from_function(editing, default_timeout=60, kwargs={"kind": kind, "id_": row}).run()
    at.text_input(key=f"f.field.{name}").set_value(typed.upper())
    for press_ in (1, 2):
        (button,) = [button for button in at.button if button.label.startswith("Save changes")]
        assert button.label.endswith("all the same") == (press_ == 2)
        button.click().run()
        assert not at.exception
        now = records.get(row)[name]
        assert (now is not None and now.casefold() == typed.casefold()) == (press_ == 2)
        if press_ == 1:
            (link,) = at.get("link_button")
            assert link.proto.url == place.record(noun(kind), other)
    assert ", although " in my.changes.page()[0][0].title
