"""An admin adds a field on the screen: it stands on form, record and list until it is hidden."""

from collections.abc import Iterator
from decimal import Decimal

import pytest
from streamlit.testing.v1 import AppTest

from crm_data import Workspace
from crm_data.accounts.own_fields import KINDS, TABLES
from crm_data.tables.fields import Kind
from dashboard import runtime, session
from dashboard.components.grid import data
from dashboard.server import SCRIPT
from tests.dashboard.house import House, house
from tests.support.fields import CHOICES, own
from tests.support.soak import one_quickly
from tests.support.told import facts

ONE = {"customers": "customer", "leads": "lead", "deals": "deal", "tasks": "task"}


@pytest.fixture(scope="module")
def home(new_database) -> Iterator[House]:  # type: ignore[no-untyped-def]
    with house(new_database("sqlite").url) as made:
        runtime.use(made.office.store, made.settings)
        yield made
        runtime.stop()


@pytest.fixture
def at(home: House, monkeypatch: pytest.MonkeyPatch):  # type: ignore[no-untyped-def]
    """Opens a page as the admin."""
    held = home.token("admin")
    monkeypatch.setattr(session, "token", lambda: held)

    def opened(page: str, **query: str) -> AppTest:
        tab = AppTest.from_file(str(SCRIPT), default_timeout=120)
        for name, value in query.items():
            tab.query_params[name] = value
        tab.run()
        return tab.switch_page(f"../pages/{page}.py").run()

    return opened


def add(tab: AppTest, table: str, kind: Kind) -> AppTest:
    tab.segmented_control(key="fields.table").set_value(table).run()
    tab.text_input(key="fields.new.label").set_value(f"Our *{kind}*")
    tab.selectbox(key="fields.new.kind").set_value(kind)
    tab.text_input(key="fields.new.section").set_value("What we ask" if kind is Kind.DAY else "")
    if kind is Kind.CHOICE:
        tab.text_area(key="fields.new.choices").set_value("\n".join([*CHOICES, "", " "]))
    next(button for button in tab.button if button.label == "Add the field").click()
    return tab.run()


def record(my: Workspace, table: str) -> int:
    needed = {my.records(table).title: "Record"}
    more = {"deal_value": "1", "customer_id": my.customers.add({"name": "Firm"})} if table == "deals" else {}
    return my.records(table).add({**needed, **more})


@pytest.mark.slow
@pytest.mark.parametrize("table", one_quickly(TABLES))
def test_what_an_admin_adds_is_filled_in_and_shown_until_it_is_hidden(home: House, at, table: str) -> None:  # type: ignore[no-untyped-def]
    tab = at("admin", tab="fields")
    for kind in KINDS:
        tab = add(tab, table, kind)
        assert not tab.exception
        assert not tab.error
        # The browser is told that the form is empty: else it puts what stands there into the next field.
        fresh = [
            *(tab.text_input(key=f"fields.new.{part}") for part in ("label", "section")),
            tab.text_area(key="fields.new.choices"),
        ]
        assert [(one.value, one.proto.set_value) for one in fresh] == [("", True)] * 3
        assert tab.selectbox(key="fields.new.kind").value == next(iter(KINDS))
    names = {Kind(one.kind): one.name for one in home.office.at(0, "admin").own_fields.get().of(table)}
    assert list(names) == list(KINDS)
    my = own(home.office, "admin")
    id_ = record(my, table)
    tab = at("record", kind=ONE[table], id=str(id_))
    tab.button(key="record.edit").click().run()
    assert "What we ask" in [heading.value for heading in tab.subheader]
    tab.text_input(key=f"record.{table}.field.{names[Kind.TEXT]}").set_value("a *text*")
    tab.selectbox(key=f"record.{table}.field.{names[Kind.CHOICE]}").set_value("own_choice_3")
    tab.number_input(key=f"record.{table}.field.{names[Kind.WHOLE]}").set_value(12)
    tab.text_input(key=f"record.{table}.field.{names[Kind.NUMBER]}").set_value("-47.3768")
    next(button for button in tab.button if button.label == "Save changes").click().run()
    assert not tab.exception
    row = my.records(table).get(id_)
    assert (row[names[Kind.TEXT]], row[names[Kind.CHOICE]], row[names[Kind.WHOLE]]) == (
        "a *text*", "own_choice_3", 12
    )  # fmt: skip
    assert row[names[Kind.NUMBER]] == Decimal("-47.3768")
    shown = facts(at("record", kind=ONE[table], id=str(id_)))
    assert {"a *text*", "!Bronze", "12", "-47.3768"} <= set(shown.values())
    assert set(names.values()) <= set(data.order(my.records(table), data.Layout()))

    tab = at("admin", tab="fields")
    tab.segmented_control(key="fields.table").set_value(table).run()
    tab.button(key=f"icon.fields.{table}.{names[Kind.TEXT]}.hide").click().run()
    assert not tab.exception
    assert "a *text*" not in facts(at("record", kind=ONE[table], id=str(id_))).values()
    assert names[Kind.TEXT] not in data.order(own(home.office).records(table), data.Layout())
    assert my.records(table).get(id_)[names[Kind.TEXT]] == "a *text*"


def test_a_field_is_edited_and_moved(home: House, at) -> None:  # type: ignore[no-untyped-def]
    admin = home.office.at(0, "admin").own_fields
    before = admin.get().of("tasks")
    one, two = (admin.add("tasks", label, "choice", choices=("A", "B")) for label in ("First", "Second"))
    tab = at("admin", tab="fields")
    tab.segmented_control(key="fields.table").set_value("tasks").run()
    tab.button(key=f"icon.fields.tasks.{two}.up").click().run()
    assert [field.name for field in admin.get().of("tasks")] == [*(b.name for b in before), two, one]
    tab.button(key=f"icon.fields.tasks.{one}.edit").click().run()
    tab.text_input(key="fields.edit.label").set_value("Class")
    tab.text_input(key="fields.edit.own_choice_1").set_value("Alpha")
    tab.text_input(key="fields.edit.own_choice_2").set_value("")
    tab.text_area(key="fields.edit.more").set_value("Gamma")
    next(button for button in tab.button if button.label == "Save the field").click().run()
    assert not tab.exception
    field = admin.get().of("tasks")[-1]
    assert field.label == "Class"
    assert field.choices == (("own_choice_1", "Alpha"), ("own_choice_3", "Gamma"))


def test_what_is_refused_is_said_and_stays_typed(at) -> None:  # type: ignore[no-untyped-def]
    tab = at("admin", tab="fields")
    tab.text_input(key="fields.new.label").set_value("E-mail")
    next(button for button in tab.button if button.label == "Add the field").click().run()
    assert [error.value for error in tab.error] == [
        "E-mail: a column of customers is called that already, or one of its files. Choose another name."
    ]
    assert tab.text_input(key="fields.new.label").value == "E-mail"
