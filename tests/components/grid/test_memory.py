"""What the grid remembers: drafts over rows, acts back and forth, the tab's storage, cells on the clipboard."""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

pytestmark = [pytest.mark.browser]

# Each script has what memory.js gives: a `model` of three rows, and `sent` to say what comes next from the server.
_BEFORE = """async (asked) => {
    const { begin, fromTsv, toTsv } = await import("/harness/memory.js");
    const { base, model, sent, row, texts } = begin(asked?.place);
"""


@pytest.fixture(scope="module")
def run(blank: Page) -> Callable[..., Any]:
    return lambda script, asked=None: blank.evaluate(_BEFORE + script + "}", asked)


def test_a_wrong_value_stays_says_why_and_is_not_sent(run: Callable[..., Any]) -> None:
    told, cell, edits = (
        run("""const told = model.change([{ id: 1, name: "value", text: "lots" }, { id: 3, name: "value",
            text: "1.234,50" }]);
        const { text, problem } = model.cell(1, "value"); return [told, { text, problem }, model.edits()];""")
    )
    assert told == {"done": 2, "locked": 0, "wrong": 1}
    assert cell == {"text": "lots", "problem": "Value: that is not a number; write it like 1234.50."}
    assert edits == {"3": {"value": ["7.50", "1234.50"]}}


def test_the_acts_of_a_save_are_known_until_the_next_list(run: Callable[..., Any]) -> None:
    assert run("""const saved = (token, act, cells) => sent({ result: { token, ok: true, act, saved: cells } });
        saved("a", "one", { 1: { name: "Ann" } });
        saved("b", "two", { 3: { name: "Cy" } });
        saved("c", "nothing was written", {});
        const both = [...model.acts];
        sent({ result: { token: "d", ok: true, acts: ["an undo"] } });
        const back = [...model.acts];
        model.forget();
        return [both, back, model.acts];""") == [["one", "two"], ["an undo"], []]


def test_what_is_locked_stays_and_says_why(run: Callable[..., Any]) -> None:
    assert run("""const told = model.change([{ id: 2, name: "name", text: "X" }, { id: 1, name: "made",
            text: "today" }]);
        return [told.locked, model.cell(2, "name").locked, model.cell(1, "made").locked,
            model.waiting().length];""") == [
        2, "A colleague's.", "It is written once.", 0
    ]  # fmt: skip


def test_an_act_on_many_cells_is_one_step_back_and_forth(run: Callable[..., Any]) -> None:
    assert run("""model.change([{ id: 1, name: "name", text: "A" }, { id: 3, name: "name", text: "C" }]);
        model.change([{ id: 1, name: "name", text: "AA" }]);
        const seen = [texts()];
        for (const way of ["undo", "undo", "undo", "redo", "redo", "redo"]) { model[way](); seen.push(texts()); }
        return seen;""") == [
        ["AA", "Bo", "C"], ["A", "Bo", "C"], ["Ann", "Bo", "Cy"], ["Ann", "Bo", "Cy"],
        ["A", "Bo", "C"], ["AA", "Bo", "C"], ["AA", "Bo", "C"],
    ]  # fmt: skip


def test_what_is_saved_is_no_step_of_the_tab_and_what_was_typed_on_is_one(run: Callable[..., Any]) -> None:
    assert run("""model.change([{ id: 1, name: "name", text: "A" }, { id: 3, name: "name", text: "C" }]);
        model.sent = { token: "t", edits: model.edits() };
        model.change([{ id: 3, name: "name", text: "CC" }, { id: 1, name: "value", text: "9" }]);
        sent({ rows: row(1, () => [1, 2, 0, "A", "new", "5.00", null]),
            result: { token: "t", ok: true, saved: { 1: { name: "A" }, 3: { name: "C" } } } });
        const steps = model.steps.done.map((step) => step.map(({ id, name }) => `${id} ${name}`));
        const { done } = model.undo();
        return [steps, done, model.edits(), model.undo() ?? null];""") == [
        [["3 name", "1 value"]], 2, {"3": {"name": ["C", "C"]}}, None
    ]  # fmt: skip


def test_undo_leaves_what_a_colleague_wrote_over_what_waits(run: Callable[..., Any]) -> None:
    assert run("""model.change([{ id: 1, name: "name", text: "A" }, { id: 3, name: "name", text: "C" }]);
        sent({ rows: row(3, () => [3, 3, 0, "Theirs", "won", "7.50", null]),
            result: { token: "t", ok: false, saved: {}, clashes: {} } });
        model.theirs(3, "name");
        const { done, refused } = model.undo();
        return [done, refused.map((one) => one.id), texts()];""") == [1, [3], ["Ann", "Bo", "Theirs"]]


_MAY = "base.may = { edit: true, add: true }; sent({});"


def test_a_row_below_the_end_is_a_draft_until_its_own_save_is_answered(run: Callable[..., Any]) -> None:
    script = (
        _MAY
        + """
        const [blank, lines] = [model.id(3), model.lines];
        model.change([{ id: blank, name: "value", text: "1.234,50" }]);
        const waits = [model.lines, model.made.said(9), model.edits()];
        model.sent = { token: "t", ...model.made.said(9) };
        sent({ result: { token: "t", ok: false, made: [], problems: { 0: { name: "Name is needed." } } } });
        const needed = [model.cell(blank, "name").problem, model.waiting().length];
        model.change([{ id: blank, name: "name", text: "Dee" }]);
        const both = model.made.said(9).rows;
        model.sent = { token: "u", ...model.made.said(9) };
        sent({ total: 4, result: { token: "u", ok: true, made: [0], act: "made" } });
        return [blank, lines, waits, needed, both,
            [model.waiting().length, model.lines, model.acts, model.steps.any()]];"""
    )
    assert run(script) == [
        -1, 4, [5, {"ids": [-1], "rows": [{"value": "1234.50"}]}, {}], ["Name is needed.", 2],
        [{"value": "1234.50", "name": "Dee"}], [0, 5, ["made"], False],
    ]  # fmt: skip


def test_a_new_row_is_undone_and_done_again_and_goes_with_its_last_value(run: Callable[..., Any]) -> None:
    assert run(
        _MAY
        + """const begun = () => model.made.begun();
        model.change([{ id: model.id(3), name: "name", text: "Dee" }]);
        model.change([{ id: model.id(4), name: "value", text: "much" }]);
        const seen = [begun(), model.made.said(9).rows];
        model.undo(); seen.push(begun()); model.undo(); seen.push(begun());
        model.redo(); seen.push(begun(), model.cell(-1, "name").text);
        model.change([{ id: -1, name: "name", text: "" }]);
        return [...seen, begun(), model.id(3)];"""
    ) == [2, [{"name": "Dee"}], 1, 0, 1, "Dee", 0, -2]


def test_who_may_not_add_has_no_row_below_the_end(run: Callable[..., Any]) -> None:
    assert run("return [model.lines, model.id(3) ?? null];") == [3, None]


def test_seen_is_what_stood_there_when_the_typing_began(run: Callable[..., Any]) -> None:
    edits, clash = run("""const saw = model.cell(1, "name").stored;
        sent({ rows: row(1, () => [1, 2, 0, "Theirs", "new", "5.00", null]) });
        model.change([{ id: 1, name: "name", text: "Mine", saw }]);
        return [model.edits(), model.cell(1, "name").clash];""")
    assert edits == {"1": {"name": ["Ann", "Mine"]}}
    assert clash == "A colleague wrote “Theirs” while this waited."


def test_of_two_words_in_one_cell_a_person_chooses(run: Callable[..., Any]) -> None:
    script = """model.change([{ id: 1, name: "name", text: "Mine" }]);
        sent({ result: { token: "t", ok: false, clashes: { 1: { name: { now: "Theirs", who: "Bo",
            when: "at 9:00" } } } } });
        const said = model.cell(1, "name").clash; model.%s(1, "name");
        return [said, model.edits(), texts()[0], model.cell(1, "name").clash ?? null];"""
    said = "Bo wrote “Theirs” at 9:00 while this waited."
    mine = run(script % "mine")
    assert mine[:3] == [said, {"1": {"name": ["Theirs", "Mine"]}}, "Mine"]
    assert run(script % "theirs") == [said, {}, "Theirs", None]


def test_a_draft_goes_with_the_answer_to_its_own_save_alone(run: Callable[..., Any]) -> None:
    assert run("""model.change([{ id: 1, name: "name", text: "A" }]);
        const result = { token: "t", ok: true, saved: { 1: { name: "A" } } };
        const counts = [model.waiting().length];
        sent({}); counts.push(model.waiting().length);
        model.change([{ id: 1, name: "name", text: "AB" }]); // typed on while the Save was under way
        sent({ rows: row(1, () => [1, 2, 0, "A", "new", "5.00", null]), result });
            counts.push(model.waiting().length);
        model.change([{ id: 1, name: "name", text: "A" }]); model.change([{ id: 1, name: "name", text: "B" }]);
        sent({ result }); counts.push(model.waiting().length);
        return [counts, model.drafts.get(1).name];""")[0] == [1, 1, 1, 1]


def test_what_was_refused_stays_with_the_sentence_and_is_sent_again(run: Callable[..., Any]) -> None:
    assert run("""model.change([{ id: 1, name: "name", text: "A" }, { id: 3, name: "name", text: "C" }]);
        sent({ rows: row(3, () => [3, 2, 0, "C", "won", "7.50", null]),
            result: { token: "t", ok: false, saved: { 3: { name: "C" } },
                problems: { 1: { name: "That is taken." } } } });
        return [model.cell(1, "name").problem, model.edits()];""") == [
        "That is taken.", {"1": {"name": ["Ann", "A"]}}
    ]  # fmt: skip


def test_another_list_keeps_the_drafts_and_rows_that_are_gone_let_others_move_up(
    run: Callable[..., Any],
) -> None:
    assert run("""model.change([{ id: 1, name: "name", text: "A" }]);
        const other = sent({ query: "won", rows: [[3, 1, 0, "Cy", "won", "7.50", null]], total: 1 });
        const counts = [other, model.waiting().length, model.id(0)];
        sent({ query: "all" });
        sent({ gone: [2], rows: [], total: 2 });
        return [...counts, model.id(0), model.id(1), model.id(2) ?? null];""") == [True, 1, 3, 1, 3, None]


def test_a_colleagues_change_is_known_from_ones_own(run: Callable[..., Any]) -> None:
    assert run("""model.change([{ id: 1, name: "name", text: "A" }]);
        sent({ fresh: [[1, 2, 0, "A", "won", "5.00", null]], rows: [] });
        return [[...model.flashed], model.waiting().length];""") == [[[1, ["stage"]]], 0]


def test_drafts_and_acts_outlive_a_reload_under_their_place_alone(
    blank: Page, run: Callable[..., Any]
) -> None:
    run("""model.change([{ id: 1, name: "name", text: "A" }]);""", {"place": "ann/customers"})
    blank.reload()
    assert run("return texts();", {"place": "ann/leads"}) == ["Ann", "Bo", "Cy"]
    assert run("""const now = texts(); model.undo(); return [now, texts()];""", {"place": "ann/customers"}) == [
        ["A", "Bo", "Cy"], ["Ann", "Bo", "Cy"]
    ]  # fmt: skip
    run("""model.change([{ id: 1, name: "name", text: "A" }]);""", {"place": "ann/customers"})
    assert run("return Object.keys(sessionStorage).length;", {"place": "bo/customers"}) == 0


def test_signing_out_forgets_every_draft_in_every_tab(browser: Browser, address: str) -> None:
    context = browser.new_context()
    tabs = [context.new_page() for _ in range(2)]
    for tab in tabs:
        tab.goto(f"{address}/harness/blank.html")
        tab.evaluate(
            _BEFORE + 'model.change([{ id: 1, name: "name", text: "A" }]); }', {"place": "ann/customers"}
        )
        assert tab.evaluate("() => sessionStorage.length") == 1
    tabs[0].evaluate("() => dispatchEvent(new Event('foyer:forget'))")
    for tab in tabs:
        tab.wait_for_function("() => sessionStorage.length === 0", timeout=5_000)
    context.close()


@pytest.mark.parametrize(
    ("text", "cells"),
    [
        ("a\tb\nc\td\n", [["a", "b"], ["c", "d"]]),
        ("a\tb\r\nc\td\r\n", [["a", "b"], ["c", "d"]]),
        ('"one\ntwo"\t"say ""yes"""\t"a\tb"', [["one\ntwo", 'say "yes"', "a\tb"]]),
        ('5" pipe\t"6', [['5" pipe', '"6']]),
        ("a\n\tb", [["a", ""], ["", "b"]]),
        ("", [[""]]),
        ("a", [["a"]]),
        ("\n", [[""]]),
    ],
)
def test_a_clipboard_is_read_as_spreadsheets_write_it(
    run: Callable[..., Any], text: str, cells: list[list[str]]
) -> None:
    assert run("return fromTsv(asked);", text) == cells
    assert run("return fromTsv(toTsv(asked));", cells) == cells


def test_two_thousand_cells_are_read_and_changed_in_one_blink(run: Callable[..., Any]) -> None:
    took = run("""const lines = Array.from({ length: 200 }, (_, i) => ["Name " + i, "New", "1.234,50",
            "x"].join("\\t")).join("\\n");
        base.rows = Array.from({ length: 200 }, (_, i) => [i + 1, 1, 0, "x", "won", null, null]);
            sent({ total: 200 });
        const start = performance.now();
        model.change(fromTsv(lines).flatMap((line, i) => ["name", "stage", "value"].map((name,
            c) => ({ id: i + 1, name, text: line[c] }))));
        return [performance.now() - start, model.waiting().length];""")
    assert took[1] == 600
    assert took[0] < 500


def test_what_is_stored_otherwise_than_it_was_said_is_saved_all_the_same(run: Callable[..., Any]) -> None:
    assert run("""model.change([{ id: 1, name: "name", text: "ann b" }, { id: 3, name: "name", text: "C" }]);
        model.sent = { token: "t", edits: model.edits() };
        model.change([{ id: 3, name: "name", text: "typed on" }]);
        sent({ rows: row(1, () => [1, 2, 0, "Ann B", "new", "5.00", null]),
            result: { token: "t", ok: true, saved: { 1: { name: "Ann B" }, 3: { name: "C" } } } });
        const waits = model.edits(); model.undo();
        return [waits, model.steps.done.length, texts()[0]];""") == [
        {"3": {"name": ["C", "typed on"]}},
        0,
        "Ann B",
    ]


def test_an_amount_says_its_currency_where_the_head_does_not(run: Callable[..., Any]) -> None:
    """The record's own currency, as it is typed at last; and nothing of it is copied or edited with the amount."""
    assert run("""const { paint } = await import("/components/grid/cells.js");
        const own = { name: "currency", label: "Currency", kind: "text", edit: true, most: 3 };
        const drawn = (id) => { const node = document.createElement("div");
            paint(node, model.cell(id, "value"), false, "", "EUR"); return node.textContent; };
        const none = drawn(1);
        sent({ fields: [...base.fields, own], rows: base.rows.map((one) =>
            [...one.slice(0, 7), { 1: "USD", 2: "USD", 3: "EUR" }[one[0]], ...one.slice(7)]) });
        const kept = [1, 2, 3].map(drawn);
        model.change([{ id: 3, name: "currency", text: "CHF" }]);
        return [none, kept, drawn(3), model.cell(3, "value").text];""") == [
        "5.00", ["5.00 USD", "", "7.50"], "7.50 CHF", "7.50",
    ]  # fmt: skip


def test_a_card_says_the_currency_of_every_amount(run: Callable[..., Any]) -> None:
    assert run("""const { Cards } = await import("/components/grid/cards.js");
        const cards = new Cards({ model, columns: ["name", "stage", "value"] });
        const said = (at) => { const card = { firstChild: document.createElement("button") };
            cards.paint(card, at); return card.firstChild.lastChild.textContent; };
        return [said(0), said(1)];""") == ["New · 5.00 EUR", "New"]
