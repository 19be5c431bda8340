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
_Sums = Mapping[str, Mapping[str, Sequence[int]]]


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
    known, sums, rest, lacking = _sums(session, as_of, states, currency, (month.first, month.last), before)
    then, unknown = _Then(as_of, asked, known, lacking), sum(lacking.values())
    codes = [currency, *sorted({code for by in sums.values() for code in by} - {currency})]
    cards = _cards(session, as_of, states, per_column, asked.query.zone) if known else {}

    def of(stages: Sequence[str], code: str) -> Sequence[int]:
        parts = [sums.get(stage, {}).get(code, (0, 0, 0)) for stage in stages]
        return [sum(part[at] for part in parts) for at in range(3)]

    def all_of(stages: Sequence[str]) -> int:
        return sum(of(stages, code)[0] for code in codes)

    def column(stage: str) -> ColumnThen:
        rule = rules.of(stage)
        every = then.figure(rule.label, Formula.COUNT, all_of([stage]), all_of([stage]), [stage])
        totals = [then.totals(rule.label, [stage], code, of([stage], code)) for code in codes]
        return ColumnThen(stage, rule.label, rule.probability, every, totals, cards.get(stage, []))

    def due(label: str, name: str, edges: tuple[date | None, date | None], but: str) -> Figure:
        count, cents = rest[name], rest[f"{name}_cents"]
        return then.figure(label, Formula.THEN, amount(cents), count, STAGES, currency, edges, but)

    lost = asked.but(f"unknown_then:{as_of.day}")
    mine, *others = [then.totals("Open then", STAGES, code, of(STAGES, code)) for code in codes]
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
    known, sums, rest, lacking = _sums(session, as_of, states, currency, (month.first, month.last), before)
    why = UNKNOWN if known else TOO_EARLY
    then = _Then(as_of, asked, known and not lacking.get(currency, 0), lacking, why)
    parts = [sums.get(stage, {}).get(currency, (0, 0, 0)) for stage in STAGES]
    all_ = then.totals("Open then", STAGES, currency, [sum(part[at] for part in parts) for at in range(3)])
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


def _sums(
    session: CompanySession,
    as_of: AsOf,
    states: Any,
    currency: str,
    month: tuple[date, date],
    before: date,
) -> tuple[bool, _Sums, dict[str, int], dict[str, int]]:
    """Whether the log reaches back; stage -> currency -> number, cents, weighted; what is of one currency.

    And currency -> of how many nobody knows.

    One statement.
    """
    whole = isinstance(currency, Converted)
    by = [states.c.stage] if whole else [states.c.stage, states.c.currency]
    open_ = stood_open(states, STAGES)
    due, slipped = (stood_open(states, STAGES, *edges) for edges in (month, (None, before)))
    begun = sa.select(sa.func.min(ChangeLog.at)).scalar_subquery()
    wanted = sa.select(
        *by,
        number(open_), total(states.c.worth, open_), total(weighed(states), open_),
        number(due), total(states.c.worth, due), number(slipped), total(states.c.worth, slipped),
        number(states.c.unknown == 1),
        sa.select(sa.case((begun < as_of.moment, 1), else_=0)).scalar_subquery(),
    ).select_from(states).group_by(*by)  # fmt: skip
    found: dict[str, dict[str, Sequence[int]]] = {}
    rest = dict.fromkeys(("due", "due_cents", "slipped", "slipped_cents"), 0)
    unknown: dict[str, int] = {}
    known: bool | None = None
    for (
        stage,
        *code,
        count,
        cents,
        weighted,
        due_n,
        due_sum,
        slip_n,
        slip_sum,
        lost,
        reaches,
    ) in session.execute(wanted):
        money = str(code[0]) if code else currency
        if count:
            found.setdefault(stage, {})[money] = (int(count), int(cents), int(weighted))
        unknown[money] = unknown.get(money, 0) + int(lost)
        known = bool(reaches)
        if money == currency:
            for name, part in zip(rest, (due_n, due_sum, slip_n, slip_sum), strict=False):
                rest[name] += int(part)
    return _reaches(session, as_of) if known is None else known, found, rest, unknown


def _reaches(session: CompanySession, as_of: AsOf) -> bool:
    """Whether the log of changes began before the moment. One statement."""
    begun: datetime | None = session.scalar(sa.select(sa.func.min(ChangeLog.at)))
    return begun is not None and begun < as_of.moment


def _cards(
    session: CompanySession, as_of: AsOf, states: Any, most: int, zone: tzinfo
) -> dict[str, list[CardThen]]:
    """Stage -> its largest deals of then. Four statements, of nothing one."""
    place = sa.func.row_number().over(
        partition_by=states.c.stage, order_by=(states.c.worth.desc(), states.c.id)
    )
    ranked = sa.select(*states.c, place.label("place")).where(stood_open(states, STAGES)).subquery()
    wanted = (
        sa.select(Deal.deal_name, Deal.customer_id, *ranked.c)
        .join(ranked, ranked.c.id == Deal.id)
        .where(ranked.c.place <= most)
        .order_by(ranked.c.place)
    )
    rows = session.execute(wanted).all()
    if not rows:
        return {}
    customers = record_names(session, "customers", {row.customer_id for row in rows})
    members, since = member_names(session), _stood_since(session, as_of, [row.id for row in rows], zone)
    found: dict[str, list[CardThen]] = {}
    for row in rows:
        due = date.fromisoformat(row.due) if row.due else None
        card = CardThen(
            row.id,
            row.deal_name,
            amount(row.cents),
            row.currency,
            customers[row.customer_id],
            row.owner,
            None if row.owner is None else members.get(row.owner, "A former colleague"),
            due,
            since.get(row.id),
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
