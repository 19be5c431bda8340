"""The drawn grid around its cells: columns, rows by scrolling, finding, ticks, readers, the phone."""

import pytest
from playwright.sync_api import Browser, expect

from tests.components.grid.acting import Grid
from tests.support import accessible
from tests.support.firefox import chromium_alone

pytestmark = [pytest.mark.browser]


def test_all_that_a_person_did_stands_through_every_new_message(grid: Grid) -> None:
    grid.open("rows=1000").cell(0, "name").click()
    grid.press(*["ArrowDown"] * 21, "F2", "End").type(" more")
    before = grid.page.evaluate("() => document.querySelector('.scroller').scrollTop")
    assert before > 0
    for turn in range(20):
        grid.page.evaluate(f"() => play.colleague({turn + 30}, {{ value: '{turn}.00' }})")
    editor = grid.page.locator(".editor input")
    assert editor.input_value() == "Deal 22 more"
    assert editor.evaluate("node => node === document.activeElement")
    assert grid.page.evaluate("() => document.querySelector('.scroller').scrollTop") == before
    grid.press("Escape")
    assert grid.active() == (21, 0)
    grid.say("{ query: 'other' }")
    assert grid.page.evaluate("() => document.querySelector('.scroller').scrollTop") == 0


def test_a_colleagues_change_is_seen_at_its_place(grid: Grid) -> None:
    grid.open().cell(0, "name").click()
    grid.page.evaluate("() => play.colleague(3, { value: '99.00' })")
    assert grid.text(2, "value") == "99.00"
    assert grid.page.locator(".flash").count() == 1
    assert grid.active() == (0, 0)


def test_columns_are_resized_moved_hidden_and_kept_in_sight(grid: Grid) -> None:
    grid.open()
    heads = grid.page.locator(".head .label")
    grip = grid.page.locator(".head .grip").nth(1)
    x, y = grid.middle(grip)
    grid.drag(grip, (x + 60, y))
    assert grid.heard("layout")[-1]["widths"] == {"stage": 180}
    grid.drag(heads.nth(3), grid.middle(heads.nth(1)))
    assert heads.all_inner_texts()[:4] == ["Name *", "Due", "Stage", "Value"]
    assert not grid.has_heard("sort"), "a drag is no click"
    heads.nth(1).click(button="right")
    grid.page.get_by_role("menuitem", name="Hide").click()
    assert heads.all_inner_texts()[:3] == ["Name *", "Stage", "Value"]
    heads.nth(1).click(button="right")
    grid.page.get_by_role("menuitem", name="Keep the columns up to here in sight").click()
    grid.page.evaluate("() => { document.querySelector('.scroller').scrollLeft = 400; }")
    lefts = [heads.nth(i).evaluate("node => node.getBoundingClientRect().left") for i in range(3)]
    assert lefts[0] > 0
    assert lefts[1] > 0
    assert lefts[2] < lefts[1]
    grid.page.wait_for_timeout(500)
    layout = grid.heard("layout")[-1]
    assert (layout["hidden"], layout["pinned"], layout["order"][:3]) == (["due"], 2, ["name", "due", "stage"])


def test_a_layout_that_was_kept_comes_back(grid: Grid) -> None:
    grid.open()
    kept = "order: ['value', 'name'], hidden: ['stage'], widths: { value: 200 }, sort: [], tall: 'medium'"
    grid.say(f"{{ layout: {{ {kept} }} }}")
    heads = grid.page.locator(".head .label").all_inner_texts()
    assert (heads[0], "Stage" in heads) == ("Value", False)
    assert grid.page.locator(".row[aria-rowindex='2']").evaluate("node => node.offsetHeight") == 56


def test_how_high_rows_are_is_chosen_and_kept(grid: Grid) -> None:
    grid.open()
    high = "node => node.offsetHeight"
    row = grid.page.locator(".row[aria-rowindex='2']")
    low = row.evaluate(high)
    grid.button("columns").click()
    grid.page.get_by_role("menuitemcheckbox", name="Higher rows").click()
    grid.page.wait_for_function("() => play.heard.some(([name]) => name === 'layout')")
    assert grid.heard("layout")[-1]["tall"] == "medium"
    assert row.evaluate(high) > low


def test_a_head_sorts_all_rows_and_with_shift_by_several_in_order(grid: Grid) -> None:
    grid.open()
    heads = grid.page.locator(".head .label")
    heads.nth(2).click()
    assert grid.heard("sort") == [[["value", "asc"]]]
    heads.nth(1).click(modifiers=["Shift"])
    heads.nth(2).click(modifiers=["Shift"])
    assert grid.heard("sort")[1:] == [
        [["value", "asc"], ["stage", "asc"]],
        [["value", "desc"], ["stage", "asc"]],
    ]
    assert [heads.nth(i).locator(".way").inner_text() for i in (2, 1)] == ["↓1", "↑2"]
    assert grid.page.locator("[aria-sort=descending]").inner_text().startswith("Value")
    heads.nth(6).click()
    assert len(grid.heard("sort")) == 3, "tags cannot be sorted by"


def test_columns_are_sorted_and_arranged_by_keys_alone(grid: Grid) -> None:
    grid.open().cell(0, "name").click()
    grid.press("ArrowUp", "ArrowRight", "Enter")
    assert grid.heard("sort") == [[["stage", "asc"]]]
    assert grid.page.evaluate("() => document.activeElement.dataset.name") == "stage"
    grid.press("Alt+ArrowDown")
    words = grid.page.locator("[role=menuitem]").all_inner_texts()
    grid.press(*["ArrowDown"] * words.index("Move left"), "Enter")
    assert grid.page.locator(".head .label").all_inner_texts()[:2] == ["Stage ↑".replace(" ", ""), "Name *"]


def test_rows_are_ticked_by_shift_and_all_that_match(grid: Grid) -> None:
    grid.open("rows=5000").cell(1, "name").click()
    grid.press("Shift+Space")
    grid.page.locator(".row[aria-rowindex='6'] input").click(modifiers=["Shift"])
    grid.button("act archive").click()
    assert grid.heard("acted") == [{"act": "archive", "ids": [2, 3, 4, 5]}]
    grid.button("all").click()
    assert grid.button("act archive").inner_text() == "Archive 5,000"
    grid.button("act archive").click()
    assert grid.heard("acted")[1] == {"act": "archive", "all": True, "query": "all", "count": 5000}


def test_headings_stay_where_rows_go_by(grid: Grid) -> None:
    grid.open()
    tops = """() => {
        const box = document.querySelector(".scroller"), head = box.querySelector(".row.head");
        box.scrollTo(300, 500);
        const at = (node) => node.getBoundingClientRect();
        const on = (node) => document.elementFromPoint(at(node).left + 5, at(node).top + 5);
        const cells = [head.querySelector(".stick"), head.querySelectorAll(".cell:not(.stick)")[4]];
        const top = at(head).top - at(box).top - box.clientTop;
        return [box.scrollTop, top, cells.map((cell) => cell.contains(on(cell)))]; }"""
    scrolled, top, seen = grid.page.evaluate(tops)
    assert scrolled == 500
    assert abs(top) < 1
    assert seen == [True, True]


def test_a_hundred_thousand_rows_are_scrolled_without_pages(grid: Grid) -> None:
    grid.open("rows=100000").cell(0, "name").click()
    took = grid.page.evaluate(
        """async () => { const box = document.querySelector(".scroller"), start = performance.now();
        box.scrollTop = box.scrollHeight / 2;
        while (![...document.querySelectorAll(".cell")].some((one) => one.textContent === "Deal 50005"))
            { await new Promise(requestAnimationFrame); if (performance.now() - start > 5000) return 5000; }
        return performance.now() - start; }"""
    )
    assert took < 1500
    grid.press("Control+ArrowDown")
    expect(grid.cell(99_999, "name")).to_have_text("Deal 100000")
    assert grid.active() == (99_999, 0)
    assert grid.page.locator(".lines .row").count() < 60


def test_a_step_of_scrolling_is_drawn_within_a_frame_or_two(grid: Grid) -> None:
    grid.open("rows=2000&columns=15")
    grid.say("{ window: 2000 }")
    steps = grid.page.evaluate(
        """async () => { const box = document.querySelector(".scroller"), took = [];
        for (let i = 0; i < 60; i++) { box.scrollTop += 102; const start = performance.now();
            box.dispatchEvent(new Event("scroll")); took.push(performance.now() - start);
            await new Promise(requestAnimationFrame); }
        return took.sort((a, b) => a - b)[30]; }"""
    )
    assert steps < 16, "the middle of sixty steps, in ms of script"


def test_find_counts_and_jumps_over_all_rows(grid: Grid) -> None:
    grid.open("rows=3000").cell(0, "name").click()
    grid.press("Control+f").type("Deal 299").press("Enter")
    told = grid.page.locator(".find .told")
    expect(told).to_have_text("1 of 11")
    expect(grid.cell(298, "name")).to_have_class("cell stick in active")
    grid.press("Enter")
    expect(told).to_have_text("2 of 11")
    expect(grid.cell(2989, "name")).to_have_text("Deal 2990")
    grid.press("Shift+Enter")
    expect(told).to_have_text("1 of 11")


REPLACES = "{ acts: [{ name: 'replace', label: 'Replace in', many: true, settled: true, one: false }] }"


def test_a_text_is_replaced_in_what_is_ticked_or_in_all_of_the_list(grid: Grid) -> None:
    grid.open("rows=3000").cell(0, "name").click()
    every = {"act": "replace", "all": True, "query": "all", "count": 3000}
    grid.press("Control+h")
    assert grid.status() == "In this list you cannot replace texts."
    expect(grid.button("replace")).to_have_count(0)
    grid.say(REPLACES)
    grid.press("Control+h")
    grid.say(REPLACES)  # as the server answers
    grid.press("Control+f").type("Deal 299").press("Control+h")
    assert grid.heard("acted") == [{**every, "text": ""}, {**every, "text": "Deal 299"}]
    grid.press("Escape", "Shift+Space")
    grid.say(REPLACES)
    expect(grid.button("act replace")).to_have_text("Replace in 1")
    grid.button("replace").click()
    assert grid.heard("acted")[2] == {"act": "replace", "ids": [1], "text": ""}
    grid.say(REPLACES)
    grid.cell(1, "name").click()
    grid.type("Mine").press("Enter", "Control+h")
    assert grid.heard("acted")[3:] == [{"act": "replace", "ids": [1], "text": ""}], "of these none waits"
    grid.button("untick").click()
    grid.cell(1, "name").click()
    grid.say(REPLACES)
    grid.press("Control+h")
    assert len(grid.heard("acted")) == 4
    assert grid.status() == "Save or discard what you changed in these rows first."


def test_a_record_opens_beside_the_list_and_the_next_follows(grid: Grid) -> None:
    grid.open().cell(0, "name").click()
    grid.press("Space")
    assert grid.heard("opened") == [1]
    grid.say("{ open: 1 }")
    grid.press("ArrowDown")
    grid.page.wait_for_function("() => play.heard.filter(([one]) => one === 'opened').length === 2")
    assert grid.heard("opened") == [1, 2]
    grid.press("Control+Enter")
    assert grid.heard("visited") == [2]


def test_from_the_record_beside_the_list_one_walks_over_rows_that_were_not_sent(grid: Grid) -> None:
    grid.open("rows=300").cell(0, "name").click()
    grid.type("Mine").press("Enter")
    walk = "by => dispatchEvent(new CustomEvent('foyer:walk', { detail: by }))"
    for there, by, told in ((100, 1, 101), (101, -1, 100)):
        grid.say(f"{{ open: {there} }}")
        grid.page.evaluate(walk, by)
        grid.page.wait_for_function("id => play.heard.at(-1)[1] === id", arg=told)
    assert grid.heard("opened") == [101, 100]
    expect(grid.cell(99, "name")).to_have_class("cell stick in active")
    for there, by, words in ((1, -1, "first"), (300, 1, "last")):
        grid.say(f"{{ open: {there}, start: {there - 1} }}")
        grid.page.evaluate(walk, by)
        assert grid.status() == f"This is the {words} record of the list."
    assert grid.heard("opened") == [101, 100]
    assert grid.button("save").inner_text() == "Save 1 change"


def test_the_menu_of_a_cell_has_its_history_and_opens_by_keys(grid: Grid) -> None:
    grid.open().cell(1, "value").click()
    grid.press("Shift+F10")
    words = grid.page.locator("[role=menuitem]").all_inner_texts()
    assert {"Open the record", "Copy", "Cut", "Paste", "Fill down", "Clear", "Archive"} <= set(words)
    grid.press(*["ArrowDown"] * words.index("History of this cell"), "Enter")
    assert grid.heard("cell") == [{"id": 2, "field": "value"}]
    assert grid.active() == (1, 2)


@pytest.mark.parametrize("key", ["F1", "?"])
def test_a_key_shows_the_list_of_keys(grid: Grid, key: str) -> None:
    grid.open().cell(0, "name").click()
    grid.press(key)
    assert grid.page.locator("dialog dt").count() > 10
    grid.press("Escape")
    assert grid.active() == (0, 0)


def test_tab_and_esc_lead_out_of_the_grid_and_no_key_reaches_the_page(grid: Grid) -> None:
    grid.open()
    grid.page.evaluate(
        "() => { window.keys = []; document.addEventListener('keydown', (e) => keys.push(e.key)); }"
    )
    grid.cell(0, "name").click()
    grid.type("nnn").press("Enter", "Escape", "Tab")
    assert grid.page.evaluate("() => document.activeElement.id") == "after"
    assert grid.page.evaluate("() => keys") == []
    grid.press("Shift+Tab")
    assert grid.active() == (1, 0)
    grid.cell(0, "made").click()
    grid.press("Tab")
    assert grid.page.evaluate("() => document.activeElement.id") == "after"


@pytest.mark.parametrize(
    ("keys", "there"),
    [
        (["Control+End"], (59, 11)), (["Control+End", "Control+Home"], (0, 0)), (["End"], (0, 11)),
        (["Control+ArrowDown"], (59, 0)), (["Control+ArrowRight"], (0, 11)), (["End", "Home"], (0, 0)),
        (["Control+ArrowDown", "Control+ArrowUp"], (0, 0)),
        (["PageDown"], (12, 0)), (["PageDown", "PageUp"], (0, 0)),
    ],
)  # fmt: skip
def test_keys_go_far(grid: Grid, keys: list[str], there: tuple[int, int]) -> None:
    grid.open().cell(0, "name").click()
    grid.press(*keys)
    assert grid.active() == there


def test_a_reader_hears_the_place_the_name_and_the_state(grid: Grid) -> None:
    grid.open("rows=100000").cell(1, "value").click()
    table = grid.page.get_by_role("grid", name="Deals")  # one row more is to type a record in
    assert (table.get_attribute("aria-rowcount"), table.get_attribute("aria-colcount")) == ("100002", "14")
    assert grid.page.get_by_role("columnheader", name="Value").get_attribute("aria-colindex") == "5"
    assert grid.page.locator("[tabindex='0']").count() == 1
    grid.type("lots").press("Enter")
    assert (
        grid.cell(1, "value").get_attribute("aria-description")
        == "Value: that is not a number; write it like 1234.50."
    )
    rows = grid.page.locator(".lines .row")
    order = rows.evaluate_all("rows => rows.map((row) => +row.getAttribute('aria-rowindex'))")
    assert order == sorted(order)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("wide", [1280, 360])
def test_no_fault_is_found_for_eyes_and_readers(
    browser: Browser, address: str, scheme: str, wide: int
) -> None:
    page = browser.new_page(color_scheme=scheme, viewport={"width": wide, "height": 720})  # type: ignore[arg-type]
    grid = Grid(page, address).open("rows=300")
    if wide > 600:
        grid.cell(0, "value").click()
        grid.type("lots").press("Enter").type("5").press("Enter")
        grid.page.locator(".row[aria-rowindex='5'] input").click()
    else:
        page.locator(".card").first.click()
    assert (accessible.faults(page), accessible.faint(page), grid.faults) == ([], [], [])
    page.close()


@chromium_alone("Playwright does not tap in this Firefox")
def test_on_a_phone_a_card_opens_and_each_field_has_its_keyboard(browser: Browser, address: str) -> None:
    context = browser.new_context(viewport={"width": 360, "height": 720}, has_touch=True)
    grid = Grid(context.new_page(), address).open("rows=100000")
    page = grid.page
    assert page.evaluate("() => document.documentElement.scrollWidth <= 360")
    page.locator(".card").nth(1).tap()
    modes = {
        label: page.get_by_label(label, exact=False).first.get_attribute("inputmode")
        for label in ("Value", "E-mail", "Probability")
    }
    assert modes == {"Value": "decimal", "E-mail": "email", "Probability": "numeric"}
    assert page.get_by_label("Due").get_attribute("type") == "date"
    page.get_by_label("Value").fill("lots")
    page.keyboard.press("Tab")
    page.get_by_label("Stage").select_option("New")
    assert page.locator("#note-value").inner_text() == "Value: that is not a number; write it like 1234.50."
    page.get_by_label("Customer").fill("")
    page.get_by_label("Customer").type("mer 47")
    expect(page.locator("#offered-customer option")).to_have_count(11)
    page.get_by_label("Customer").fill("Customer 479")
    page.get_by_role("button", name="Done").tap()
    assert "3 not saved, to put right" in page.locator(".card").nth(1).inner_text()
    page.locator(".bar [data-name='save']").tap()
    assert grid.heard("save")[0]["edits"] == {"2": {"stage": ["won", "new"], "customer": [3, 479]}}
    page.evaluate(
        "() => { const box = document.querySelector('.cards'); box.scrollTop = box.scrollHeight / 2; }"
    )
    expect(page.locator(".card", has_text="Deal 50001")).to_have_count(1)
    context.close()


def test_signing_out_clears_what_is_drawn_too(grid: Grid) -> None:
    grid.open().cell(0, "name").click()
    grid.type("Secret").press("Enter")
    grid.page.evaluate("() => dispatchEvent(new Event('foyer:forget'))")
    assert grid.text(0, "name") == "Deal 1"
    assert grid.page.evaluate("() => sessionStorage.length") == 0


def test_it_works_in_a_shadow_as_a_page_draws_it(grid: Grid) -> None:
    grid.open("shadow=yes").cell(0, "name").click()
    grid.type("Abc").press("Enter", "ArrowUp", "Control+c", "ArrowDown", "Control+v")
    expect(grid.cell(1, "name")).to_have_text("Abc")
    grid.click_twice(grid.cell(2, "stage"))
    grid.page.locator("[role=option]").first.click()
    assert grid.text(2, "stage") == "New"
    grid.say()
    grid.press("ArrowDown").type("off").press("Enter")
    assert grid.text(3, "stage") == "Offer"
    assert not grid.faults


@chromium_alone("Firefox does not tell how much its heap holds")
def test_memory_stays_flat_while_one_scrolls_far(grid: Grid) -> None:
    grid.open("rows=100000")
    grid.page.evaluate("() => { for (let start = 0; start < 60000; start += 100) play.say({ start }); }")
    browser = grid.page.context.new_cdp_session(grid.page)
    browser.send("HeapProfiler.collectGarbage")  # what is only not yet swept away is not kept
    assert browser.send("Runtime.getHeapUsage")["usedSize"] < 60e6, "bytes"


def test_a_list_to_read_alone_takes_no_change(grid: Grid) -> None:
    grid.open()
    grid.say("{ may: { edit: false }, query: 'read' }")
    grid.cell(0, "name").click()
    grid.type("x").press("Enter", "Delete")
    grid.paste("y")
    assert (grid.text(0, "name"), grid.page.locator(".corner").count()) == ("Deal 1", 0)
    assert grid.page.get_by_role("grid").get_attribute("aria-readonly") == "true"


def test_a_grid_that_is_taken_off_and_drawn_again_stands_there_once(grid: Grid) -> None:
    grid.open().cell(0, "name").click()
    grid.type("Kept")
    grid.page.evaluate("() => { play.clean(); play.say(); }")
    assert grid.page.locator(".foyer-grid").count() == 1
    assert grid.text(0, "name") == "Kept"


def test_every_cell_in_sight_is_filled_wherever_one_scrolls(grid: Grid) -> None:
    """A line is drawn again for another row, and many of them hold the same due day, owner or stage."""
    grid.open("rows=20000")
    empty = grid.page.evaluate(
        """async () => { const box = document.querySelector(".scroller"), empty = [];
        const names = play.data.fields.map(({ name }) => name);
        const filled = names.filter((name) => !["notes", "tags", "urgent"].includes(name));
        for (const part of [0.5, 0.1, 0.9, 0.3, 0.95, 0]) {
            box.scrollTop = box.scrollHeight * part;
            await new Promise((after) => setTimeout(after, 20)); // the rows there are not here yet
            while (document.querySelector("[data-state=coming]")) await new Promise(requestAnimationFrame);
            for (const line of document.querySelectorAll(".row[aria-rowindex]:not(.head):not(.foot)"))
                filled.forEach((name) => {
                    const cell = line.children[2 + names.indexOf(name)];
                    if (cell && !cell.textContent) empty.push([part, name]);
                });
        }
        return empty; }"""
    )
    assert empty == []
