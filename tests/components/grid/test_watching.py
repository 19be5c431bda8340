"""A colleague's save appears by itself: asked for every few seconds while somebody sees the list, else never."""

from tests.components.grid.acting import Grid


def test_a_change_is_asked_for_while_somebody_is_there_and_the_list_is_sent_once(grid: Grid) -> None:
    page, last, asked = grid.page, [1], []
    page.clock.install()
    page.route("**/changed", lambda route: (asked.append(1), route.fulfill(json={"last": last[0]})))
    grid.open().say("{ watch: '/changed', last: 1 }")
    page.clock.run_for(3_100)
    page.wait_for_timeout(100)
    assert len(asked) == 1
    assert not grid.has_heard("look")
    last[0] = 2
    for _ in range(3):
        page.clock.run_for(3_000)
        page.wait_for_timeout(100)
    assert grid.heard("look") == [2]
    page.clock.fast_forward(400_000)
    page.wait_for_timeout(200)
    before = len(asked)
    page.clock.run_for(9_000)
    page.wait_for_timeout(100)
    assert len(asked) == before, "nobody is there"
    page.mouse.move(30, 30)
    page.clock.run_for(3_000)
    page.wait_for_timeout(100)
    assert len(asked) == before + 1
    assert grid.faults == []


def test_what_a_colleague_saved_comes_without_touching_focus_scroll_or_what_is_typed(grid: Grid) -> None:
    grid.open("rows=500")
    grid.page.locator(".scroller").evaluate("node => node.scrollTop = 900")
    grid.page.mouse.click(*grid.middle(grid.cell(30, "name")))  # a locator's click may scroll by itself
    grid.type("half a na")
    grid.page.evaluate("() => play.colleague(33, { name: 'Of Bo' })")
    assert grid.text(32, "name") == "Of Bo"
    assert "flash" in (grid.cell(32, "name").get_attribute("class") or "")
    assert grid.page.evaluate("() => document.activeElement.value") == "half a na"
    assert grid.page.locator(".scroller").evaluate("node => node.scrollTop") == 900
    grid.type("me").press("Enter")
    assert grid.text(30, "name") == "half a name"
