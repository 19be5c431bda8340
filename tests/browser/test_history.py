"""The history: an act is found, opened to old and new, undone and done again; what a colleague changed stays."""

import pytest
from playwright.sync_api import expect

from crm_data import Edit
from tests.browser.conftest import DANIEL, PRIYA, RUTH, Door, Town
from tests.support.screen import at_rest, says, toast

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def test_an_act_is_opened_undone_and_done_again(town: Town, enter: Door) -> None:
    my = town.my(PRIYA)
    deal = my.deals.add(
        {"customer_id": next(iter(my.customers.choices())), "deal_name": "Zeta", "deal_value": "9"}
    )
    my.deals.move(deal, "proposal", "prospect")
    page = enter(DANIEL, "/history?q=Zeta")
    at_rest(page)
    expect(page.get_by_text("Moved deal Zeta")).to_be_visible()
    page.get_by_role("link", name="Old and new, undo").first.click()
    says(page, "Moved deal Zeta")
    says(page, "Priya Raman")
    expect(page.get_by_text("Proposal", exact=True).first).to_be_visible()
    page.get_by_role("button", name="Undo", exact=True).click()
    toast(page, "Undone: Moved deal Zeta.")
    assert my.deals.get(deal)["stage"] == "prospect"
    expect(page.get_by_role("button", name="Undo", exact=True)).to_have_count(0)
    page.get_by_role("button", name="It was undone since").click()
    page.get_by_role("button", name="Redo", exact=True).click()
    toast(page, "Done again: Moved deal Zeta.")
    assert my.deals.get(deal)["stage"] == "proposal"


def test_what_a_colleague_changed_since_is_named_and_stays(town: Town, enter: Door) -> None:
    my, theirs = town.my(PRIYA), town.my(DANIEL)
    id_ = my.customers.add({"name": "Omicron"})
    my.customers.change([Edit(id_, {"phone": (None, "111"), "city": (None, "Bern")})])
    act = my.changes.page()[0][0].id
    theirs.customers.change([Edit(id_, {"phone": ("111", "222")})])
    page = enter(PRIYA, f"/history?act={act}")
    at_rest(page)
    says(page, "Phone was changed since.")
    page.get_by_role("button", name="Undo the rest").click()
    toast(page, "Undone")
    row = my.customers.get(id_)
    assert (row["phone"], row["city"]) == ("222", None)


def test_an_admin_puts_one_record_back_as_it_was_before_an_act(town: Town, enter: Door) -> None:
    my = town.my(PRIYA)
    id_, other = my.customers.add({"name": "Sigma"}), my.customers.add({"name": "Tau"})
    my.customers.change([Edit(id_, {"city": (None, "Bern")})])
    act = my.changes.page()[0][0].id
    my.customers.change([Edit(other, {"city": (None, "Rome")})])
    my.customers.change([Edit(id_, {"city": ("Bern", "Oslo")})])
    page = enter(RUTH, f"/history?act={act}")
    at_rest(page)
    page.get_by_role("button", name="Go back to before this").click()
    says(page, "since then left")
    picked = page.get_by_role("combobox", name="Only these records")
    picked.fill("Sigma")
    page.get_by_role("option", name="Customer Sigma").click()
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Put back 1 record").click()
    toast(page, "Put back 1 record.")
    assert [my.customers.get(one)["city"] for one in (id_, other)] == [None, "Rome"]
    expect(page.get_by_text("Went back to")).to_be_visible()
    page.get_by_role("button", name="Undo: Put back 1 record").click()
    toast(page, "Undone: Put back 1 record.")
    assert [my.customers.get(one)["city"] for one in (id_, other)] == ["Oslo", "Rome"]


def test_a_value_is_put_back_from_the_changes_of_a_record(town: Town, enter: Door) -> None:
    my = town.my()
    id_ = my.customers.add({"name": "Lambda"})
    my.customers.change([Edit(id_, {"phone": (None, "111")})])
    my.customers.change([Edit(id_, {"phone": ("111", "222")})])
    page = enter(DANIEL, f"/record?kind=customer&id={id_}")
    # The feed of what happened offers the changes alone, too.
    view = page.get_by_role("radiogroup", name="View")
    view.get_by_text("Changes", exact=True).click()
    at_rest(page)
    page.get_by_role("combobox", name="Put back", exact=True).click()
    page.get_by_role("option", name="Phone: 111").click()
    at_rest(page)
    page.get_by_role("button", name="Put back", exact=True).click()
    toast(page, "Put back.")
    assert my.customers.get(id_)["phone"] == "111"
