"""The search in the header, in a browser: by the keyboard alone, with slips, half a number, light, dark, small."""

import os
import re
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import ALAN, PRIYA, Door, Town
from tests.support.accessible import faint, faults
from tests.support.screen import SLOW

pytestmark = [pytest.mark.browser, pytest.mark.slow]

NAME, PHONE = "Zsófia Grünwald <i>&", "+43 664 555-9182"


@pytest.fixture(scope="module")
def customer(town: Town) -> int:
    my = town.my(PRIYA)
    found = my.customers.add({"name": NAME, "phone": PHONE, "email": "zsofia@gruenwald.example"})
    my.activities.log("call", "Grünwald called back", customer_id=found)
    return found


def opened(page: Page, key: str = "/") -> Any:
    page.locator("body").press(key)
    field = page.get_by_role("combobox", name="Search everything")
    expect(field).to_be_focused(timeout=SLOW)
    return field


def kept(page: Page, name: str) -> None:
    """A picture for whoever looks at it: in the folder FOYER_LOOK, if there is one."""
    if folder := os.environ.get("FOYER_LOOK"):
        page.screenshot(path=f"{folder}/{name}.png")


def test_by_the_keyboard_alone(customer: int, town: Town, enter: Door) -> None:
    page = enter(PRIYA, "/tasks")
    page.evaluate("window.here = true")
    field = opened(page)
    expect(page.get_by_role("group", name="Changed lately").get_by_role("option").first).to_be_visible()
    kept(page, "search-empty")
    field.press_sequentially("grunwlad")
    option = page.get_by_role("option", name="Zsófia")
    expect(option).to_have_text(NAME)
    expect(option.locator("mark")).to_have_text("Grünwald")
    expect(page.get_by_role("group", name="Activities").get_by_role("option")).to_have_count(1)
    kept(page, "search")
    expect(option).to_have_attribute("aria-selected", "true")
    field.press("ArrowDown")
    expect(page.get_by_role("option", name="called back")).to_have_attribute("aria-selected", "true")
    field.press("ArrowUp")
    field.press("Enter")
    expect(page).to_have_url(f"{town.url}/record?kind=customer&id={customer}")
    assert page.evaluate("window.here") is True, "the page was loaded anew"
    expect(page.get_by_role("combobox", name="Search everything")).not_to_be_visible()


def test_enter_means_what_was_typed_however_quick_the_hand(customer: int, town: Town, enter: Door) -> None:
    page = enter(PRIYA, "/tasks")
    field = opened(page)
    expect(page.get_by_role("option").first).to_be_visible()
    field.fill("called back grün")
    field.press("Enter")
    expect(page).to_have_url(re.compile(r"/record\?kind=activity&id=\d+$"))
    expect(page.get_by_role("heading", name="Grünwald called back")).to_be_visible(timeout=SLOW)


def test_half_a_number_and_escape(customer: int, town: Town, enter: Door) -> None:
    page = enter(PRIYA, "/customers")
    field = opened(page, "Control+k")
    field.fill("555 91")
    option = page.get_by_role("option", name="Zsófia")
    expect(option).to_contain_text(f"Phone {PHONE}")
    expect(option.locator("mark")).to_have_text("555-91")
    field.fill("qqqqqqq")
    expect(page.get_by_role("status").filter(has_text="Nothing found.")).to_be_visible()
    field.press("Escape")
    expect(field).not_to_be_visible()
    page.get_by_role("button", name="Search everything").click()
    expect(field).to_be_focused()
    stranger = enter(ALAN, "/")
    away = opened(stranger)
    away.fill("grünwald")
    expect(stranger.get_by_role("status").filter(has_text="Nothing found.")).to_be_visible()


@pytest.mark.parametrize(
    ("width", "scheme"), [(1280, "light"), (1280, "dark"), (360, "light"), (360, "dark")]
)
def test_it_is_seen_and_heard(customer: int, enter: Door, width: int, scheme: str) -> None:
    page = enter(PRIYA, "/", viewport={"width": width, "height": 740}, color_scheme=scheme)
    kept(page, f"header-{width}-{scheme}")
    page.get_by_role("button", name="Search everything").click()
    page.get_by_role("combobox", name="Search everything").fill("zsofia")
    expect(page.get_by_role("group", name="Customers").get_by_role("option")).to_have_count(1)
    kept(page, f"search-{width}-{scheme}")
    assert faults(page) == []
    assert faint(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width
