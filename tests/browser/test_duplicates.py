"""Duplicates in a browser: kept apart, and the button that takes it back, which nothing covers."""

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import DANIEL, Door, Town
from tests.support.screen import toast

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def test_two_are_kept_apart_and_it_is_undone(town: Town, enter: Door) -> None:
    my = town.my()
    for name in ("Rho Deli", "Rho Delicatessen"):
        my.customers.add({"name": name, "phone": "+1 206 555 0177"})
    page = enter(DANIEL, "/duplicates")
    group = page.get_by_text("Same phone number")
    expect(group.first).to_be_visible()
    before = group.count()
    page.get_by_role("button", name="Keep apart").first.click()
    toast(page, "2 customers are kept apart.")
    expect(group).to_have_count(before - 1)
    page.get_by_role("button", name="Undo: 2 customers kept apart").click()
    toast(page, "2 customers may be the same again.")
    expect(group).to_have_count(before)
