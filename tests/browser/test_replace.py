"""Find and replace in a list: by keys and by its button, shown and counted before, undone after, on a phone."""

from playwright.sync_api import Locator, Page, expect

from crm_data import Edit
from crm_data.store.replacing import SINCE
from tests.browser.conftest import DANIEL, MARTA, PRIYA, Door, Town
from tests.support.screen import at_rest, listed, says, toast


def ask(page: Page, find: str, by: str) -> Locator:
    """The dialog, with what is looked for and what shall stand there."""
    dialog = page.get_by_role("dialog", name="Find and replace")
    dialog.get_by_role("textbox", name="Find", exact=True).fill(find)
    dialog.get_by_role("textbox", name="Replace with").fill(by)
    page.keyboard.press("Tab")
    at_rest(page)
    return dialog


def test_a_text_is_replaced_in_all_of_the_list_by_keys_and_undone(town: Town, enter: Door) -> None:
    my = town.my()
    inside = my.customers.add_all([{"name": f"Sampi {n} Ltd", "notes": "ltd, since 1990"} for n in range(3)])
    other = my.customers.add({"name": "Koppa Ltd"})
    page = enter(DANIEL, "/customers?q=Sampi&sort=name")
    sheet = listed(page)
    sheet.select(0, "Name")
    page.keyboard.press("Control+f")
    page.keyboard.type("LTD")
    page.keyboard.press("Control+h")
    dialog = page.get_by_role("dialog", name="Find and replace")
    expect(dialog.get_by_role("textbox", name="Find", exact=True)).to_have_value("LTD")
    says(dialog, "In all customers that match the list as it is searched and filtered.")
    dialog = ask(page, "ltd", "GmbH")
    says(dialog, "6 values in 3 customers change.")
    expect(dialog.get_by_role("gridcell", name="Sampi 0 GmbH")).to_be_visible()
    dialog.get_by_text("Same case and accents").click()
    says(dialog, "3 values in 3 customers change.")
    dialog.get_by_text("Same case and accents").click()
    says(dialog, "6 values in 3 customers change.")
    colleague = town.my(MARTA)
    colleague.customers.archive(inside[2:])
    dialog.get_by_role("button", name="Replace in 3 customers").click()
    says(dialog, "1 customer not changed:")
    dialog.get_by_role("button", name="Done").click()
    toast(page, "Text in 2 customers replaced.")
    assert [my.customers.get(id_)["name"] for id_ in [*inside, other]] == [
        "Sampi 0 GmbH",
        "Sampi 1 GmbH",
        "Sampi 2 Ltd",
        "Koppa Ltd",
    ]
    assert my.customers.get(inside[0])["notes"] == "GmbH, since 1990"
    expect(sheet.cell(0, "Name")).to_have_text("Sampi 0 GmbH")
    page.get_by_role("button", name="Undo: Text in 2 customers").click()
    toast(page, "Text in 2 customers is as before.")
    assert my.customers.get(inside[0])["name"] == "Sampi 0 Ltd"


def test_what_would_be_refused_and_that_nothing_is_found_is_said_before(town: Town, enter: Door) -> None:
    my = town.my()
    ids = my.customers.add_all([{"name": "Digamma"}, {"name": "Digamma Two", "city": "Bern"}])
    page = enter(DANIEL, "/customers?q=Digamma&sort=name")
    sheet = listed(page)
    for row in (0, 1):
        sheet.tick(row)
    page.get_by_role("button", name="Replace in 2").click()
    dialog = ask(page, "no such text", "x")
    says(dialog, "In 2 customers that are ticked.")
    says(dialog, "No customer holds this text.")
    expect(dialog.get_by_role("button", name="Replace", exact=True)).to_be_disabled()
    dialog = ask(page, "Digamma", "")
    says(dialog, "1 value in 1 customer changes.")
    says(dialog, "1 customer not changed:")
    expect(dialog.get_by_role("gridcell", name="Name is needed; fill it in.")).to_be_visible()
    # What is typed and not yet looked at is not done: a click right after it shows it first.
    dialog.get_by_role("textbox", name="Replace with").fill("Stigma")
    dialog.get_by_role("button", name="Replace in 1 customer").click()
    says(dialog, "2 values in 2 customers change.")
    says(dialog, "What you ask for is another by now, so nothing was changed.")
    at_rest(page)
    assert my.customers.get(ids[1])["name"] == "Digamma Two"
    page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)
    page.get_by_role("button", name="Replace in 2").click()  # once more, of the same rows
    expect(dialog).to_be_visible()


def test_what_a_colleague_wrote_meanwhile_is_not_overwritten(town: Town, enter: Door) -> None:
    my = town.my()
    id_ = my.customers.add({"name": "Heta Ltd"})
    page = enter(DANIEL, "/customers?q=Heta")
    listed(page)
    page.get_by_role("button", name="Replace", exact=True).click()
    dialog = ask(page, "ltd", "Inc")
    says(dialog, "1 value in 1 customer changes.")
    town.my(MARTA).customers.change([Edit(id_, {"name": ("Heta Ltd", "Heta Ltd & Sons")})])
    dialog.get_by_role("button", name="Replace in 1 customer").click()
    expect(dialog.get_by_role("gridcell", name=SINCE)).to_be_visible()
    assert my.customers.get(id_)["name"] == "Heta Ltd & Sons"


def test_on_a_phone_it_is_a_button_and_for_a_sales_rep_it_is_not_there(town: Town, enter: Door) -> None:
    my = town.my()
    id_ = my.customers.add({"name": "San Ltd"})
    phone = {"width": 360, "height": 740}
    page = enter(DANIEL, "/customers?q=San+Ltd", viewport=phone)
    page.get_by_role("button", name="Replace", exact=True).click()
    dialog = ask(page, "ltd", "Inc")
    expect(dialog.locator(".card", has_text="Name · San Ltd · San Inc")).to_be_visible()
    dialog.get_by_role("button", name="Replace in 1 customer").click()
    toast(page, "Text in 1 customer replaced.")
    assert my.customers.get(id_)["name"] == "San Inc"
    page = enter(PRIYA, "/customers?q=San+Inc")
    listed(page).select(0, "Name")
    expect(page.get_by_role("button", name="Replace", exact=True)).to_have_count(0)
    page.keyboard.press("Control+h")
    says(page, "In this list you cannot replace texts.")
