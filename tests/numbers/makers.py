"""Deals put straight into the tables, many at once and as they would stand, for totals to be tried on."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from itertools import pairwise
from typing import Any

import sqlalchemy as sa

from crm_data import Figure, Query, Workspace
from crm_data.nouns.stages import PROBABILITY, STATUS
from crm_data.tables import Base
from crm_data.tables.deal import Category, Stage
from tests.support import chance
from tests.support.office import Office

CENT = Decimal("0.01")


def put(two: Office, table: str, rows: Sequence[dict[str, Any]], company: int = 0) -> list[int]:
    """Insert rows into one company's table as they are; returns their ids."""
    into = Base.metadata.tables[table]
    with two.store.system("rows for a test of the numbers") as session:
        made = session.execute(
            sa.insert(into).returning(into.c.id, sort_by_parameter_order=True),
            [{"company_id": two.companies[company], **row} for row in rows],
        )
        return [int(id_) for id_ in made.scalars()]


def put_deals(two: Office, rows: Sequence[dict[str, Any]], company: int = 0) -> list[int]:
    """Deals of one new customer; stage, status and probability agree unless the row says otherwise."""
    customer = put(two, "customers", [{"name": "Firm"}], company)[0]
    names = list(dict.fromkeys(name for row in rows for name in row))
    return put(two, "deals", [{**dict.fromkeys(names), **_deal(customer, row)} for row in rows], company)


def _deal(customer: int, row: dict[str, Any]) -> dict[str, Any]:
    stage = Stage(row.get("stage", "prospect"))
    made = datetime(2026, 1, 1, tzinfo=UTC)
    return {
        "customer_id": customer,
        "deal_name": "Deal",
        "deal_value": Decimal(100),
        "currency": "USD",
        "stage": stage.value,
        "status": STATUS.get(stage, "open"),
        "probability": PROBABILITY[stage],
        "assigned_to": None,
        "created_at": made,
        "stage_since": made,
        "loss_reason": "Price" if stage is Stage.CLOSED_LOST else None,
        **row,
    }


def won(on: date, value: Any = 100, **more: Any) -> dict[str, Any]:
    """A won deal."""
    return {"stage": "closed_won", "actual_close_date": on, "deal_value": Decimal(value), **more}


def lost(on: date, value: Any = 100, **more: Any) -> dict[str, Any]:
    """A lost deal."""
    return {"stage": "closed_lost", "actual_close_date": on, "deal_value": Decimal(value), **more}


NOW = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
REASONS = ("Price", "No budget", "Went to A, B | C & co", "Café 100 %", "Bad timing", "x" * 200, "Price?")
Step = tuple[datetime, str | None, str]


def wandering(
    two: Office, number: int, company: int = 0, seed: int = 3
) -> dict[int, tuple[dict[str, Any], list[Step]]]:
    """Deals that went to and fro, skipped stages, were closed and reopened, and whose close was put off.

    Deal's id -> its row and its steps in order, each (when, from, to). All of it before the clock of the tests.
    """
    dice, people = chance.dice(seed), [None, *two.people[company].values()]
    by_hand = chance.dice(seed + 1_000)
    rows, ways, offs = [], [], []
    for _ in range(number):
        at = NOW - timedelta(days=dice.randint(1, 500), seconds=dice.randint(0, 86_000))
        made, way, was = at, [], None
        for _ in range(dice.randint(1, 7)):
            to = dice.choice([stage for stage in PROBABILITY if stage != was]).value
            way.append((at, was, to))
            was, at = to, at + timedelta(seconds=dice.choice([0, 60, dice.randint(1, 4_000_000)]))
            if at > NOW:
                break
        end = way[-1][2]
        closed = way[-1][0].date() if end.startswith("closed") else None
        reason = dice.choice(REASONS) if end == "closed_lost" else None
        expected = None if dice.random() < 0.2 else NOW.date() + timedelta(days=dice.randint(-60, 90))
        rows.append(
            {
                "stage": end, "status": STATUS.get(Stage(end), "open"), "probability": PROBABILITY[Stage(end)],
                "deal_value": Decimal(dice.randint(0, 10**6)) / 100 + 1, "actual_close_date": closed,
                "created_at": made, "stage_since": way[-1][0], "loss_reason": reason,
                "currency": dice.choice(["USD", "USD", "EUR"]), "assigned_to": dice.choice(people),
                "expected_close_date": expected,
                "forecast_category": by_hand.choice([None, None, None, *(one.value for one in Category)]),
            }
        )  # fmt: skip
        ways.append(way)
        offs.append(dice.choice([0, 0, 1, 2, 3, 5]) if expected else 0)
    ids = put_deals(two, rows, company)
    lines = [
        {"deal_id": id_, "from_stage": was, "to_stage": to, "moved_at": at, "deal_value": Decimal(1)}
        for id_, way in zip(ids, ways, strict=True)
        for at, was, to in way
    ]
    put(two, "deal_stage_history", lines, company)
    changes = []
    for id_, times in zip(ids, offs, strict=True):
        days = [f"2026-0{1 + n}-10" for n in range(times + 1)]
        pairs = [*pairwise(days), ("2026-08-01", "2026-02-01"), (None, "2026-05-05")]
        changes += [
            {
                "act_id": "a" * 32, "at": NOW, "action": "change", "table_name": "deals", "row_id": id_,
                "before": {"expected_close_date": was}, "after": {"expected_close_date": to},
            }
            for was, to in pairs
        ]  # fmt: skip
    put(two, "change_log", changes, company)
    return {id_: (row, way) for id_, row, way in zip(ids, rows, ways, strict=True)}


def weighted(row: dict[str, Any]) -> Decimal:
    """What a deal is worth today, rounded half up to the cent."""
    return (row["deal_value"] * row["probability"] / 100).quantize(CENT, ROUND_HALF_UP)


def rows_of(my: Workspace, query: Query | None = None, table: str = "deals") -> list[dict[str, Any]]:
    """Every row of a list."""
    query = query or Query()
    return [row for page in my.records(table).walk(query) for row in page.rows]


def behind(my: Workspace, figure: Figure) -> list[dict[str, Any]]:
    """The rows that a figure opens, as its address brings them back."""
    records = my.records(figure.rows.table)
    query = records.query(records.params(figure.rows.query), figure.rows.query.zone)
    return rows_of(my, query, figure.rows.table)


def was(figure: Figure) -> Any:
    """The value of the period before."""
    return figure.before.value if figure.before else None


def exact(shown: float) -> Decimal:
    """A frame's float as the amount it stands for."""
    return Decimal(str(shown)).quantize(CENT)
