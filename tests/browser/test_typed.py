"""What is typed or pasted into a cell of a grid is saved as it was meant, or refused in words."""

from decimal import Decimal

import pytest

from tests.browser.conftest import DANIEL, Door, Town
from tests.support.screen import at_rest, customers

LIMIT = "Credit limit (USD)"
TYPED = {".5": "0.50", "12,50": "12.50", "1.234,50": "1234.50", "2,500": "2500.00", "$7": "7.00"}


def test_amounts_are_saved_as_they_were_typed(town: Town, enter: Door) -> None:
    my = town.my()
    ids = [my.customers.add({"name": f"Typed {n}", "credit_limit": "4.51"}) for n in range(len(TYPED))]
    page = enter(DANIEL, "/customers?q=Typed&sort=name")
    sheet = customers(page)
    for row, text in enumerate(TYPED):
        sheet.select(row, LIMIT)
        page.keyboard.type(text, delay=40)
        page.wait_for_timeout(150)
        page.keyboard.press("Enter")
        at_rest(page)
    page.get_by_role("button", name="Save").first.click()
    at_rest(page)
    page.get_by_role("button", name="Save 5 changes").wait_for(state="detached")
    kept = [my.customers.get(id_)["credit_limit"] for id_ in ids]
    assert kept == [Decimal(wanted) for wanted in TYPED.values()]


def test_an_amount_that_is_none_is_refused_in_words(town: Town, enter: Door) -> None:
    my = town.my()
    id_ = my.customers.add({"name": "Refused one", "credit_limit": "4.51"})
    page = enter(DANIEL, "/customers?q=Refused+one")
    customers(page).select(0, LIMIT)
    page.keyboard.type("45.999", delay=30)
    page.keyboard.press("Enter")
    at_rest(page)
    page.get_by_role("button", name="Save").first.click()
    page.get_by_text("two places behind the point").first.wait_for()
    assert my.customers.get(id_)["credit_limit"] == Decimal("4.51")


@pytest.mark.parametrize("column", ["Status", "Owner"])
def test_words_shown_on_screen_are_taken_back(town: Town, enter: Door, column: str) -> None:
    """A copied cell is what one sees, and it can be pasted into another."""
    my = town.my()
    owner = next(iter(my.members()))
    one = my.customers.add({"name": f"Pasted {column} 1", "status": "inactive", "assigned_to": owner})
    two = my.customers.add({"name": f"Pasted {column} 2", "status": "active", "assigned_to": None})
    page = enter(DANIEL, f"/customers?q=Pasted+{column}&sort=name")
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    sheet = customers(page)
    sheet.select(0, column)
    page.keyboard.press("Control+c")
    at_rest(page)
    shown = my.members()[owner] if column == "Owner" else "Inactive"
    assert page.evaluate("navigator.clipboard.readText()").strip() == shown
    sheet.select(1, column)
    page.keyboard.press("Control+v")
    at_rest(page)
    page.get_by_role("button", name="Save").first.click()
    page.get_by_text("Saved 1 change").first.wait_for()
    name = "assigned_to" if column == "Owner" else "status"
    assert my.customers.get(two)[name] == my.customers.get(one)[name]
