"""The trash: what is erased for good is shown before, by whom it may and after the password alone; when it goes by
itself is set and told. On a phone in the dark as well, and without a mouse.
"""

from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import PASSWORD, RUTH, Door, Town
from tests.support.accessible import faint, faults
from tests.support.screen import at_rest, says, toast

pytestmark = [pytest.mark.browser, pytest.mark.slow]
LOOKS = [(1280, "light"), (360, "light"), (360, "dark")]
WRONG = "The password is not right. Nothing was changed; type it again."


def type_password(page: Page, said: str) -> None:
    """As somebody who has no mouse: past the eye in the field, to the button."""
    page.get_by_label("Your password").focus()
    page.keyboard.type(said)
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    at_rest(page)


def well(page: Page, width: int) -> None:
    """Nothing is in the way of anybody who reads it."""
    assert faults(page) == []
    assert faint(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize(("width", "scheme"), LOOKS)
def test_what_goes_is_shown_and_goes_after_the_right_password(
    town: Town, enter: Door, width: int, scheme: str
) -> None:
    my = town.my(RUTH)
    name = f"Omega {width} {scheme}"
    id_ = my.customers.add({"name": name})
    my.tasks.add({"title": f"Ring {name}", "customer_id": id_})
    lead = my.leads.add({"lead_name": f"{name} again", "customer_id": id_})
    my.customers.archive([id_])
    path = "/history?tab=trash&kind=customers"
    page = enter(RUTH, path, viewport={"width": width, "height": 740}, color_scheme=scheme)
    at_rest(page)
    well(page, width)
    page.get_by_role("combobox", name="Chosen").click()
    page.get_by_role("option", name=name).click()
    page.keyboard.press("Escape")
    at_rest(page)
    page.get_by_role("button", name="Erase for good…").click()
    at_rest(page)
    asked = page.get_by_role("dialog", name="Erase 1 customer for good")
    says(asked, "Nobody can undo this.")
    for said in (f"1 customer {name}", f"1 task Ring {name}", f"1 lead {name} again"):
        expect(asked.get_by_role("button", name=said, exact=True)).to_be_visible()
    asked.get_by_text("Keep their leads").click()
    at_rest(page)
    expect(asked.get_by_role("button", name=f"1 lead {name} again", exact=True)).to_have_count(0)
    expect(asked.get_by_role("list", name="What stays")).to_contain_text("1 lead")
    expect(asked.get_by_role("button", name="Erase 2 rows for good")).to_be_visible()
    well(page, width)
    type_password(page, "a wrong password")
    says(asked, WRONG)
    assert my.trash.counts()["customers"]
    type_password(page, PASSWORD)
    toast(page, "Erased for good: 1 customer, 1 task.")
    expect(page.get_by_role("dialog")).to_have_count(0)
    assert name not in [away.name for away in my.trash.page("customers")[0]]
    assert my.leads.get(lead)["customer_id"] is None


def test_the_trash_empties_itself_once_an_admin_says_so(town: Town, enter: Door) -> None:
    my = town.my(RUTH)
    my.customers.archive([my.customers.add({"name": "Psi"})])
    page = enter(RUTH, "/history?tab=trash&kind=customers")
    at_rest(page)
    says(page, "Kept until somebody restores or erases it.")
    page.get_by_role("button", name="Empty by itself…").click()
    at_rest(page)
    asked = page.get_by_role("dialog", name="Empty the trash by itself")
    says(asked, "nothing goes within 7 days from now")
    asked.get_by_label("Days in the trash").fill("90")
    asked.get_by_label("Days in the trash").press("Enter")
    at_rest(page)
    well(page, 1280)
    type_password(page, "a wrong password")
    says(asked, WRONG)
    assert my.trash.rule().days is None
    type_password(page, PASSWORD)
    toast(page, "Erased for good after 90 days in the trash.")
    says(page, "Erased for good by itself when archived for more than 90 days, from ")
    day = datetime.now(UTC).date() + timedelta(days=91)
    says(page, f"{day.day} {day:%b}")
    page.get_by_role("button", name="Change…").click()
    at_rest(page)
    page.get_by_role("button", name="Never").click()
    toast(page, "The trash is no longer emptied by itself.")
    says(page, "Kept until somebody restores or erases it.")
    assert my.trash.rule().days is None
