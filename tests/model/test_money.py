"""Tens of thousands of amounts: every total is the integer sum to the cent, in whatever order they came."""

from collections import defaultdict
from collections.abc import Callable, Iterator
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
import sqlalchemy as sa

from crm_data import Query
from crm_data.nouns.stages import OPEN_STAGES, PROBABILITY, STATUS
from crm_data.numbers.period import Period
from crm_data.tables import Base
from crm_data.tables.deal import Stage
from tests.numbers.makers import put
from tests.support import chance
from tests.support.databases import Database
from tests.support.office import Office, office
from tests.support.soak import size

CURRENCIES = ("CHF", "EUR", "USD")
DAY = date(2026, 2, 17)
# Whole cents up to ten thousand millions, small and large ones side by side: adding doubles loses the small ones.
UP_TO = (9, 99, 10_000, 123_456_789, 1_000_000_000_000)
Sums = dict[tuple[Stage, str], list[int]]  # -> count, cents, weighted cents


def amounts(count: int) -> list[dict[str, Any]]:
    """Deals of random amounts."""
    dice = chance.dice(16)
    rows: list[dict[str, Any]] = []
    for _ in range(count):
        stage = dice.choice(list(Stage))
        rows.append(
            {
                "deal_name": "Deal",
                "deal_value": Decimal(dice.randint(0, dice.choice(UP_TO))).scaleb(-2),
                "currency": dice.choice(CURRENCIES),
                "stage": stage.value,
                "status": STATUS.get(stage, "open"),
                "probability": PROBABILITY[stage],
                "actual_close_date": DAY if stage in STATUS else None,
                "loss_reason": "Price" if stage is Stage.CLOSED_LOST else None,
            }
        )
    return rows


def summed(rows: list[dict[str, Any]]) -> Sums:
    """The sums as Python's integers have them."""
    sums: Sums = defaultdict(lambda: [0, 0, 0])
    for row in rows:
        cents = int(row["deal_value"].scaleb(2))
        part = sums[Stage(row["stage"]), row["currency"]]
        part[0] += 1
        part[1] += cents
        part[2] += (cents * row["probability"] + 50) // 100
    return sums


@pytest.fixture(scope="module", params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def filled(
    request: pytest.FixtureRequest, new_database: Callable[[str], Database]
) -> Iterator[tuple[Office, list[Sums]]]:
    """Two companies with their sums: one's deals came as chance has it, the other's the largest first."""
    two = office(new_database(request.param).url)
    rows = amounts(size(20_000, 1_000_000))
    orders = [rows, sorted(rows[:10_000], key=lambda row: row["deal_value"], reverse=True)]
    for company, ordered in enumerate(orders):
        customer = put(two, "customers", [{"name": "Firm"}], company)[0]
        same = {"company_id": two.companies[company], "customer_id": customer}
        with two.store.system("many amounts") as session:
            for start in range(0, len(ordered), 10_000):
                some = ordered[start : start + 10_000]
                session.execute(sa.insert(Base.metadata.tables["deals"]).values(same), some)
    yield two, [summed(ordered) for ordered in orders]
    two.store.close()


def of(sums: Sums, currency: str, stages: Any, part: int) -> Decimal:
    """Whole cents of some stages of one currency as an amount."""
    return Decimal(sum(sums[stage, currency][part] for stage in stages)).scaleb(-2)


@pytest.mark.slow
@pytest.mark.parametrize("company", [0, 1])
def test_every_total_is_the_integer_sum(filled: tuple[Office, list[Sums]], company: int) -> None:
    two, sums = filled[0], filled[1][company]
    numbers, shown = two.at(company).numbers, {}
    for currency in CURRENCIES:
        found = numbers.by_stage(currency=currency)
        for part in (found.sum, *found.others):
            shown[part.currency] = part
            assert part.value == of(sums, part.currency, OPEN_STAGES, 1)
            assert part.weighted == of(sums, part.currency, OPEN_STAGES, 2)
            assert part.count == sum(sums[stage, part.currency][0] for stage in OPEN_STAGES)
        assert sorted([found.sum.currency, *(part.currency for part in found.others)]) == list(CURRENCIES)
        for stage, count, value in found.frame[["stage", "count", "value"]].itertuples(index=False):
            assert (count, value) == (
                sums[stage, currency][0],
                float(of(sums, currency, [stage], 1)),
            )
    assert set(shown) == set(CURRENCIES)


@pytest.mark.slow
@pytest.mark.parametrize("company", [0, 1])
def test_won_amounts_too(filled: tuple[Office, list[Sums]], company: int) -> None:
    two, sums = filled[0], filled[1][company]
    numbers, month = two.at(company).numbers, Period.month_of(DAY)
    for currency in CURRENCIES:
        won = of(sums, currency, [Stage.CLOSED_WON], 1)
        asked = Query(where={"currency": currency})
        assert numbers.tiles(asked, month)[0].value == won
        assert numbers.by_month(asked).frame.set_index("label").won["Feb 2026"] == float(won)
        (owner,) = numbers.by_owner(asked, month).frame.itertuples()
        assert (owner.won, owner.open) == (float(won), float(of(sums, currency, OPEN_STAGES, 1)))


@pytest.mark.slow
def test_the_board_adds_no_two_currencies(filled: tuple[Office, list[Sums]]) -> None:
    two, every = filled
    for company, sums in enumerate(every):
        for column in two.at(company).numbers.board(Query(where={"currency": ""}), per_column=1):
            for part in (column.sum, *column.others):
                assert [part.count, *(int(n.scaleb(2)) for n in (part.value, part.weighted))] == sums[
                    Stage(column.stage), part.currency
                ]
            assert column.count == sum(sums[Stage(column.stage), currency][0] for currency in CURRENCIES)
