"""A chart taken away: its bars as they are drawn, for managers alone, noted, and harmless in a spreadsheet."""

import csv
import io
from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
import sqlalchemy as sa

from crm_data import Own, Period, errors
from crm_data.numbers.numbers import CHARTS
from crm_data.tables import Base
from tests.numbers.makers import lost, put, put_deals, wandering, won
from tests.support.office import Office, office

YEAR = Period(date(2025, 1, 1), date(2026, 12, 31))


@pytest.fixture(scope="module")
def two(new_database: Any) -> Iterator[Office]:
    made = office(new_database("sqlite").url)
    wandering(made, 40)
    put_deals(made, [won(date(2026, 2, 3), "10.05"), lost(date(2026, 2, 3), loss_reason="=1+1")])
    put(made, "leads", [{"lead_name": "L", "source": "@SUM(A1)"}])
    yield made
    made.store.close()


def read(pieces: Iterator[bytes]) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(b"".join(pieces).decode("utf-8-sig"), newline="")))


@pytest.mark.parametrize("name", CHARTS)
def test_the_file_holds_what_is_drawn(two: Office, frozen_clock: object, name: str) -> None:
    my = two.at()
    file, pieces = my.export_chart(name, period=YEAR)
    chart = my.numbers.chart(name, period=YEAR)
    rows = read(pieces)
    assert file.startswith(f"{name}-")
    assert file.endswith(".csv")
    assert len(rows) == len(chart.bars) > 0
    for row, bar in zip(rows, chart.bars, strict=True):
        value = "" if bar.figure.value is None else str(bar.figure.value)
        assert (row["series"], row["value"], row["rows"]) == (bar.series, value, str(bar.figure.count))
        assert not row["place"].startswith(("=", "@"))


def test_a_chart_of_ones_own_is_taken_away_as_it_is_drawn(two: Office, frozen_clock: object) -> None:
    own = Own("leads", "source")
    file, pieces = two.at().export_own(own)
    rows, bars = read(pieces), two.at().numbers.own(own).bars
    assert file.startswith("leads-chart-")
    assert [(row["value"], row["rows"]) for row in rows] == [
        (str(b.figure.value), str(b.figure.count)) for b in bars
    ]
    assert [row["place"] for row in rows] == ["'@SUM(A1)"]


def test_only_managers_take_one_away_and_it_is_noted(two: Office) -> None:
    with pytest.raises(errors.NotAllowed):
        two.at(role="sales_rep").export_chart("owner")
    with pytest.raises(errors.NotAllowed):
        two.at(role="sales_rep").export_own(Own())
    with pytest.raises(errors.NotFound):
        two.at().export_chart("nothing")
    log = Base.metadata.tables["security_log"]
    with two.store.system("a test", write=False) as session:
        before = session.execute(sa.select(sa.func.count()).select_from(log)).scalar_one()
    two.at().export_chart("owner")
    with two.store.system("a test", write=False) as session:
        assert session.execute(sa.select(sa.func.count()).select_from(log)).scalar_one() == before + 1
