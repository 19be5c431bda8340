"""A large export in a browser: begun on a list, made while one is elsewhere, fetched; another one cancelled."""

from pathlib import Path

import pytest
import sqlalchemy as sa
from playwright.sync_api import Page, expect

from crm_data.tables import Customer
from tests.browser.conftest import DANIEL, MARTA, RUTH, Door, Town
from tests.support.accessible import faint, faults
from tests.support.screen import at_rest, menu, toast

pytestmark = [pytest.mark.browser, pytest.mark.slow]

ROWS = 24_000
LOOKS = [(1280, "light"), (360, "light"), (360, "dark")]


@pytest.fixture(scope="module", autouse=True)
def _many(town: Town) -> None:
    """More customers than are downloaded at once."""
    company = town.my(RUTH).scope.company_id
    with town.store.system("a test") as session:
        session.execute(
            sa.insert(Customer), [{"company_id": company, "name": f"Firm {n:05}"} for n in range(ROWS)]
        )


def begin(page: Page, form: str) -> None:
    page.get_by_role("button", name="Export", exact=True).click()
    page.get_by_role("button", name=form).click()
    expect(page.get_by_test_id("stToast").filter(has_text="customers are being exported")).to_be_visible()


def test_it_is_made_while_one_is_elsewhere_and_fetched(town: Town, enter: Door) -> None:
    page = enter(RUTH, "/customers")
    begin(page, "CSV, for any program")
    enter.visit(page, "/tasks")
    menu(page, "Ruth Calloway", "Exports")
    line = page.get_by_text("Customers as CSV")
    expect(line).to_be_visible()
    link = page.get_by_role("link", name="Download")
    expect(link).to_be_visible(timeout=60_000)
    at_rest(page)
    with page.expect_download() as coming:
        link.click()
    assert coming.value.suggested_filename.startswith("customers-")
    path = coming.value.path()
    assert path is not None
    assert len(Path(path).read_text("utf-8-sig").splitlines()) > ROWS
    # Nobody else has it in their list.
    other = enter(MARTA, "/exports")
    expect(other.get_by_text("will be listed here")).to_be_visible()


def test_one_that_is_being_made_is_cancelled_by_keyboard(town: Town, enter: Door) -> None:
    page = enter(DANIEL, "/customers")
    begin(page, "Excel workbook")
    page.get_by_role("link", name="Exports").click()  # the box is open still
    page.get_by_role("button", name="Cancel").focus()
    page.keyboard.press("Enter")
    toast(page, "The export of Customers as XLSX was cancelled.")
    expect(page.get_by_text("cancelled", exact=False).first).to_be_visible()
    at_rest(page)  # and looks no more
    page.get_by_role("button", name="Remove").click()
    expect(page.get_by_text("will be listed here")).to_be_visible()


@pytest.mark.parametrize(("width", "scheme"), LOOKS)
def test_everybody_can_read_the_list(town: Town, enter: Door, width: int, scheme: str) -> None:
    page = enter(RUTH, "/exports", viewport={"width": width, "height": 740}, color_scheme=scheme)
    at_rest(page)
    expect(page.get_by_role("heading", name="Exports")).to_be_visible()
    assert faults(page) == []
    assert faint(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width
