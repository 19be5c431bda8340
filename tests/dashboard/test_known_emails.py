"""Whatever form makes a record with an e-mail says first who has that e-mail already; a second press makes it."""

from collections.abc import Callable, Iterator
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
            at.text_input(key=f"f.field.{name}").set_value("7")
    return at


def press(at: AppTest) -> None:
    (button,) = [button for button in at.button if button.label.startswith("Add ")]
    button.click().run()
    assert not at.exception, at.exception


def named(at: AppTest) -> list[tuple[str, str]]:
    """What the warning says of each, and where it leads."""
    found = [(link.proto.label, link.proto.url) for link in at.get("link_button")]
    assert bool(found) == any("known here already" in warning.value for warning in at.warning)
    return found


def add(my: Workspace, kind: str, email: str, **more: Any) -> int:
    records = my.records(kind)
    return records.add({records.title: "Ann *Berg*", EMAILS[kind]: email, **more})


def test_every_way_is_tried() -> None:
    assert {"customers", "leads"} <= set(EMAILS)
    assert len(FORMS) > len(EMAILS)


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
        at.text_input(key=f"{box.rpartition('.')[0]}.{my.records(makes).title}").set_value("New one")
    at.text_input(key=box).set_value(f" {email.upper()} ")
    press(at)
    assert (my.records(kind).count(), my.records(makes).count()) == before
    away = {"customers": " (archived)"}
    assert named(at) == [
        (
            say.plain(f"Ann *Berg*, {noun(holder)}{away.get(holder, '')}: {email}"),
            place.record(noun(holder), id_),
        )
        for holder, id_ in holders.items()
    ]
    at.text_input(key=box).set_value(f"else.{email}")  # another company's is nobody's here
    press(at)
    assert named(at) == []
    assert my.records(makes).count() == before[-1] + 1

    at = opened(home, monkeypatch, kind)
    if makes != kind:
        at.text_input(key=f"{box.rpartition('.')[0]}.{my.records(makes).title}").set_value("New one")
    at.text_input(key=box).set_value(email)
    press(at)
    press(at)
    assert my.records(makes).count() == before[-1] + 2
    assert [one.id for one in my.known_by_email([email]) if one.table == makes and not one.archived]


def test_an_address_that_is_none_asks_nothing(home: House) -> None:
    my = home.office.at(0, "manager")
    assert my.known_by_email([]) == my.known_by_email(["", None, "nobody"]) == []
