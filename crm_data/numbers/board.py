"""The board: open stages with totals over every matching deal, and the first cards of each."""

from dataclasses import dataclass
from datetime import datetime, tzinfo
from decimal import Decimal
from typing import Any

import sqlalchemy as sa

from crm_data import clock
from crm_data.nouns.stages import OPEN_STAGES, PROBABILITY
from crm_data.nouns.steps import NextStep, next_steps
from crm_data.numbers.pipeline import Where, stage_sums
from crm_data.numbers.sums import OPEN, Sum, added
from crm_data.store.names import member_names, record_names
from crm_data.store.query import Query, order
from crm_data.store.scope import CompanySession
from crm_data.tables import Deal
from crm_data.tables.fields import words


@dataclass(frozen=True)
class Card:
    """One deal on the board. `days`: calendar days in its stage; `value` in its own `currency`."""

    id: int
    name: str
    stage: str
    value: Decimal
    currency: str
    probability: int
    customer_id: int
    customer: str
    owner_id: int | None
    owner: str | None
    created_by: int | None
    days: int
    step: NextStep


@dataclass(frozen=True)
class Column:
    """One stage: `count` of all its matching deals, their `sum` in one currency, and the first cards.

    `probability` is the stage's own, in percent. `others`: sums of other currencies, never added in.
    """

    stage: str
    label: str
    probability: int
    count: int
    sum: Sum
    others: list[Sum]
    cards: list[Card]


def board(
    session: CompanySession, where: Where, query: Query, per_column: int, currency: str
) -> list[Column]:
    """The columns in order, cards as the list is sorted. Five statements, whatever the number of deals."""
    sums = stage_sums(session, where)
    rows = _first(session, where, query, per_column)
    customers = record_names(session, "customers", {row["customer_id"] for row in rows}) if rows else {}
    members = member_names(session)
    steps = next_steps(session, [row["id"] for row in rows], query.zone)
    cards: dict[str, list[Card]] = {stage.value: [] for stage in OPEN_STAGES}
    for row in rows:
        owner = row["assigned_to"]
        cards[row["stage"]].append(
            Card(
                id=row["id"],
                name=row["deal_name"],
                stage=row["stage"],
                value=row["deal_value"],
                currency=row["currency"],
                probability=row["probability"],
                customer_id=row["customer_id"],
                customer=customers[row["customer_id"]],
                owner_id=owner,
                owner=None if owner is None else members.get(owner, "A former colleague"),
                created_by=row["created_by"],
                days=_days(row["stage_since"], query.zone),
                step=steps[row["id"]],
            )
        )
    return [
        Column(
            stage.value,
            words(stage),
            PROBABILITY[stage],
            sum(part.count for part in sums[stage.value]),
            added(sums[stage.value], currency),
            [part for part in sums[stage.value] if part.currency != currency],
            cards[stage.value],
        )
        for stage in OPEN_STAGES
    ]


def _first(session: CompanySession, where: Where, query: Query, per_column: int) -> list[Any]:
    key, id_ = order(Deal, query)
    by = (key.desc(), id_.desc()) if query.descending else (key, id_)
    place = sa.func.row_number().over(partition_by=Deal.stage, order_by=by).label("place")
    ranked = sa.select(Deal.id, place).where(*where, Deal.status == OPEN).subquery()
    wanted = (
        sa.select(
            Deal.id,
            Deal.deal_name,
            Deal.stage,
            Deal.deal_value,
            Deal.currency,
            Deal.probability,
            Deal.customer_id,
            Deal.assigned_to,
            Deal.created_by,
            Deal.stage_since,
        )
        .join(ranked, ranked.c.id == Deal.id)
        .where(ranked.c.place <= per_column)
        .order_by(ranked.c.place)
    )
    return list(session.execute(wanted).mappings())


def _days(since: datetime, zone: tzinfo) -> int:
    today = clock.now().astimezone(zone).date()
    return max((today - since.astimezone(zone).date()).days, 0)
