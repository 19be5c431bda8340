"""What is typed or pasted into a cell of a grid is saved as it was meant, or refused in words."""

from decimal import Decimal

import pytest

from tests.browser.conftest import DANIEL, Door, Town
from tests.support.screen import listed

LIMIT = "Credit limit (USD)"
TYPED = {".5": "0.50", "12,50": "12.50", "1.234,50": "1234.50", "2,500": "2500.00", "$7": "7.00"}


def test_amounts_are_saved_as_they_were_typed(town: Town, enter: Door) -> None:
    my = town.my()
    ids = [my.customers.add({"name": f"Typed {n}", "credit_limit": "4.51"}) for n in range(len(TYPED))]
    page = enter(DANIEL, "/customers?q=Typed&sort=name")
    sheet = listed(page)
    for row, text in enumerate(TYPED):
        sheet.edit(row, LIMIT, text)
    sheet.save(5)
    kept = [my.customers.get(id_)["credit_limit"] for id_ in ids]
    assert kept == [Decimal(wanted) for wanted in TYPED.values()]


def test_an_amount_that_is_none_is_refused_in_words(town: Town, enter: Door) -> None:
    my = town.my()
    id_ = my.customers.add({"name": "Refused one", "credit_limit": "4.51"})
    page = enter(DANIEL, "/customers?q=Refused+one")
    sheet = listed(page)
    sheet.edit(0, LIMIT, "45.999")
    sheet.says("two places behind the point")
    page.get_by_role("button", name="Save 1 change").click()
    sheet.says("1 to put right first; nothing else waits.")
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
    sheet = listed(page)
    sheet.select(0, column)
    page.keyboard.press("Control+c")
    shown = my.members()[owner] if column == "Owner" else "Inactive"
    assert page.evaluate("navigator.clipboard.readText()").strip() == shown
    sheet.select(1, column)
    page.keyboard.press("Control+v")
    sheet.save()
    name = "assigned_to" if column == "Owner" else "status"
    assert my.customers.get(two)[name] == my.customers.get(one)[name]
