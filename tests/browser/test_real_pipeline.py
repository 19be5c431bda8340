"""The real pipeline through the page: accounts, then 8,800 deals, and the numbers pandas finds in them."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pandas as pd
import pytest
from playwright.sync_api import Page, expect

from tests.dashboard.house import House, house, sign_in
from tests.support.databases import Database
from tests.support.screen import at_rest, toast
from tests.support.serving import Served, serving
from tests.transfer.files import REAL, accounts, pipeline

pytestmark = [pytest.mark.browser, pytest.mark.slow]

SLOW = 60_000  # milliseconds; thousands of rows on a busy machine
FALLBACK = "Unknown account"
HEADS = ("Won", "Deals won", "Win rate", "Median cycle")
NONE = "not available"


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


def with_region(told: pd.DataFrame) -> pd.DataFrame:
    """Beside each deal the office of its agent."""
    if not (REAL / "sales_teams.csv").exists():
        return told.assign(regional_office=["East", "West"] * (len(told) // 2))
    teams = pd.read_csv(REAL / "sales_teams.csv", dtype=str).set_index("sales_agent")["regional_office"]
    return told.assign(regional_office=told["sales_agent"].map(teams))


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

    real = the_file("sales_pipeline.csv", pipeline(), tmp_path)
    told = with_region(pd.read_csv(real, dtype=str, keep_default_na=False))
    file = tmp_path / "pipeline with region.csv"
    told.to_csv(file, index=False)
    fields = home.office.at(0, "admin").own_fields
    keys = {"Owner": "assigned_to"}
    for label, column in (("Product", "product"), ("Regional office", "regional_office")):
        keys[label] = fields.add("deals", label, "choice", choices=sorted(set(told[column])))
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
    if real.parent == REAL:
        assert open_deals == 2_089
        assert (stages["Won"], stages["Lost"]) == (4_238, 2_473)
    reads_as_pandas(page, served, keys, told)


def reads_as_pandas(page: Page, served: Served, keys: dict[str, str], told: pd.DataFrame) -> None:
    """Each quarter by agent, and the year by product and by region, read off the screen."""
    told = told.assign(
        closed=pd.to_datetime(told["close_date"], format="%d-%m-%Y"),
        begun=pd.to_datetime(told["engage_date"], format="%d-%m-%Y"),
        value=pd.to_numeric(told["close_value"]).fillna(0),
    )
    for by, column, periods in (
        ("Owner", "sales_agent", [f"Q{n} 2017" for n in range(1, 5)]),
        ("Product", "product", ["2017"]),
        ("Regional office", "regional_office", ["2017"]),
    ):
        page.goto(f"{served.url}/pipeline?tab=insights&by={keys[by]}")
        for period in periods:
            quarter = pd.Period(period[3:] + period[:2] if period.startswith("Q") else period)
            closed = told[told["closed"].between(quarter.start_time, quarter.end_time)]
            choose(page, period)
            found = lines(page, by)
            values = set(closed[column])
            others = found.pop("All others", None)
            assert set(found) <= set(told[column])
            assert others or values <= set(found)
            for name, said in found.items():
                assert said == figures(closed[closed[column] == name]), (period, name)
            if others:
                rest = figures(closed[~closed[column].isin(set(found))])
                assert others == rest, period
            # The tiles above say it of all.
            for label in ("Won", "Win rate"):
                tile = page.get_by_role("region", name=label, exact=True).locator("a.value")
                value, _, rows = figures(closed)[label].partition(" of ")
                assert tile.get_attribute("title") == f"{label}: {value}. Opens {rows} rows."


def choose(page: Page, period: str) -> None:
    """In the control of the period, and wait until the screen is of it."""
    page.get_by_role("combobox", name="Period", exact=False).first.click(timeout=SLOW)
    page.get_by_role("option", name=period, exact=True).click(timeout=SLOW)
    word = f"{period[3:]}-{period[:2].lower()}" if period.startswith("Q") else period
    expect(page).to_have_url(re.compile(f"[?&]period={word}(&|$)"), timeout=SLOW)
    at_rest(page)


def lines(page: Page, by: str) -> dict[str, dict[str, str]]:
    """Of each line of the first table what its numbers say in full, by their heads."""
    table = page.get_by_role("table").filter(has=page.get_by_role("columnheader", name=f"{by} (USD)"))
    expect(table).to_be_visible(timeout=SLOW)
    read: list[tuple[str, list[str]]] = table.evaluate(
        "(table) => [...table.tBodies[0].rows].map((row) =>"
        " [row.cells[0].textContent, [...row.querySelectorAll('td a')].map((a) => a.title)])"
    )
    said = re.compile(r"(.+?), .+?: ([^:]+?)\.?(?: Opens ([\d,]+) rows?\.)?")
    found: dict[str, dict[str, str]] = {}
    for name, titles in read:
        each = [match.groups() for title in titles if (match := said.fullmatch(title))]
        found[name] = {head: f"{value} of {rows}" for head, value, rows in each if head in HEADS}
    return found


def figures(closed: pd.DataFrame) -> dict[str, str]:
    """The same of rows of the file, in the words of the screen."""
    won = closed[closed["deal_stage"] == "Won"]
    days = (won["closed"] - won["begun"]).dt.days.median()
    rate = f"{len(won) / len(closed) * 100:.1f} %" if len(closed) else NONE
    cycle = (f"{days:g} day" if days == 1 else f"{days:g} days") if len(won) else NONE
    said = (f"${won['value'].sum():,.2f}", f"{len(won):,}", rate, cycle)
    rows = (won, won, closed, won)
    return {head: f"{value} of {len(of):,}" for head, value, of in zip(HEADS, said, rows, strict=True)}
