"""The real pipeline through the page: accounts, then 8,800 deals, and the numbers pandas finds in them."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pandas as pd
import pytest
from playwright.sync_api import Page, expect

from crm_data.numbers.period import Period
from tests.dashboard.house import House, house, sign_in
from tests.support.databases import Database
from tests.support.screen import at_rest, toast
from tests.support.serving import Served, serving
from tests.transfer.files import REAL, accounts, pipeline

pytestmark = [pytest.mark.browser, pytest.mark.slow]

SLOW = 60_000  # milliseconds; thousands of rows on a busy machine
FALLBACK = "Unknown account"


@pytest.fixture(scope="module")
def home(new_database: Callable[[str], Database]) -> Iterator[House]:
    with house(new_database("sqlite").url) as made:
        made.office.at().customers.add({"name": FALLBACK})
        yield made


@pytest.fixture(scope="module")
def served(home: House) -> Iterator[Served]:
    with serving(home.settings.database_url) as running:
        yield running


def the_file(name: str, made_up: bytes, folder: Path) -> Path:
    """The real file, or one of its shape where it does not lie beside the project."""
    if (REAL / name).exists():
        return REAL / name
    (folder / name).write_bytes(made_up)
    return folder / name


def upload(page: Page, path: Path) -> None:
    page.get_by_role("button", name="Import").click(timeout=SLOW)
    page.locator("input[type=file]").set_input_files(path)


def test_the_pipeline_shows_what_the_file_holds(
    page: Page, served: Served, home: House, tmp_path: Path
) -> None:
    page.goto(f"{served.url}/customers")
    sign_in(page, home.email("manager"))
    upload(page, the_file("accounts.csv", accounts(), tmp_path))
    page.get_by_role("button", name="Add 85 customers").click(timeout=SLOW)
    expect(page.get_by_text("86 customers")).to_be_visible(timeout=SLOW)

    file = the_file("sales_pipeline.csv", pipeline(), tmp_path)
    told = pd.read_csv(file, dtype=str, keep_default_na=False)
    page.goto(f"{served.url}/pipeline?tab=deals")
    upload(page, file)
    page.get_by_role("button", name="Add all as former colleagues").click(timeout=SLOW)
    at_rest(page)
    page.get_by_text('In account, "null" means empty').click(timeout=SLOW)
    at_rest(page)
    fallback = page.get_by_role("dialog").get_by_label("Customer *")
    fallback.click(timeout=SLOW)
    fallback.fill(FALLBACK)
    page.get_by_role("option", name=FALLBACK).click(timeout=SLOW)
    check = page.get_by_role("button", name="Check the file")
    if check.count():
        check.click(timeout=SLOW)
    page.get_by_role("button", name=f"Add {len(told):,} deals").click(timeout=SLOW)
    toast(page, f"{len(told):,} added, 0 changed", within=120_000)  # all of the file is written first

    stages = told["deal_stage"].value_counts()
    open_deals = int(stages["Prospecting"] + stages["Engaging"])
    page.goto(f"{served.url}/pipeline")
    expect(page.get_by_text(f"{open_deals:,} open deals")).to_be_visible(timeout=SLOW)
    if file.parent == REAL:
        assert open_deals == 2_089
        assert (stages["Won"], stages["Lost"]) == (4_238, 2_473)
    agrees_with_pandas(home, told)


def agrees_with_pandas(home: House, told: pd.DataFrame) -> None:
    """Won by month and each agent's win rate, as the product sums them and as pandas does from the file."""
    numbers = home.office.at().numbers
    won = told[told["deal_stage"] == "Won"].assign(
        month=lambda rows: pd.to_datetime(rows["close_date"], format="%d-%m-%Y").dt.strftime("%b %Y"),
        value=lambda rows: rows["close_value"].astype(float),
    )
    days = pd.to_datetime(told.loc[told["close_date"] != "", "close_date"], format="%d-%m-%Y")
    year = Period(days.min().date(), days.max().date())
    months = numbers.by_month(period=year).frame.set_index("label")["won"]
    expected = won.groupby("month")["value"].sum()
    assert {month: months[month] for month in expected.index} == expected.to_dict()
    assert months.sum() == won["value"].sum()

    owners = numbers.by_owner(period=year, top=100).frame.set_index("owner")
    closed = told[told["deal_stage"].isin(["Won", "Lost"])]
    for agent, rows in closed.groupby("sales_agent"):
        rate = (rows["deal_stage"] == "Won").mean()
        assert owners.loc[agent, "win_rate"] == pytest.approx(rate)
