"""The import dialog run without a browser: the outcome first, choices that change it, one button that writes."""

from collections.abc import Iterator

import pytest
from streamlit.testing.v1 import AppTest

from crm_data import Workspace
from crm_data.errors import Unavailable
from crm_data.transfer.plan import Unmatched
from dashboard import runtime, session
from dashboard.parts import csv_panel, csv_run
from dashboard.server import SCRIPT
from tests.dashboard.house import House, house
from tests.transfer.books import book
from tests.transfer.files import accounts, csv_bytes, pipeline

PLACE = "customers.import"


@pytest.fixture
def engine_kind() -> str:
    """One engine is enough: what is under test here is the screen."""
    return "sqlite"


@pytest.fixture
def home(database_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[House]:
    with house(database_url) as made:
        runtime.use(made.office.store, made.settings)
        monkeypatch.setattr(session, "address", lambda: "192.0.2.1")
        yield made
        runtime.stop()


@pytest.fixture
def my(home: House) -> Workspace:
    return home.office.at()


def customers_page(home: House, monkeypatch: pytest.MonkeyPatch, role: str = "manager") -> AppTest:
    token = home.token(role)
    monkeypatch.setattr(session, "token", lambda: token)
    at = AppTest.from_file(str(SCRIPT), default_timeout=60).run()
    return at.switch_page("../pages/customers.py").run()


def opened(at: AppTest, data: bytes, name: str = "accounts.csv") -> AppTest:
    """The dialog with a file in it."""
    at.button(key=f"{PLACE}.open").click().run()
    at.file_uploader(key=f"{PLACE}.file").set_value((name, data, "text/csv")).run()
    assert not at.exception
    return at


def outcome(at: AppTest) -> dict[str, str]:
    return {metric.label: metric.value for metric in at.metric}


def keys(at: AppTest) -> list[str | None]:
    return [button.key for button in at.button]


@pytest.mark.slow
def test_a_file_with_good_guesses_needs_two_clicks(
    home: House, my: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    at = opened(customers_page(home, monkeypatch), accounts())
    assert outcome(at) == {"To add": "85", "To change": "0", "Unchanged": "0", "Refused": "0"}
    go = at.button(key=f"{PLACE}.go")
    assert go.label == "Add 85 customers"
    assert my.customers.count() == 0
    go.click().run()
    assert not at.exception
    assert my.customers.count() == 85
    assert f"{PLACE}.go" not in keys(at)
    assert "85 added" in at.toast[0].value
    assert f"{PLACE}.plan" not in at.session_state


@pytest.mark.slow
def test_the_same_file_again_has_nothing_to_do(
    home: House, my: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    at = opened(customers_page(home, monkeypatch), accounts())
    at.button(key=f"{PLACE}.go").click().run()
    at = opened(at, accounts())
    go = at.button(key=f"{PLACE}.go")
    assert (outcome(at)["Unchanged"], go.label, go.disabled) == ("85", "Nothing to import", True)


@pytest.mark.slow
def test_a_column_sent_elsewhere_changes_what_would_happen(
    home: House, my: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    at = opened(customers_page(home, monkeypatch), accounts(5))
    at.selectbox(key=f"{PLACE}.to.revenue").select("credit_limit").run()
    assert outcome(at)["To add"] == "5"
    at.selectbox(key=f"{PLACE}.to.sector").select("email").run()
    assert outcome(at) == {"To add": "5", "To change": "0", "Unchanged": "0", "Refused": "0"}
    assert any("5 cells could not be taken as E" in warning.value for warning in at.warning)
    at.selectbox(key=f"{PLACE}.to.sector").select("industry").run()
    at.selectbox(key=f"{PLACE}.fill.customer_type").select("individual").run()
    at.button(key=f"{PLACE}.go").click().run()
    row = my.customers.page().rows[0]
    assert (str(row["credit_limit"]), row["customer_type"]) == ("1004.04", "individual")


def test_two_columns_to_one_field_are_pointed_out(
    home: House, my: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    at = opened(customers_page(home, monkeypatch), accounts(5))
    at.selectbox(key=f"{PLACE}.to.revenue").select("name").run()
    assert "both go to Name" in at.warning[0].value
    assert f"{PLACE}.go" not in keys(at)


@pytest.mark.slow
def test_unknown_words_are_given_a_meaning(
    home: House, my: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = csv_bytes([["Name", "Status", "Owner"], ["A", "Aktiv", "Alpha Admin"], ["B", "active", "Who"]])
    at = opened(customers_page(home, monkeypatch), file)
    assert outcome(at)["To add"] == "2"
    told = " ".join(warning.value for warning in at.warning)
    assert "'Aktiv'" in told
    assert "'Who'" in told
    at.selectbox(key=f"{PLACE}.word.Status.Aktiv").select("prospect").run()
    at.button(key=f"{PLACE}.words.go.Status").click().run()
    assert "Aktiv" not in " ".join(warning.value for warning in at.warning)
    at.selectbox(key=f"{PLACE}.word.Owner.Who").select("").run()
    at.button(key=f"{PLACE}.words.go.Owner").click().run()
    assert outcome(at)["Refused"] == "0"
    at.button(key=f"{PLACE}.go").click().run()
    rows = {row["name"]: row for row in my.customers.page().rows}
    assert (rows["A"]["status"], rows["A"]["assigned_to"]) == ("prospect", home.user("admin"))
    assert rows["B"]["assigned_to"] is None


@pytest.mark.slow
def test_all_unknown_words_are_decided_at_once(
    home: House, my: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = [[f"C{n}", f"Gone {n}", f"word {n}"] for n in range(20)]
    at = opened(customers_page(home, monkeypatch), csv_bytes([["Name", "Owner", "Status"], *rows]))
    assert outcome(at)["To add"] == "20"
    at.button(key=f"{PLACE}.words.all.Owner.{Unmatched.FORMER}").click().run()
    at.button(key=f"{PLACE}.words.all.Status").click().run()
    assert outcome(at)["To add"] == "20"
    at.button(key=f"{PLACE}.go").click().run()
    page = my.customers.page()
    assert len({row["assigned_to"] for row in page.rows}) == 20
    assert {row["status"] for row in page.rows} == {"active"}


@pytest.mark.slow
def test_refused_rows_can_be_fetched(home: House, my: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    at = opened(customers_page(home, monkeypatch), csv_bytes([["E-mail", "Name"], ["a@x.co", ""], ["", "B"]]))
    at.button(key=f"{PLACE}.go").click().run()
    assert "1 added" in at.success[0].value
    link = next(e for e in at.get("link_button") if "refused" in e.proto.url)
    assert link.proto.label == "Download 1 refused row"
    assert link.proto.url.startswith("/export/refused.csv?key=")
    at.button(key=f"{PLACE}.close").click().run()
    assert my.customers.count() == 1
    assert f"{PLACE}.close" not in keys(at)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("data", "wanted"),
    [
        (b"", "empty"),
        (b"PK\x03\x04", "workbook cannot be read"),
        (b"a\n", "no rows"),
        (b'a\n"1\n', "never closed"),
    ],
)
def test_a_file_that_cannot_be_read_says_why(
    home: House, monkeypatch: pytest.MonkeyPatch, data: bytes, wanted: str
) -> None:
    at = opened(customers_page(home, monkeypatch), data)
    assert wanted in at.error[0].value
    assert f"{PLACE}.go" not in keys(at)


@pytest.mark.slow
def test_a_refusal_at_the_last_moment_is_shown_and_nothing_is_lost(
    home: House, my: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    at = opened(customers_page(home, monkeypatch), accounts(5))

    def refuse(*args: object, **more: object) -> None:
        raise Unavailable

    with monkeypatch.context() as patched:
        patched.setattr(Workspace, "commit_import", refuse)
        at.button(key=f"{PLACE}.go").click().run()
    assert "could not be reached" in at.error[0].value
    assert my.customers.count() == 0
    at.button(key=f"{PLACE}.go").click().run()
    assert my.customers.count() == 5


@pytest.mark.slow
def test_cancel_leaves_nothing_and_says_so_and_the_file_goes_in_after_all(
    home: House, my: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    at = opened(customers_page(home, monkeypatch), accounts())
    heard: list[str] = []

    def pressed(key: str) -> bool:
        heard.append(key)
        return len(heard) > 2  # while rows are written

    with monkeypatch.context() as patched:
        patched.setattr(csv_run, "pressed_meanwhile", pressed)
        at.button(key=f"{PLACE}.go").click().run()
    assert not at.exception
    assert heard == [f"{PLACE}.cancel"] * 3
    assert [info.value for info in at.info] == ["Cancelled: nothing was imported."]
    assert f"{PLACE}.cancel" not in keys(at)
    assert my.customers.count() == 0
    assert home.office.at(role="admin").changes.page()[0] == []
    at.button(key=f"{PLACE}.go").click().run()
    assert my.customers.count() == 85


@pytest.mark.slow
def test_a_second_click_that_waited_behind_cancel_imports_nothing(
    home: House, my: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    at = opened(customers_page(home, monkeypatch), accounts())
    with monkeypatch.context() as patched:
        patched.setattr(csv_run, "pressed_meanwhile", lambda key: True)
        at.button(key=f"{PLACE}.go").click().run()
    csv_run._pressed(at.session_state[f"{PLACE}.run"])  # as its callback is called in the next run
    at.button(key=f"{PLACE}.go").click().run()
    assert my.customers.count() == 0
    at.button(key=f"{PLACE}.go").click().run()
    assert my.customers.count() == 85


@pytest.mark.slow
def test_cancel_that_comes_too_late_says_so(
    home: House, my: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The import is written, and then a click elsewhere gives way before that is drawn."""
    at = opened(customers_page(home, monkeypatch), accounts(3))
    begun: list[csv_run.Run] = []

    class _Gone(Exception):
        pass

    def gives_way(*said: object) -> None:
        raise _Gone

    with monkeypatch.context() as patched:
        patched.setattr(csv_panel._Import, "_written", gives_way)
        at.button(key=f"{PLACE}.go").click().run()
    begun.append(at.session_state[f"{PLACE}.run"])
    assert my.customers.count() == 3
    at.run()
    assert "3 added" in at.toast[0].value
    assert f"{PLACE}.go" not in keys(at)
    assert begun[0].report is not None


@pytest.mark.slow
@pytest.mark.parametrize("role", ["user", "sales_rep"])
def test_the_buttons_are_for_managers(home: House, monkeypatch: pytest.MonkeyPatch, role: str) -> None:
    at = customers_page(home, monkeypatch, role)
    assert f"{PLACE}.open" not in keys(at)
    assert not [e for e in at.get("link_button") if "export" in e.proto.url]


def test_the_export_link_names_the_list(home: House, my: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    my.customers.add({"name": "Acme & Co", "status": "lost"})
    at = customers_page(home, monkeypatch)
    link = next(e for e in at.get("link_button") if "export" in e.proto.url)
    assert link.proto.url == "/export/customers.csv?zone=UTC"


@pytest.mark.slow
def test_deals_ask_for_what_the_file_lacks(
    home: House, my: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The same dialog, for a kind with demands: drawn alone, as any page may place it."""
    firm = my.customers.add({"name": "Firm 0"})

    def page() -> None:
        import streamlit as st

        from dashboard import session
        from dashboard.parts.csv_panel import import_panel

        here = session.workspace()
        import_panel(here, here.deals)
        st.caption("a page")

    token = home.token()
    monkeypatch.setattr(session, "token", lambda: token)
    at = AppTest.from_function(page, default_timeout=60).run()
    at.button(key="deals.import.open").click().run()
    at.file_uploader(key="deals.import.file").set_value(("sales_pipeline.csv", pipeline(), "text/csv")).run()
    assert not at.exception
    assert {"Name *", "Value *", "Reason lost"} <= {box.label for box in at.text_input}
    assert outcome(at)["To add"] == "4"
    at.selectbox(key="deals.import.as.sales_agent.assigned_to.unmatched").select("add as a former colleague")
    at.checkbox(key="deals.import.as.account.customer_id.empty").check().run()
    assert outcome(at) == {"To add": "4", "To change": "0", "Unchanged": "0", "Refused": "36"}
    at.selectbox(key="deals.import.as.account.customer_id.unmatched").select("leave it empty").run()
    customer = at.selectbox(key="deals.import.fill.customer_id")
    assert customer.label == "Customer *"
    customer.select(str(firm)).run()
    assert outcome(at)["To add"] == "40"
    at.button(key="deals.import.go").click().run()
    assert my.deals.count() == 40


def test_letters_that_are_not_sure_are_asked_before_anything_goes_on(
    home: House, my: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = "Name;City\nHélène;Genève\n".encode("cp1252")
    at = opened(customers_page(home, monkeypatch), data)
    (asked,) = at.radio
    assert asked.value is None
    assert f"{PLACE}.go" not in keys(at)
    assert any("Genève" in option for option in asked.options)
    asked.set_value("cp1252").run()
    assert outcome(at)["To add"] == "1"
    assert any("Genève" in caption.value for caption in at.caption)


@pytest.mark.slow
def test_the_row_of_the_headings_is_said_and_can_be_chosen(
    home: House, my: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    at = opened(
        customers_page(home, monkeypatch), b"Accounts of the north\n\nName,Phone\nAcme,123\nBeta,234\n"
    )
    assert outcome(at)["To add"] == "2"
    assert any("headings in row 3" in caption.value for caption in at.caption)
    at.number_input(key=f"{PLACE}.top").set_value(4).run()
    assert any("headings in row 4" in caption.value for caption in at.caption)


@pytest.mark.slow
def test_a_sheet_of_a_workbook_is_chosen(home: House, my: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    data = book({"People": [["Name"], ["Ann"]], "Firms": [["Name"], ["Bolt"], ["Cole"]]})
    at = opened(customers_page(home, monkeypatch), data)
    (choice,) = [box for box in at.selectbox if box.label == "Sheet"]
    assert (choice.options, choice.value) == (["People", "Firms"], "People")
    assert "Encoding" not in [box.label for box in at.selectbox]  # a workbook says itself how it is written
    choice.set_value("Firms").run()
    assert "2 rows, 1 column; sheet Firms" in [caption.value for caption in at.caption]
    at.button(key=f"{PLACE}.go").click().run()
    assert my.customers.count() == 2


@pytest.mark.slow
def test_a_file_of_another_system_is_recognised_and_may_be_said_to_be_none(
    home: House, my: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    headings = ["Record ID", "First Name", "Last Name", "Email", "Contact owner", "Lifecycle Stage"]
    file = csv_bytes([headings, ["7", "Ann", "Ace", "ann@x.example", "Alpha Admin", "Customer"]])
    at = opened(customers_page(home, monkeypatch), file, "hubspot.csv")
    assert any("Recognised as HubSpot contacts" in caption.value for caption in at.caption)
    assert at.text_input(key=f"{PLACE}.fill.name").value == "{First Name} {Last Name}"
    assert at.selectbox(key=f"{PLACE}.to.Lifecycle Stage").value == "status"
    made_by = next(box for box in at.selectbox if box.label == "Made by")
    made_by.select("").run()
    assert not at.exception
    assert not any("Recognised" in caption.value for caption in at.caption)
    assert at.selectbox(key=f"{PLACE}.to.Lifecycle Stage").value == "imported"
    next(box for box in at.selectbox if box.label == "Made by").select("HubSpot contacts").run()
    assert at.selectbox(key=f"{PLACE}.to.Lifecycle Stage").value == "status"
    at.button(key=f"{PLACE}.go").click().run()
    row = my.customers.page().rows[0]
    assert (row["name"], row["status"], my.members()[row["assigned_to"]]) == (
        "Ann Ace",
        "active",
        "Alpha Admin",
    )


def test_a_file_that_belongs_to_another_list_says_so(home: House, monkeypatch: pytest.MonkeyPatch) -> None:
    file = csv_bytes([["Deal Name", "Deal Stage", "Deal owner", "Amount"], ["A", "Closed Won", "Who", "5"]])
    at = opened(customers_page(home, monkeypatch), file, "deals.csv")
    assert any("HubSpot deals" in told.value and "from the list of deals" in told.value for told in at.info)


@pytest.mark.slow
def test_what_was_chosen_is_taken_for_the_next_file_and_can_be_left(
    home: House, my: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    headings = ["Name", "Trade", "State of things"]
    at = opened(customers_page(home, monkeypatch), csv_bytes([headings, ["A", "Steel", "Ruht"]]), "a.csv")
    at.selectbox(key=f"{PLACE}.to.Trade").select("industry").run()
    at.selectbox(key=f"{PLACE}.to.State of things").select("status").run()
    at.selectbox(key=f"{PLACE}.word.State of things.Ruht").select("inactive").run()
    at.button(key=f"{PLACE}.words.go.State of things").click().run()
    at.button(key=f"{PLACE}.go").click().run()
    assert not at.exception
    at = opened(at, csv_bytes([headings, ["B", "Wood", "Ruht"]]), "b.csv")
    said = [caption.value for caption in at.caption]
    assert any("The choices made for 'a' on" in text and "Trade" in text for text in said)
    assert at.selectbox(key=f"{PLACE}.to.Trade").value == "industry"
    at.button(key=f"{PLACE}.go").click().run()
    row = next(row for row in my.customers.page().rows if row["name"] == "B")
    assert (row["industry"], row["status"]) == ("Wood", "inactive")
    at = opened(at, csv_bytes([headings, ["C", "Wood", "Ruht"]]), "c.csv")
    next(button for button in at.button if button.label == "Go by the file alone").click().run()
    assert not any("are taken again" in caption.value for caption in at.caption)
    assert at.selectbox(key=f"{PLACE}.to.Trade").value == "imported"


@pytest.mark.slow
def test_refused_rows_are_put_right_and_come_in_with_the_others(
    home: House, my: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = csv_bytes([["Name", "City"], ["Acme", "Bern"], ["", "Biel"], ["", "Brig"]])
    at = opened(customers_page(home, monkeypatch), file, "some.csv")
    assert outcome(at) == {"To add": "1", "To change": "0", "Unchanged": "0", "Refused": "2"}
    assert any("Name is empty and is needed" in caption.value for caption in at.caption)
    at.text_input(key=f"{PLACE}.mend.3.Name").set_value("Put right").run()
    at.button(key=f"{PLACE}.mend").click().run()
    assert not at.exception
    assert outcome(at) == {"To add": "2", "To change": "0", "Unchanged": "0", "Refused": "1"}
    assert any("1 row put right here" in caption.value for caption in at.caption)
    at.button(key=f"{PLACE}.go").click().run()
    assert not at.exception
    assert {row["name"]: row["city"] for row in my.customers.page().rows} == {
        "Acme": "Bern",
        "Put right": "Biel",
    }
    assert any("2 added" in said.value for said in at.success)
    (act,) = my.changes.page()[0]
    assert act.counts["customers"] == 2


@pytest.mark.slow
def test_the_rows_of_a_rehearsal_are_searched_by_what_becomes_of_them(
    home: House, my: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    my.customers.add({"name": "Old", "email": "old@x.example", "city": "Chur"})
    rows = [["A", "a@x.example", "Bern"], ["B", "b@x.example", "Biel"], ["Old", "old@x.example", "Brig"]]
    at = opened(customers_page(home, monkeypatch), csv_bytes([["Name", "Email", "City"], *rows]), "some.csv")
    kinds = next(group for group in at.button_group if group.key == f"{PLACE}.rows.kind")
    assert list(kinds.options) == ["To add (2)", "To change (1)"]
    at.text_input(key=f"{PLACE}.rows.search").set_value("nobody says this").run()
    assert any("No row here says that" in caption.value for caption in at.caption)
    at.text_input(key=f"{PLACE}.rows.search").set_value("BIEL").run()
    assert not any("No row here says that" in caption.value for caption in at.caption)
    assert not at.exception


def test_new_rows_that_look_like_records_are_listed_and_left_out(
    home: House, my: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    my.customers.add({"name": "Acme *Works*", "phone": "+41 44 123 45 67"})
    file = csv_bytes([["Name", "Phone"], ["Nord", "0041 44 1234567"], ["South", "+41 44 999 88 77"]])
    at = opened(customers_page(home, monkeypatch), file)
    assert outcome(at)["To add"] == "2"
    choice = at.selectbox(key=f"{PLACE}.lookalikes")
    assert choice.label == "1 new customer looks like one that is here or in the file"
    assert choice.options == ["Add them all the same", "Leave them out", "Change the ones that are there"]
    choice.select("leave it out").run()
    assert not at.exception
    assert (outcome(at)["To add"], outcome(at)["Refused"]) == ("1", "1")
    at.button(key=f"{PLACE}.go").click().run()
    assert "1 added" in at.success[0].value
    assert {row["name"] for row in my.customers.page().rows} == {"Acme *Works*", "South"}


def test_a_row_that_looks_like_a_record_is_decided_by_itself(
    home: House, my: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each says what it looks like, as a link; of many a few at a time, and what was chosen stays."""
    id_ = my.customers.add({"name": "Acme *Works*", "phone": "+41 44 123 45 67"})
    rows = [[f"Nord {n}", f"+41 44 123 45 67 ext {n}"] for n in range(7)]
    at = opened(customers_page(home, monkeypatch), csv_bytes([["Name", "Phone"], *rows]))
    asked = [box for box in at.selectbox if box.key and ".lookalikes.row." in box.key]
    assert len(asked) == 5
    assert f"](/record?kind=customer&id={id_})" in asked[0].label
    assert "[customer Acme \\*Works\\*" in asked[0].label
    assert asked[0].options == ["Add it all the same", "Leave it out", "Change the one that is there"]
    asked[0].select("change the one that is there").run()
    assert (outcome(at)["To add"], outcome(at)["To change"]) == ("6", "1")
    at.button(key=f"{PLACE}.lookalikes.next").click().run()
    asked = [box for box in at.selectbox if box.key and ".lookalikes.row." in box.key]
    assert len(asked) == 2
    asked[1].select("leave it out").run()
    assert not at.exception
    assert (outcome(at)["To add"], outcome(at)["To change"], outcome(at)["Refused"]) == ("5", "1", "1")
    at.text_input(key=f"{PLACE}.lookalikes.search").set_value("nord 3").run()
    asked = [box for box in at.selectbox if box.key and ".lookalikes.row." in box.key]
    assert [box.label.split(":")[0] for box in asked] == ["Row 5, Nord 3"]
    at.button(key=f"{PLACE}.go").click().run()
    assert "5 added, 1 changed" in at.success[0].value
    assert my.customers.get(id_)["name"] == "Nord 0"


def test_what_is_chosen_of_a_long_file_stays_while_it_is_checked_again(
    home: House, my: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(csv_panel, "_CHECKED_AT_ONCE", 1)
    my.customers.add({"name": "Acme", "phone": "+41 44 123 45 67"})
    file = csv_bytes([["Name", "Phone"], ["Nord", "0041 44 1234567"], ["South", "+41 44 999 88 77"]])
    at = opened(customers_page(home, monkeypatch), file)
    at.button(key=f"{PLACE}.check").click().run()
    assert outcome(at)["To add"] == "2"
    at.selectbox(key=f"{PLACE}.lookalikes").select("leave it out").run()
    at.button(key=f"{PLACE}.check").click().run()
    assert not at.exception
    assert (outcome(at)["To add"], outcome(at)["Refused"]) == ("1", "1")


def test_a_file_without_lookalikes_asks_nothing(
    home: House, my: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    at = opened(customers_page(home, monkeypatch), accounts(3))
    assert f"{PLACE}.lookalikes" not in [box.key for box in at.selectbox]
