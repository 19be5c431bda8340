"""Dashboards in a browser: a chart made of a list, a bar that opens its rows, pictures, and paper."""

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import DANIEL, PRIYA, Door, Town
from tests.support.screen import at_rest, says, toast

pytestmark = [pytest.mark.browser, pytest.mark.slow]
PNG = b"\x89PNG\r\n\x1a\n"


def drawn(page: Page) -> None:
    """A chart stands there."""
    expect(page.locator("svg.marks").first).to_be_visible()
    at_rest(page)


def saved(page: Page, kind: str, folder: Path) -> bytes:
    """What the first chart is saved as."""
    with page.expect_download() as waited:
        page.get_by_role("button", name=f"Download the chart as {kind}").first.click()
    path = folder / waited.value.suggested_filename
    waited.value.save_as(path)
    assert path.suffix == f".{kind.lower()}"
    return path.read_bytes()


def test_a_list_becomes_a_chart_on_a_dashboard(town: Town, enter: Door) -> None:
    """What was typed last is kept, though the click on Save came at once; a bar opens exactly its rows."""
    page = enter(PRIYA, "/pipeline?tab=deals&preset=open")
    at_rest(page)
    page.get_by_test_id("stPopoverButton").filter(has_text="Views").click()
    page.get_by_role("link", name="Chart this list").click()
    drawn(page)
    page.get_by_role("textbox", name="Name").fill("What is open")
    page.get_by_role("button", name="Save the chart").click()
    toast(page, "Chart saved.")
    my = town.my(PRIYA)
    (board,) = (board for board in my.dashboards.all() if board.mine)
    (tile,) = my.dashboards.get(board.id).tiles
    assert (tile.own.name, tile.own.asks) == ("What is open", {"preset": "open"})
    drawn(page)
    bar = my.numbers.own(tile.own).bars[0]
    page.locator("svg.marks .mark-rect path, svg.marks .mark-rect rect").first.click()
    says(page, f"{bar.figure.count} deal" + ("s" if bar.figure.count > 1 else "") + " behind this bar")


def test_a_chart_is_saved_as_a_picture(enter: Door, tmp_path: Path) -> None:
    page = enter(DANIEL, "/dashboards?board=manager")
    drawn(page)
    svg = saved(page, "SVG", tmp_path).decode()
    assert svg.startswith("<svg")
    assert "Open deals by owner" in svg
    assert "Status is Open" in svg  # what it is of stands in the picture
    assert saved(page, "PNG", tmp_path).startswith(PNG)


SHEETS = [
    "/dashboards?board=manager",
    "/pipeline?tab=insights&assigned_to=none",
    "/pipeline?tab=forecast&assigned_to=none",
    "/pipeline?tab=changes&assigned_to=none",
    "/pipeline?tab=goals",
]


@pytest.mark.parametrize("path", SHEETS)
def test_on_paper(enter: Door, path: str) -> None:
    """On A4 all is on the sheet and nothing is there to press; the line says filters and moment."""
    page = enter(DANIEL, path)
    if "insights" in path or "board" in path:
        drawn(page)
    else:
        expect(page.locator(".foyer-figures").first).to_be_visible()
        at_rest(page)
    line = page.locator(".st-key-printed")
    expect(line).to_be_hidden()
    page.emulate_media(media="print")
    page.set_viewport_size({"width": 703, "height": 1040})  # A4 at 96 dots an inch, without its margins
    expect(line).to_contain_text("Bramble Hill Coffee Roasters")
    expect(line).to_contain_text("As of ")
    if "assigned_to" in path:
        expect(line).to_contain_text("Owner is empty")
    pressed = "[data-testid=stMain] :is([data-testid=stButton], [data-testid=stPopover], .stDownloadButton)"
    pressed += ", .foyer-picture, .foyer-goals .actions"
    expect(page.locator(pressed).filter(visible=True)).to_have_count(0)
    expect(page.get_by_test_id("stHeader")).to_be_hidden()
    wide = (
        "[...document.querySelectorAll('svg.marks, .foyer-figures table, .foyer-goals table')]"
        ".every((one) => one.getBoundingClientRect().right <= 704)"
    )
    page.wait_for_function(wide)
