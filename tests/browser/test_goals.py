"""The grid of goals in a browser: typed, pasted, saved by key, kept when refused, undone; below a manager read."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import DANIEL, PRIYA, Door, Town
from tests.support.screen import at_rest, says, toast

pytestmark = [pytest.mark.browser, pytest.mark.slow]
ADDRESS = "/pipeline?tab=goals&year=2031"


def field(page: Page, who: str, month: str):  # type: ignore[no-untyped-def]
    return page.get_by_role("textbox", name=f"{who}, {month}", exact=True)


def test_typed_pasted_saved_refused_and_undone(town: Town, enter: Door) -> None:
    page = enter(DANIEL, ADDRESS)
    first = field(page, "Priya Raman", "Jan 2031")
    first.click()
    first.evaluate(
        """node => {
            const told = new DataTransfer();
            told.setData("text/plain", "1,000.50\\t2000\\n\\t3000");
            const how = { clipboardData: told, bubbles: true, cancelable: true };
            node.dispatchEvent(new ClipboardEvent("paste", how));
        }"""
    )
    expect(field(page, "Ruth Calloway", "Feb 2031")).to_have_value("3000")
    first.press("Control+s")
    toast(page, "3 goals saved.")
    expect(field(page, "Priya Raman", "Feb 2031")).to_have_value("2,000.00")
    field(page, "Priya Raman", "Mar 2031").fill("many")
    page.get_by_role("button", name="Save goals").click()
    says(page, "Goal of March 2031")
    expect(field(page, "Priya Raman", "Mar 2031")).to_have_value("many")
    page.get_by_role("button", name="Discard").click()
    expect(field(page, "Priya Raman", "Mar 2031")).to_have_value("")
    page.get_by_role("button", name="Undo: 3 goals").click()
    toast(page, "The goals are as they were.")
    expect(first).to_have_value("")
    at_rest(page)
    theirs = enter(PRIYA, ADDRESS)
    says(theirs, "Your goals are set by managers.")
    expect(theirs.locator(".foyer-goals input")).to_have_count(0)
    expect(theirs.locator(".foyer-goals tbody tr")).to_have_count(1)
