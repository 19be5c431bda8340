"""What a save of a list refuses: what is lacking is asked for, the rest is saved, what is wrong says why."""

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import DANIEL, Door, Town
from tests.support.screen import choose, listed, says, toast

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def test_what_closing_needs_is_asked_for_and_the_rest_is_saved(town: Town, enter: Door) -> None:
    my = town.my(DANIEL)
    customer = my.customers.add({"name": "Omicron Works"})
    ids = [
        my.deals.add({"deal_name": f"Omicron {n}", "customer_id": customer, "deal_value": "10"})
        for n in range(4)
    ]
    page = enter(DANIEL, "/pipeline?tab=deals&q=Omicron&sort=deal_name")
    sheet = listed(page)
    sheet.edit(0, "Stage", "Closed lost")
    sheet.edit(1, "Probability %", "150")
    sheet.says("a whole number from 0 to 100 is needed.")
    sheet.edit(3, "Probability %", "33")
    page.get_by_role("button", name="Save 3 changes").click()
    dialog = page.get_by_role("dialog", name="What is still needed")
    says(dialog, "Omicron 0: Stage Closed lost")
    assert [my.deals.get(id_)["probability"] for id_ in ids[1::2]] == [10, 33]
    page.keyboard.press("Escape")
    sheet.waits(2)
    expect(sheet.cell(0, "Stage")).to_have_attribute("aria-invalid", "true")
    sheet.select(0, "Stage")
    sheet.says("Reason lost: say why the deal was lost.")
    page.get_by_role("button", name="Save 2 changes").click()
    dialog.get_by_role("button", name="Save 1 change").click()
    says(dialog, "Reason lost: say why the deal was lost.")
    choose(page, "Reason lost", "Price")
    dialog.get_by_role("button", name="Save 1 change").click()
    toast(page, "Saved 2 changes.")
    lost = my.deals.get(ids[0])
    assert (lost["stage"], lost["loss_reason"]) == ("closed_lost", "Price")
    sheet.waits(1)
    page.get_by_role("button", name="1 to put right").click()
    expect(sheet.cell(1, "Probability %")).to_be_focused()
    page.get_by_role("button", name="Discard").click()
    expect(sheet.cell(1, "Probability %")).to_have_text("10")
    assert my.deals.get(ids[1])["probability"] == 10
