"""Deals then and now: of each that was or is in the pipeline its amount, close, stage and owner on both days.

Each stands in the one bucket in which the bridge counts it, so that a bucket's rows add up to its bar.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

import sqlalchemy as sa

from crm_data.nouns.converted import named
from crm_data.nouns.since import CLOSE, OWNER, Bucket, Since
from crm_data.nouns.stages import OPEN_STAGES
from crm_data.numbers.bridge import TERMS
from crm_data.numbers.figures import Figure, Formula, Question
from crm_data.numbers.period import Period
from crm_data.numbers.pipeline import Where
from crm_data.numbers.sums import amount
from crm_data.store.scope import CompanySession
from crm_data.store.zones import day_start
from crm_data.tables import Deal
from crm_data.tables.deal import Stage
from crm_data.tables.fields import fields_of
from crm_data.tables.stage_rules import StageRules

LABELS: Mapping[str, str] = {bucket.value: label for bucket, label in TERMS} | {
    Bucket.SAME.value: "Unchanged",
    Bucket.WENT.value: "Came and went",
}
# What a bucket says itself of a deal; whatever else is otherwise stands beside it.
_SAYS = {
    Bucket.NEW: "stage",
    Bucket.WON: "stage",
    Bucket.LOST: "stage",
    Bucket.PULLED_IN: CLOSE,
    Bucket.PUSHED_OUT: CLOSE,
    Bucket.RAISED: "deal_value",
    Bucket.LOWERED: "deal_value",
}
_WAY = [stage.value for stage in (Stage.CLOSED_LOST, *OPEN_STAGES, Stage.CLOSED_WON)]
NOBODY, FORMER = "Nobody", "A former colleague"


@dataclass(frozen=True)
class Stood:
    """A deal on one day: its amount, expected close, and the names of its stage and owner.

    `stage` is empty where nobody knows in which stage it was.
    """

    value: Decimal
    due: date | None
    stage: str
    owner: str


@dataclass(frozen=True)
class Changed:
    """One deal: then (None when it was not made), now, and its bucket.

    `was`, `now_in`: what it had and has in the pipeline, whose difference is its part of the bridge. `also`: what
    is otherwise beside what the bucket says, `back`: what was otherwise in between and is as it was; names of
    fields. `step`: how many stages further it is on the way to won, below zero for back; lost is behind them all.
    None where nobody knows.
    """

    id: int
    name: str
    bucket: Bucket
    then: Stood | None
    now: Stood
    was: Decimal
    now_in: Decimal
    also: Sequence[str]
    back: Sequence[str]
    step: int | None = None

    @property
    def delta(self) -> Decimal:
        """What it adds to the pipeline, below zero where it takes away."""
        return self.now_in - self.was


@dataclass(frozen=True)
class ThenNow:
    """Some of the deals, those of a bucket together and the larger differences first, and how many there are."""

    currency: str
    since: date
    deals: Sequence[Changed]
    every: Figure


def then_and_now(
    session: CompanySession,
    where: Where,
    asked: Question,
    since: date,
    closing: Period,
    show: str,
    currency: str,
    names: Mapping[int, str],
    rules: StageRules,
    first: int,
    size: int | None,
) -> ThenNow:
    """The deals of one of `since.LISTS`, `size` of them from the `first` on. One statement. Raises Invalid."""
    of = Since(day_start(since, asked.query.zone), *closing.edges, currency)
    states = of.states(True, *where)
    rank = sa.case({one.value: place for place, one in enumerate(Bucket)}, value=states.c.bucket)
    wanted = (
        sa.select(
            Deal.deal_name,
            Deal.expected_close_date,
            Deal.stage,
            Deal.assigned_to,
            *states.c,
            sa.func.count().over().label("every"),
        )
        .select_from(Deal)
        .join(states, states.c.id == Deal.id)
        .where(*where, of.listed(show, states))
        .order_by(rank, sa.func.abs(states.c.now - states.c.was).desc(), Deal.id)
        .offset(first)
        .limit(size)
    )
    rows = session.execute(wanted).all()
    count = int(rows[0].every) if rows else 0
    days = "..".join("" if edge is None else edge.isoformat() for edge in closing.edges)
    behind = asked.of(currency).but(f"since:{show}:{since.isoformat()}:{days}")
    every = Figure("Deals", Formula.COUNT, count, count, behind, currency)
    return ThenNow(currency, since, [_changed(row, names, rules) for row in rows], every)


def _changed(row: Any, names: Mapping[int, str], rules: StageRules) -> Changed:
    def owner(id_: int | None) -> str:
        return NOBODY if id_ is None else names.get(id_, FORMER)

    bucket = Bucket(row.bucket)
    now = Stood(
        amount(row.now_value), row.expected_close_date, rules.label(row.stage), owner(row.assigned_to)
    )
    if not row.existed:
        return Changed(row.id, row.deal_name, bucket, None, now, amount(row.was), amount(row.now), (), ())
    due = date.fromisoformat(row.then_due) if row.then_due else None
    then = Stood(
        amount(row.then_value),
        due,
        rules.label(row.then_stage) if row.then_stage else "",
        owner(row.then_owner),
    )
    same = {
        "deal_value": bool(row.same_value),
        CLOSE: then.due == now.due,
        "stage": row.then_stage == row.stage,
        OWNER: row.then_owner == row.assigned_to,
    }
    also = [name for name, is_same in same.items() if not is_same and name != _SAYS.get(bucket)]
    back = [name for name, is_same in same.items() if is_same and row._mapping[f"touched_{name}"]]
    return Changed(
        row.id, row.deal_name, bucket, then, now, amount(row.was), amount(row.now), also, back,
        _WAY.index(row.stage) - _WAY.index(row.then_stage) if row.then_stage else None,
    )  # fmt: skip


HEADS = (
    "id", "deal", "change", "currency", "amount then", "amount now", "in the pipeline", "expected close then",
    "expected close now", "stage then", "stage now", "owner then", "owner now", "also changed", "as it was again",
)  # fmt: skip


def table(found: ThenNow) -> Iterator[tuple[Any, ...]]:
    """A row a deal under `HEADS`; None where there was nothing."""
    for one in found.deals:
        then, now = one.then, one.now
        yield (
            one.id, one.name, LABELS[one.bucket], named(found.currency), then and then.value, now.value, one.delta,
            then and then.due, now.due, then and then.stage, now.stage, then and then.owner, now.owner,
            in_words(one.also), in_words(one.back),
        )  # fmt: skip


def in_words(names: Sequence[str]) -> str:
    """Some fields by their labels."""
    fields = fields_of(Deal)
    return ", ".join(fields[name].label for name in names)
