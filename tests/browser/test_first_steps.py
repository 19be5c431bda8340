"""A company that holds nothing yet: each role is offered what it may do, and each button leads there."""

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Door, Town
from tests.support.screen import at_rest, says

pytestmark = [pytest.mark.browser, pytest.mark.slow]

IMPORT, INVITE, DEAL, TASK = "Import customers", "Invite a colleague", "New deal", "New task"
OFFERED = {
    "admin": [IMPORT, INVITE, DEAL],
    "manager": [IMPORT, DEAL],
    "sales_rep": [DEAL],
    "user": [TASK],
}
# What is there once the button was pressed.
LEADS = {IMPORT: "CSV file", INVITE: "Make an invitation", DEAL: "Add deal", TASK: "Add task"}


def test_each_role_is_offered_what_it_may_do_and_comes_there(town: Town, enter: Door) -> None:
    people = town.newcomers("beginning")
    for role, offered in OFFERED.items():
        page = enter(people[role], "/")
        says(page, "Nothing is here yet.")
        expect(page.locator("[class*='st-key-first-'] button")).to_have_count(len(offered))
        for button in offered:
            page.get_by_role("button", name=button).click()
            says(page, LEADS[button])
            enter.go(page, "/")


def test_they_go_once_there_is_something(town: Town, enter: Door) -> None:
    people = town.newcomers("begun")
    town.my(people["sales_rep"]).customers.add({"name": "First of all"})
    page = enter(people["admin"], "/")
    at_rest(page)
    says(page, "What needs you now")
    expect(page.get_by_text("Nothing is here yet.")).to_have_count(0)
