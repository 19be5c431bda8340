"""Whatever opens something, found in the page itself: on every screen, by keyboard and by mouse after Escape."""

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import RUTH, Door
from tests.browser.test_every_screen import PATHS
from tests.browser.test_menus import goes_round, left, opened
from tests.support.screen import at_rest

pytestmark = [pytest.mark.browser, pytest.mark.slow]

# What the page itself says of an element that opens something. A dialog's button says nothing, and is known by
# what it is called. Calendars open beside a field in which the day can be typed, and are left out.
SELECTORS = {
    "menu": 'button[aria-haspopup="menu"]',
    "popover": 'button[aria-haspopup="dialog"]:not([data-testid*="Date"] *)',
    "choice": 'input[role="combobox"]:not([disabled])',
    "fold": "summary",
    "dialog": "button",
}
OPTION = '[role="option"]'  # those of a box; the board's cards have some of the browser's own
DIALOG = re.compile(
    r"(New (customer|deal|lead|task)|Import|Edit|Convert|Add (customer|deal|lead|task))\b(?! to)"
)
# Kind, what it is called, and its place among its kind on the page: the same one stands on several screens.
_FOUND = """(selectors) => Object.entries(selectors).flatMap(([kind, selector]) =>
  [...document.querySelectorAll(selector)].map((one, at) => [one, at])
    .filter(([one]) => one.checkVisibility({ visibilityProperty: true }))
    .map(([one, at]) => {
      const key = one.closest('[class*="st-key-"]')?.className.match(/st-key-\\S+/)?.[0] ?? "";
      return [kind, key.replace(/\\d+/g, ""), at, (one.textContent || one.ariaLabel || "").trim()];
    }))"""


def openers(page: Page) -> dict[tuple[str, str], Locator]:
    """What opens on this page, each by its kind and key, or its words where it has no key."""
    found: dict[tuple[str, str], Locator] = {}
    for kind, key, at, words in page.evaluate(_FOUND, SELECTORS):
        words = (
            words.removeprefix("add").removeprefix("upload").removeprefix("edit").removeprefix("handshake")
        )
        if kind != "dialog" or DIALOG.match(words):
            found.setdefault((kind, key or words), page.locator(SELECTORS[kind]).nth(at))
    return found


def tried(page: Page, kind: str, opener: Locator) -> None:
    """It opens by keyboard, Escape shuts it, and after that a click opens it."""
    opener.scroll_into_view_if_needed()
    for way in ("keyboard", "mouse"):
        if kind in ("menu", "popover"):
            opener.focus()
            page.keyboard.press("Enter") if way == "keyboard" else opener.click()
            body = opened(page, opener)
            if kind == "menu":
                goes_round(page, body)
            left(page, opener)
        elif kind == "choice":
            opener.focus()  # which may scroll to it, and a box that is open shuts when the page moves
            at_rest(page, 100)
            page.keyboard.press("ArrowDown") if way == "keyboard" else opener.click()
            expect(page.locator(OPTION).first).to_be_visible()
            page.keyboard.press("Escape")
            expect(page.locator(OPTION)).to_have_count(0)
            expect(opener).to_be_focused()
        elif kind == "fold":
            box = opener.locator("xpath=..")
            page.keyboard.press("Tab")
            was = box.get_attribute("open") is not None
            opener.focus()
            page.keyboard.press("Enter") if way == "keyboard" else opener.click()
            expect(box).not_to_have_attribute("open", "") if was else expect(box).to_have_attribute(
                "open", ""
            )
            at_rest(page)
        else:
            opener.focus()
            page.keyboard.press("Enter") if way == "keyboard" else opener.click()
            expect(page.get_by_role("dialog")).to_be_visible()
            at_rest(page)
            page.keyboard.press("Escape")
            expect(page.get_by_role("dialog")).to_have_count(0)
            at_rest(page)


def test_everything_that_opens_does_so_by_keyboard_and_by_mouse_after_escape(enter: Door) -> None:
    page = enter(RUTH, "/")
    done: set[tuple[str, str]] = set()
    wrong = []
    for path in PATHS:  # loaded from its address each is in test_full_load.py
        enter.visit(page, path)
        for name, opener in openers(page).items():
            if name in done:
                continue
            done.add(name)
            for again in (True, False):  # what comes late moves the page, and shuts what had just opened
                try:
                    tried(page, name[0], opener)
                    break
                except AssertionError as failed:
                    if not again:
                        wrong.append(f"{path} {name}: {str(failed).splitlines()[0]}")
                    enter.go(page, path)
                    at_rest(page)
    assert wrong == [], "\n".join(wrong)
    kinds = [kind for kind, _ in done]
    assert {kind: kinds.count(kind) > 0 for kind in SELECTORS} == dict.fromkeys(SELECTORS, True)
    assert len(done) > 20, sorted(done)
