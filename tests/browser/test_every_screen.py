"""Every screen, full and empty, light, dark and on a phone: it can be read, heard, and reached by keyboard."""

from collections.abc import Iterable, Sequence
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from dashboard.menu import SCREENS
from dashboard.parts.place import KINDS
from tests.browser.conftest import GRACE, RUTH, Door, Town
from tests.browser.test_heard import marked
from tests.support.accessible import faint, faults
from tests.support.screen import at_rest, listed, says
from tests.support.soak import size

pytestmark = [pytest.mark.browser, pytest.mark.slow]

WAYS: dict[str, dict[str, Any]] = {
    "light": {},
    "dark phone": {"color_scheme": "dark", "viewport": {"width": 360, "height": 800}},
    "dark": {"color_scheme": "dark"},
    "phone": {"viewport": {"width": 360, "height": 800}},
}
# The views of a screen that has several; the first needs no word in the address.
VIEWS = {
    "pipeline": (
        *("", "?tab=deals", "?tab=leads", "?tab=forecast", "?tab=forecast&accuracy=months&period=365_days"),
        *("?tab=forecast&shown=board", "?tab=changes", "?tab=insights", "?tab=review", "?tab=goals"),
        "?tab=insights&by=assigned_to&cohorts=yes&period=365_days",
    ),
    "tasks": ("", "?preset=all"),
    "dashboards": ("", "?board=sales_rep", "?make=new", "?board=999999"),
    "admin": (
        *("", "?tab=company", "?tab=data", "?tab=companies", "?tab=backups"),
        "?tab=stages",
        "?tab=fields",
    ),
    "history": ("", "?tab=security", "?tab=back", "?tab=back&since=1"),
    "record": (*(f"?kind={kind}&id=1" for kind in KINDS), "?kind=deal&id=999999"),
    "customers": ("", "?q=nobody-is-called-so", "?sort=no-such-column"),
}
FIRST = SCREENS[0]
PATHS = [
    f"/{'' if screen is FIRST else screen.name}{view}"
    for screen in SCREENS
    for view in VIEWS.get(screen.name, ("",))
]

# Bordered buttons whose words come nearer than this to the border look like a mistake.
ROOM = 5
TIGHT = f"""() => [...document.querySelectorAll('button, a')].filter((one) => {{
  const style = getComputedStyle(one), words = document.createRange(), box = one.getBoundingClientRect();
  const label = one.querySelector('[data-testid=stMarkdownContainer]');
  if (!box.width || (label && getComputedStyle(label).clipPath !== 'none')) return false;  // only its icon is seen
  if (style.borderLeftStyle === 'none' || parseFloat(style.borderLeftWidth) < 1) return false;
  if (/rgba\\(.*, 0\\)|transparent/.test(style.borderLeftColor)) return false;
  words.selectNodeContents(one);
  const inner = words.getBoundingClientRect();
  return inner.width > 0 && (inner.left - box.left < {ROOM} || box.right - inner.right < {ROOM});
}}).map((one) => `touches its border: ${{one.textContent}}`)"""
# The screen as a whole, and what can be used in it, unless it is in something that scrolls sideways by itself.
WIDER = """() => {
  const scrolls = (one) => {
    for (let up = one.parentElement; up && up.dataset.testid !== 'stMain'; up = up.parentElement)
      if (['auto', 'scroll'].includes(getComputedStyle(up).overflowX) && up.scrollWidth > up.clientWidth)
        return true;
    return false;
  };
  const out = [...document.querySelectorAll('button, a, input')].filter((one) => {
    const box = one.getBoundingClientRect();
    const over = box.width > 2 && (box.right > innerWidth + 1 || box.left < -1);
    return over && one.checkVisibility() && !one.closest('[data-testid=stSidebar]') && !scrolls(one);
  }).map((one) => `reaches over the edge: ${one.textContent || one.ariaLabel || one.outerHTML.slice(0, 80)}`);
  if (document.documentElement.scrollWidth > innerWidth + 1) out.push('wider than the screen');
  return out;
}"""


def looked_at(page: Page) -> list[str]:
    """What is wrong with the screen that is drawn, and at rest."""
    heard = [f"is heard with signs: {said}" for said in marked(page)]
    return [*faults(page), *faint(page), *heard, *page.evaluate(TIGHT), *page.evaluate(WIDER)]


def among(page: Page, enter: Door, paths: Iterable[str]) -> list[str]:
    """What is wrong on any of these addresses, each said with its address."""
    return [f"{path} {fault}" for path in paths for fault in looked_at(enter.visit(page, path))]


def shared(paths: Sequence[str], way: str) -> Sequence[str]:
    """The addresses, or roles, to look at in one of the ways: every other one in the first two, the rest in the
    last two.

    Each is seen light, dark, wide and narrow: colours do not hang on the width. In a soak, all in all ways.
    """
    return size(paths[list(WAYS).index(way) // 2 :: 2], paths)


@pytest.mark.parametrize("way", WAYS)
def test_every_screen_can_be_read_and_heard(way: str, town: Town, enter: Door) -> None:
    found = among(enter(RUTH, "/", **WAYS[way]), enter, shared(PATHS, way))
    assert found == [], "\n".join(found)


@pytest.mark.parametrize("way", ["dark", "phone"])
def test_so_can_a_record_beside_its_list(way: str, town: Town, enter: Door) -> None:
    page = enter(RUTH, "/customers", **WAYS[way])
    if way == "phone":
        page.locator(".foyer-grid .card").first.click()
        page.get_by_role("button", name="Open the record").click()
    else:
        listed(page).beside(0)
    says(page.locator(".st-key-beside"), "Not filled in")
    at_rest(page)
    found = looked_at(page)
    assert found == [], "\n".join(found)


@pytest.mark.parametrize("way", WAYS)
def test_so_can_the_screens_of_who_may_do_little(way: str, town: Town, enter: Door) -> None:
    paths = ["/", "/customers", "/pipeline?tab=deals", "/tasks?preset=all", "/record?kind=deal&id=1"]
    found = among(enter(GRACE, "/", **WAYS[way]), enter, shared(paths, way))
    assert found == [], "\n".join(found)


@pytest.mark.parametrize("way", WAYS)
def test_so_can_the_screens_of_a_company_that_has_nothing_yet(way: str, town: Town, enter: Door) -> None:
    people = town.newcomers(f"new{way.replace(' ', '')}")
    paths = [path for path in PATHS if "id=" not in path and "tab=companies" not in path]
    found = among(enter(people["admin"], "/", **WAYS[way]), enter, shared(paths, way))
    for role in shared(("manager", "sales_rep", "user"), way):
        found += among(enter(people[role], "/", **WAYS[way]), enter, ["/"])
    assert found == [], "\n".join(found)


@pytest.mark.parametrize("way", WAYS)
def test_so_can_signing_in(way: str, town: Town, enter: Door) -> None:
    page = enter(None, "/", **WAYS[way])
    expect(page.get_by_role("textbox", name="Password", exact=True)).to_be_visible()
    at_rest(page)
    found = looked_at(page)
    page.goto(f"{town.url}/?link=no-such-link")
    expect(page.get_by_test_id("stAlert").first).to_be_visible()
    at_rest(page)
    found += looked_at(page)
    assert found == [], "\n".join(found)
