"""A filter on the screen: found by typing, said in chips, changed, taken away; by keys and on a phone."""

import json
import re
from urllib.parse import parse_qs, quote, urlsplit

import pytest
from playwright.sync_api import Page, expect

from crm_data.store.filters import ME, Condition, Filter, Op, say_text
from tests.browser.conftest import ALAN, DANIEL, Door, Town
from tests.support.accessible import faults
from tests.support.screen import at_rest, listed, says

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def add(page: Page, column: str) -> None:
    """Open the box that asks what a column should be, by keys."""
    page.get_by_role("button", name="Add filter", exact=True).click()
    page.get_by_role("combobox", name="Find a column").fill(column)
    page.keyboard.press("Enter")
    expect(page.get_by_role("dialog", name=f"Filter by {column}")).to_be_visible()


def asked(page: Page) -> object:
    """The filter that stands in the address."""
    return json.loads(parse_qs(urlsplit(page.url).query)["filter"][0])


def test_conditions_are_added_changed_and_taken_away(town: Town, enter: Door) -> None:
    my = town.my()
    page = enter(DANIEL, "/customers")
    chips = page.locator(".foyer-filters")
    add(page, "Owner")
    page.get_by_role("checkbox", name="Me", exact=True).check()
    page.get_by_role("button", name="Apply").click()
    expect(chips.get_by_role("button", name="Owner is me", exact=True)).to_be_visible()
    mine = my.customers.count(my.customers.query({"filter": '[["assigned_to","any","me"]]'}))
    assert 0 < mine < my.customers.count()
    says(page, f"{mine} customers")
    add(page, "City")
    page.get_by_role("textbox", name="City: value").fill("o")
    page.keyboard.press("Enter")
    expect(chips.get_by_role("button", name="City contains o", exact=True)).to_be_visible()
    at_rest(page)
    assert asked(page) == [["assigned_to", "any", "me"], ["city", "contains", "o"]]
    both = my.customers.count(my.customers.query({"filter": json.dumps(asked(page))}))
    says(page, f"{both} customer")
    chips.get_by_role("button", name="Match all").click()
    expect(chips.get_by_role("button", name="Match any")).to_be_visible()
    at_rest(page)
    either = my.customers.count(my.customers.query({"filter": json.dumps(asked(page))}))
    assert both < mine < either
    says(page, f"{either} customers")
    page.reload()
    says(page, f"{either} customers")
    chips.get_by_role("button", name="City contains o", exact=True).click()
    page.get_by_role("combobox", name="How City is compared").select_option("empty")
    page.get_by_role("button", name="Apply").click()
    expect(chips.get_by_role("button", name="City is empty", exact=True)).to_be_visible()
    chips.get_by_role("button", name="Remove filter: City is empty").click()
    expect(chips.get_by_text("City")).to_have_count(0)
    says(page, f"{mine} customers")
    chips.get_by_role("button", name="Clear 1 filter").click()
    says(page, f"{my.customers.count()} customers")
    at_rest(page)
    assert "filter=" not in page.url


def test_what_cannot_be_is_said_where_it_was_typed(enter: Door) -> None:
    page = enter(DANIEL, "/pipeline?tab=deals")
    add(page, "Value")
    page.get_by_role("textbox", name="Value: from").fill("much")
    page.get_by_role("textbox", name="Value: to").fill("5000")
    page.get_by_role("button", name="Apply").click()
    box = page.get_by_role("dialog", name="Filter by Value")
    expect(box.get_by_role("alert")).to_contain_text("Value:")
    expect(page.get_by_role("textbox", name="Value: to")).to_have_value("5000")
    page.get_by_role("textbox", name="Value: from").fill("1,000")
    page.get_by_role("button", name="Apply").click()
    words = "Value is between 1,000.00 and 5,000.00"
    chip = page.locator(".foyer-filters").get_by_role("button", name=words, exact=True)
    expect(chip).to_be_visible()
    chip.click()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(chip).to_be_focused()


def test_a_link_means_its_viewers_own(town: Town, enter: Door) -> None:
    mine = say_text(Filter((Condition("assigned_to", Op.ANY, (ME,)),)))
    for email in (DANIEL, ALAN):
        my = town.my(email)
        page = enter(email, f"/customers?filter={quote(mine)}")
        expect(page.locator(".foyer-filters").get_by_text("Owner is me")).to_be_visible()
        rows = my.customers.page(my.customers.query({"filter": mine})).rows
        assert {row["assigned_to"] for row in rows} <= {my.scope.user_id}
        says(page, re.compile(rf"^{len(rows)} customers?$"))  # type: ignore[arg-type]


def test_what_a_number_asked_for_can_be_changed_and_taken_away(enter: Door) -> None:
    page = enter(DANIEL, "/pipeline?tab=deals&status=won&preset=timed")
    chips = page.locator(".foyer-filters")
    expect(chips.get_by_text("Won, and it is known how many days it took")).to_be_visible()
    chips.get_by_role("button", name="Status is Won", exact=True).click()
    page.get_by_role("checkbox", name="Lost").check()
    page.get_by_role("button", name="Apply").click()
    expect(chips.get_by_role("button", name="Status is Won or Lost", exact=True)).to_be_visible()
    chips.get_by_role("button", name="Remove filter: Won, and it is known").click()
    expect(chips.get_by_text("it is known")).to_have_count(0)
    listed(page)
    assert asked(page) == [["status", "any", "won", "lost"]]


def test_it_is_used_on_a_phone_and_heard_by_everybody(enter: Door) -> None:
    asked = [["assigned_to", "any", "me"], {"any": [["city", "empty"], ["created_at", "in", "last_90_days"]]}]
    page = enter(DANIEL, f"/customers?filter={quote(json.dumps(asked))}")
    page.set_viewport_size({"width": 360, "height": 740})
    chips = page.locator(".foyer-filters")
    expect(chips.get_by_role("button", name="Created is in the last 90 days", exact=True)).to_be_visible()
    page.get_by_role("button", name="Add a filter to this group").click()
    page.get_by_role("option", name="Credit limit").click()
    at_rest(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    box = page.get_by_role("dialog").bounding_box()
    assert box
    assert 0 <= box["x"] <= box["x"] + box["width"] <= 360
    assert faults(page) == []
