"""Groups and what stands below the columns, drawn and by keys: rows 14 and 15 of what a grid is asked for."""

import pytest
from playwright.sync_api import Locator

from tests.components.grid.acting import Grid
from tests.support.accessible import faults


def choose(grid: Grid, column: str, words: str) -> None:
    """An item of a column's menu."""
    grid.page.locator(f".head .label[data-name={column}]").click(button="right")
    grid.page.get_by_role("menuitem", name=words).or_(
        grid.page.get_by_role("menuitemcheckbox", name=words)
    ).click()


def heads(grid: Grid) -> list[str]:
    return [text.replace("\n", " ") for text in grid.page.locator(".row.group").all_inner_texts()]


def head(grid: Grid, label: str) -> Locator:
    return grid.page.locator(".row.group", has_text=label)


def test_what_stands_below_a_column_is_chosen_in_its_menu_and_kept(grid: Grid) -> None:
    grid.open()
    assert not grid.page.locator(".row.foot").is_visible()
    choose(grid, "value", "Below: Sum")
    assert grid.heard("layout")[-1]["foot"] == {"value": "sum"}
    foot = grid.page.locator(".row.foot")
    assert foot.locator("[aria-colindex='5']").inner_text() == "sum of value"
    choose(grid, "stage", "Below: How many are different")
    grid.page.get_by_text("unique of stage").wait_for()
    grid.cell(0, "name").click()
    grid.press("Control+End")
    box, below = grid.page.locator("[role=row] .active").bounding_box(), foot.bounding_box()
    assert box is not None
    assert below is not None
    assert box["y"] + box["height"] <= below["y"] + 1, "the last row is not hidden behind it"
    assert faults(grid.page) == []
    choose(grid, "value", "Below: Sum")
    grid.page.wait_for_timeout(500)
    assert grid.heard("layout")[-1]["foot"] == {"stage": "unique"}
    assert grid.faults == []


def test_a_list_is_grouped_and_a_group_unfolded_by_mouse_and_by_keys(grid: Grid) -> None:
    grid.open()
    choose(grid, "stage", "Group by this")
    grid.page.locator(".row.group").first.wait_for()
    assert grid.heard("layout")[-1]["group"] == ["stage"]
    assert [one.split("Stage: ")[1] for one in heads(grid)] == [
        "New 20 Value $20.00",
        "Offer 20 Value $20.00",
        "Closed won 20 Value $20.00",
    ]
    head(grid, "Offer").click()
    grid.page.get_by_text("Deal 1", exact=True).locator("visible=true").first.wait_for()
    assert head(grid, "Offer").get_attribute("aria-expanded") == "true"
    assert grid.text(2, "name") == "Deal 1"
    grid.cell(2, "name").click()
    grid.type("Changed").press("Enter")
    assert grid.text(2, "name") == "Changed"
    grid.press("ArrowUp", "ArrowUp", "Enter")  # on the head again
    grid.page.wait_for_function("() => document.querySelectorAll('.row.group').length === 3")
    assert len(grid.page.locator(".row:not(.group, .head, .foot, .made)").all()) == 0
    assert grid.button("save").inner_text() == "Save 1 change"
    grid.press("Enter")
    grid.page.get_by_text("Changed", exact=True).wait_for()
    assert faults(grid.page) == []
    choose(grid, "stage", "Group by this no more")
    grid.page.get_by_text("Deal 60", exact=True).or_(grid.page.get_by_text("Deal 2", exact=True)).wait_for()
    assert grid.faults == []


def test_a_paste_over_the_head_of_a_group_changes_nothing_and_says_so(grid: Grid) -> None:
    grid.open()
    choose(grid, "stage", "Group by this")
    head(grid, "Offer").click()
    grid.page.get_by_text("Deal 1", exact=True).wait_for()
    head(grid, "New").click()
    grid.page.get_by_text("Deal 3", exact=True).wait_for()
    grid.page.locator(".scroller").evaluate("node => node.scrollTop = 200")
    grid.cell(19, "name").click()
    grid.paste("\n".join("abcde"))
    assert "head of a group" in grid.status()
    assert grid.button("save").count() == 0
    grid.press("Control+a", "Control+c")
    assert "Stage:" not in grid.copied()
    assert len(grid.copied().split("\n")) == 40


def test_rows_and_cells_have_the_colour_that_a_rule_gives_them_until_it_takes_it_away(grid: Grid) -> None:
    grid.open().say(
        "{ marks: { 1: { '': ['red', 'Late'] }, 2: { value: ['green', 'Fine'], name: ['no colour', 'None'] } } }"
    )
    mark = lambda at, name: grid.cell(at, name).get_attribute("data-mark")  # noqa: E731
    assert [mark(0, "name"), mark(0, "value"), mark(1, "value"), mark(1, "name")] == [
        "red",
        "red",
        "green",
        None,
    ]
    assert [grid.cell(at, "value").get_attribute("aria-description") for at in (0, 1, 2)] == [
        "Late",
        "Fine",
        None,
    ]
    ground = "node => getComputedStyle(node).backgroundColor"
    assert grid.cell(0, "value").evaluate(ground) != grid.cell(2, "value").evaluate(ground)
    assert faults(grid.page) == []
    grid.say("{ marks: { 1: {} } }")
    assert [mark(0, "name"), mark(1, "value")] == [None, "green"]


@pytest.mark.parametrize("wide", [400])
def test_on_a_phone_a_group_is_a_card_that_unfolds(grid: Grid, wide: int) -> None:
    grid.page.set_viewport_size({"width": wide, "height": 800})
    grid.open()
    grid.page.evaluate("() => play.on_layout({ ...play.data.layout, group: ['stage'] })")
    grid.page.locator(".card.group", has_text="Offer").click()
    grid.page.get_by_text("Deal 1", exact=True).locator("visible=true").first.wait_for()
    assert grid.page.locator(".card.group", has_text="Offer").get_attribute("aria-expanded") == "true"
    assert faults(grid.page) == []
    assert grid.faults == []
