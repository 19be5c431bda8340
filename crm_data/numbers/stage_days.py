"""Time in stage: how long deals stayed in each, all visits of a deal together, open ones so far."""

from datetime import date, datetime, timedelta
from typing import Any

import pandas as pd
import sqlalchemy as sa
from sqlalchemy.orm import aliased

from crm_data import clock
from crm_data.nouns.cycles import seconds_from
from crm_data.nouns.stages import OPEN_STAGES
from crm_data.numbers.figures import Bar, Chart, Figure, Formula, Question
from crm_data.numbers.period import Period
from crm_data.numbers.pipeline import Where
from crm_data.numbers.placing import fixed, is_middle
from crm_data.numbers.sums import OPEN
from crm_data.store.scope import CompanySession
from crm_data.store.zones import within
from crm_data.tables import Deal, DealStageHistory
from crm_data.tables.stage_rules import StageRules

COLUMNS = ["stage", "label", "deals", "still", "median", "most"]
SERIES = ("Median", "80th percentile")
_A_DAY = timedelta(days=1).total_seconds()


def stage_days(
    session: CompanySession, where: Where, asked: Question, period: Period, today: date, rules: StageRules
) -> Chart:
    """A place an open stage: median and 80th percentile (nearest rank) of days, of deals of every currency.

    Of deals that left the stage in the period; where it reaches to today also of those that stand there, with the
    days so far. One deal's visits are added. In the frame `still` says how many of the deals stand there. Source:
    Odoo's duration tracking for adding visits. One statement.
    """
    found: dict[str, tuple[Any, ...]] = dict.fromkeys((one.value for one in OPEN_STAGES), (0, 0, None, None))
    running = _running(period, today)
    for stage, *parts in session.execute(_wanted(where, asked, period, running)):
        found[stage] = tuple(parts)
    bars: list[Bar] = []
    rows: list[list[Any]] = []
    for stage, (count, still, middle, most) in found.items():
        label, days = rules.label(stage), [_days(n) for n in (middle, most)]
        pair = (Formula.STAGE_MEDIAN, Formula.STAGE_MOST)
        bars += [
            Bar(label, series, _figure(f"{label}, {series.lower()}", formula, value, int(count),
                                       asked, stage, period, running))
            for series, formula, value in zip(SERIES, pair, days, strict=True)
        ]  # fmt: skip
        rows.append([stage, label, int(count), int(still), *days])
    basis = "Left in the period, or standing there so far" if running else "Left in the period"
    return Chart(
        "Days in stage", basis, "", bars, pd.DataFrame(rows, columns=COLUMNS),
        "Not known of any deal here: none left a stage in this period, or their history begins later.",
    )  # fmt: skip


def medians_by(
    session: CompanySession, placed: sa.Subquery, asked: Question, period: Period, today: date
) -> dict[tuple[int, str], tuple[int, float | None]]:
    """(Place, open stage) -> of how many deals, and the median of their days; see `breakdown`."""
    found = session.execute(_wanted([], asked, period, _running(period, today), placed))
    return {(int(place), stage): (int(count), _days(middle)) for stage, count, _, middle, _, place in found}


def median_of(
    asked: Question,
    stage: str,
    found: tuple[int, float | None],
    period: Period,
    today: date,
    rules: StageRules,
    of: str,
) -> Figure:
    """The median days in one stage. `of`: of which deals, behind the label."""
    count, value = found
    label = f"{rules.label(stage)}{of}"
    running = _running(period, today)
    return _figure(label, Formula.STAGE_MEDIAN, value, count, asked, stage, period, running)


def _running(period: Period, today: date) -> bool:
    return period.all_time or period.last >= today


def _days(seconds: Any) -> float | None:
    return None if seconds is None else float(seconds) / _A_DAY


def _figure(
    label: str,
    formula: Formula,
    value: float | None,
    count: int,
    asked: Question,
    stage: str,
    period: Period,
    running: bool,
) -> Figure:
    first, last = ("" if edge is None else edge.isoformat() for edge in period.edges)
    behind = asked.but(f"stood:{stage}:{first}..{last}")
    means = "Open deals count with the days so far." if running else "Deals that left the stage then."
    return Figure(label, formula, value, count, behind, period=period, means=means)


def _wanted(
    where: Where, asked: Question, period: Period, running: bool, placed: sa.Subquery | None = None
) -> sa.Select[Any]:
    """A row a stage, and where the deals are `placed` a row a place and stage, the place behind the sums."""
    line, now = DealStageHistory, clock.now()
    inside = within(line.moved_at, *period.edges, asked.query.zone)
    left = (
        sa.select(
            Deal.id.label("deal"),
            line.from_stage.label("stage"),
            seconds_from(sa.func.coalesce(_came_at(), Deal.created_at), line.moved_at).label("seconds"),
            _flag(0),
        )
        .select_from(Deal)
        .join(line, line.deal_id == Deal.id)
        .where(*where, inside)
        .where(line.from_stage.in_([stage.value for stage in OPEN_STAGES]))
    )
    still = _standing(where, now)
    if placed is not None:
        left, still = (
            each.add_columns(placed.c.place).join(placed, placed.c.id == Deal.id) for each in (left, still)
        )
    visits = sa.union_all(left, still).subquery() if running else left.subquery()
    days = sa.func.sum(sa.case((visits.c.seconds < 0, 0), else_=visits.c.seconds)).label("seconds")
    place = [] if placed is None else [visits.c.place]
    each = (
        sa.select(visits.c.deal, visits.c.stage, days, sa.func.max(visits.c.still).label("still"), *place)
        .group_by(visits.c.deal, visits.c.stage, *place)
        .subquery()
    )
    by = [each.c.stage] if placed is None else [each.c.stage, each.c.place]
    ranked = sa.select(
        *by,
        each.c.seconds,
        each.c.still,
        sa.func.row_number().over(partition_by=by, order_by=each.c.seconds).label("nth"),
        sa.func.count().over(partition_by=by).label("n"),
    ).subquery()
    middle = is_middle(ranked.c.nth, ranked.c.n)
    places = [] if placed is None else [ranked.c.place]
    return sa.select(
        ranked.c.stage,
        sa.func.count(),
        sa.func.sum(ranked.c.still),
        sa.func.avg(sa.case((middle, ranked.c.seconds))),
        sa.func.max(sa.case((ranked.c.nth == (4 * ranked.c.n + 4) // 5, ranked.c.seconds))),
        *places,
    ).group_by(ranked.c.stage, *places)


def _standing(where: Where, now: datetime) -> sa.Select[int, str, int, int]:
    so_far = seconds_from(Deal.stage_since, sa.literal(now, Deal.stage_since.type))
    return sa.select(Deal.id, Deal.stage, so_far, _flag(1)).where(*where, Deal.status == OPEN)


def _flag(still: int) -> sa.Label[int]:
    return fixed(still).label("still")


def _came_at() -> sa.ScalarSelect[Any]:
    """When the deal came where a line of its history finds it: the line before."""
    line, before = DealStageHistory, aliased(DealStageHistory)
    earlier = sa.or_(
        before.moved_at < line.moved_at, sa.and_(before.moved_at == line.moved_at, before.id < line.id)
    )
    return (
        sa.select(sa.func.max(before.moved_at))
        .where(before.deal_id == line.deal_id, earlier)
        .correlate(line)
        .scalar_subquery()
    )
