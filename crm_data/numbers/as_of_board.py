"""The board as of a past day: the deals that were open when it ended, by the stage in which they stood then.

Stage, value, probability, expected close and owner are those of then, read from the log of changes; what else is
filtered by, and the currency, are those of now. Where the log does not reach back so far it says so.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta, tzinfo
from decimal import Decimal
from typing import Any

import sqlalchemy as sa

from crm_data.nouns.as_of import AsOf, stood_open, weighed
from crm_data.nouns.converted import Converted
from crm_data.nouns.selections import said_open
from crm_data.nouns.stages import OPEN_STAGES
from crm_data.numbers.figures import Figure, Formula, Question, Value
from crm_data.numbers.period import Period
from crm_data.numbers.pipeline import Where
from crm_data.numbers.sums import Totals, amount, number, total
from crm_data.store.names import member_names, record_names
from crm_data.store.scope import CompanySession
from crm_data.tables import ChangeLog, Deal, DealStageHistory
from crm_data.tables.stage_rules import StageRules

STAGES = [stage.value for stage in OPEN_STAGES]
TOO_EARLY = "Not available: the log of changes begins later."
UNKNOWN = "Not available: the history does not say how all deals stood then."


@dataclass(frozen=True)
class CardThen:
    """One deal as it stood; `value` in its own `currency`. `days`: calendar days in its stage, None where unknown.

    `past`: days since its expected close, 0 until then.
    """

    id: int
    name: str
    value: Decimal
    currency: str
    customer: str
    owner_id: int | None
    owner: str | None
    due: date | None
    days: int | None
    past: int


@dataclass(frozen=True)
class ColumnThen:
    """One stage: how many deals, the totals of each currency, that of the board first, and the largest deals."""

    stage: str
    label: str
    probability: int
    every: Figure
    totals: Sequence[Totals]
    cards: Sequence[CardThen]


@dataclass(frozen=True)
class BoardThen:
    """The open pipeline when `day` ended. `known`: whether the log reaches back so far; else nothing is available.

    `every`: all that was open, of any currency; `total` of one currency, `beside` of each other. `due`, `slipped`:
    of the same currency, expected in the month of the day, and before the day. `unknown`: the deals left out since
    the log does not say how they stood; `archived`: those left out since they are archived now, None in a list of
    such ones.
    """

    day: date
    known: bool
    currency: str
    columns: Sequence[ColumnThen]
    every: Figure
    total: Totals
    beside: Sequence[Totals]
    due: Figure
    slipped: Figure
    unknown: Figure
    archived: Figure | None


@dataclass(frozen=True)
class _Then:
    """What all figures of one day have in common."""

    as_of: AsOf
    asked: Question
    known: bool
    unknown: Mapping[str, int]  # currency -> the deals of which nobody knows
    why: str = TOO_EARLY

    def figure(
        self,
        label: str,
        formula: Formula,
        value: Value,
        count: int,
        stages: Sequence[str],
        currency: str = "",
        edges: tuple[date | None, date | None] = (None, None),
        but: str = "",
    ) -> Figure:
        """One number of that day, or "not available"."""
        rows = self.asked.of(currency) if currency else self.asked
        if not self.known:
            rows = rows.but(f"unknown_then:{self.as_of.day}")
            count = self.unknown.get(currency, 0) if currency else sum(self.unknown.values())
            return Figure(label, formula, None, count, rows, currency or None, None, self.why)
        rows = rows.but(said_open(stages, self.as_of, *edges))
        means = f"Deals that were open when {self.as_of.ended:%d %b %Y} ended{but}."
        return Figure(label, formula, value, count, rows, currency or None, None, means)

    def totals(self, label: str, stages: Sequence[str], currency: str, sums: Sequence[int]) -> Totals:
        """Number, value and weighted value of one currency."""
        count, value, weighted = sums
        return Totals(
            self.figure(label, Formula.COUNT, count, count, stages, currency),
            self.figure(label, Formula.THEN, amount(value), count, stages, currency),
            self.figure(label, Formula.WEIGHTED_THEN, amount(weighted), count, stages, currency),
        )


@dataclass(frozen=True)
class _Found:
    """What one reading of a day tells. `known`: whether the log reaches back; `largest`: a row each."""

    known: bool
    sums: Mapping[str, Mapping[str, Sequence[int]]]  # stage -> currency -> number, cents, weighted cents
    rest: Mapping[str, int]  # of the currency asked for: how many are due and slipped, and their cents
    unknown: Mapping[str, int]  # currency -> of how many nobody knows
    largest: Sequence[Any]

    def of(self, stages: Sequence[str], currency: str) -> Sequence[int]:
        """Number, cents and weighted cents of some stages together."""
        parts = [self.sums.get(stage, {}).get(currency, (0, 0, 0)) for stage in stages]
        return [sum(part[at] for part in parts) for at in range(3)]


def board_then(
    session: CompanySession,
    where: Where,
    archived: Where | None,
    asked: Question,
    day: date,
    per_column: int,
    currency: str,
    rules: StageRules,
) -> BoardThen:
    """The board at the end of a day. At most six statements, whatever the number of deals.

    `where`: the deals that are asked for as they are now; `archived`: the same of those that are archived now.
    """
    as_of = AsOf.end_of(day, asked.query.zone)
    states = as_of.open_ones(currency, where)
    month = Period.month_of(day)
    before = day - timedelta(days=1)
    found = _read(session, as_of, states, currency, (month.first, month.last), before, per_column)
    known, sums, rest, lacking = found.known, found.sums, found.rest, found.unknown
    then, unknown = _Then(as_of, asked, known, lacking), sum(lacking.values())
    codes = [currency, *sorted({code for by in sums.values() for code in by} - {currency})]
    cards = _cards(session, as_of, found.largest, asked.query.zone) if known else {}

    def all_of(stages: Sequence[str]) -> int:
        return sum(found.of(stages, code)[0] for code in codes)

    def column(stage: str) -> ColumnThen:
        rule = rules.of(stage)
        every = then.figure(rule.label, Formula.COUNT, all_of([stage]), all_of([stage]), [stage])
        totals = [then.totals(rule.label, [stage], code, found.of([stage], code)) for code in codes]
        return ColumnThen(stage, rule.label, rule.probability, every, totals, cards.get(stage, []))

    def due(label: str, name: str, edges: tuple[date | None, date | None], but: str) -> Figure:
        count, cents = rest[name], rest[f"{name}_cents"]
        return then.figure(label, Formula.THEN, amount(cents), count, STAGES, currency, edges, but)

    lost = asked.but(f"unknown_then:{as_of.day}")
    mine, *others = [then.totals("Open then", STAGES, code, found.of(STAGES, code)) for code in codes]
    return BoardThen(
        day,
        known,
        currency,
        [column(stage) for stage in STAGES],
        then.figure("Open then", Formula.COUNT, all_of(STAGES), all_of(STAGES), STAGES),
        replace(mine, weighted=replace(mine.weighted, label="Weighted then")),
        others,
        due("Closes in the month", "due", (month.first, month.last), " and expected in its month"),
        due("Slipped", "slipped", (None, before), " and expected before it"),
        Figure(
            "Not known", Formula.COUNT, unknown, unknown, lost, means=UNKNOWN.removeprefix("Not available: ")
        ),
        None if archived is None else _archived(session, as_of, archived, asked),
    )


def moment_then(
    session: CompanySession, where: Where, asked: Question, day: date, currency: str
) -> list[Figure]:
    """Open, weighted, closing in the month and slipped when a day ended, of one currency. At most two statements.

    Not available where the log of changes does not tell it of every deal that was there.
    """
    as_of, month, before = AsOf.end_of(day, asked.query.zone), Period.month_of(day), day - timedelta(days=1)
    states = as_of.open_ones(currency, where)
    found = _read(session, as_of, states, currency, (month.first, month.last), before)
    rest, lacking, why = found.rest, found.unknown, UNKNOWN if found.known else TOO_EARLY
    then = _Then(as_of, asked, found.known and not lacking.get(currency, 0), lacking, why)
    all_ = then.totals("Open then", STAGES, currency, found.of(STAGES, currency))
    due, slipped = (amount(rest[f"{name}_cents"]) for name in ("due", "slipped"))
    return [
        all_.value,
        replace(all_.weighted, label="Weighted then"),
        then.figure(
            "Closing in the month then", Formula.THEN, due, rest["due"], STAGES, currency,
            (month.first, month.last), " and expected in its month",
        ),
        then.figure(
            "Slipped then", Formula.THEN, slipped, rest["slipped"], STAGES, currency, (None, before),
            " and expected before it",
        ),
    ]  # fmt: skip


def _read(
    session: CompanySession,
    as_of: AsOf,
    states: Any,
    currency: str,
    month: tuple[date, date],
    before: date,
    most: int = 0,
) -> _Found:
    """What was open that day, and the `most` largest deals of each stage. One statement, of nothing two.

    Each of the largest is a group by itself, so that how a deal stood is looked up once for both.
    """
    by = ["stage", *([] if isinstance(currency, Converted) else ["currency"])]
    apart: Any = sa.literal_column("0", sa.Integer)
    if most > 0:
        by.append("apart")
        order = (states.c.worth.desc(), states.c.id)
        place = sa.func.row_number().over(partition_by=(states.c.unknown, states.c.stage), order_by=order)
        placed = sa.select(*states.c, place.label("place")).subquery()
        by_itself = sa.and_(placed.c.unknown == 0, placed.c.place <= most)
        states = sa.select(*placed.c, sa.case((by_itself, placed.c.id), else_=0).label("apart")).subquery()
        apart = sa.func.max(states.c.apart)
    of = states.c
    open_ = stood_open(states, STAGES)
    due, slipped = (stood_open(states, STAGES, *edges) for edges in (month, (None, before)))
    begun = sa.select(sa.func.min(ChangeLog.at)).scalar_subquery()
    wanted = sa.select(
        of.stage, apart.label("apart"), sa.func.max(of.currency).label("currency"),
        number(open_).label("open"), total(of.worth, open_).label("open_cents"),
        total(weighed(states), open_).label("weighted"),
        number(due).label("due"), total(of.worth, due).label("due_cents"),
        number(slipped).label("slipped"), total(of.worth, slipped).label("slipped_cents"),
        number(of.unknown == 1).label("lost"),
        sa.func.max(of.cents).label("cents"), sa.func.max(of.owner).label("owner"),
        sa.func.max(of.due).label("day"),
        sa.select(sa.case((begun < as_of.moment, 1), else_=0)).scalar_subquery().label("reaches"),
    ).select_from(states).group_by(*(of[name] for name in by))  # fmt: skip
    sums: dict[str, dict[str, list[int]]] = {}
    rest = dict.fromkeys(("due", "due_cents", "slipped", "slipped_cents"), 0)
    unknown: dict[str, int] = {}
    rows = session.execute(wanted).all()
    for row in rows:
        money = currency if isinstance(currency, Converted) else str(row.currency)
        if row.open:
            mine = sums.setdefault(row.stage, {}).setdefault(money, [0, 0, 0])
            for at, part in enumerate((row.open, row.open_cents, row.weighted)):
                mine[at] += int(part)
        unknown[money] = unknown.get(money, 0) + int(row.lost)
        if money == currency:
            for name in rest:
                rest[name] += int(getattr(row, name))
    largest = sorted((row for row in rows if row.apart), key=lambda row: (-row.open_cents, row.apart))
    return _Found(bool(rows[0].reaches) if rows else _reaches(session, as_of), sums, rest, unknown, largest)


def _reaches(session: CompanySession, as_of: AsOf) -> bool:
    """Whether the log of changes began before the moment. One statement."""
    begun: datetime | None = session.scalar(sa.select(sa.func.min(ChangeLog.at)))
    return begun is not None and begun < as_of.moment


def _cards(
    session: CompanySession, as_of: AsOf, largest: Sequence[Any], zone: tzinfo
) -> dict[str, list[CardThen]]:
    """Stage -> its largest deals of then, as `_read` found them. Four statements, of nothing none."""
    if not largest:
        return {}
    ids = [row.apart for row in largest]
    now = sa.select(Deal.id, Deal.deal_name, Deal.customer_id).where(Deal.id.in_(ids))
    named = {row.id: row for row in session.execute(now)}
    customers = record_names(session, "customers", {row.customer_id for row in named.values()})
    members, since = member_names(session), _stood_since(session, as_of, ids, zone)
    found: dict[str, list[CardThen]] = {}
    for row in largest:
        due, deal = date.fromisoformat(row.day) if row.day else None, named[row.apart]
        card = CardThen(
            deal.id,
            deal.deal_name,
            amount(row.cents),
            row.currency,
            customers[deal.customer_id],
            row.owner,
            None if row.owner is None else members.get(row.owner, "A former colleague"),
            due,
            since.get(deal.id),
            max((as_of.ended - due).days, 0) if due else 0,
        )
        found.setdefault(row.stage, []).append(card)
    return found


def _stood_since(session: CompanySession, as_of: AsOf, ids: Sequence[int], zone: tzinfo) -> dict[int, int]:
    """Deal -> the calendar days it had been in its stage then, where its history tells. One statement."""
    line = DealStageHistory
    wanted = (
        sa.select(line.deal_id, sa.func.max(line.moved_at))
        .where(line.deal_id.in_(ids), line.moved_at < as_of.moment)
        .group_by(line.deal_id)
    )
    return {
        deal: max((as_of.ended - at.astimezone(zone).date()).days, 0) for deal, at in session.execute(wanted)
    }


def _archived(session: CompanySession, as_of: AsOf, where: Where, asked: Question) -> Figure:
    """Those that were open then and are archived now. One statement."""
    states = as_of.open_ones("", where, beside=False)
    count = int(session.scalar(sa.select(number(stood_open(states, STAGES))).select_from(states)) or 0)
    rows = Question("deals", replace(asked.query, archived=True)).but(said_open(STAGES, as_of))
    return Figure("Archived since", Formula.COUNT, count, count, rows, means="Open then, archived now.")
