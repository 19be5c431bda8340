"""The funnel: how many different deals came how far, of those made in a period or of those that moved in it."""

from collections.abc import Sequence
from enum import StrEnum
from typing import Any

import pandas as pd
import sqlalchemy as sa

from crm_data.nouns.selections import PASSED, came_line, from_on
from crm_data.numbers.figures import Bar, Chart, Figure, Formula, Question
from crm_data.numbers.period import Period
from crm_data.numbers.pipeline import Where
from crm_data.store.scope import CompanySession
from crm_data.store.zones import within
from crm_data.tables import Deal, DealStageHistory
from crm_data.tables.deal import Stage
from crm_data.tables.fields import words
from crm_data.tables.stage_rules import StageRules

COLUMNS = ["stage", "label", "deals", "of_those_before"]
SERIES = "Deals"


class Base(StrEnum):
    """Which deals a funnel is of."""

    MADE = "made"
    MOVED = "moved"


def funnel(
    session: CompanySession,
    where: Where,
    asked: Question,
    period: Period,
    base: Base,
    skipped: bool,
    rules: StageRules,
) -> Chart:
    """A place a stage, and one for won: distinct deals of every currency.

    Made: of the deals made in the period, those that ever were there, whenever that was. Moved: those that went
    there in the period, whenever they were made. `skipped`: who passed a stage over counts in it as well; then,
    of those made, each stage has its share of the one before. A deal counts once, however often it came and
    went. Source: HubSpot's two ways, Bitrix24 for skipped stages. One statement.
    """
    counts = _counts(session, where, asked, period, base, skipped)
    bars = [
        Bar(figure.label, SERIES, figure, share)
        for figure, share in steps_of(asked, counts, period, base, skipped, rules)
    ]
    rows = [
        [stage.value, bar.place, bar.figure.count, bar.beside.value if bar.beside else None]
        for stage, bar in zip(PASSED, bars, strict=True)
    ]
    kind = {Base.MADE: "Deals made in the period", Base.MOVED: "Moves made in the period"}[base]
    way = "skipped stages counted" if skipped else "skipped stages not counted"
    return Chart("Funnel", f"{kind}; {way}", "", bars, pd.DataFrame(rows, columns=COLUMNS), _LACKS[base])


def steps_of(
    asked: Question,
    counts: Sequence[int],
    period: Period,
    base: Base,
    skipped: bool,
    rules: StageRules,
    of: str = "",
) -> list[tuple[Figure, Figure | None]]:
    """A stage: how many deals came there, and their share of those that came to the one before. `of`: whose."""
    found: list[tuple[Figure, Figure | None]] = []
    before: Figure | None = None
    for stage, count in zip(PASSED, counts, strict=True):
        label = "Won" if rules.label(stage) == words(Stage.CLOSED_WON) else rules.label(stage)
        figure = Figure(f"{label}{of}", Formula.COUNT, count, count, _rows(asked, stage, period, base, skipped),
                        period=period, means=_MEANS[base])  # fmt: skip
        share = None
        if before is not None and base is Base.MADE and skipped:
            value = count / before.count if before.count else None
            share = Figure(f"{label}, of those before{of}", Formula.STEP, value, before.count, before.rows,
                           period=period, means=_MEANS[base])  # fmt: skip
        found.append((figure, share))
        before = figure
    return found


_MEANS = {
    Base.MADE: "Distinct deals made in the period, by the stages they ever came to.",
    Base.MOVED: "Distinct deals that moved there in the period, whenever they were made.",
}
_LACKS = {
    Base.MADE: "No deal was made in this period.",
    Base.MOVED: "No deal moved in this period.",
}


def _counts(
    session: CompanySession, where: Where, asked: Question, period: Period, base: Base, skipped: bool
) -> list[int]:
    wanted = sa.select(*_parts(base, skipped)).select_from(Deal)
    found = session.execute(_inside(wanted, period, base, asked).where(*where)).one()
    return [int(count) for count in found]


def counts_by(
    session: CompanySession, placed: sa.Subquery, asked: Question, period: Period
) -> dict[int, list[int]]:
    """Place -> how many of the deals made in the period came to each stage or further; see `breakdown`."""
    wanted = sa.select(placed.c.place, *_parts(Base.MADE, True)).select_from(Deal)
    wanted = wanted.join(placed, placed.c.id == Deal.id)
    each = session.execute(_inside(wanted, period, Base.MADE, asked).group_by(placed.c.place))
    return {int(place): [int(count) for count in counts] for place, *counts in each}


def _parts(base: Base, skipped: bool) -> list[Any]:
    line = DealStageHistory
    went: list[sa.ColumnElement[bool]]
    if base is Base.MOVED:
        went = [came_line(stage.value) if skipped else line.to_stage == stage.value for stage in PASSED]
    else:
        coded = [from_on(stage.value) if skipped else [stage.value] for stage in PASSED]
        sides = (Deal.stage, line.to_stage, line.from_stage)
        went = [sa.or_(*(side.in_(those) for side in sides)) for those in coded]
    return [sa.func.count(sa.distinct(sa.case((when, Deal.id)))) for when in went]


def _inside(wanted: sa.Select[Any], period: Period, base: Base, asked: Question) -> sa.Select[Any]:
    """With the lines of the history, of the deals that the base says."""
    line, zone = DealStageHistory, asked.query.zone
    same = line.deal_id == Deal.id
    if base is Base.MOVED:
        return wanted.join(line, same).where(within(line.moved_at, *period.edges, zone))
    wanted = wanted.outerjoin(line, same)
    return wanted if period.all_time else wanted.where(within(Deal.created_at, *period.edges, zone))


def _rows(asked: Question, stage: Stage, period: Period, base: Base, skipped: bool) -> Question:
    if base is Base.MADE:
        name = "reached" if skipped else "entered"
        return asked.but(f"{name}:{stage.value}", created_at=period.edges)
    first, last = ("" if edge is None else edge.isoformat() for edge in period.edges)
    return asked.but(f"{'came' if skipped else 'moved'}:{stage.value}:{first}..{last}")
