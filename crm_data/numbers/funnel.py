"""The funnel: how many different deals came how far, of those made in a period or of those that moved in it."""

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
    bars: list[Bar] = []
    rows: list[list[Any]] = []
    before: Figure | None = None
    for stage, count in zip(PASSED, counts, strict=True):
        label = "Won" if rules.label(stage) == words(Stage.CLOSED_WON) else rules.label(stage)
        figure = Figure(label, Formula.COUNT, count, count, _rows(asked, stage, period, base, skipped),
                        period=period, means=_MEANS[base])  # fmt: skip
        share = None
        if before is not None and base is Base.MADE and skipped:
            value = count / before.count if before.count else None
            share = Figure(f"{label}, of those before", Formula.STEP, value, before.count, before.rows,
                           period=period, means=_MEANS[base])  # fmt: skip
        bars.append(Bar(label, SERIES, figure, share))
        rows.append([stage.value, label, count, share.value if share else None])
        before = figure
    kind = {Base.MADE: "Deals made in the period", Base.MOVED: "Moves made in the period"}[base]
    way = "skipped stages counted" if skipped else "skipped stages not counted"
    return Chart("Funnel", f"{kind}; {way}", "", bars, pd.DataFrame(rows, columns=COLUMNS), _LACKS[base])


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
    line, zone = DealStageHistory, asked.query.zone
    went: list[sa.ColumnElement[bool]]
    if base is Base.MOVED:
        went = [came_line(stage.value) if skipped else line.to_stage == stage.value for stage in PASSED]
    else:
        coded = [from_on(stage.value) if skipped else [stage.value] for stage in PASSED]
        sides = (Deal.stage, line.to_stage, line.from_stage)
        went = [sa.or_(*(side.in_(those) for side in sides)) for those in coded]
    parts: list[Any] = [sa.func.count(sa.distinct(sa.case((when, Deal.id)))) for when in went]
    same = line.deal_id == Deal.id
    wanted: sa.Select[Any] = sa.select(*parts).select_from(Deal)
    if base is Base.MOVED:
        wanted = wanted.join(line, same).where(*where, within(line.moved_at, *period.edges, zone))
    else:
        wanted = wanted.outerjoin(line, same).where(*where)
        if not period.all_time:
            wanted = wanted.where(within(Deal.created_at, *period.edges, zone))
    return [int(count) for count in session.execute(wanted).one()]


def _rows(asked: Question, stage: Stage, period: Period, base: Base, skipped: bool) -> Question:
    if base is Base.MADE:
        name = "reached" if skipped else "entered"
        return asked.but(f"{name}:{stage.value}", created_at=period.edges)
    first, last = ("" if edge is None else edge.isoformat() for edge in period.edges)
    return asked.but(f"{'came' if skipped else 'moved'}:{stage.value}:{first}..{last}")
