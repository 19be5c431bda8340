"""Deals put straight into the tables, many at once and as they would stand, for totals to be tried on."""

from collections.abc import Sequence
from datetime import UTC, date, datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import sqlalchemy as sa

from crm_data import Figure, Query, Workspace
from crm_data.nouns.stages import PROBABILITY, STATUS
from crm_data.tables import Base
from crm_data.tables.deal import Stage
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
