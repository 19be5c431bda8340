"""Two people edit the same customer in two browsers, and nothing of either is lost unseen."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import DANIEL, MARTA, Door, Town
from tests.support.screen import Sheet, at_rest, customers, says, toast

pytestmark = [pytest.mark.browser, pytest.mark.slow]


@dataclass(frozen=True)
class Shared:
    """A customer of a test's own, and the list with only them in it before two people."""

    town: Town
    id: int
    his: Sheet
    hers: Sheet

    def kept(self, *names: str) -> list[Any]:
        """What is stored."""
        row = self.town.my().customers.get(self.id)
        return [row[name] for name in names]


@pytest.fixture
def shared(town: Town, enter: Door, request: pytest.FixtureRequest) -> Shared:
    name = request.node.name.removeprefix("test_").replace("_", " ")
    id_ = town.my().customers.add({"name": name, "city": "Bergen", "phone": "+47 100", "credit_limit": "10"})
    his, hers = (customers(enter(who, f"/customers?q={name}")) for who in (DANIEL, MARTA))
    return Shared(town, id_, his, hers)


def save(page: Page, button: str = "Save 1 change", done: str = "Saved 1 change.") -> None:
    page.get_by_role("button", name=button).click()
    toast(page, done)


def clash(shared: Shared, hers: str = "Save 1 change") -> Page:
    """She types another phone number, he saves his first, she saves hers."""
    shared.hers.edit(0, "Phone", "+47 300")
    shared.his.edit(0, "Phone", "+47 200")
    save(shared.his.page)
    page = shared.hers.page
    page.get_by_role("button", name=hers).click()
    says(page, "Changed by somebody else meanwhile.")
    for words in ("Phone, which was +47 100", "Theirs: +47 200", "Mine: +47 300"):
        says(page, words)
    says(page, "(Daniel Osei, today")
    expect(page.get_by_role("button", name="Save my choices")).to_be_disabled()
    expect(page.get_by_role("button", name=hers)).to_have_count(0)
    return page


def test_different_fields_both_land(shared: Shared) -> None:
    shared.his.edit(0, "Phone", "+47 200")
    shared.hers.edit(0, "City", "Oslo")
    save(shared.his.page)
    save(shared.hers.page)
    assert shared.kept("phone", "city") == ["+47 200", "Oslo"]
    expect(shared.hers.cell(0, "Phone")).to_have_text("+47 200")


def test_of_one_field_mine_is_chosen_and_saved(shared: Shared) -> None:
    page = clash(shared)
    assert shared.kept("phone") == ["+47 200"]
    page.get_by_text("Mine: +47 300").click()
    save(page, "Save my choices")
    assert shared.kept("phone") == ["+47 300"]
    expect(page.get_by_text("Changed by somebody else")).to_have_count(0)
    expect(shared.hers.cell(0, "Phone")).to_have_text("+47 300")


def test_of_one_field_theirs_is_chosen_and_the_rest_of_mine_is_saved(shared: Shared) -> None:
    shared.hers.edit(0, "City", "Oslo")
    page = clash(shared, "Save 2 changes")
    assert shared.kept("phone", "city") == ["+47 200", "Bergen"]
    page.get_by_text("Theirs: +47 200").click()
    save(page, "Save my choices")
    assert shared.kept("phone", "city") == ["+47 200", "Oslo"]
    expect(shared.hers.cell(0, "Phone")).to_have_text("+47 200")


def test_who_types_again_chooses_again(shared: Shared) -> None:
    page = clash(shared)
    shared.hers.edit(0, "Phone", "+47 400")
    expect(page.get_by_text("Changed by somebody else")).to_have_count(0)
    page.get_by_role("button", name="Save 1 change").click()
    page.get_by_text("Mine: +47 400").click()
    save(page, "Save my choices")
    assert shared.kept("phone") == ["+47 400"]


def test_in_the_form_nothing_else_is_typed_while_there_is_something_to_choose(shared: Shared) -> None:
    for sheet in (shared.his, shared.hers):
        sheet.press(0, "open")
        sheet.page.get_by_role("button", name="Edit").click()
        expect(sheet.page.get_by_role("dialog").get_by_label("City")).to_have_value("Bergen")
        at_rest(sheet.page)
    his, hers = (sheet.page.get_by_role("dialog") for sheet in (shared.his, shared.hers))
    his.get_by_label("City").fill("Oslo")
    his.get_by_role("button", name="Save changes").click()
    toast(shared.his.page, "Customer saved.")
    hers.get_by_label("City").fill("Rome")
    hers.get_by_label("Phone", exact=True).fill("+47 900")
    hers.get_by_role("button", name="Save changes").click()
    says(hers, "Mine: Rome")
    for label in ("City", "Phone"):
        expect(hers.get_by_label(label, exact=True)).to_be_disabled()
    expect(hers.get_by_role("button", name="Save changes")).to_be_disabled()
    hers.get_by_text("Mine: Rome").click()
    hers.get_by_role("button", name="Save my choices").click()
    toast(shared.hers.page, "Customer saved.")
    assert shared.kept("city", "phone") == ["Rome", "+47 900"]


def test_an_edit_of_what_was_archived_meanwhile_is_named_and_let_go_alone(shared: Shared) -> None:
    my, page = shared.town.my(), shared.his.page
    word = my.customers.get(shared.id)["name"]
    other = my.customers.add({"name": f"{word} too", "city": "Bergen"})
    page.reload()
    shared.his.ready()
    for name, city in ((word, "Oslo"), (f"{word} too", "Rome")):
        shared.his.edit(shared.his.row(name), "City", city)
    my.customers.archive([shared.id])
    page.get_by_role("button", name="Save 2 changes").click()
    says(page, f"{word}: This record was archived meanwhile.")
    says(page, "1 change in records not on this page")
    page.get_by_role("button", name="Discard these").click()
    save(page)
    assert my.customers.get(other)["city"] == "Rome"
    assert shared.kept("city") == ["Bergen"]


def test_a_bad_value_beside_a_good_one_saves_nothing_and_loses_nothing(shared: Shared) -> None:
    page = shared.his.page
    shared.his.edit(0, "E-mail", "nobody at nowhere")
    shared.his.edit(0, "City", "Oslo")
    page.get_by_role("button", name="Save 2 changes").click()
    says(page, "E-mail")
    expect(page.get_by_test_id("stAlert")).to_contain_text("2 changes refused, and nothing else was saved.")
    assert shared.kept("email", "city") == [None, "Bergen"]
    expect(shared.his.cell(0, "E-mail")).to_have_text("nobody at nowhere")
    shared.his.edit(0, "E-mail", "Somebody@Nowhere.example")
    save(page, "Save 2 changes", "Saved 2 changes.")
    assert shared.kept("email", "city") == ["somebody@nowhere.example", "Oslo"]
    expect(page.get_by_test_id("stAlert")).to_have_count(0)


def test_discard_brings_back_what_is_stored(shared: Shared) -> None:
    page = shared.his.page
    shared.his.edit(0, "City", "Oslo")
    page.get_by_role("button", name="Discard").click()
    expect(shared.his.cell(0, "City")).to_have_text("Bergen")
    expect(page.get_by_role("button", name="Save")).to_have_count(0)
    assert shared.kept("city") == ["Bergen"]


def test_every_kind_of_cell_is_saved_by_the_keyboard_alone(shared: Shared) -> None:
    page = shared.his.page
    shared.his.edit(0, "Status", "Lost")
    shared.his.edit(0, "Credit limit (USD)", "1234.5")
    shared.his.edit(0, "Owner", "Priya")
    expect(page.get_by_role("button", name="Save 3 changes")).to_be_visible()
    page.keyboard.press("Control+s")
    toast(page, "Saved 3 changes.")
    at_rest(page)
    assert shared.kept("status", "credit_limit") == ["lost", Decimal("1234.50")]
    members = shared.town.my().members()
    assert members[shared.kept("assigned_to")[0]] == "Priya Raman"
