"""The operator's day in a real browser: a backup, a byte of it damaged and refused, another one restored."""

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import RUTH, Door, Town
from tests.dashboard.house import expect_form
from tests.support.screen import at_rest, choose, says, toast, unfold, until

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def backups(town: Town) -> list[Path]:
    """The files, the oldest first."""
    return sorted((town.served.log.parent / "backups").glob("crm_backup_*.db"))


def back_up(page: Page, town: Town) -> Path:
    """Press the button; the file that came."""
    before = backups(town)
    page.get_by_role("button", name="Back up now").click()
    toast(page, "made and verified.")
    (made,) = set(backups(town)) - set(before)
    return made


def test_a_damaged_backup_is_refused_and_a_whole_one_restored(town: Town, enter: Door) -> None:
    my = town.my(RUTH)
    kept = my.customers.add({"name": "Kept Works"})
    page = enter(RUTH, "/admin?tab=backups")
    until(page, lambda: bool(backups(town)), "the server has not made the backup of the day")
    made, damaged = back_up(page, town), back_up(page, town)
    data = bytearray(damaged.read_bytes())
    data[len(data) // 2] ^= 1
    damaged.write_bytes(data)
    choose(page, "Backup", damaged.name)
    page.get_by_role("button", name="Verify").click()
    says(page, "This backup is damaged: its bytes are not those that were written. Choose another.")

    my.customers.add({"name": "Too late"})
    choose(page, "Backup", made.name)
    unfold(page, "Restore this backup")
    button = page.get_by_role("button", name="Restore everything from it")
    expect(button).to_be_disabled()
    page.get_by_label("Type the name of the backup to confirm").fill(made.name)
    page.keyboard.press("Tab")
    expect(button).to_be_enabled()
    at_rest(page)
    button.click()
    expect_form(page)
    after = town.my(RUTH)
    assert after.customers.get(kept)["name"] == "Kept Works"
    assert after.customers.count(after.customers.query({"q": "Too late"})) == 0
    assert len(backups(town)) >= 3, "what stood before is kept"
