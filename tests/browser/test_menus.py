"""Menus, popovers and the drawer: opened by keyboard, left by Escape, opened by a click, chosen from."""

import re
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from dashboard.menu import SCREENS
from tests.browser.conftest import MARTA, RUTH, Door
from tests.support.screen import SLOW, at_rest

pytestmark = [pytest.mark.browser, pytest.mark.slow]

PHONE = {"width": 400, "height": 800}
# Whatever opens a menu or a popover, wherever it stands; a select box is a combobox.
OPENERS = '[data-testid="stMenuButtonButton"]:visible, [data-testid="stPopoverButton"]:visible'
BODIES = '[data-testid="stMenuButtonBody"], [data-testid="stPopoverBody"]'
COMPANY, PERSON = ".st-key-company_menu button", ".st-key-person_menu button"
THERE, HERE_TOO = "Bramble Hill Coffee Roasters", "Harbour Light Instruments"


def opened(page: Page, opener: Locator) -> Locator:
    """What this has opened: it alone stands open, and the keyboard reaches what is in it."""
    expect(opener).to_have_attribute("aria-expanded", "true")
    at_rest(page)
    body = page.locator(BODIES)
    expect(body).to_have_count(1)
    if opener.get_attribute("aria-haspopup") == "dialog":
        page.keyboard.press("Tab")
    expect(body.locator(":focus")).to_be_visible()
    return body


def left(page: Page, opener: Locator) -> None:
    """Escape: it is shut, and the keyboard is where it came from."""
    page.keyboard.press("Escape")
    expect(opener).to_have_attribute("aria-expanded", "false")
    expect(page.locator(BODIES)).to_have_count(0)
    expect(opener).to_be_focused()
    at_rest(page)


def goes_round(page: Page, body: Locator) -> None:
    """The arrows go through the items of a menu, one after the other, and round."""
    items = body.get_by_role("menuitem")
    for at in [*range(1, items.count()), 0]:
        page.keyboard.press("ArrowDown")
        expect(items.nth(at)).to_be_focused()


def test_a_popover_is_gone_into_and_left_by_keyboard(enter: Door) -> None:
    page = enter(RUTH, "/timeline")
    opener = page.get_by_test_id("stPopoverButton").filter(has_text="Log")
    opener.focus()
    page.keyboard.press("Enter")
    opened(page, opener)
    page.keyboard.press("Shift+Tab")
    expect(opener).to_be_focused()
    left(page, opener)
    opener.click()
    opened(page, opener)
    left(page, opener)


def switched(page: Page, company: str) -> None:
    """The header says that one works here now."""
    expect(page.locator(COMPANY)).to_contain_text(company, timeout=SLOW)
    at_rest(page)


@pytest.mark.parametrize("way", [{}, {"viewport": PHONE}], ids=["desk", "phone"])
def test_the_company_is_switched_by_keyboard_and_back_by_a_click_after_escape(
    way: dict[str, Any], enter: Door
) -> None:
    page = enter(MARTA, "/customers", **way)
    switched(page, THERE)
    page.locator(COMPANY).focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("menuitem", name=HERE_TOO)).to_be_focused()
    page.keyboard.press("Enter")
    switched(page, HERE_TOO)
    page.locator(COMPANY).focus()
    page.keyboard.press("Enter")
    opened(page, page.locator(COMPANY))
    left(page, page.locator(COMPANY))
    page.locator(COMPANY).click()
    page.get_by_role("menuitem", name=THERE).click()
    switched(page, THERE)


def test_nothing_covers_what_a_menu_offers(enter: Door) -> None:
    page = enter(MARTA, "/")
    for opener in (page.locator(COMPANY), page.locator(PERSON)):
        opener.hover()
        opener.click()
        page.wait_for_timeout(700)  # a tooltip takes half a second
        body = opened(page, opener)
        items = body.get_by_role("menuitem")
        on_top = """(one) => {
          const box = one.getBoundingClientRect(), at = [box.left + box.width / 2, box.top + box.height / 2];
          return one.contains(document.elementFromPoint(...at));
        }"""
        assert all(items.nth(at).evaluate(on_top) for at in range(items.count()))
        goes_round(page, body)
        left(page, opener)


def test_the_account_is_chosen_by_keyboard_and_by_a_click_after_escape(enter: Door) -> None:
    for click in (False, True):
        page = enter(MARTA, "/tasks")
        person = page.locator(PERSON)
        person.focus()
        page.keyboard.press("Enter")
        body = opened(page, person)
        if click:
            left(page, person)
            person.click()
            body.get_by_role("menuitem", name="Account").click()
        else:
            page.keyboard.press("Enter")
        expect(page).to_have_url(re.compile("/account$"))
        at_rest(page)


def test_the_screens_are_chosen_by_keyboard_and_the_focus_is_seen(enter: Door) -> None:
    page = enter(RUTH, "/account")
    links = page.get_by_test_id("stTopNavLink")
    expect(links).to_have_count(sum(screen.in_menu for screen in SCREENS))
    page.keyboard.press("Tab")
    for at in range(links.count()):
        page.keyboard.press("Tab")
        expect(links.nth(at)).to_be_focused()
        expect(links.nth(at)).to_have_css("outline-style", "solid")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(f"/{[s.name for s in SCREENS if s.in_menu][-1]}$"))
    at_rest(page)
    page.get_by_test_id("stMain").focus()
    page.keyboard.press("Shift")
    expect(page.get_by_test_id("stMain")).to_have_css("outline-style", "solid")


def test_the_drawer_opens_shuts_and_is_chosen_from_by_keyboard(enter: Door) -> None:
    page = enter(RUTH, "/account", viewport=PHONE)
    opener, drawer = page.get_by_test_id("stExpandSidebarButton"), page.get_by_test_id("stSidebar")
    links = drawer.get_by_test_id("stSidebarNavLink")
    for link in links.all():
        expect(link).to_be_hidden()
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    expect(opener).to_be_focused()
    for way in ("keyboard", "mouse"):
        page.keyboard.press("Enter") if way == "keyboard" else opener.click()
        expect(links.first).to_be_focused()
        page.keyboard.press("Escape")
        expect(drawer).to_have_attribute("data-collapsed", "true")
        expect(opener).to_be_focused()
    page.keyboard.press("Enter")
    for at in range(links.count()):
        expect(links.nth(at)).to_be_focused()
        if at < links.count() - 1:
            page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(f"/{[s.name for s in SCREENS if s.in_menu][-1]}$"))
    expect(drawer).to_have_attribute("data-collapsed", "true")
    expect(opener).to_be_focused()
    opener.click()
    links.nth(1).click()
    expect(page).to_have_url(re.compile(f"/{SCREENS[1].name}$"))
    expect(drawer).to_have_attribute("data-collapsed", "true")


def test_how_a_file_is_read_is_reached_by_keyboard(enter: Door) -> None:
    page = enter(RUTH, "/timeline")
    page.get_by_role("button", name="Import").click()
    dialog = page.get_by_role("dialog")
    file = {"name": "calls.csv", "mimeType": "text/csv", "buffer": b"Subject,Type\nFirst words,call\n"}
    dialog.locator("input[type=file]").set_input_files([file])  # type: ignore[list-item]
    differently = dialog.get_by_text("Read it differently")
    expect(differently).to_be_visible(timeout=SLOW)
    at_rest(page)
    expect(dialog.locator(OPENERS)).to_have_count(0)
    dialog.locator("summary").filter(has_text="Read it differently").focus()
    page.keyboard.press("Enter")
    at_rest(page)
    page.keyboard.press("Tab")
    expect(dialog.get_by_role("combobox", name="Encoding")).to_be_focused()
