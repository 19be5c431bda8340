"""What a save of a grid refuses: what is lacking is asked for, the rest is saved, each is dropped alone."""

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import DANIEL, GRACE, Door, Town
from tests.support.screen import at_rest, choose, customers, says, toast

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def test_what_closing_needs_is_asked_for_and_the_refused_is_dropped_alone(town: Town, enter: Door) -> None:
    my = town.my(DANIEL)
    customer = my.customers.add({"name": "Omicron Works"})
    ids = [
        my.deals.add({"deal_name": f"Omicron {n}", "customer_id": customer, "deal_value": "10"})
        for n in range(4)
    ]
    page = enter(DANIEL, "/pipeline?tab=deals&q=Omicron&sort=deal_name")
    sheet = customers(page)
    sheet.edit(0, "Stage", "Closed lost")
    sheet.edit(1, "Probability %", "150")
    sheet.edit(3, "Probability %", "33")
    page.get_by_role("button", name="Save 3 changes").click()
    says(page, "2 changes refused, and nothing else was saved.")
    says(page, "Omicron 1: Probability %: a whole number from 0 to 100 is needed.")
    assert my.deals.get(ids[3])["probability"] == 10
    dialog = page.get_by_role("dialog")
    says(dialog, "Omicron 0: Stage Closed lost")
    dialog.get_by_role("button", name="Save 1 change").click()
    says(dialog, "Reason lost: say why the deal was lost.")
    assert my.deals.get(ids[3])["probability"] == 10
    choose(page, "Reason lost", "Price")
    dialog.get_by_role("button", name="Save 1 change").click()
    toast(page, "Saved 2 changes.")
    lost = my.deals.get(ids[0])
    assert (lost["stage"], lost["loss_reason"]) == ("closed_lost", "Price")
    says(page, "1 change refused, and nothing else was saved.")
    page.get_by_role("button", name="Save 1 change").click()
    toast(page, "Saved 1 change.")
    assert my.deals.get(ids[3])["probability"] == 33
    page.get_by_role("button", name="Drop 1 change").click()
    at_rest(page)
    expect(page.get_by_text("refused, and nothing")).to_have_count(0)
    expect(page.get_by_role("button", name="Discard")).to_have_count(0)
    assert my.deals.get(ids[1])["probability"] == 10
    assert customers(page).texts("Probability %")[1] == "10"


def test_what_is_typed_into_a_colleagues_row_is_given_back_at_once(town: Town, enter: Door) -> None:
    my, hers = town.my(DANIEL), town.my(GRACE)
    own = hers.scope.user_id
    his = my.customers.add({"name": "Upsilon 0", "assigned_to": my.scope.user_id})
    mine = my.customers.add({"name": "Upsilon 1", "assigned_to": own})
    page = enter(GRACE, "/customers?q=Upsilon&sort=name")
    sheet = customers(page, archives=False)
    sheet.edit(1, "City", "Porto")
    sheet.select(0, "City")
    page.keyboard.type("Faro", delay=20)
    page.keyboard.press("Enter")
    says(page, "Upsilon 0: only its owner or a manager may change it, so what you typed was not kept.")
    expect(page.get_by_role("button", name="Save 1 change")).to_be_visible()
    assert customers(page, archives=False).texts("City") == ["", "Porto"]
    page.get_by_role("button", name="Save 1 change").click()
    toast(page, "Saved 1 change.")
    assert (my.customers.get(his)["city"], my.customers.get(mine)["city"]) == (None, "Porto")
