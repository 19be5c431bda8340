"""A file says when a record began: kept for new ones, left alone afterwards, never in the future."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from crm_data import Formula, Period
from tests.support.office import Office, office

FILE = b"""Opportunity ID,Account,Deal,Stage,Engage date,Close date,Close value
A1,Fjord,First,Won,20-10-2016,01-03-2017,1054
A2,Fjord,Second,Engaging,25-10-2016,,
A3,Fjord,Third,Engaging,,,
A4,Fjord,Fourth,Engaging,25-10-2199,,
"""


@pytest.fixture
def two(database_url: str) -> Iterator[Office]:
    made = office(database_url)
    made.at().customers.add({"name": "Fjord"})
    yield made
    made.store.close()


def test_a_deal_begins_when_the_file_says(two: Office) -> None:
    my = two.at()
    sheet = my.read_file(FILE, "deals.csv")
    plan = my.guess(sheet, my.deals)
    assert plan.column("Engage date").to == "created_at"
    plan = replace(plan, fill={**plan.fill, "deal_value": "0"})
    report = my.commit_import(my.deals, sheet, plan)
    assert (report.created, report.beside) == (4, {"Engage date": {"25-10-2199": 1}})
    rows = {row["deal_name"]: row for row in my.deals.page().rows}
    assert rows["First"]["created_at"] == datetime(2016, 10, 20, tzinfo=UTC)
    assert rows["Second"]["created_at"] == datetime(2016, 10, 25, tzinfo=UTC)
    assert rows["Third"]["created_at"].year >= 2026
    year = Period(date(2017, 1, 1), date(2017, 12, 31))
    (cycle,) = [figure for figure in my.numbers.tiles(period=year) if figure.formula is Formula.MEAN_DAYS]
    assert cycle.value == 132
    later = my.read_file(FILE.replace(b"20-10-2016", b"21-10-2016"), "deals.csv")
    again = my.commit_import(my.deals, later, plan)
    assert (again.updated, again.beside) == (1, {"Engage date": {"21-10-2016": 1, "25-10-2199": 1}})
    first = next(row for row in my.deals.page().rows if row["deal_name"] == "First")
    assert (first["created_at"].day, first["imported"]) == (20, {"Engage date": "21-10-2016"})
