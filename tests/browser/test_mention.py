"""Names are offered while one types @: in the quick log, a dialog, a review; the colleague finds the mention."""

from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from crm_data import Query
from tests.browser.conftest import DANIEL, PRIYA, Door, Town
from tests.browser.test_every_screen import WAYS
from tests.support.accessible import faint, faults
from tests.support.screen import at_rest, says, toast, unfold

pytestmark = [pytest.mark.browser, pytest.mark.slow]

HOSTILE = "Zoë <img src=x onerror=alert(1)>"


def opened(page: Page) -> Locator:
    """The box for details of the timeline's log."""
    page.get_by_role("button", name="Log", exact=True).click()
    at_rest(page)
    return page.get_by_role("textbox", name="Details")


def test_it_is_taken_by_keyboard_and_the_colleague_finds_it(town: Town, enter: Door) -> None:
    page = enter(PRIYA, "/timeline")
    details = opened(page)
    title = page.get_by_role("textbox", name="Title")
    title.press_sequentially("Mind the mill, @LINDQ")
    expect(page.get_by_role("option")).to_have_text(["Marta Lindqvist"])
    page.keyboard.press("Tab")
    expect(page.locator("input[aria-label=Title]")).to_have_value("Mind the mill, @Marta Lindqvist ")
    details.press_sequentially("Write to dan@da")
    expect(page.get_by_role("listbox")).to_have_count(0)
    details.press_sequentially(" @")
    expect(page.get_by_role("option").first).to_be_visible()
    assert "Alan Fairbank" not in page.content(), "nobody of another company"
    assert "Priya Raman" not in page.get_by_role("option").all_inner_texts()
    details.press_sequentially("da")
    page.keyboard.press("Enter")
    details.press_sequentially("please")
    expect(details).to_have_value("Write to dan@da @Daniel Osei please")
    page.keyboard.press("Control+Enter")
    toast(page, "Daniel Osei and Marta Lindqvist find it in Mentioned.")
    (row,) = town.my().activities.page(Query(preset="mentioned", search="Mind the mill")).rows
    assert row["description"] == "Write to dan@da @Daniel Osei please"
    says(enter(DANIEL, "/timeline?preset=mentioned"), "Mind the mill, ")


def test_in_a_dialog_escape_puts_away_the_list_alone(town: Town, enter: Door) -> None:
    my = town.my(PRIYA)
    note = my.activities.log("note", "A dialog's own note", description="Before")
    page = enter(PRIYA, f"/record?kind=activity&id={note}")
    page.get_by_role("button", name="Edit").click()
    dialog = page.get_by_role("dialog")
    text = dialog.get_by_role("textbox", name="Description")
    unfold(page, "More details")
    text.fill("")
    text.press_sequentially("@")
    expect(dialog.get_by_role("option").first).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("listbox")).to_have_count(0)
    expect(dialog).to_be_visible()
    expect(dialog.get_by_text("Go on writing")).to_be_hidden()
    text.press_sequentially(" @osei")
    dialog.get_by_role("option", name="Daniel Osei").click()
    expect(text).to_have_value("@ @Daniel Osei ")
    dialog.get_by_role("button", name="Save changes").click()
    toast(page, "Activity saved.")
    assert my.activities.mentioned([note]) == {note: ("Daniel Osei",)}


def test_in_a_review_and_on_a_record(town: Town, enter: Door) -> None:
    page = enter(PRIYA, "/pipeline?tab=review")
    page.get_by_role("textbox", name="Note").press_sequentially("@gr")
    page.keyboard.press("Enter")
    expect(page.get_by_role("textbox", name="Note")).to_have_value("@Grace Okoye ")
    customer = town.my(PRIYA).customers.add({"name": "Mention Works"})
    enter.go(page, f"/record?kind=customer&id={customer}")
    unfold(page, "Log a call, e-mail, meeting or note")
    details = page.get_by_role("textbox", name="Details")
    details.press_sequentially("@tom")
    page.keyboard.press("Tab")
    expect(details).to_have_value("@Tom Hadley ")
    page.get_by_role("button", name="Log it").click()
    toast(page, "Tom Hadley finds it in Mentioned.")


@pytest.mark.parametrize("way", WAYS)
def test_the_open_list_can_be_read_and_heard(way: str, enter: Door) -> None:
    phone: dict[str, Any] = {"has_touch": True} if "phone" in way else {}
    page = enter(PRIYA, "/timeline", anew=bool(phone), **WAYS[way], **phone)
    details = opened(page)
    for box in (page.get_by_role("textbox", name="Title"), details):
        box.press_sequentially("@")
        expect(page.get_by_role("option").first).to_be_visible()
        at_rest(page)
        assert [*faults(page), *faint(page)] == []
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        page.keyboard.press("Escape")
    details.press_sequentially("m")
    page.keyboard.press("Backspace")
    details.press_sequentially(" @marta")
    option = page.get_by_role("option", name="Marta Lindqvist")
    option.tap() if phone else option.click()
    expect(details).to_have_value("@ @Marta Lindqvist ")
    expect(details).to_be_focused()


def test_a_hostile_name_is_a_name(town: Town, enter: Door) -> None:
    people = town.newcomers("mentions")
    page = enter(people["user"], "/account")
    page.get_by_role("textbox", name="First name").fill(HOSTILE)
    page.get_by_role("button", name="Save").first.click()
    at_rest(page)
    page = enter(people["manager"], "/timeline")
    details = opened(page)
    details.press_sequentially("@zoe")
    expect(page.get_by_role("option")).to_have_text([f"{HOSTILE} mentions"])
    page.keyboard.press("Enter")
    expect(details).to_have_value(f"@{HOSTILE} mentions ")
    page.get_by_role("button", name="Log it").click()
    toast(page, "find")
    (row,) = town.my(people["user"]).activities.page(Query(preset="mentioned")).rows
    assert HOSTILE in row["description"]


def test_without_the_script_a_box_is_a_box(enter: Door) -> None:
    page = enter(PRIYA, "/tasks", anew=True)
    page.route("**/mention/*.js", lambda route: route.abort())
    details = opened(enter.go(page, "/timeline"))
    details.press_sequentially("See @Daniel Osei")
    page.keyboard.press("Enter")
    expect(details).to_have_value("See @Daniel Osei\n")
    expect(page.get_by_role("listbox")).to_have_count(0)
    expect(page.get_by_text("Failed to")).to_be_hidden()
    assert enter.heard, "that it did not come is told to the console alone"
    enter.heard.clear()
