"""The pipeline by stage: every matching deal, to the cent, one currency at a time."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from crm_data import Edit, Query
from tests.numbers.makers import exact, lost, put_deals, rows_of, weighted, won
from tests.support import chance
from tests.support.office import Office
from tests.support.statements import counted

STAGES = ("prospect", "qualified", "proposal", "negotiation")


def some_deals(two: Office, number: int, company: int = 0, seed: int = 1) -> list[int]:
    """Deals with odd cents, own probabilities, two currencies and some closed."""
    dice = chance.dice(seed)
    people = [None, *two.people[company].values()]
    rows: list[dict[str, Any]] = []
    for _ in range(number):
        row: dict[str, Any] = {
            "deal_value": Decimal(dice.randint(1, 10**7)) / 100,
            "currency": dice.choice(["USD", "USD", "USD", "EUR"]),
            "assigned_to": dice.choice(people),
        }
        if dice.random() < 0.3:
            end = won if dice.random() < 0.5 else lost
            day = date(2026, dice.randint(1, 3), dice.randint(1, 28))
            rows.append({**row, **end(day, row["deal_value"])})
        else:
            rows.append({**row, "stage": dice.choice(STAGES), "probability": dice.randint(0, 100)})
    return put_deals(two, rows, company)


def test_figures_are_the_sums_of_their_rows(two: Office) -> None:
    my = two.at()
    some_deals(two, 200)
    some_deals(two, 50, company=1)
    with counted(two.store) as sent:
        pipeline = my.numbers.by_stage()
    assert len(sent) == 1
    rows = rows_of(my, Query(preset="open"))
    for line in pipeline.frame.itertuples():
        mine = [row for row in rows if row["stage"] == line.stage and row["currency"] == "USD"]
        assert line.count == len(mine) > 0
        assert exact(line.value) == sum(row["deal_value"] for row in mine)
        assert exact(line.weighted) == sum(weighted(row) for row in mine)
    dollars, euros = ([row for row in rows if row["currency"] == code] for code in ("USD", "EUR"))
    assert (pipeline.currency, pipeline.sum.count) == ("USD", len(dollars))
    assert pipeline.sum.value == sum(row["deal_value"] for row in dollars)
    assert pipeline.sum.weighted == sum(weighted(row) for row in dollars)
    assert [other.currency for other in pipeline.others] == ["EUR"]
    assert pipeline.others[0].value == sum(row["deal_value"] for row in euros)
    assert my.numbers.by_stage(currency="EUR").sum == pipeline.others[0]


@pytest.mark.parametrize(
    "query",
    [
        Query(where={"deal_value": (Decimal(20_000), Decimal(70_000))}),
        Query(where={"stage": ("proposal",)}),
        Query(where={"assigned_to": (None,)}),
        Query(search="Deal", preset="without_step"),
        Query(where={"currency": "EUR"}),
        Query(search="nothing like it"),
    ],
)
def test_the_filter_of_the_list_is_the_filter_of_the_chart(two: Office, query: Query) -> None:
    my = two.at()
    some_deals(two, 120)
    pipeline = my.numbers.by_stage(query)
    rows = [row for row in rows_of(my, query) if row["status"] == "open"]
    mine = [row for row in rows if row["currency"] == pipeline.currency]
    assert pipeline.sum.value == sum(row["deal_value"] for row in mine)
    assert pipeline.sum.count + sum(other.count for other in pipeline.others) == len(rows)


def test_no_cent_is_lost_in_adding(two: Office) -> None:
    put_deals(two, [{"deal_value": Decimal("0.10"), "probability": 5} for _ in range(1000)])
    pipeline = two.at().numbers.by_stage()
    assert (pipeline.sum.value, pipeline.sum.weighted) == (Decimal("100.00"), Decimal("10.00"))
    put_deals(two, [{"deal_value": Decimal("9999999999999.99"), "stage": "proposal"} for _ in range(3)])
    assert two.at().numbers.by_stage().sum.value == Decimal("30000000000099.97")


def test_archived_and_closed_deals_are_not_in_the_pipeline(two: Office) -> None:
    my = two.at()
    kept, away, closed = put_deals(two, [{}, {}, lost(date(2026, 2, 1), 10_000)])
    my.deals.archive([away])
    assert my.numbers.by_stage().sum.count == 1
    my.deals.change([Edit(kept, {"deal_value": ("100", "50.50")})])
    assert my.numbers.by_stage().sum.value == Decimal("50.50")
    assert closed in {row["id"] for row in rows_of(my)}


def test_an_empty_company_has_four_empty_stages(two: Office) -> None:
    some_deals(two, 20)
    empty = two.at(1).numbers.by_stage()
    assert list(empty.frame["stage"]) == list(STAGES)
    assert (empty.sum.count, empty.sum.value, empty.others) == (0, Decimal("0.00"), [])
