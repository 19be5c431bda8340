"""Every screen loaded from its address: no request in vain, no warning, and nothing that moves once it is seen."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import BrowserContext, ConsoleMessage, Page

from dashboard.menu import SCREENS
from tests.browser.conftest import RUTH, Door, Town
from tests.support import screen
from tests.support.soak import size

pytestmark = [pytest.mark.slow, pytest.mark.browser]

WIDTHS = (1280, 400)
MOST = 0.1  # what browsers call good
# Sums what moved without being touched, and says what it was.
_WATCH = """
window.moved = [];
new PerformanceObserver((list) => {
  for (const shift of list.getEntries()) if (!shift.hadRecentInput) window.moved.push([
    shift.value, Math.round(shift.startTime), shift.sources.map((source) => {
      const node = source.node && (source.node.nodeType === 1 ? source.node : source.node.parentElement);
      const rects = [source.previousRect, source.currentRect];
      const [was, is] = rects.map((r) => [r.x, r.y, r.width, r.height].map(Math.round));
      return `${node ? node.tagName + "." + (node.dataset.testid || node.className) : "?"} ${was} -> ${is}`;
    }),
  ]);
}).observe({ type: "layout-shift", buffered: true });
"""


def places(town: Town) -> Iterator[str]:
    """Every address: each screen, and the record of every kind."""
    my = town.my()
    for one in SCREENS:
        if one.name != "record":
            yield "/" if one is SCREENS[0] else f"/{one.name}"
    yield "/pipeline?tab=deals"
    yield "/pipeline?tab=leads"
    for kind, records in (
        ("customer", my.customers),
        ("deal", my.deals),
        ("lead", my.leads),
        ("task", my.tasks),
    ):
        yield f"/record?kind={kind}&id={records.page().rows[0]['id']}"


def watched(context: BrowserContext) -> list[str]:
    """What goes wrong in a browser from now on."""
    wrong: list[str] = []
    context.add_init_script(_WATCH)
    context.on("response", lambda r: wrong.append(f"{r.status} {r.url}") if r.status >= 400 else None)
    context.on("requestfailed", lambda r: wrong.append(f"failed {r.url}"))

    def said(message: ConsoleMessage) -> None:
        if message.type in ("warning", "error"):
            wrong.append(f"{message.type}: {message.text}")

    context.on("console", said)
    return wrong


def moved(page: Page) -> list[tuple[float, int, list[str]]]:
    """What moved until everything stood still."""
    page.wait_for_timeout(size(400, 1_000))
    found: list[tuple[float, int, list[str]]] = page.evaluate("window.moved")
    return found


def loaded(context: BrowserContext, address: str, who: str | None) -> list[tuple[float, int, list[str]]]:
    """What moved in a page of its own that was opened at an address."""
    page = context.new_page()
    page.goto(address)
    if who:
        screen.arrived(page)
    else:
        page.get_by_label("Password", exact=True).wait_for()
    found = moved(page)
    page.close()
    return found


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("who", [RUTH, None], ids=["signed in", "a stranger"])
def test_every_screen_loads_quietly(town: Town, enter: Door, who: str | None, width: int) -> None:
    first = enter(who, anew=True, viewport={"width": width, "height": 800})
    wrong = watched(first.context)
    told = []
    every = list(places(town))
    # A stranger is shown one form wherever they come: at every other address wide, at the rest narrow.
    for place in every if who else size(every[WIDTHS.index(width) :: 2], every):
        shifts = loaded(first.context, town.url + place, who)
        total = sum(value for value, _, _ in shifts)
        if total > MOST:
            told.append(f"{place}: {total:.3f} {[shift for shift in shifts if shift[0] > 0.01]}")
    assert told + wrong == []
