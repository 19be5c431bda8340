"""A customer's life on the screen: added, edited in full, put away, brought back, and every change to be read."""

import re
from decimal import Decimal

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import DANIEL, MARTA, PRIYA, Door, Town
from tests.support.screen import at_rest, customers, says, toast, unfold

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def kept(town: Town, name: str) -> list[dict[str, object]]:
    """The customers of that name."""
    my = town.my()
    return list(my.customers.page(my.customers.query({"q": name})).rows)


def test_a_new_customer_is_refused_until_right_and_then_saved_once(town: Town, enter: Door) -> None:
    page = enter(DANIEL, "/customers?q=Zeta")
    page.keyboard.press("n")
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("E-mail").fill("nonsense")
    dialog.get_by_label("Credit limit").fill("12.345")
    add = dialog.get_by_role("button", name="Add customer")
    add.click()
    refusal = dialog.get_by_test_id("stAlert")
    expect(refusal).to_contain_text("Name is needed")
    expect(refusal).to_contain_text("E-mail")
    expect(refusal).to_contain_text("Credit limit")
    expect(dialog.get_by_label("E-mail")).to_have_value("nonsense")
    expect(dialog.get_by_label("Credit limit")).to_have_value("12.345")
    assert kept(town, "Zeta") == []
    dialog.get_by_label("Name *", exact=True).fill("Zeta Works")
    dialog.get_by_label("E-mail").fill("Zeta@Works.example")
    dialog.get_by_label("Credit limit").fill("12.34")
    at_rest(page)
    add.dblclick()
    toast(page, "Customer added.")
    expect(dialog).to_have_count(0)
    expect(customers(page).cell(0, "Name")).to_have_text("Zeta Works")
    (row,) = kept(town, "Zeta")
    assert (row["email"], str(row["credit_limit"])) == ("zeta@works.example", "12.34")


def test_a_dialog_that_is_dismissed_has_saved_nothing(town: Town, enter: Door) -> None:
    page = enter(DANIEL, "/customers?q=Theta")
    page.get_by_role("button", name="New customer").click()
    page.get_by_role("dialog").get_by_label("Name *", exact=True).fill("Theta Works")
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Throw it away").click()
    expect(page.get_by_role("dialog")).to_have_count(0)
    at_rest(page)
    page.get_by_role("button", name="New customer").click()
    expect(page.get_by_role("dialog").get_by_label("Name *", exact=True)).to_have_value("")
    assert kept(town, "Theta") == []


def test_the_full_edit_reaches_every_field_and_the_log_tells_it(town: Town, enter: Door) -> None:
    id_ = town.my().customers.add({"name": "Eta Works", "city": "Bergen"})
    page = enter(DANIEL, f"/record?kind=customer&id={id_}")
    page.get_by_role("button", name="Edit").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("City").fill("Oslo")
    unfold(page, "More details")
    dialog.get_by_label("Notes").fill("Rings on Mondays.\nNever before ten.")
    dialog.get_by_role("button", name="Save changes").click()
    toast(page, "Customer saved.")
    expect(dialog).to_have_count(0)
    says(page, "Oslo")
    says(page, "Rings on Mondays.")
    choose_view(page, "Changes")
    table = page.get_by_test_id("data-grid-canvas").first.locator("td")
    for words in ("Daniel Osei", "City", "Bergen", "Oslo"):
        expect(table.filter(has_text=words).first).to_be_attached()


def choose_view(page: Page, view: str) -> None:
    page.get_by_role("radio", name=view).or_(page.get_by_role("button", name=view, exact=True)).first.click()
    at_rest(page)


def test_customers_are_archived_by_ticks_and_restored(town: Town, enter: Door) -> None:
    my = town.my()
    ids = [my.customers.add({"name": f"Iota {number}"}) for number in range(3)]
    page = enter(DANIEL, "/customers?q=Iota")
    sheet = customers(page)
    sheet.press(sheet.row("Iota 0"), "tick")
    sheet.press(sheet.row("Iota 2"), "tick")
    page.get_by_role("button", name="Archive 2 customers").click()
    toast(page, "2 customers archived.")
    expect(sheet.canvas.locator("td", has_text="Iota")).to_have_text(["Iota 1"])
    assert [my.customers.get(id_)["archived_at"] is None for id_ in ids] == [False, True, False]
    page.get_by_role("button", name="Filters").click()
    page.get_by_text("Archived only").click()
    page.keyboard.press("Escape")
    says(page, "2 customers")
    sheet.ready().press(sheet.row("Iota 0"), "tick")
    page.get_by_role("button", name="Restore 1 customer").click()
    toast(page, "1 customer restored.")
    assert [my.customers.get(id_)["archived_at"] is None for id_ in ids] == [True, True, False]
    enter.go(page, f"/record?kind=customer&id={ids[2]}")
    says(page, "It is kept, and can be restored.")
    page.get_by_role("button", name="Restore customer").click()
    toast(page, "Customer restored.")
    assert my.customers.get(ids[2])["archived_at"] is None


def test_the_way_from_the_list_to_the_record(town: Town, enter: Door) -> None:
    id_ = town.my().customers.add({"name": "Kappa Works"})
    page = enter(DANIEL, "/customers?q=Kappa")
    customers(page).press(0, "open")
    expect(page).to_have_url(f"{enter.town.url}/record?kind=customer&id={id_}")
    expect(page.get_by_role("heading", name="Kappa Works")).to_be_visible()


def test_a_colleagues_row_bears_a_lock_and_its_refusal_names_it(town: Town, enter: Door) -> None:
    his, hers = town.my(), town.my(PRIYA)
    theirs = his.customers.add({"name": "Lambda Mills", "city": "Bergen", "assigned_to": his.scope.user_id})
    hers.customers.add({"name": "Lambda Docks", "city": "Bergen", "assigned_to": hers.scope.user_id})
    page = enter(PRIYA, "/customers?q=Lambda")
    sheet = customers(page, archives=False)
    expect(sheet.canvas.locator("td", has_text="🔒")).to_have_count(1)
    sheet.select(sheet.row("Lambda Mills"), "City")
    page.keyboard.type("Oslo", delay=20)
    page.keyboard.press("Enter")
    says(page, "Lambda Mills: only its owner or a manager may change it, so what you typed was not kept.")
    expect(page.get_by_role("button", name=re.compile("^Save "))).to_have_count(0)
    expect(sheet.ready().cell(sheet.row("Lambda Mills"), "City")).to_have_text("Bergen")
    assert his.customers.get(theirs)["city"] == "Bergen"
    sheet.ready().edit(sheet.row("Lambda Docks"), "City", "Oslo")
    page.get_by_role("button", name="Save 1 change").click()
    toast(page, "Saved 1 change.")


def test_edits_wait_whatever_is_looked_at_meanwhile(town: Town, enter: Door) -> None:
    my = town.my()
    ids = [my.customers.add({"name": f"Mu {at}", "city": "Bergen", "credit_limit": "5"}) for at in range(2)]
    page = enter(DANIEL, "/customers?q=Mu")
    sheet = customers(page)
    waits, beside = (
        page.get_by_role("button", name="Save 1 change"),
        page.get_by_text("1 change in records not on"),
    )
    oslo = sheet.canvas.locator("td", has_text="Oslo")
    sheet.edit(sheet.row("Mu 0"), "City", "Oslo")
    expect(beside).to_have_count(0)

    page.get_by_role("searchbox", name="Search").fill("Mu 1")
    expect(beside).to_be_visible()
    expect(waits).to_be_visible()
    expect(oslo).to_have_count(0)
    page.get_by_role("searchbox", name="Search").fill("Nobody is called so")
    says(page, "No customer matches.")
    expect(waits).to_be_visible()
    page.go_back()
    page.go_back()
    expect(oslo).to_have_count(1)

    sheet.ready().press(sheet.row("Mu 0"), "open")
    toast(page, "1 change not saved yet. What you typed is kept on its list.")
    page.go_back()
    expect(oslo).to_have_count(1)
    town.my(MARTA).customers.add({"name": "Mu 00", "city": "Bergen"})  # a row comes between the two
    sheet.ready().edit(sheet.row("Mu 1"), "Credit limit (USD)", "7.5")
    expect(sheet.canvas.locator("td", has_text="Mu 00")).to_have_count(1)
    expect(oslo).to_have_count(1)
    page.get_by_role("button", name="Save 2 changes").click()
    toast(page, "Saved 2 changes.")
    rows = [my.customers.get(id_) for id_ in ids]
    assert [(row["city"], row["credit_limit"]) for row in rows] == [("Oslo", 5), ("Bergen", Decimal("7.5"))]


def test_what_is_typed_back_does_not_wait_and_is_not_saved(town: Town, enter: Door) -> None:
    my = town.my()
    values = {"name": "Rho Works", "city": "Bergen", "credit_limit": "5000.10", "tags": "a"}
    id_ = my.customers.add(values | {"assigned_to": my.scope.user_id})
    page = enter(DANIEL, "/customers?q=Rho+Works")
    sheet, save = customers(page), page.get_by_role("button", name=re.compile("^Save "))
    for heading, there, back in (
        ("City", "Oslo", "Bergen"),
        ("Credit limit (USD)", "77", "5000.10"),
        ("Status", "Lost", "Active"),
        ("Owner", "Priya", "Daniel"),
    ):
        sheet.edit(0, heading, there)
        expect(save).to_be_visible()
        sheet.edit(0, heading, back)
        expect(save).to_have_count(0)

    sheet.edit(0, "City", "Oslo")
    page.get_by_role("searchbox", name="Search").fill("Nobody is called so")
    says(page, "No customer matches.")
    page.go_back()
    expect(sheet.ready().cell(0, "City")).to_have_text("Oslo")
    sheet.edit(0, "City", "Rome")
    sheet.edit(0, "City", "Oslo")
    sheet.edit(0, "E-mail", "nobody at nowhere")
    page.get_by_role("button", name="Save 2 changes").click()
    says(page, "Rho Works: E-mail: that is not an e-mail address")
    sheet.select(0, "E-mail")
    page.keyboard.press("Delete")
    page.get_by_role("button", name="Save 1 change").click()
    toast(page, "Saved 1 change.")
    row = my.customers.get(id_)
    kept = [row[name] for name in ("city", "credit_limit", "status", "email", "assigned_to")]
    assert kept == ["Oslo", Decimal("5000.10"), "active", None, my.scope.user_id]


def test_the_browser_asks_before_edits_are_lost(town: Town, enter: Door) -> None:
    my = town.my()
    id_ = my.customers.add({"name": "Omicron Works", "city": "Bergen"})
    page = enter(DANIEL, "/customers?q=Omicron")
    enter.go(page, "/customers?q=Omicron+Works")
    assert enter.left == 0
    customers(page).edit(0, "City", "Oslo")
    enter.go(page, "/customers?q=Omicron")
    assert enter.left == 1
    customers(page).edit(0, "City", "Oslo")
    page.get_by_role("button", name="Discard").click()
    expect(customers(page).cell(0, "City")).to_have_text("Bergen")
    enter.go(page, "/customers?q=Omicron+Works")
    assert enter.left == 1
    assert my.customers.get(id_)["city"] == "Bergen"


def test_a_row_with_edits_is_not_archived_under_them(town: Town, enter: Door) -> None:
    my = town.my()
    id_ = my.customers.add({"name": "Pi Works", "city": "Bergen"})
    page = enter(DANIEL, "/customers?q=Pi+Works")
    sheet = customers(page)
    sheet.edit(0, "City", "Oslo")
    sheet.press(0, "tick")
    page.get_by_role("button", name="Archive 1 customer").click()
    toast(page, "Save or discard what you changed in these customers first.")
    assert my.customers.get(id_)["archived_at"] is None
    page.get_by_role("button", name="Save 1 change").click()
    toast(page, "Saved 1 change.")
    sheet.ready().press(0, "tick")
    page.get_by_role("button", name="Archive 1 customer").click()
    toast(page, "1 customer archived.")


def test_what_a_cell_refuses_is_said_until_it_is_mended(town: Town, enter: Door) -> None:
    my = town.my()
    id_ = my.customers.add({"name": "Nu Works", "credit_limit": "5"})
    page = enter(DANIEL, "/customers?q=Nu+Works")
    sheet = customers(page)
    sheet.edit(0, "Credit limit (USD)", "-12")
    page.get_by_role("button", name="Save 1 change").click()
    says(page, "Nu Works: Credit limit: an amount cannot be below zero.")
    assert my.customers.get(id_)["credit_limit"] == 5
    page.get_by_role("button", name="Discard").click()
    expect(page.get_by_text("an amount cannot be below zero")).to_have_count(0)
    sheet.ready().edit(0, "Credit limit (USD)", "-3")
    page.get_by_role("button", name="Save 1 change").click()
    says(page, "an amount cannot be below zero")
    page.get_by_role("link", name="Timeline").click()
    toast(page, "1 change not saved yet.")
    page.get_by_role("link", name="Customers").click()
    sheet = customers(page)
    expect(sheet.cell(sheet.row("Nu Works"), "Credit limit (USD)")).to_have_text("-3")
    says(page, "an amount cannot be below zero")
    page.get_by_role("button", name="Drop 1 change").click()
    expect(page.get_by_text("an amount cannot be below zero")).to_have_count(0)
