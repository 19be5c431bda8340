"""A table of words that are no records: read, copied and found in, and nothing of it is told to the server."""

import pytest

from tests.components.grid.acting import Grid
from tests.support.accessible import faults

LINES = "[...Array(9).keys()].map((i) => ({ Name: `Name ${i}`, File: `file${i}.db`, Rows: `${i}` }))"


def shown(grid: Grid, lines: str = LINES) -> Grid:
    grid.open("plain=1").page.evaluate(f"() => play.plain({lines})")
    return grid


def test_it_has_its_columns_and_nothing_to_tick_open_or_arrange(grid: Grid) -> None:
    page = shown(grid).page
    assert page.locator("[role=columnheader]").all_inner_texts() == ["Name", "File", "Rows"]
    assert page.locator("[role=gridcell]").first.inner_text() == "Name 0"
    assert page.locator("input[type=checkbox], .open").count() == 0
    assert not page.locator(".bar").is_visible()
    assert page.locator("[role=grid]").get_attribute("aria-colcount") == "3"
    box = page.locator(".scroller").bounding_box()
    assert box is not None
    assert box["height"] == 34 * 10 + 2


def test_whatever_a_person_does_in_it_the_server_hears_nothing(grid: Grid) -> None:
    page = shown(grid).page
    page.locator("[role=gridcell]").first.click()
    grid.press("ArrowDown", "Shift+ArrowRight", "Control+c")
    assert grid.copied() == "Name 1\tfile1.db"
    grid.press(
        " ", "Control+Enter", "x", "Delete", "Shift+F10", "Escape", "Control+v", "Control+d", "Control+z"
    )
    page.locator(".head .label").nth(1).click()
    page.locator(".head .label").nth(1).click(button="right")
    grid.drag(page.locator(".head .grip").first, (300, 100))
    page.wait_for_timeout(500)
    assert page.evaluate("() => play.heard") == []
    assert page.locator("[role=gridcell]").first.inner_text() == "Name 0"
    assert grid.faults == []


@pytest.mark.parametrize("wide", [1280, 400])
def test_it_can_be_read_on_every_screen_and_grows_with_its_lines(grid: Grid, wide: int) -> None:
    grid.page.set_viewport_size({"width": wide, "height": 800})
    page = shown(grid).page
    assert page.get_by_text("Name 8").first.is_visible()
    assert faults(page) == []
    page.evaluate("() => play.plain([{ Name: 'one', File: 'a', Rows: '1' }])")
    page.evaluate(f"() => play.plain([...{LINES}, {{ Name: 'more', File: 'a', Rows: '1' }}])")
    assert page.get_by_text("more").first.is_visible()
    assert grid.faults == []


def test_what_a_column_cuts_off_is_read_below_it_with_keys_too(grid: Grid) -> None:
    page = shown(grid, "[{ Name: 'short', File: 'long '.repeat(60) }, { Name: 'other', File: 'b' }]").page
    said = page.locator(".said .status")
    page.locator("[role=gridcell]").first.click()
    assert said.inner_text() == ""
    grid.press("ArrowRight")
    assert said.inner_text().split() == ["long"] * 60
    assert said.is_visible()
    grid.press("ArrowDown")
    assert said.inner_text() == ""
    assert grid.faults == []
