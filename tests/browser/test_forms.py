"""Every form: its fields follow each other as declared, down and then across; nothing typed is lost unasked."""

from dataclasses import dataclass
from itertools import pairwise

import pytest
from playwright.sync_api import Locator, Page, expect

from dashboard.parts.widgets import in_order
from tests.browser.conftest import DANIEL, TOM, Door, Town
from tests.support.screen import at_rest, says, toast

pytestmark = [pytest.mark.browser, pytest.mark.slow]

# Where the form for a new record of each kind is opened, and the button that opens it.
FORMS = {
    "customers": ("/customers", "New customer"),
    "deals": ("/pipeline?tab=deals", "New deal"),
    "leads": ("/pipeline?tab=leads", "New lead"),
    "tasks": ("/tasks", "New task"),
}
WAYS = ("Escape", "beside", "Close")
ASKS = "What you typed here is not saved yet."
# Every dialog with something to fill in: where it is, and what opens it.
DIALOGS = {
    **{f"new {kind}": (path, button) for kind, (path, button) in FORMS.items()},
    "edit": ("/record?kind=customer&id=1", "Edit"),
    "convert": ("/record?kind=lead&id={lead}", "Convert"),
}


@dataclass(frozen=True)
class Widget:
    """A widget on the screen: its label and where it stands."""

    label: str
    x: float
    y: float
    width: float


def widgets(dialog: Locator) -> list[Widget]:
    """Those of the dialog in the order of the document, which is the order of the Tab key."""
    found = dialog.locator("[data-testid=stWidgetLabel]").evaluate_all(
        """all => all.filter((one) => one.checkVisibility()).map((one) => {
          const box = one.getBoundingClientRect(), of = one.parentElement.getBoundingClientRect();
          return [one.textContent, box.x, box.y, of.width];
        })"""
    )
    return [Widget(label.removesuffix(" *"), *place) for label, *place in found]


def opened(page: Page, button: str) -> Locator:
    page.get_by_role("button", name=button).first.click()
    at_rest(page)
    return page.get_by_role("dialog").first


@pytest.mark.parametrize("kind", FORMS)
def test_fields_follow_each_other_down_and_then_across(kind: str, town: Town, enter: Door) -> None:
    path, button = FORMS[kind]
    page = enter(DANIEL, path, viewport={"width": 1280, "height": 900})
    dialog = opened(page, button)
    dialog.get_by_text("More details").click()
    at_rest(page)
    fields = in_order(town.my(DANIEL).records(kind))
    first = [f.label for f in fields if f.grid or f.required]
    found = widgets(dialog)
    assert [one.label for one in found] == first + [f.label for f in fields if f.label not in first]
    for before, after in pairwise(found):
        below = after.y > before.y and (after.x == before.x or after.y > before.y + 40)
        across = after.x > before.x and after.y < before.y + 1
        assert below or across, (before, after)
    page.set_viewport_size({"width": 400, "height": 900})
    at_rest(page)
    narrow = widgets(dialog)
    assert [one.label for one in narrow] == [one.label for one in found]
    assert max(one.x for one in narrow) - min(one.x for one in narrow) < 40  # as far as a box indents
    assert [one.y for one in narrow] == sorted(one.y for one in narrow)


@pytest.mark.parametrize("name", DIALOGS)
def test_a_filled_dialog_asks_before_it_goes(name: str, town: Town, enter: Door) -> None:
    path, button = DIALOGS[name]
    lead = town.my(DANIEL).leads.add({"lead_name": "Phi Works"}) if "{lead}" in path else 0
    page = enter(DANIEL, path.format(lead=lead))
    for way in WAYS:
        opened(page, button)
        _leave(page, way)
        expect(page.get_by_test_id("stDialog")).to_have_count(0)  # nothing was typed: nothing is asked
        at_rest(page)
        box = opened(page, button).get_by_role("textbox").first
        expect(box).not_to_have_value("Worth keeping")
        box.fill("Worth keeping")
        _leave(page, way)
        says(page, ASKS)
        page.get_by_role("button", name="Go on writing").click()
        at_rest(page)
        expect(box).to_have_value("Worth keeping")
        _leave(page, way)
        page.get_by_role("button", name="Throw it away").click()
        expect(page.get_by_test_id("stDialog")).to_have_count(0)
        at_rest(page)
    expect(opened(page, button).get_by_role("textbox").first).not_to_have_value("Worth keeping")


@pytest.mark.parametrize("kind", FORMS)
def test_escape_where_a_selection_is_searched_shuts_its_list_alone(kind: str, enter: Door) -> None:
    path, button = FORMS[kind]
    page = enter(DANIEL, path)
    dialog = opened(page, button)
    dialog.get_by_role("textbox").first.fill("Worth keeping")
    boxes = dialog.get_by_role("combobox").all()
    assert boxes
    for box in boxes:
        box.click()
        page.keyboard.type("a")
        expect(page.get_by_role("listbox").first).to_be_visible()
        page.keyboard.press("Escape")
        expect(page.get_by_role("listbox")).to_have_count(0)
        expect(page.get_by_test_id("stDialog")).to_have_count(1)
        expect(box).to_be_focused()
    expect(dialog.get_by_role("textbox").first).to_have_value("Worth keeping")
    page.keyboard.press("Escape")
    says(page, ASKS)


def _leave(page: Page, way: str) -> None:
    if way == "Escape":
        page.keyboard.press("Escape")
    elif way == "beside":
        page.mouse.click(4, 500)
    else:
        page.get_by_test_id("stDialog").get_by_role("button", name="Close", exact=True).first.click()


def test_a_deal_is_added_with_a_customer_that_is_made_in_the_same_form(town: Town, enter: Door) -> None:
    page = enter(TOM, "/pipeline?tab=deals")
    dialog = opened(page, "New deal")
    dialog.get_by_role("textbox", name="Name").first.fill("Chi beans")
    dialog.get_by_role("textbox", name="Value").fill("75")
    dialog.get_by_text("New customer").click()
    at_rest(page)
    dialog.get_by_role("textbox", name="Customer e-mail").fill("not an address")
    add = dialog.get_by_role("button", name="Add deal")
    add.click()
    says(dialog, "Customer e-mail: that is not an e-mail address")
    dialog.get_by_role("textbox", name="Customer e-mail").fill("office@chi.example")
    dialog.get_by_role("textbox", name="Customer name").fill("Chi Works")
    at_rest(page)
    add.click()
    toast(page, "Deal added.")
    my = town.my(TOM)
    (deal,) = my.deals.page(my.deals.query({"q": "Chi beans"})).rows
    customer = my.customers.get(deal["customer_id"])
    assert (customer["name"], customer["email"]) == ("Chi Works", "office@chi.example")
    assert customer["assigned_to"] == deal["assigned_to"] == my.scope.user_id


def test_who_empties_the_owner_of_a_new_record_gets_one_without(town: Town, enter: Door) -> None:
    page = enter(DANIEL, "/customers")
    dialog = opened(page, "New customer")
    dialog.get_by_role("textbox", name="Name").first.fill("Psi Works")
    dialog.get_by_role("button", name="Clear").last.click()
    dialog.get_by_role("button", name="Add customer").click()
    toast(page, "Customer added.")
    my = town.my()
    (row,) = my.customers.page(my.customers.query({"q": "Psi Works"})).rows
    assert row["assigned_to"] is None
