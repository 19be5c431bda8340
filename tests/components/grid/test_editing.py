"""Editing in the drawn grid: keys, clipboard, fill, undo, marks, pickers, Save."""

import pytest
from playwright.sync_api import expect

from tests.components.grid.acting import Grid
from tests.support.firefox import chromium_alone

pytestmark = [pytest.mark.browser]


def test_a_rectangle_is_copied_as_a_spreadsheet_takes_it(grid: Grid) -> None:
    grid.open().cell(0, "name").click()
    grid.press("Shift+ArrowDown", "Shift+ArrowRight", "Shift+ArrowRight", "Control+c")
    assert grid.copied() == "Deal 1\tOffer\t10.50\nDeal 2\tClosed won\t20.50"


def test_a_block_is_pasted_in_one_act_and_read_as_the_import_reads_it(grid: Grid) -> None:
    grid.open().cell(0, "name").click()
    grid.paste(
        'A\tclosed won\t1.234,50\t24.6.2026\tCustomer 9\tbo\n"B ""b"""\tnew\t.5\tfri\tcustomer 10\tAnn\n'
    )
    shown = [
        [grid.text(at, name) for name in ("name", "stage", "value", "due", "customer", "owner")]
        for at in (0, 1)
    ]
    assert shown == [
        ["A", "Closed won", "1,234.50", "24 Jun 2026", "Customer 9", "Bo"],
        ['B "b"', "New", "0.50", "4 Dec 2026", "Customer 10", "Ann"],
    ]
    grid.press("Control+z")
    assert (grid.text(0, "name"), grid.text(1, "due")) == ("Deal 1", "24 Dec 2026")
    grid.press("Control+y", "Control+s")
    edits = grid.heard("save")[0]["edits"]
    assert edits["1"]["value"] == ["10.50", "1234.50"]
    assert edits["1"]["stage"] == ["offer", "won"]
    assert edits["2"]["due"] == ["2026-12-24", "2026-12-04"]


@chromium_alone("Firefox sends it so by itself, in all other tests of the clipboard")
@pytest.mark.parametrize("focused", ["cell", "before"])
def test_what_the_clipboard_says_of_the_page_is_of_the_cell_that_has_the_focus(
    grid: Grid, focused: str
) -> None:
    """Firefox sends it to the selection, which is the page's; a grid takes it while its cell has the focus."""
    grid.open().cell(0, "name").click()
    if focused == "before":
        grid.page.locator("#before").focus()
    kept = grid.page.evaluate(
        """() => { const held = new DataTransfer();
        const sent = (kind) => document.body.dispatchEvent(new ClipboardEvent(kind,
            { clipboardData: held, dataType: "text/plain", data: "Pasted", bubbles: true, cancelable: true }));
        sent("copy"); const copied = held.getData("text/plain"); sent("cut");
        held.setData("text/plain", "Pasted"); sent("paste"); return copied; }"""
    )
    mine = focused == "cell"
    assert grid.text(0, "name") == ("Pasted" if mine else "Deal 1")
    assert kept == ("Deal 1" if mine else "")


@chromium_alone("Playwright gives Firefox no clipboard of its own")
def test_copying_and_pasting_by_keys_needs_no_https(grid: Grid) -> None:
    """On plain http in an office network a browser has no `navigator.clipboard`."""
    grid.open()
    grid.page.evaluate("() => Object.defineProperty(navigator, 'clipboard', { value: undefined })")
    grid.cell(0, "name").click()
    grid.press("Control+c")
    grid.cell(2, "name").click()
    grid.press("Control+v")
    expect(grid.cell(2, "name")).to_have_text("Deal 1")
    grid.press("Control+x")
    expect(grid.cell(2, "name")).to_have_text("")
    grid.cell(1, "name").click(button="right")
    grid.page.get_by_role("menuitem", name="Copy", exact=True).click()
    expect(grid.page.locator(".status")).to_have_text("The browser allows this by Ctrl+C only.")


def test_one_value_is_pasted_over_a_range(grid: Grid) -> None:
    grid.open().cell(0, "stage").click()
    grid.press("Shift+ArrowDown", "Shift+ArrowDown")
    grid.paste("New")
    assert grid.column("stage", range(4)) == ["New", "New", "New", "Offer"]


def test_a_block_of_two_hundred_rows_is_pasted_into_rows_that_were_not_shown(grid: Grid) -> None:
    grid.open("rows=1000").cell(10, "name").click()
    grid.paste("\n".join(f"N {i}\tnew\t{i}.5" for i in range(200)))
    expect(grid.page.locator(".status")).to_contain_text("Pasted 600 cells.")
    grid.press("Control+End")
    grid.button("save").click()
    assert len(grid.heard("save")[0]["edits"]) == 200 - len([i for i in range(11, 211) if i % 7 == 0])


def test_a_paste_longer_than_the_list_asks_before_it_adds_records(grid: Grid) -> None:
    grid.open("rows=5").cell(3, "name").click()
    grid.paste("A\tnew\nB\tnew\nC\tnew\nD\twon")
    assert grid.button("add").inner_text() == "Add 2 records"
    assert not grid.has_heard("add")
    grid.press("Enter")
    assert grid.heard("add")[0]["rows"] == [{"name": "C", "stage": "new"}, {"name": "D", "stage": "won"}]
    assert grid.column("name", range(3, 5)) == ["A", "B"]


def test_a_row_that_is_typed_below_the_end_is_added_with_save_and_asks_for_what_it_lacks(grid: Grid) -> None:
    grid.open("rows=5").cell(4, "name").click()
    grid.press("ArrowDown")
    assert grid.active() == (5, 0)
    grid.press("Tab", "Tab").type("1.234,50").press("Enter")
    assert grid.text(5, "value") == "1,234.50"
    assert grid.button("save").inner_text() == "Save 1 new row"
    grid.press("Control+s")
    expect(grid.cell(5, "name")).to_have_attribute("aria-invalid", "true")
    assert (grid.active(), grid.status()) == ((5, 0), "Added 0. Name is needed.")
    grid.type("Mine").press("Control+s")
    expect(grid.page.locator(".status")).to_contain_text("Added 1.")
    sent = [said["rows"] for said in grid.heard("add")]
    assert sent == [[{"value": "1234.50"}], [{"value": "1234.50", "name": "Mine"}]]
    assert grid.button("save").count() == 0
    assert not grid.has_heard("save")
    assert not grid.faults


def test_a_new_row_outlives_a_reload_and_goes_with_discard(grid: Grid) -> None:
    grid.open("rows=5").cell(0, "name").click()
    grid.press("Insert").type("Mine").press("Tab").type("nonsense").press("Enter")
    grid.cell(0, "name").click()
    grid.type("Other").press("Enter")
    assert grid.button("save").inner_text() == "Save 1 change and 1 new row"
    grid.open("rows=5")
    assert grid.column("name", range(4, 7)) == ["Deal 5", "Mine", ""]
    assert grid.button("wrong").inner_text() == "1 to put right"
    grid.button("save").click()
    assert grid.heard("save")[0]["edits"] == {"1": {"name": ["Deal 1", "Other"]}}
    assert not grid.has_heard("add"), "what cannot be read is not sent"
    grid.button("discard").click()
    expect(grid.cell(5, "name")).to_have_text("")


def test_a_block_that_is_pasted_into_the_empty_row_becomes_rows_that_wait(grid: Grid) -> None:
    grid.open("rows=5").cell(0, "name").click()
    grid.press("Insert")
    grid.paste("A\tnew\t1,5\nB\twon\tmuch\nC\tnew\t2")
    assert grid.column("name", range(5, 9)) == ["A", "B", "C", ""]
    grid.press("Control+s")
    assert grid.heard("add")[0]["rows"] == [
        {"name": "A", "stage": "new", "value": "1.50"}, {"name": "C", "stage": "new", "value": "2.00"},
    ]  # fmt: skip
    expect(grid.cell(5, "name")).to_have_text("Deal 6")
    assert grid.column("name", range(7, 8)) == ["B"]
    assert "1 to put right" in grid.button("wrong").inner_text()


def test_lines_below_the_end_are_left_out_when_one_says_so(grid: Grid) -> None:
    grid.open("rows=5").cell(4, "name").click()
    grid.paste("A\nB")
    grid.button("leave").click()
    grid.say()
    assert not grid.has_heard("add")
    assert grid.text(4, "name") == "A"


def test_the_handle_and_ctrl_d_fill_and_delete_clears_each_in_one_step(grid: Grid) -> None:
    grid.open().cell(1, "stage").click()
    grid.drag(grid.page.locator(".corner"), grid.middle(grid.cell(4, "stage")))
    assert grid.column("stage", range(1, 6)) == ["Closed won"] * 4 + ["New"]
    grid.cell(0, "value").click()
    grid.press("Shift+ArrowDown", "Shift+ArrowDown", "Control+d")
    assert grid.column("value", range(4)) == ["10.50", "10.50", "10.50", "40.50"]
    grid.press("Delete")
    assert grid.column("value", range(4)) == ["", "", "", "40.50"]
    grid.press("Control+z", "Control+z")
    assert grid.column("value", range(4)) == ["10.50", "20.50", "30.50", "40.50"]
    grid.press("Control+z")
    assert grid.column("stage", range(1, 5)) == ["Closed won", "New", "Offer", "Closed won"]
    grid.press("Control+Shift+z")
    assert grid.text(2, "stage") == "Closed won"


def test_cut_takes_the_values_away_and_pastes_them_elsewhere(grid: Grid) -> None:
    grid.open().cell(0, "value").click()
    grid.press("Control+x")
    assert (grid.copied(), grid.text(0, "value")) == ("10.50", "")
    grid.press("ArrowDown", "Control+v")
    expect(grid.cell(1, "value")).to_have_text("10.50")


def test_typing_begins_an_edit_and_enter_tab_and_esc_end_it(grid: Grid) -> None:
    grid.open().cell(0, "name").click()
    grid.type("Abc").press("Enter")
    assert (grid.text(0, "name"), grid.active()) == ("Abc", (1, 0))
    grid.type("Def").press("Tab")
    assert (grid.text(1, "name"), grid.active()) == ("Def", (1, 1))
    grid.press("Shift+Tab", "F2").type("g").press("Escape")
    assert (grid.text(1, "name"), grid.active()) == ("Def", (1, 0))
    grid.press("F2", "End").type("g").press("Shift+Enter")
    assert (grid.text(1, "name"), grid.active()) == ("Defg", (0, 0))
    assert not grid.faults


@pytest.mark.parametrize("key", ["Dead", "Process", "x"])
def test_the_key_that_begins_an_edit_goes_on_into_the_editor(grid: Grid, key: str) -> None:
    grid.open().cell(0, "name").click()
    sent = """key => document.activeElement.dispatchEvent(
        new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true }))"""
    assert grid.page.evaluate(sent, key), "it is the browser's to write"
    assert grid.page.locator(".editor input").evaluate(
        "node => node === document.activeElement && !node.value"
    )


@pytest.mark.parametrize("sign", ["@", "€", "{", "ß", "é", "漢"])
def test_signs_of_every_keyboard_are_typed_and_none_is_a_command(grid: Grid, sign: str) -> None:
    grid.open().cell(0, "name").click()
    alt_gr = """sign => { const node = document.activeElement;
        const said = { key: sign, bubbles: true, cancelable: true, ctrlKey: true, altKey: true,
            modifierAltGraph: true };
        return node.dispatchEvent(new KeyboardEvent("keydown", said)); }"""
    assert grid.page.evaluate(alt_gr, sign), "the browser must type it"
    grid.page.keyboard.insert_text(sign)
    grid.press("Enter")
    assert grid.text(0, "name") == sign


@chromium_alone("no driver of Firefox can compose")
def test_what_is_composed_is_typed_whole(grid: Grid) -> None:
    grid.open().cell(0, "name").click()
    keys = grid.page.context.new_cdp_session(grid.page)
    keys.send(
        "Input.dispatchKeyEvent", {"type": "rawKeyDown", "key": "Process", "windowsVirtualKeyCode": 229}
    )
    keys.send("Input.imeSetComposition", {"text": "にほ", "selectionStart": 2, "selectionEnd": 2})
    keys.send("Input.dispatchKeyEvent", {"type": "rawKeyDown", "key": "Enter", "windowsVirtualKeyCode": 229})
    assert grid.page.locator(".editor").count() == 1, "this Enter ends the composing, not the edit"
    keys.send("Input.insertText", {"text": "日本"})
    grid.press("Enter")
    assert grid.text(0, "name") == "日本"


def test_a_wrong_value_stays_is_marked_says_why_and_the_rest_is_saved(grid: Grid) -> None:
    grid.open().cell(0, "value").click()
    grid.type("lots").press("Enter").type("12,50").press("Enter")
    assert grid.cell(0, "value").get_attribute("aria-invalid") == "true"
    assert grid.button("wrong").inner_text() == "1 to put right"
    grid.press("ArrowUp", "ArrowUp")
    assert grid.status() == "Value: that is not a number; write it like 1234.50."
    grid.press("Control+s")
    assert grid.heard("save")[0]["edits"] == {"2": {"value": ["20.50", "12.50"]}}
    expect(grid.button("save")).to_have_text("Save 1 change")
    assert (grid.text(0, "value"), grid.text(1, "value")) == ("lots", "12.50")
    grid.press("Enter", "Control+a").type("7").press("Enter")
    assert grid.button("wrong").count() == 0


def test_what_the_server_refuses_is_marked_in_its_words(grid: Grid) -> None:
    grid.open().cell(0, "name").click()
    grid.type("taken").press("Enter", "Control+s")
    expect(grid.cell(0, "name")).to_have_attribute("aria-description", "That is taken.")
    assert grid.text(0, "name") == "taken"


def test_a_cell_that_may_not_be_changed_says_why_and_stays(grid: Grid) -> None:
    grid.open().cell(0, "made").click()
    grid.type("x")
    assert grid.page.locator(".editor").count() == 0
    assert grid.status() == "It is written when the deal is made."
    grid.cell(6, "name").click()
    grid.press("Enter")
    assert grid.status() == "A colleague's deal: only its owner may change it."
    assert grid.cell(6, "name").get_attribute("aria-readonly") == "true"
    grid.paste("x")
    grid.press("Delete")
    assert (grid.text(6, "name"), grid.button("save").count()) == ("Deal 7", 0)


def test_the_list_of_choices_is_that_of_the_field_and_takes_what_is_typed(grid: Grid) -> None:
    grid.open().cell(0, "stage").click()
    grid.press("Enter")
    assert grid.page.locator("[role=option]").all_inner_texts() == ["New", "Offer", "Closed won"]
    grid.type("won").press("Enter")
    assert grid.text(0, "stage") == "Closed won"
    assert grid.cell(0, "stage").locator(".chip.green").count() == 1
    grid.press("Enter", "ArrowDown", "Enter")
    assert grid.text(1, "stage") == "Closed won"


def test_a_linked_record_is_sought_on_the_server_while_one_types_and_can_be_made(grid: Grid) -> None:
    grid.open().cell(0, "customer").click()
    grid.type("mer 47")
    options = grid.page.locator("[role=option]")
    expect(options.filter(has_text="Customer 479")).to_have_count(1)
    options.filter(has_text="Customer 479").click()
    assert grid.text(0, "customer") == "Customer 479"
    grid.press("ArrowDown").type("Brand new")
    expect(options).to_have_text(["Make “Brand new”"])
    grid.press("Enter")
    expect(grid.cell(1, "customer")).to_have_text("Brand new")
    grid.press("Control+s")
    assert {i: edit["customer"][1] for i, edit in grid.heard("save")[0]["edits"].items()} == {
        "1": 479,
        "2": 501,
    }


@pytest.mark.parametrize(
    ("said", "shown"),
    [("fri", "4 Dec 2026"), ("+7", "4 Dec 2026"), ("tomorrow", "28 Nov 2026"), ("5.3.", "5 Mar 2026")],
)
def test_a_day_is_said_by_a_word(grid: Grid, said: str, shown: str) -> None:
    grid.open().cell(0, "due").click()
    grid.type(said).press("Enter")
    assert grid.text(0, "due") == shown


def test_a_day_is_chosen_from_the_calendar_of_the_browser(grid: Grid) -> None:
    grid.open().cell(0, "due").click()
    grid.press("F2")
    calendar = grid.page.get_by_label("Due: calendar")
    expect(calendar).to_have_value("2026-12-24")
    calendar.dispatch_event("pointerdown")  # so that leaving the box of text does not end the edit
    calendar.fill("2027-01-05")
    expect(grid.cell(0, "due")).to_have_text("5 Jan 2027")
    grid.button("save").click()
    assert grid.heard("save")[0]["edits"] == {"1": {"due": ["2026-12-24", "2027-01-05"]}}


def test_tags_are_chips_and_a_box_is_ticked_by_space(grid: Grid) -> None:
    grid.open().cell(0, "tags").click()
    grid.press("F2", "End").type(", new one").press("Enter")
    assert grid.cell(0, "tags").locator(".chip").all_inner_texts() == ["hot", "north", "new one"]
    grid.cell(0, "urgent").click()
    grid.press("Space")
    assert grid.text(0, "urgent") == "✓"


def test_two_people_in_one_cell_see_both_values_and_choose(grid: Grid) -> None:
    grid.open().cell(0, "name").click()
    grid.type("Mi")
    grid.page.evaluate("() => play.colleague(1, { name: 'Theirs' })")
    assert grid.page.locator(".editor input").input_value() == "Mi"
    grid.type("ne").press("Enter")
    assert grid.cell(0, "name").get_attribute("title") == "A colleague wrote “Theirs” while this waited."
    grid.press("Control+s")
    assert grid.heard("save")[0]["edits"] == {"1": {"name": ["Deal 1", "Mine"]}}
    expect(grid.cell(0, "name")).to_have_attribute("title", "Bo wrote “Theirs” at 9:00 while this waited.")
    grid.cell(0, "name").click(button="right")
    grid.page.get_by_role("menuitem", name="Keep what I wrote").click()
    grid.press("Control+s")
    expect(grid.button("save")).to_have_count(0)
    assert grid.text(0, "name") == "Mine"


def test_a_save_that_is_not_answered_loses_nothing(grid: Grid) -> None:
    grid.open().cell(0, "name").click()
    grid.page.evaluate("() => { play.answering = false; }")
    grid.type("Kept").press("Enter", "Control+s")
    assert grid.button("save").inner_text() == "Saving…"
    grid.page.reload()
    grid.page.wait_for_selector("body[data-ready]")
    assert (grid.text(0, "name"), grid.button("save").inner_text()) == ("Kept", "Save 1 change")
    expect(grid.page.get_by_text("The browser cannot keep these")).to_have_count(0)
    grid.press("Tab")
    grid.cell(0, "name").click()
    grid.press("Control+z")
    assert grid.text(0, "name") == "Deal 1"


def test_undo_goes_back_behind_a_save_and_a_reload_by_the_server(grid: Grid) -> None:
    grid.open().cell(0, "name").click()
    grid.paste("A\nB")
    grid.press("Control+s")
    expect(grid.button("save")).to_have_count(0)
    grid.type("Mine").press("Enter", "Control+z")
    assert (grid.text(0, "name"), grid.has_heard("undo")) == ("A", False), "what waits is undone first"
    grid.open().cell(0, "name").click()
    grid.press("Control+z")
    assert [said["last"] for said in grid.heard("undo")] == ["undo"]
    expect(grid.page.locator(".status")).to_have_text("Undone.")
    grid.press("Control+y")
    grid.page.wait_for_function("() => play.heard.filter(([name]) => name === 'undo').length === 2")
    assert [said["last"] for said in grid.heard("undo")] == ["undo", "redo"]


def test_a_save_offers_to_be_undone_by_the_server_and_what_was_changed_since_is_asked_about(
    grid: Grid,
) -> None:
    grid.open().cell(0, "name").click()
    grid.paste("A\nB\nC")
    grid.press("Control+s")
    status, said = grid.page.locator(".status"), grid.page.locator(".said")
    expect(said.get_by_role("button", name="Undo")).to_be_visible()
    act = f"act {grid.heard('save')[-1]['token']}"
    grid.cell(2, "name").click()
    grid.type("Mine").press("Enter")
    grid.page.evaluate("() => { play.since = true; }")
    said.get_by_role("button", name="Undo").click()
    expect(status).to_have_text("Name was changed since.")
    said.get_by_role("button", name="Undo the rest").click()
    expect(status).to_have_text("Undone.")
    assert [(one["acts"], one["rest"]) for one in grid.heard("undo")] == [([act], False), ([act], True)]
    assert grid.button("save").inner_text() == "Save 1 change", "what is typed waits as before"
    grid.page.evaluate("() => { play.since = false; }")
    said.get_by_role("button", name="Undo").click()
    expect(status).to_have_text("Undone.")
    assert grid.heard("undo")[-1]["acts"] == ["undo of it"], "an undo is undone"


def test_pasted_markup_stays_text(grid: Grid) -> None:
    grid.open().cell(0, "name").click()
    grid.paste("<img src=x onerror=1>")
    assert grid.text(0, "name") == "<img src=x onerror=1>"
    assert grid.page.locator(".table img").count() == 0


def test_more_than_one_save_takes_goes_out_in_parts_and_is_saved_whole(grid: Grid) -> None:
    grid.open("rows=2000").cell(0, "name").click()
    grid.paste("\n".join(f"N {i}\tnew" for i in range(1900)))
    expect(grid.page.locator(".status")).to_contain_text("Pasted 3,800 cells.", timeout=20_000)
    grid.press("Control+s")
    expect(grid.button("save")).to_have_count(0, timeout=20_000)
    sent = [sum(len(cells) for cells in said["edits"].values()) for said in grid.heard("save")]
    free = [deal for deal in range(1, 1901) if deal % 7]  # the others are a colleague's
    cells = len(free) + len([deal for deal in free if deal % 3])  # every third of them is new already
    assert sent == [2000, cells - 2000]


def test_a_paste_of_too_many_lines_is_refused_whole_with_its_number(grid: Grid) -> None:
    grid.open("rows=5000").cell(0, "name").click()
    grid.paste("\n".join(f"N {i}" for i in range(2001)))
    assert grid.status() == "These are 2,001 rows; at most 2,000 can be changed at once. Nothing was changed."
    assert (grid.text(0, "name"), grid.button("save").count()) == ("Deal 1", 0)


def test_lines_of_long_text_are_written_with_alt_enter(grid: Grid) -> None:
    grid.open().cell(0, "notes").click()
    grid.type("one").press("Alt+Enter").type("two").press("Enter", "Control+s")
    assert grid.heard("save")[0]["edits"]["1"]["notes"] == ["", "one\ntwo"]


def test_an_edited_cell_tells_the_server_nothing_but_that_something_waits(grid: Grid) -> None:
    grid.open().cell(0, "name").click()
    grid.type("A").press("Enter").type("B").press("Enter")
    assert grid.heard("count") == [2]
    grid.type("C").press("Enter")
    grid.page.wait_for_timeout(1_700)
    assert grid.page.evaluate("() => play.heard") == [["count", 2]]


def test_an_answer_is_heard_once_and_the_mark_in_the_list_stays(grid: Grid) -> None:
    grid.open().cell(0, "customer").click()
    grid.type("mer 47")
    expect(grid.page.locator("[role=option]", has_text="Customer 479")).to_have_count(1)
    grid.press("ArrowDown", "ArrowDown")
    grid.page.evaluate("() => play.colleague(9, { value: '1.00' })")
    assert grid.page.locator("[role=option][aria-selected=true]").inner_text() == "Customer 471"


def test_the_words_of_a_save_are_not_said_again_after_a_reload(grid: Grid) -> None:
    grid.open().cell(0, "name").click()
    grid.type("A").press("Enter", "Control+s")
    expect(grid.page.locator(".status")).to_have_text("Saved.")
    result = grid.page.evaluate("() => play.data.result")
    grid.page.reload()
    grid.page.wait_for_selector("body[data-ready]")
    grid.page.evaluate("result => play.say({ result })", result)
    assert grid.status() == ""


def test_lines_that_were_not_added_can_be_added_again(grid: Grid) -> None:
    grid.open("rows=2").cell(1, "name").click()
    grid.page.evaluate("""() => { play.added = play.on_add; play.on_add = ({ token }) =>
        play.say({ result: { token, ok: false, words: "Choose another stage.", saved: {} } }); }""")
    grid.paste("A\nB\nC")
    grid.button("add").click()
    expect(grid.page.locator(".status")).to_have_text("Choose another stage.")
    assert grid.button("add").inner_text() == "Add 2 records"
    grid.page.evaluate("() => { play.on_add = play.added; }")
    grid.button("add").click()
    expect(grid.button("add")).to_have_count(0)
