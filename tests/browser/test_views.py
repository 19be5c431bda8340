"""Saved views on the screen: kept, opened by address, changed, pinned, first; nobody else's are there."""

import re

import pytest
from playwright.sync_api import Page, expect

from crm_data import Layout
from tests.browser.conftest import ALAN, DANIEL, PRIYA, Door, Town
from tests.support.screen import at_rest, says, toast

pytestmark = [pytest.mark.browser, pytest.mark.slow]
MINE = {"filter": '[["assigned_to","any","me"]]'}


def opened(page: Page, label: str) -> None:
    """The box of views is open."""
    at_rest(page)
    page.get_by_test_id("stPopoverButton").filter(has_text=label).click()
    at_rest(page)


def test_a_view_is_kept_changed_and_opened_by_its_address(town: Town, enter: Door) -> None:
    my = town.my()
    page = enter(DANIEL, f"/customers?filter={MINE['filter']}")
    opened(page, "Views")
    page.get_by_role("textbox", name="Save as a new view").fill("My houses")
    page.keyboard.press("Enter")
    toast(page, "View My houses saved.")
    (view,) = (view for view in my.views.all(my.customers)[0] if view.name == "My houses")
    assert view.params == MINE
    expect(page).to_have_url(re.compile(rf"/customers\?view={view.id}$"))
    chips = page.locator(".foyer-filters")
    expect(chips.get_by_role("button", name="Owner is me", exact=True)).to_be_visible()
    chips.get_by_role("button", name="Clear 1 filter").click()
    says(page, f"{my.customers.count()} customers")
    expect(page.get_by_test_id("stPopoverButton").filter(has_text="unsaved changes")).to_be_visible()
    opened(page, "unsaved changes")
    page.get_by_role("button", name="Back to the view").click()
    expect(chips.get_by_role("button", name="Owner is me", exact=True)).to_be_visible()
    chips.get_by_role("button", name="Owner is me", exact=True).click()
    page.get_by_role("checkbox", name="Priya Raman").check()
    page.get_by_role("button", name="Apply").click()
    expect(chips.get_by_role("button", name="Owner is me or Priya Raman", exact=True)).to_be_visible()
    opened(page, "unsaved changes")
    page.get_by_role("button", name="Save changes").click()
    toast(page, "View My houses saved.")
    assert my.views.get(my.customers, view.id).params != MINE
    other = enter(PRIYA, f"/customers?view={view.id}")
    says(other, "There is no such view here")
    says(other, f"{my.customers.count()} customers")
    opened(page, "My houses")
    page.get_by_role("button", name="Delete", exact=True).click()
    page.get_by_role("button", name="Delete the view").click()
    toast(page, "View My houses deleted.")
    expect(chips.get_by_role("button", name="Owner is me or Priya Raman", exact=True)).to_be_visible()


def test_a_view_for_the_company_is_its_viewers_own_list(town: Town, enter: Door) -> None:
    my, theirs = town.my(), town.my(PRIYA)
    id_ = my.views.add(my.deals, "Ours", MINE, Layout(hidden=("stage",)), shared=True)
    page = enter(PRIYA, f"/pipeline?tab=deals&view={id_}")
    count = theirs.deals.count(theirs.deals.query(MINE))
    assert count != my.deals.count(my.deals.query(MINE))
    says(page, f"{count} deal")
    expect(page.locator(".foyer-grid").get_by_role("columnheader", name="Stage", exact=True)).to_have_count(0)
    opened(page, "Ours")
    expect(page.get_by_role("button", name="Delete", exact=True)).to_have_count(0)
    page.get_by_text("Opens first").click()
    toast(page, "Kept for you.")
    enter.go(page, "/pipeline?tab=deals")
    says(page, f"{count} deal")
    page.get_by_role("radio", name="All", exact=True).click()
    says(page, f"{theirs.deals.count()} deals")
    stranger = enter(ALAN, f"/pipeline?tab=deals&view={id_}")
    says(stranger, "There is no such view here")
