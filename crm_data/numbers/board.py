"""The board: open stages with totals over every matching deal, and the first cards of each."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, tzinfo
from decimal import Decimal
from typing import Any

import sqlalchemy as sa

from crm_data import clock
from crm_data.nouns.selections import pushes
from crm_data.nouns.stages import NEW_DAYS, OPEN_STAGES
from crm_data.nouns.steps import NextStep, next_steps
from crm_data.numbers.figures import Figure, Question, counted
from crm_data.numbers.pipeline import Where, stage_sums
from crm_data.numbers.sums import OPEN, Sum, Totals, added, totals
from crm_data.store.failures import unreadable
from crm_data.store.names import member_names, record_names
from crm_data.store.ordering import Key, directed
from crm_data.store.query import Query
from crm_data.store.scope import CompanySession
from crm_data.tables import Deal
from crm_data.tables.stage_rules import USUAL, StageRule, StageRules


@dataclass(frozen=True)
class Standing:
    """How an open deal stands. `days`: calendar days in its stage; `stalled`: as many as should not be.

    `past`: days since its expected close, 0 until then.
    """

    days: int
    stalled: bool
    past: int


def standing(deal: Mapping[str, Any], zone: tzinfo, rules: StageRules = USUAL) -> Standing:
    """That of an open deal's row, today where the person is."""
    days = _days(deal["stage_since"].astimezone(zone).date(), zone)
    usual = rules.of(deal["stage"]).days
    return Standing(days, bool(usual) and days >= usual, _days(deal["expected_close_date"], zone))


def untouched(lead: Mapping[str, Any], zone: tzinfo) -> int:
    """Days since a lead came in that is still new, once they are as many as should not be; else 0."""
    days = _days(lead["created_at"].astimezone(zone).date(), zone) if lead["status"] == "new" else 0
    return days if days >= NEW_DAYS else 0


@dataclass(frozen=True)
class Card:
    """One deal on the board; `value` in its own `currency`; `days`, `stalled` and `past` as in `Standing`.

    `pushes`: how often its expected close was put off.
    `by_hand`: where it was set by hand to stand in the forecast, if it was. `expected`: its expected close.
    """

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
    stalled: bool
    past: int
    pushes: int
    step: NextStep
    by_hand: str | None
    expected: date | None


@dataclass(frozen=True)
class Column:
    """One stage: `count` of all its matching deals, their `sum` in one currency, and the first cards.

    `probability` is the stage's own, in percent. `others`: sums of other currencies, never added in. What is
    drawn of them: `every`, the number of all, and `totals`, those of each currency, the first being the sum's.
    """

    stage: str
    label: str
    probability: int
    count: int
    sum: Sum
    others: list[Sum]
    cards: list[Card]
    every: Figure
    totals: Sequence[Totals]


def board(
    session: CompanySession,
    where: Where,
    by: Sequence[Key],
    query: Query,
    per_column: int,
    currency: str,
    rules: StageRules,
) -> list[Column]:
    """The columns in order, cards ordered `by` these keys. Five statements, whatever the number of deals."""
    asked = Question("deals", query)
    sums = stage_sums(session, where, currency)
    cards: dict[str, list[Card]] = {stage.value: [] for stage in OPEN_STAGES}
    for stage, card in first_cards(session, where, by, Deal.stage, query, per_column, rules):
        cards[stage].append(card)
    return [
        _column(rules.of(stage), sums[stage], currency, cards[stage], asked.but(stage=(stage.value,)))
        for stage in OPEN_STAGES
    ]


def _column(rule: StageRule, sums: list[Sum], currency: str, cards: list[Card], rows: Question) -> Column:
    label, mine = rule.label, added(sums, currency)
    count, others = sum(part.count for part in sums), [part for part in sums if part.currency != currency]
    every = counted(label, count, rows)
    each = [totals(part, label, rows) for part in (mine, *others)]
    return Column(rule.stage, label, rule.probability, count, mine, others, cards, every, each)


def first_cards(
    session: CompanySession,
    where: Where,
    by: Sequence[Key],
    apart: Any,
    query: Query,
    most: int,
    rules: StageRules,
) -> list[tuple[Any, Card]]:
    """The first open deals, ordered `by` these keys, of each value of `apart`: that value and the card of each.

    Four statements, of nothing two. Raises Unavailable where a damaged file names a stage that there is not.
    """
    rows = _first(session, where, by, apart, most)
    if any(row["stage"] not in OPEN_STAGES for row in rows):
        raise unreadable("the stage of a deal")
    customers = record_names(session, "customers", {row["customer_id"] for row in rows}) if rows else {}
    members = member_names(session)
    steps = next_steps(session, [row["id"] for row in rows], query.zone)
    found = []
    for row in rows:
        owner = row["assigned_to"]
        card = Card(
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
            step=steps[row["id"]],
            by_hand=row["forecast_category"],
            expected=row["expected_close_date"],
            pushes=row["pushes"],
            **asdict(standing(row, query.zone, rules)),
        )
        found.append((row["apart"], card))
    return found


def _first(session: CompanySession, where: Where, order: Sequence[Key], apart: Any, most: int) -> list[Any]:
    by = directed(order)
    place = sa.func.row_number().over(partition_by=apart, order_by=by).label("place")
    ranked = sa.select(Deal.id, place, apart.label("apart")).where(*where, Deal.status == OPEN).subquery()
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
            Deal.forecast_category,
            Deal.expected_close_date,
            ranked.c.apart,
            pushes().label("pushes"),
        )
        .join(ranked, ranked.c.id == Deal.id)
        .where(ranked.c.place <= most)
        .order_by(ranked.c.place)
    )
    return list(session.execute(wanted).mappings())


def _days(since: date | None, zone: tzinfo) -> int:
    today = clock.now().astimezone(zone).date()
    return max((today - since).days, 0) if since else 0
