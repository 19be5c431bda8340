"""The feed in a browser: its links lead without a reload, long text unfolds, and a stranger is given no script."""

import httpx
import pytest
from playwright.sync_api import expect

from dashboard.components import assets
from tests.browser.conftest import PRIYA, Door, Town
from tests.support.screen import SLOW, at_rest, unfold, until

pytestmark = [pytest.mark.browser, pytest.mark.slow]

LONG = "\n".join(f"Line {number} of what was said." for number in range(1, 31))


@pytest.fixture(scope="module")
def customer(town: Town) -> int:
    my = town.my(PRIYA)
    found = my.customers.add({"name": "Sigma <i>Works</i>"})
    my.activities.log("meeting", "Sigma met", customer_id=found, description=LONG)
    my.activities.log("note", "Sigma noted", customer_id=found, description="Short.")
    return found


def test_a_link_leads_to_its_record_without_a_reload(customer: int, town: Town, enter: Door) -> None:
    page = enter(PRIYA, "/timeline?q=Sigma+met")
    page.evaluate("window.here = true")
    page.get_by_role("link", name="Sigma <i>Works</i>").click()
    expect(page).to_have_url(f"{town.url}/record?kind=customer&id={customer}")
    expect(page.get_by_role("heading", name="Sigma <i>Works</i>")).to_be_visible(timeout=SLOW)
    assert page.evaluate("window.here") is True
    page.go_back()
    expect(page).to_have_url(f"{town.url}/timeline?q=Sigma+met")
    expect(page.get_by_role("link", name="Sigma <i>Works</i>")).to_be_visible(timeout=SLOW)


def test_with_a_modifier_key_it_opens_in_another_tab(customer: int, town: Town, enter: Door) -> None:
    page = enter(PRIYA, "/timeline?q=Sigma+met")
    with page.context.expect_page() as opened:
        page.get_by_role("link", name="Sigma <i>Works</i>").click(modifiers=["Control"])
    expect(opened.value).to_have_url(f"{town.url}/record?kind=customer&id={customer}")
    expect(page).to_have_url(f"{town.url}/timeline?q=Sigma+met")


def test_long_text_unfolds_and_what_happens_meanwhile_is_drawn(customer: int, enter: Door) -> None:
    page = enter(PRIYA, f"/record?kind=customer&id={customer}")
    feed = page.locator(".foyer-feed")
    # What was logged can be pinned; of other buttons, what is short has none.
    expect(feed.get_by_role("button", name="Pin on top")).to_have_count(2)
    expect(feed.get_by_role("button").and_(feed.locator(":not(.pin)"))).to_have_count(1)
    text = feed.locator(".text").filter(has_text="Line 30")
    folded = text.bounding_box()
    assert folded is not None
    high = folded["height"]
    feed.get_by_role("button", name="Show all").press("Enter")
    until(page, lambda: (text.bounding_box() or folded)["height"] > 5 * high, "the text does not unfold")
    views = page.get_by_role("radiogroup", name="View")
    views.get_by_role("radio", name="Tasks").click(force=True)
    at_rest(page)
    views.get_by_role("radio", name="Timeline").click(force=True)
    at_rest(page)
    expect(feed.get_by_text("Sigma noted")).to_be_visible()
    unfold(page, "Log a call, e-mail, meeting or note")
    page.get_by_role("textbox", name="Title").fill("Sigma called")
    page.get_by_role("button", name="Log it").click()
    expect(feed.get_by_text("Sigma called")).to_be_visible(timeout=SLOW)


def test_more_comes_as_one_scrolls(town: Town, enter: Door) -> None:
    my = town.my(PRIYA)
    found = my.customers.add({"name": "Tau Works"})
    many = [{"activity_type": "note", "title": f"Tau {n}", "customer_id": found} for n in range(130)]
    my.activities.add_all(many)
    page = enter(PRIYA, f"/record?kind=customer&id={found}")
    entries = page.locator(".foyer-feed .entry")
    expect(entries).to_have_count(50)
    for so_far in (100, 131):  # that the record was added is told too
        entries.last.scroll_into_view_if_needed()
        expect(entries).to_have_count(so_far, timeout=SLOW)
    expect(page.locator(".foyer-feed .more")).to_have_count(0)


def test_a_stranger_is_given_no_script(town: Town) -> None:
    for name in assets.scripts():
        assert httpx.get(f"{town.url}{assets.ADDRESS}/{assets.version()}/{name}").status_code == 401
