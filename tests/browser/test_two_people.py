"""Two people edit the same customer in two browsers, and nothing of either is lost unseen."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import DANIEL, MARTA, Door, Town
from tests.support.screen import Sheet, at_rest, listed, says, toast

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
    his, hers = (listed(enter(who, f"/customers?q={name}")) for who in (DANIEL, MARTA))
    return Shared(town, id_, his, hers)


def clash(shared: Shared) -> None:
    """She types another phone number, he saves his first, she saves what waits."""
    shared.hers.edit(0, "Phone", "+47 300")
    shared.his.edit(0, "Phone", "+47 200")
    shared.his.save()
    shared.hers.box.locator("[data-name=save]").click()
    shared.hers.page.get_by_role("button", name="1 changed by a colleague too").click()
    shared.hers.says("Daniel Osei wrote “+47 200” today")
    expect(shared.hers.cell(0, "Phone")).to_have_text("+47 300")
    assert shared.kept("phone") == ["+47 200"]


def test_different_fields_both_land(shared: Shared) -> None:
    shared.his.edit(0, "Phone", "+47 200")
    shared.hers.edit(0, "City", "Oslo")
    shared.his.save()
    shared.hers.save()
    assert shared.kept("phone", "city") == ["+47 200", "Oslo"]
    expect(shared.hers.cell(0, "Phone")).to_have_text("+47 200")


def test_of_one_field_mine_is_chosen_and_saved(shared: Shared) -> None:
    clash(shared)
    shared.hers.page.get_by_role("button", name="Keep what I wrote").click()
    shared.hers.save()
    assert shared.kept("phone") == ["+47 300"]
    expect(shared.hers.box.get_by_role("button", name="changed by a colleague")).to_have_count(0)


def test_of_one_field_theirs_is_chosen(shared: Shared) -> None:
    clash(shared)
    shared.hers.page.get_by_role("button", name="Take what they wrote").click()
    expect(shared.hers.cell(0, "Phone")).to_have_text("+47 200")
    shared.hers.waits(0)
    assert shared.kept("phone") == ["+47 200"]


def test_who_types_again_chooses_again(shared: Shared) -> None:
    clash(shared)
    shared.hers.edit(0, "Phone", "+47 400")
    shared.hers.box.locator("[data-name=save]").click()
    expect(shared.hers.page.get_by_role("button", name="1 changed by a colleague too")).to_be_visible()
    assert shared.kept("phone") == ["+47 200"]
    shared.hers.cell(0, "Phone").click(button="right")
    shared.hers.choose("Keep what I wrote")
    shared.hers.save()
    assert shared.kept("phone") == ["+47 400"]


def test_in_the_form_nothing_else_is_typed_while_there_is_something_to_choose(shared: Shared) -> None:
    for sheet in (shared.his, shared.hers):
        sheet.open(0)
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


def test_an_edit_of_what_was_archived_meanwhile_is_named_and_the_rest_is_saved(shared: Shared) -> None:
    my, page, his = shared.town.my(), shared.his.page, shared.his
    word = my.customers.get(shared.id)["name"]
    other = my.customers.add({"name": f"{word} too", "city": "Bergen"})
    page.reload()
    for name, city in ((word, "Oslo"), (f"{word} too", "Rome")):
        his.edit(his.row(name), "City", city)
    my.customers.archive([shared.id])
    page.get_by_role("button", name="Save 2 changes").click()
    his.says("Saved 1 change. 1 record could not be saved")
    his.says(f"{word}: This record was archived meanwhile.")
    his.waits(1)
    assert my.customers.get(other)["city"] == "Rome"
    assert shared.kept("city") == ["Bergen"]
    page.get_by_role("button", name="Discard").click()
    his.waits(0)


def test_every_kind_of_cell_is_saved_by_the_keyboard_alone(shared: Shared) -> None:
    page, his = shared.his.page, shared.his
    his.edit(0, "Status", "Lost")
    his.edit(0, "Credit limit (USD)", "1234.5")
    his.edit(0, "Owner", "Priya")
    his.waits(3)
    page.keyboard.press("Control+s")
    his.says("Saved 3 changes.")
    assert shared.kept("status", "credit_limit") == ["lost", Decimal("1234.50")]
    members = shared.town.my().members()
    assert members[shared.kept("assigned_to")[0]] == "Priya Raman"
