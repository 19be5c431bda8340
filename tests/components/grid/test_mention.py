"""What is asked for behind an @ and who answers, as the server reads it; the list, beside a plain box."""

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from crm_data.nouns.mentions import Names
from crm_data.tables.reading import reading_order

pytestmark = [pytest.mark.browser]

ASKED = "async (all) => { const it = await import('/components/mention/asked.js'); return all.map(%s); }"
NAMES = ["Ruth Calloway", "Åsa Öberg", "Łukasz Weiß", "Anne-Marie O'Brien", "ΝΊΚΟΣ Παππάς", "Đorđe Æ"]
NAMES += ["Ruben Calder"]


def test_a_name_is_folded_as_the_server_sorts_it(blank: Page) -> None:
    texts = [
        *NAMES,
        *(name.upper() for name in NAMES),
        "e\u0301",
        "İSTANBUL ıI",
        "Straße Œ",
        "Þór Ŋ",
        "日本 한국",
    ]
    assert blank.evaluate(ASKED % "it.fold", texts) == [reading_order(text) for text in texts]


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("@", ""),
        ("See @ru", "ru"),
        ("(@Ruth C", "Ruth C"),
        ("@@x", "x"),
        ("one@two @three", "three"),
        ("line\n@b", "b"),
        ("mail@", None),
        ("ruth.calloway@bramble", None),
        ("é@x", None),
        ("e\u0301@x", None),
        ("5@x", None),
        ("_@x", None),
        ("😀@x", "x"),
        ("@ x", None),
        ("@a\nb", None),
        ("@" + "x" * 61, None),
        ("nothing", None),
        ("", None),
    ],
)
def test_what_is_asked_for(blank: Page, text: str, word: str | None) -> None:
    (found,) = blank.evaluate(ASKED % "(text) => it.asked(text, text.length)", [text])
    assert (found and found["word"]) == word
    if found:
        length = len(text.encode("utf-16-le")) // 2
        assert (found["begin"], found["end"]) == (length - len(word or "") - 1, length)


def test_an_at_is_one_where_the_server_takes_it_for_one(blank: Page) -> None:
    """Before it stands any sign of the first thousand, or some beyond."""
    signs = [*map(chr, [*range(1, 1_000), 0x2019, 0x200D, 0x3042, 0x1F600, 0x1D7D8, 0x2460])]
    server = Names({1: "Zoe"}, {1: "Zoe"})
    found = blank.evaluate(ASKED % "(sign) => !!it.asked(`${sign}@zoe`, sign.length + 4)", signs)
    assert [s for s, ours in zip(signs, found, strict=True) if ours != bool(server.called(f"{s}@zoe"))] == []


@pytest.mark.parametrize(
    ("word", "fit"),
    [
        ("", NAMES),
        ("ru", ["Ruth Calloway", "Ruben Calder"]),
        ("RUTH cal", ["Ruth Calloway"]),
        ("cal", ["Ruth Calloway", "Ruben Calder"]),
        ("a", ["Åsa Öberg", "Anne-Marie O'Brien", "Đorđe Æ"]),
        ("oberg", ["Åsa Öberg"]),
        ("lukasz weiss", ["Łukasz Weiß"]),
        ("marie o", ["Anne-Marie O'Brien"]),
        ("brien", ["Anne-Marie O'Brien"]),
        ("νικοσ", ["ΝΊΚΟΣ Παππάς"]),
        ("uth", []),
        ("ruth calloway ", []),
        (".*", []),
    ],
)
def test_whose_name_answers(blank: Page, word: str, fit: list[str]) -> None:
    script = ASKED % "([names, word]) => it.fitting(it.known(names.map((name) => ({ name }))), word)"
    (found,) = blank.evaluate(script, [[NAMES, word]])
    assert [one["name"] for one in found] == fit


# the list itself

PLAY = """async (names) => {
  document.body.innerHTML = `<div class="st-key-a-b"><textarea aria-label="Text"></textarea></div>
    <div class="st-key-c"><input type="text" aria-label="Line"></div>
    <input type="text" aria-label="Other"><div id="here"></div>`;
  const style = document.createElement("link");
  document.head.append(Object.assign(style, { rel: "stylesheet", href: "/components/mention/mention.css" }));
  await new Promise((loaded) => style.addEventListener("load", loaded));
  window.heard = [];
  document.addEventListener("keydown", ({ key }) => heard.push(key));
  const it = await import("/components/mention/mention.js");
  const parentElement = document.getElementById("here");
  window.end = it.default({ data: { boxes: ["st-key-a-b", "st-key-c"], names }, parentElement });
}"""
PEOPLE = [{"name": name, "count": 1} for name in NAMES] + [{"name": "<b>Jo</b>", "count": 2}]


@pytest.fixture
def page(browser: Browser, address: str) -> Iterator[Page]:
    made = browser.new_page(viewport={"width": 360, "height": 500})
    made.goto(f"{address}/harness/blank.html")
    made.evaluate(PLAY, PEOPLE)
    yield made
    made.close()


def typed(page: Page, text: str, box: str = "Text") -> Any:
    field = page.get_by_label(box, exact=True)
    field.focus()
    page.keyboard.type(text)
    return field


def offered(page: Page) -> list[str]:
    return page.get_by_role("option").locator(".name").all_inner_texts()


def test_a_name_is_taken_by_enter_and_by_tab_and_keys_go_no_further(page: Page) -> None:
    field = typed(page, "See @ru")
    assert offered(page) == ["Ruth Calloway", "Ruben Calder"]
    for key in ("ArrowDown", "ArrowDown", "ArrowUp", "Enter"):
        page.keyboard.press(key)
    assert field.input_value() == "See @Ruben Calder "
    page.keyboard.type("and @oberg")
    page.keyboard.press("Tab")
    assert field.input_value() == "See @Ruben Calder and @Åsa Öberg "
    assert not {"ArrowDown", "ArrowUp", "Enter", "Tab"} & set(page.evaluate("heard"))
    assert field.evaluate("(one) => one === document.activeElement")
    page.keyboard.press("Control+z")
    assert field.input_value() == "See @Ruben Calder and @oberg"


def test_in_the_middle_of_a_text_no_second_blank_is_made(page: Page) -> None:
    field = typed(page, "Ask  please")
    field.evaluate("(one) => one.setSelectionRange(4, 4)")
    page.keyboard.type("@ruth")
    page.keyboard.press("Enter")
    assert field.input_value() == "Ask @Ruth Calloway please"
    assert field.evaluate("(one) => one.selectionStart") == len("Ask @Ruth Calloway ")


def test_escape_puts_it_away_until_another_at(page: Page) -> None:
    field = typed(page, "@r")
    page.keyboard.press("Escape")
    page.keyboard.type("u")
    assert offered(page) == []
    page.keyboard.press("Escape")
    assert page.evaluate("heard").count("Escape") == 1, "with nothing open it is not the list's"
    page.keyboard.type(" @r")
    assert len(offered(page)) == 2
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("ArrowLeft")
    expect(page.get_by_role("listbox")).to_have_count(0)
    assert field.input_value() == "@ru @r"


def test_keys_with_another_key_are_not_the_lists(page: Page) -> None:
    typed(page, "@r")
    page.keyboard.press("Control+Enter")
    assert "Enter" in page.evaluate("heard")
    page.keyboard.press("Shift+Tab")
    assert offered(page) == []


def test_a_click_takes_one_and_the_box_keeps_the_keyboard(page: Page) -> None:
    field = typed(page, "@")
    assert len(offered(page)) == 6
    page.keyboard.type("jo")
    page.get_by_role("option", name="Jo").click()
    assert field.input_value() == "@<b>Jo</b> "
    assert field.evaluate("(one) => one === document.activeElement")
    assert page.locator("b").count() == 0


def test_what_a_reader_of_the_screen_hears(page: Page) -> None:
    field = typed(page, "@ru")
    name = page.get_by_role("listbox", name="Colleagues").get_attribute("id")
    (first, second) = page.get_by_role("option").all()

    def said(what: str) -> str | None:
        return str(found) if (found := field.get_attribute(f"aria-{what}")) else None

    assert (said("controls"), said("haspopup"), said("autocomplete")) == (name, "listbox", "list")
    assert said("activedescendant") == first.get_attribute("id")
    assert [one.get_attribute("aria-selected") for one in (first, second)] == ["true", "false"]
    assert page.get_by_role("status").inner_text() == "2 names. Arrows choose, Enter takes."
    page.keyboard.press("ArrowDown")
    assert said("activedescendant") == second.get_attribute("id")
    page.keyboard.press("Escape")
    assert [said(what) for what in ("controls", "haspopup", "autocomplete", "activedescendant")] == [None] * 4
    line = typed(page, "@ru", "Line")
    assert (line.get_attribute("role"), line.get_attribute("aria-expanded")) == ("combobox", "true")
    page.keyboard.press("Enter")
    assert (line.get_attribute("role"), line.get_attribute("aria-expanded")) == (None, None)
    assert line.input_value() == "@Ruth Calloway "


def test_two_of_one_name_are_offered_once_with_what_becomes_of_it(page: Page) -> None:
    typed(page, "@jo")  # the name does not begin with a letter, its first word does
    assert page.get_by_role("option").all_inner_texts() == ["<b>Jo</b>\n2 of this name, all are told"]


def test_it_keeps_inside_the_window_above_or_below_its_box(page: Page) -> None:
    for top in (0, 440):
        page.evaluate("(top) => { document.body.style.paddingTop = `${top}px`; }", top)
        field = typed(page, " @")
        box, list_ = field.bounding_box(), page.get_by_role("listbox").bounding_box()
        assert box
        assert list_
        assert 0 <= list_["x"] <= 360 - list_["width"]
        assert 0 <= list_["y"] <= 500 - list_["height"]
        assert list_["y"] >= box["y"] + box["height"] or list_["y"] + list_["height"] <= box["y"]
        page.keyboard.press("Escape")


def test_other_boxes_and_what_is_gone_are_left_alone(page: Page) -> None:
    typed(page, "@ru", "Other")
    assert offered(page) == []
    typed(page, "@ru")
    assert len(offered(page)) == 2
    page.evaluate("end()")
    assert offered(page) == []
    field = typed(page, " @ru")
    assert (offered(page), field.input_value()) == ([], "@ru @ru")


def test_a_browser_without_popovers_has_the_plain_box(page: Page) -> None:
    page.evaluate("end(); delete HTMLElement.prototype.showPopover")
    page.evaluate(PLAY, PEOPLE)
    typed(page, "@ru")
    assert offered(page) == []
