"""Files in and out in a real browser: accounts through the page, the list back as a file, and that file again."""

import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.dashboard.house import House, house, sign_in
from tests.support.cost import cost
from tests.support.databases import Database
from tests.support.screen import at_rest, toast
from tests.support.serving import Served, serving
from tests.transfer.files import REAL, accounts, csv_bytes

pytestmark = [pytest.mark.browser, pytest.mark.slow]

SLOW = 30_000  # milliseconds; the machine may be busy


@pytest.fixture(scope="module")
def home(new_database: Callable[[str], Database]) -> Iterator[House]:
    with house(new_database("sqlite").url) as made:
        yield made


@pytest.fixture(scope="module")
def served(home: House) -> Iterator[Served]:
    with serving(home.settings.database_url) as running:
        yield running


@pytest.fixture
def customers(page: Page, served: Served, home: House) -> Page:
    page.goto(f"{served.url}/customers")
    sign_in(page, home.email("manager"))
    expect(page.get_by_role("button", name="Import")).to_be_visible(timeout=SLOW)
    return page


def choose(page: Page, path: Path) -> None:
    """Open the dialog with a file."""
    at_rest(page)
    page.get_by_role("button", name="Import").click()
    page.locator("input[type=file]").set_input_files(path)


def metric(page: Page, label: str) -> str:
    tile = page.get_by_test_id("stMetric").filter(has_text=label)
    expect(tile).to_be_visible(timeout=SLOW)
    return tile.get_by_test_id("stMetricValue").inner_text()


def test_the_accounts_go_in_out_and_in_again(
    customers: Page, served: Served, home: House, tmp_path: Path
) -> None:
    page, real = customers, REAL / "accounts.csv"
    file = real
    if not real.exists():
        file = tmp_path / "accounts.csv"
        file.write_bytes(accounts())
    choose(page, file)
    page.get_by_role("button", name="Add 85 customers").click(timeout=SLOW)
    toast(page, "85 added, 0 changed")
    expect(page.get_by_text("85 customers")).to_be_visible(timeout=SLOW)
    my = home.office.at()
    assert my.customers.count() == 85
    first = my.customers.page().rows[0]
    assert set(first["imported"]) >= {"year_established", "revenue", "employees"}

    page.get_by_role("button", name="Export").click()
    address = page.get_by_role("link", name="CSV").get_attribute("href")
    page.keyboard.press("Escape")
    expect(page.get_by_role("link", name="CSV")).to_have_count(0)
    answer = page.request.get(f"{served.url}{address}")
    assert answer.status == 200
    assert "attachment" in answer.headers["content-disposition"]
    again = tmp_path / "customers.csv"
    again.write_bytes(answer.body())
    assert len(again.read_text("utf-8-sig").splitlines()) == 86

    for once_more in (again, file):
        choose(page, once_more)
        expect(page.get_by_role("button", name="Nothing to import")).to_be_disabled(timeout=SLOW)
        assert (metric(page, "To add"), metric(page, "Unchanged")) == ("0", "85")
        at_rest(page)
        page.keyboard.press("Escape")
        page.get_by_role("button", name="Throw it away").click()  # the file that was chosen
        expect(page.get_by_role("dialog")).to_have_count(0, timeout=SLOW)


def test_bad_rows_are_shown_and_can_be_fetched_by_nobody_else(
    customers: Page, served: Served, tmp_path: Path
) -> None:
    page, file = customers, tmp_path / "list.csv"
    rows = [["City", "Name"], ["Oslo", "<img src=x onerror=alert(1)>"], ["=1+1", ""]]
    file.write_bytes(csv_bytes(rows))
    choose(page, file)
    assert (metric(page, "To add"), metric(page, "Refused")) == ("1", "1")
    page.get_by_role("button", name="Add 1 customer").click()
    link = page.get_by_role("link", name="Download 1 refused row")
    expect(link).to_be_visible(timeout=SLOW)
    address = f"{served.url}{link.get_attribute('href')}"
    text = page.request.get(address).text()
    assert "'=1+1,,3,Name is empty and is needed" in text
    page.context.clear_cookies()
    assert page.request.get(address).status == 401


def begun(page: Page, folder: Path) -> Locator:
    """A large import under way; its progress."""
    file = folder / "many.csv"
    file.write_bytes(csv_bytes([["Name"], *([f"Many {n}"] for n in range(20_000))]))
    choose(page, file)
    page.get_by_role("button", name="Check the file").click(timeout=SLOW)
    go = page.get_by_role("button", name="Add 20,000 customers")
    expect(go).to_be_visible(timeout=SLOW)
    go.click()
    progress = page.get_by_text("If you close this, nothing is imported.")
    expect(progress).to_be_visible(timeout=SLOW)
    return progress


def idle(served: Served) -> None:
    """Wait until the server does nothing any more."""
    for _ in range(120):
        with cost(served) as spent:
            time.sleep(0.5)
        if spent.seconds < 0.1:
            return
    raise AssertionError("the server is still busy")


def test_cancel_in_the_middle_leaves_nothing_and_says_so(
    customers: Page, home: House, served: Served, tmp_path: Path
) -> None:
    page, before = customers, home.office.at().customers.count()
    progress = begun(page, tmp_path)
    page.get_by_role("button", name="Cancel").click()
    expect(page.get_by_text("Cancelled: nothing was imported.")).to_be_visible(timeout=SLOW)
    expect(progress).to_have_count(0)
    idle(served)
    assert home.office.at().customers.count() == before
    expect(page.get_by_role("button", name="Add 20,000 customers")).to_be_enabled()  # the file is still there
    expect(page.get_by_role("button", name="Cancel")).to_have_count(0)


def test_closing_the_dialog_in_the_middle_leaves_nothing_and_says_so(
    customers: Page, home: House, served: Served, tmp_path: Path
) -> None:
    page, before = customers, home.office.at().customers.count()
    begun(page, tmp_path)
    page.keyboard.press("Escape")
    toast(page, "The import was broken off: nothing was imported.")
    idle(served)
    assert home.office.at().customers.count() == before


def test_closing_the_tab_in_the_middle_leaves_nothing(
    customers: Page, home: House, served: Served, tmp_path: Path
) -> None:
    before = home.office.at().customers.count()
    begun(customers, tmp_path)
    customers.close()
    idle(served)
    assert home.office.at().customers.count() == before
