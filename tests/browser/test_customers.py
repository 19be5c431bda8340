"""A customer's life on the screen: added, edited in full, put away, brought back, and every change to be read."""

import re
from decimal import Decimal

import pytest
from playwright.sync_api import Page, expect

from crm_data import Given, Way
from tests.browser.conftest import DANIEL, MARTA, PRIYA, Door, Town
from tests.support.screen import at_rest, choose, listed, says, toast, unfold, until

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
    expect(listed(page).cell(0, "Name")).to_have_text("Zeta Works")
    (row,) = kept(town, "Zeta")
    assert (row["email"], str(row["credit_limit"])) == ("zeta@works.example", "12.34")


def test_a_dialog_that_is_dismissed_has_saved_nothing(town: Town, enter: Door) -> None:
    page = enter(DANIEL, "/customers?q=Theta")
    page.get_by_role("button", name="New customer").click()
    at_rest(page)
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
    table = page.get_by_role("grid", name="Changes of this record").get_by_role("gridcell")
    for words in ("Daniel Osei", "City", "Bergen", "Oslo"):
        expect(table.filter(has_text=words).first).to_be_attached()


def choose_view(page: Page, view: str) -> None:
    page.get_by_role("radio", name=view).or_(page.get_by_role("button", name=view, exact=True)).first.click()
    at_rest(page)


def test_customers_are_archived_by_ticks_and_restored(town: Town, enter: Door) -> None:
    my = town.my()
    ids = [my.customers.add({"name": f"Iota {number}"}) for number in range(3)]
    page = enter(DANIEL, "/customers?q=Iota&sort=name")
    sheet = listed(page)
    for name in ("Iota 0", "Iota 2"):
        sheet.tick(sheet.row(name))
    page.get_by_role("button", name="Archive 2").click()
    toast(page, "2 customers archived.")
    expect(page.get_by_text("1 customer", exact=True)).to_be_visible()
    expect(page.get_by_text("ticked")).to_have_count(0)
    sheet.shows("Name", ["Iota 1"])
    assert [my.customers.get(id_)["archived_at"] is None for id_ in ids] == [False, True, False]
    page.get_by_role("button", name="Add filter", exact=True).click()
    page.get_by_role("option", name="Archived only").click()
    says(page, "2 customers")
    sheet.tick(sheet.row("Iota 0"))
    page.get_by_role("button", name="Restore 1").click()
    toast(page, "1 customer restored.")
    assert [my.customers.get(id_)["archived_at"] is None for id_ in ids] == [True, True, False]
    enter.go(page, f"/record?kind=customer&id={ids[2]}")
    says(page, "It is kept, and can be restored.")
    page.get_by_role("button", name="Restore customer").click()
    toast(page, "Customer restored.")
    assert my.customers.get(ids[2])["archived_at"] is None


def test_rows_are_duplicated_and_given_to_a_colleague_and_both_is_undone(town: Town, enter: Door) -> None:
    my = town.my()
    ids = [my.customers.add({"name": f"Upsilon {at}", "assigned_to": my.scope.user_id}) for at in range(2)]
    page = enter(DANIEL, "/customers?q=Upsilon&sort=name")
    sheet = listed(page)
    for row in (0, 1):
        sheet.tick(row)
    page.get_by_role("button", name="Change 2").click()
    at_rest(page)
    dialog = page.get_by_role("dialog")
    choose(page, "New value", "Priya Raman")
    dialog.get_by_role("button", name="Change 2").click()
    toast(page, "Owner of 2 customers is Priya Raman now.")
    priya = town.my(PRIYA).scope.user_id
    assert [my.customers.get(id_)["assigned_to"] for id_ in ids] == [priya, priya]
    page.get_by_role("button", name="Undo: Owner of 2 customers").click()
    toast(page, "Owner of 2 customers is as before.")
    assert [my.customers.get(id_)["assigned_to"] for id_ in ids] == [my.scope.user_id] * 2
    sheet.select(0, "Name")
    page.keyboard.press("Control+Shift+D")
    toast(page, "1 customer added as a copy.")
    expect(sheet.cell(1, "Name")).to_have_text("Upsilon 0 (copy)")
    page.get_by_role("button", name="Undo: 1 customer added").click()
    toast(page, "1 customer taken away again.")
    expect(page.get_by_text("2 customers", exact=True)).to_be_visible()


def test_all_that_match_are_archived_at_once(town: Town, enter: Door) -> None:
    my = town.my()
    ids = [my.customers.add({"name": f"Aleph {number:03}"}) for number in range(140)]
    page = enter(DANIEL, "/customers?q=Aleph")
    listed(page).tick(0)
    page.get_by_role("button", name="Tick all 140 that match").click()
    page.get_by_role("button", name="Archive 140").click()
    dialog = page.get_by_role("dialog")
    says(dialog, "All that match the list as it is searched and filtered.")
    late = my.customers.add({"name": "Aleph late"})
    dialog.get_by_role("button", name="Archive 140").click()
    says(dialog, "The list has 141 rows by now, not 140. Nothing was changed; look at it and choose again.")
    dialog.get_by_role("button", name="Archive 141").click()
    says(page, "No customer matches.")
    assert all(my.customers.get(id_)["archived_at"] for id_ in [*ids, late])
    page.get_by_role("button", name="Undo: 141 customers archived").click()
    toast(page, "141 customers restored.")
    assert my.customers.count(my.customers.query({"q": "Aleph"})) == 141


def test_the_way_from_the_list_to_the_record(town: Town, enter: Door) -> None:
    id_ = town.my().customers.add({"name": "Kappa Works"})
    page = enter(DANIEL, "/customers?q=Kappa")
    listed(page).open(0)
    expect(page).to_have_url(f"{enter.town.url}/record?kind=customer&id={id_}")
    expect(page.get_by_role("heading", name="Kappa Works")).to_be_visible()


def test_records_are_read_and_edited_beside_the_list_one_after_the_other(town: Town, enter: Door) -> None:
    my = town.my()
    ids = [my.customers.add({"name": f"Omega {at}", "city": "Bergen"}) for at in range(3)]
    page = enter(DANIEL, "/customers?q=Omega&sort=name")
    sheet = listed(page)
    sheet.edit(0, "City", "Oslo")
    beside = sheet.beside(0)
    expect(beside.get_by_role("heading", name="Omega 0")).to_be_visible()
    says(beside, "Bergen")  # what is stored; the other waits
    beside.get_by_role("button", name="Next record").click()
    expect(beside.get_by_role("heading", name="Omega 1")).to_be_visible()
    at_rest(page)
    page.keyboard.press("Alt+ArrowDown")
    expect(beside.get_by_role("heading", name="Omega 2")).to_be_visible()
    at_rest(page)
    beside.get_by_role("button", name="Edit").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("City").fill("Tromso")
    dialog.get_by_role("button", name="Save changes").click()
    toast(page, "Customer saved.")
    expect(sheet.cell(2, "City")).to_have_text("Tromso")
    expect(sheet.cell(0, "City")).to_have_text("Oslo")
    sheet.waits(1)
    says(beside, "Tromso")
    beside.get_by_role("button", name="Close").click()
    expect(beside).to_have_count(0)
    sheet.save()
    assert [my.customers.get(id_)["city"] for id_ in ids] == ["Oslo", "Bergen", "Tromso"]


def test_a_colleagues_row_says_why_it_cannot_be_changed(town: Town, enter: Door) -> None:
    his, hers = town.my(), town.my(PRIYA)
    theirs = his.customers.add({"name": "Lambda Mills", "city": "Bergen", "assigned_to": his.scope.user_id})
    hers.customers.add({"name": "Lambda Docks", "city": "Bergen", "assigned_to": hers.scope.user_id})
    page = enter(PRIYA, "/customers?q=Lambda")
    sheet = listed(page)
    mills = sheet.row("Lambda Mills")
    expect(sheet.cell(mills, "City")).to_have_attribute("aria-readonly", "true")
    sheet.select(mills, "City")
    page.keyboard.type("Oslo")
    sheet.says("A colleague's record, which only its owner or a manager may change.")
    expect(sheet.cell(mills, "City")).to_have_text("Bergen")
    sheet.waits(0)
    expect(page.get_by_role("button", name="Archive")).to_have_count(0)
    sheet.edit(sheet.row("Lambda Docks"), "City", "Oslo")
    sheet.save()
    assert his.customers.get(theirs)["city"] == "Bergen"


def test_edits_wait_whatever_is_looked_at_meanwhile(town: Town, enter: Door) -> None:
    my = town.my()
    ids = [my.customers.add({"name": f"Mu {at}", "city": "Bergen", "credit_limit": "5"}) for at in range(2)]
    page = enter(DANIEL, "/customers?q=Mu")
    sheet = listed(page)
    search = page.get_by_role("searchbox", name="Search")
    sheet.edit(sheet.row("Mu 0"), "City", "Oslo")
    sheet.waits(1)
    search.fill("Mu 1")
    expect(page.get_by_text("1 customer", exact=True)).to_be_visible()
    sheet.waits(1)
    search.fill("Nobody is called so")
    says(page, "No customer matches.")
    sheet.waits(1)
    search.fill("Mu")
    expect(sheet.cell(sheet.row("Mu 0"), "City")).to_have_text("Oslo")
    sheet.open(sheet.row("Mu 0"))
    toast(page, "1 change not saved yet. What you typed is kept on its list.")
    page.go_back()
    expect(sheet.cell(sheet.row("Mu 0"), "City")).to_have_text("Oslo")
    town.my(MARTA).customers.add({"name": "Mu 00", "city": "Bergen"})  # a row comes between the two
    sheet.edit(sheet.row("Mu 1"), "Credit limit (USD)", "7.5")
    page.reload()
    expect(sheet.cell(sheet.row("Mu 00"), "City")).to_have_text("Bergen")
    expect(sheet.cell(sheet.row("Mu 0"), "City")).to_have_text("Oslo")
    sheet.save(2)
    rows = [my.customers.get(id_) for id_ in ids]
    assert [(row["city"], row["credit_limit"]) for row in rows] == [("Oslo", 5), ("Bergen", Decimal("7.5"))]


def test_what_is_typed_back_does_not_wait_and_is_not_saved(town: Town, enter: Door) -> None:
    my = town.my()
    values = {"name": "Rho Works", "city": "Bergen", "credit_limit": "5000.10", "tags": "a"}
    id_ = my.customers.add(values | {"assigned_to": my.scope.user_id})
    page = enter(DANIEL, "/customers?q=Rho+Works")
    sheet = listed(page)
    for heading, there, back in (
        ("City", "Oslo", "Bergen"),
        ("Credit limit (USD)", "77", "5000.10"),
        ("Status", "Lost", "Active"),
        ("Owner", "Priya Raman", "Daniel Osei"),
    ):
        sheet.edit(0, heading, there)
        sheet.waits(1)
        sheet.edit(0, heading, back)
        sheet.waits(0)
    sheet.edit(0, "City", "Oslo")
    sheet.edit(0, "E-mail", "nobody at nowhere")
    sheet.says("that is not an e-mail address")
    sheet.save_some(1)
    expect(sheet.cell(0, "E-mail")).to_have_text("nobody at nowhere")
    expect(sheet.cell(0, "E-mail")).to_have_attribute("aria-invalid", "true")
    sheet.select(0, "E-mail")
    page.keyboard.press("Delete")
    sheet.waits(0)
    row = my.customers.get(id_)
    kept = [row[name] for name in ("city", "credit_limit", "status", "email", "assigned_to")]
    assert kept == ["Oslo", Decimal("5000.10"), "active", None, my.scope.user_id]


def test_the_browser_asks_before_edits_are_lost(town: Town, enter: Door) -> None:
    my = town.my()
    id_ = my.customers.add({"name": "Omicron Works", "city": "Bergen"})
    page = enter(DANIEL, "/customers?q=Omicron")
    enter.go(page, "/customers?q=Omicron+Works")
    assert enter.left == 0
    sheet = listed(page)
    sheet.edit(0, "City", "Oslo")
    enter.go(page, "/timeline")
    assert enter.left == 1
    enter.go(page, "/customers?q=Omicron")  # the edit waits, wherever it was left from
    assert enter.left == 2
    expect(sheet.ready().cell(0, "City")).to_have_text("Oslo")
    page.get_by_role("button", name="Discard").click()
    expect(sheet.cell(0, "City")).to_have_text("Bergen")
    enter.go(page, "/customers?q=Omicron+Works")
    assert enter.left == 2
    assert my.customers.get(id_)["city"] == "Bergen"


def test_a_row_with_edits_is_not_archived_under_them(town: Town, enter: Door) -> None:
    my = town.my()
    id_ = my.customers.add({"name": "Pi Works", "city": "Bergen"})
    page = enter(DANIEL, "/customers?q=Pi+Works")
    sheet = listed(page)
    sheet.edit(0, "City", "Oslo")
    sheet.tick(0)
    page.get_by_role("button", name="Archive 1").click()
    sheet.says("Save or discard what you changed in these rows first.")
    assert my.customers.get(id_)["archived_at"] is None
    sheet.save()
    page.get_by_role("button", name="Archive 1").click()
    toast(page, "1 customer archived.")


def test_what_a_cell_refuses_is_said_until_it_is_mended(town: Town, enter: Door) -> None:
    my = town.my()
    my.customers.add({"name": "Nu Works"})
    id_ = my.customers.add({"name": "Nu Mills", "credit_limit": "5"})
    page = enter(DANIEL, "/customers?q=Nu+")
    sheet = listed(page)
    mills = sheet.row("Nu Mills")
    sheet.edit(mills, "Credit limit (USD)", "-12")
    sheet.says("an amount cannot be below zero")
    sheet.edit(sheet.row("Nu Works"), "City", "Oslo")
    sheet.save_some(1)
    assert my.customers.get(id_)["credit_limit"] == 5
    page.get_by_role("link", name="Timeline").click()
    toast(page, "1 change not saved yet.")
    page.get_by_role("link", name="Customers").click()
    page.get_by_role("searchbox", name="Search").fill("Nu Mills")
    limit = sheet.ready().cell(0, "Credit limit (USD)")
    expect(limit).to_have_text("-12")
    expect(limit).to_have_attribute("aria-invalid", "true")
    page.get_by_role("button", name="1 to put right").click()
    sheet.says("an amount cannot be below zero")
    sheet.edit(0, "Credit limit (USD)", "12")
    sheet.save()
    assert my.customers.get(id_)["credit_limit"] == 12


def show(page: Page, column: str) -> None:
    """Show a column that is hidden."""
    page.get_by_role("button", name="Columns").click()
    page.get_by_role("menuitemcheckbox", name=column, exact=True).click()


def test_a_list_is_sorted_by_its_heads_over_all_rows_and_keeps_its_columns(town: Town, enter: Door) -> None:
    my = town.my(MARTA)
    rows = my.customers.page(my.customers.query({"sort": "name"})).rows
    page = enter(MARTA, "/customers?sort=created_at")
    sheet = listed(page)
    head = sheet.box.get_by_role("columnheader", name="Name")
    head.get_by_role("button").click()
    expect(head).to_have_attribute("aria-sort", "ascending")
    expect(page).not_to_have_url(re.compile("sort="))
    expect(sheet.cell(0, "Name")).to_have_text(rows[0]["name"])
    sheet.select(0, "Name")
    page.keyboard.press("Control+End")  # no pages: the rows come as one scrolls
    last = my.customers.query({"sort": "-name"})
    expect(sheet.cell(sheet.count() - 1, "Name")).to_have_text(my.customers.page(last).rows[0]["name"])
    show(page, "Phone")
    expect(sheet.box.get_by_role("columnheader", name="Phone")).to_have_count(0)
    until(page, lambda: "phone" in my.layouts.get(my.customers).hidden, "what is hidden is not kept")
    elsewhere = listed(enter(MARTA, "/customers"))  # another browser
    expect(elsewhere.box.get_by_role("columnheader", name="Phone")).to_have_count(0)
    expect(elsewhere.cell(0, "Name")).to_have_text(rows[0]["name"])


def test_who_wrote_a_cell_is_told_from_its_menu(town: Town, enter: Door) -> None:
    my = town.my()
    id_ = my.customers.add({"name": "Chi Works", "city": "Bergen"})
    town.my(PRIYA)
    my.customers.change_many([id_], Given(Way.SET, "city", "Oslo"), rest=False)
    page = enter(DANIEL, "/customers?q=Chi")
    sheet = listed(page)
    sheet.cell(0, "City").click(button="right")
    sheet.choose("History of this cell")
    expect(page.get_by_role("dialog")).to_contain_text("Daniel Osei: Bergen → Oslo")


def test_on_a_phone_a_card_opens_and_one_field_is_changed(town: Town, enter: Door) -> None:
    id_ = town.my().customers.add({"name": "Phi Works", "city": "Bergen"})
    page = enter(DANIEL, "/customers?q=Phi", viewport={"width": 360, "height": 740})
    page.locator(".foyer-grid .card", has_text="Phi Works").click()
    sheet = page.get_by_role("dialog", name="Phi Works")
    sheet.get_by_label("City").fill("Oslo")
    sheet.get_by_role("button", name="Done").click()
    page.get_by_role("button", name="Save 1 change").click()
    says(page, "Saved 1 change.")
    assert town.my().customers.get(id_)["city"] == "Oslo"
    page.locator(".foyer-grid .card").click()
    sheet.get_by_role("button", name="Archive").click()
    toast(page, "1 customer archived.")


@pytest.mark.parametrize("key", ["Discard", "Control+z"])
def test_who_is_alike_is_named_above_the_grid_until_what_was_typed_is_given_up(
    town: Town, enter: Door, key: str
) -> None:
    word = {"Discard": "gull", "Control+z": "tern"}[key]
    my = town.my()
    my.customers.add({"name": f"Lambda {word}", "email": f"lambda@{word}.example"})
    mine = my.customers.add({"name": f"Omicron {word}"})
    page = enter(DANIEL, f"/customers?q=Omicron {word}")
    sheet = listed(page)
    sheet.edit(0, "E-mail", f"lambda@{word}.example")
    page.get_by_role("button", name="Save").click()
    warning = page.get_by_text("This may be here already.")
    expect(warning).to_be_visible()
    expect(page.get_by_role("link", name=f"Lambda {word}")).to_be_visible()
    if key == "Discard":
        page.get_by_role("button", name="Discard").click()
    else:
        sheet.cell(0, "E-mail").click()
        page.keyboard.press(key)
    expect(warning).to_have_count(0)
    expect(page.get_by_role("link", name=f"Lambda {word}")).to_have_count(0)
    assert my.customers.get(mine)["email"] is None
