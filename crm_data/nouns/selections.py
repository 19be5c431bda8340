"""Selections of deals and leads behind a number, which no filter of one column can say."""

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta, tzinfo
from types import MappingProxyType
from typing import Any
from urllib.parse import quote, unquote

import sqlalchemy as sa

from crm_data import clock
from crm_data.errors import Invalid
from crm_data.nouns.as_of import AsOf
from crm_data.nouns.since import Since
from crm_data.nouns.stages import OPEN_STAGES
from crm_data.store.query import days_of
from crm_data.store.zones import day_start, within
from crm_data.tables import ChangeLog, Deal, DealStageHistory, Lead
from crm_data.tables.deal import Category, DealStatus, Stage
from crm_data.tables.said import changed
from crm_data.tables.said import said as said_of
from crm_data.tables.stage_rules import USUAL, StageRules

Clause = sa.ColumnElement[bool]
PASSED = (*OPEN_STAGES, Stage.CLOSED_WON)  # what a deal that is won goes through, in order
_OPEN = DealStatus.OPEN.value
MOST_WORDS, LONGEST_WORDS = 100, 100
FORECAST: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        **{f"in_{one.value}": (one.value,) for one in Category},
        "in_forecast": tuple(one.value for one in Category if one is not Category.OMITTED),
    }
)
_YEARS = range(1900, 2201)
_BEFORE_ALL = datetime(1900, 1, 1, tzinfo=UTC)  # no line of a log is older
_UNKNOWN = "This link names a list that is not known here. Choose one from the screen."


def from_on(stage: str) -> list[str]:
    """A stage and those that follow it on the way to a won deal."""
    coded = [one.value for one in PASSED]
    if stage not in coded:
        raise Invalid(_UNKNOWN)
    return coded[coded.index(stage) :]


def stalled(zone: tzinfo, rules: StageRules = USUAL) -> Clause:
    """Open deals that are as many calendar days in their stage as should not be; as `Standing` says of a card."""
    today = _today(zone)
    days = {stage: rules.of(stage).days for stage in OPEN_STAGES}
    late = (
        sa.and_(
            Deal.stage == stage.value,
            Deal.stage_since < day_start(today - timedelta(days=days[stage] - 1), zone),
        )
        for stage in OPEN_STAGES
        if days[stage]
    )
    return sa.and_(Deal.status == _OPEN, sa.or_(sa.false(), *late))


def forecast(name: str, rules: StageRules = USUAL) -> Clause:
    """Open deals of a category of the forecast, by hand or of their stage; of 'in_forecast' all but omitted."""
    some = FORECAST[name]
    stages = [stage for one in some for stage in rules.of_category(one)]
    by_hand, of_stage = Deal.forecast_category, Deal.stage.in_(stages)
    return sa.and_(Deal.status == _OPEN, sa.or_(by_hand.in_(some), sa.and_(by_hand.is_(None), of_stage)))


def slipped(zone: tzinfo) -> Clause:
    """Open deals whose expected close lies before today."""
    return sa.and_(Deal.status == _OPEN, Deal.expected_close_date < _today(zone))


def reached(stage: str) -> Clause:
    """Deals that ever were in a stage or further; who skipped it has passed it."""
    coded = from_on(stage)
    return sa.or_(Deal.stage.in_(coded), _history(_either(coded)))


def entered(stage: str) -> Clause:
    """Deals that ever were in a stage itself."""
    from_on(stage)
    return sa.or_(Deal.stage == stage, _history(_either([stage])))


def came(stage: str, first: date | None, last: date | None, zone: tzinfo) -> Clause:
    """Deals that in some days moved into a stage or beyond it from before it."""
    return _history(came_line(stage), within(DealStageHistory.moved_at, first, last, zone))


def came_line(stage: str) -> Clause:
    """A line of the history that goes into a stage or beyond it from before it."""
    line, coded = DealStageHistory, from_on(stage)
    before = sa.or_(line.from_stage.is_(None), line.from_stage.not_in(coded))
    return sa.and_(line.to_stage.in_(coded), before)


def moved(stage: str, first: date | None, last: date | None, zone: tzinfo) -> Clause:
    """Deals that in some days moved into a stage itself."""
    from_on(stage)
    inside = within(DealStageHistory.moved_at, first, last, zone)
    return _history(DealStageHistory.to_stage == stage, inside)


def stood(stage: str, first: date | None, last: date | None, zone: tzinfo) -> Clause:
    """Deals that in some days left a stage, and where the days reach to today those that stand in it."""
    from_on(stage)
    left = _history(
        DealStageHistory.from_stage == stage, within(DealStageHistory.moved_at, first, last, zone)
    )
    if last is not None and last < _today(zone):
        return left
    return sa.or_(left, sa.and_(Deal.status == _OPEN, Deal.stage == stage))


def since(said: str, zone: tzinfo) -> Clause:
    """Deals of one bucket since a day, by expected close between two: 'BUCKET:DAY:FIRST..LAST'; see `since`."""
    bucket, _, rest = said.partition(":")
    day, _, days = rest.partition(":")
    began, ended = days_of(f"{day}..{day}")
    if began is None or ended is None:
        raise Invalid(_UNKNOWN)
    return Since(day_start(began, zone), *days_of(days)).of(bucket)


def said_in(categories: Sequence[str], rules: StageRules, as_of: AsOf, first: date, last: date) -> str:
    """What `then_in` reads: open in these categories then, with the stages that were of them, and expected."""
    stages = [stage for one in categories for stage in rules.of_category(one) if stage in OPEN_STAGES]
    return f"then_in:{'|'.join(categories)}:{'|'.join(stages)}:{as_of.day}:{first}..{last}"


def then_in(said: str, zone: tzinfo) -> Clause:
    """Deals that were open in a forecast at the beginning of a day: 'CATEGORIES:STAGES:DAY:FIRST..LAST'."""
    named, _, rest = said.partition(":")
    coded, _, rest = rest.partition(":")
    day, _, days = rest.partition(":")
    categories, stages = named.split("|"), coded.split("|") if coded else []
    first, last = days_of(days)
    known = set(categories) <= set(Category) and set(stages) <= set(OPEN_STAGES)
    if first is None or last is None or not known:
        raise Invalid(_UNKNOWN)
    return _as_of(day, zone).expected(categories, stages, first, last)


def said_open(stages: Sequence[str], as_of: AsOf, first: date | None = None, last: date | None = None) -> str:
    """What `open_at` reads: open in these stages at the end of a day, and expected between two where there are."""
    ends = ("" if edge is None else edge.isoformat() for edge in (first, last))
    return f"open_at:{'|'.join(stages)}:{as_of.ended}:{'..'.join(ends)}"


def open_at(said: str, zone: tzinfo) -> Clause:
    """Deals that were open in some stages at the end of a day: 'STAGES:DAY:FIRST..LAST'."""
    coded, _, rest = said.partition(":")
    day, _, days = rest.partition(":")
    stages, (began, ended) = coded.split("|"), days_of(f"{day}..{day}")
    if began is None or ended is None or began.year not in _YEARS or not set(stages) <= set(OPEN_STAGES):
        raise Invalid(_UNKNOWN)
    return AsOf.end_of(began, zone).open_in(stages, *days_of(days))


def unknown_then(said: str, zone: tzinfo) -> Clause:
    """Deals that were there at the beginning of a day, and of which the log does not tell how they stood."""
    return _as_of(said, zone).unknown()


def _as_of(said: str, zone: tzinfo) -> AsOf:
    day, _ = days_of(f"{said}..{said}")
    if day is None:
        raise Invalid(_UNKNOWN)
    return AsOf(day, day_start(day, zone))


def needing(first: date | None, last: date | None, zone: tzinfo) -> Clause:
    """What tells how much pipeline a goal needs: won in its days, closed in a year, open and due by its end."""
    if first is None or last is None:
        raise Invalid(_UNKNOWN)
    return sa.or_(won_between(first, last), closed_lately(zone), due_until(last, zone))


def called(first: date | None, last: date | None, zone: tzinfo, rules: StageRules = USUAL) -> Clause:
    """Deals won in some days, and open ones in commit that are expected in those of them that are to come."""
    if first is None or last is None:
        raise Invalid(_UNKNOWN)
    due = Deal.expected_close_date.between(max(first, _today(zone)), last)
    return sa.or_(won_between(first, last), sa.and_(forecast("in_commit", rules), due))


def won_between(first: date, last: date) -> Clause:
    """Deals won in some days."""
    return sa.and_(Deal.status == DealStatus.WON.value, Deal.actual_close_date.between(first, last))


def closed_lately(zone: tzinfo) -> Clause:
    """Deals won or lost in the last 365 days, today among them."""
    today = _today(zone)
    lately = Deal.actual_close_date.between(today - timedelta(days=364), today)
    return sa.and_(Deal.status.in_((DealStatus.WON.value, DealStatus.LOST.value)), lately)


def due_until(last: date, zone: tzinfo) -> Clause:
    """Open deals that are expected from today to a day."""
    return sa.and_(Deal.status == _OPEN, Deal.expected_close_date.between(_today(zone), last))


def pushes() -> sa.ColumnElement[int]:
    """How often a deal's expected close was put off to a later day, as the log of changes tells."""
    line, close = ChangeLog, "expected_close_date"
    # Only the lines that changed it are read, not all about the deal: for a span SQLite takes their index (0065).
    later = said_of(line.before, close) < said_of(line.after, close)
    mine = (line.row_id == Deal.id, line.at >= _BEFORE_ALL)
    return sa.select(sa.func.count(line.id)).where(*changed(line, close), *mine, later).scalar_subquery()


def pushed(said: str) -> Clause:
    """Open deals that were put off 'LEAST..MOST' times; the second left out for no end."""
    least, dots, most = said.partition("..")
    if not (dots and _is_times(least) and (not most or _is_times(most))):
        raise Invalid(_UNKNOWN)
    times = pushes()
    ends = [times >= int(least), *([times <= int(most)] if most else [])]
    return sa.and_(Deal.status == _OPEN, *ends)


def _is_times(said: str) -> bool:
    return said.isascii() and said.isdigit() and len(said) <= 6


def spoken(texts: tuple[str | None, ...]) -> str:
    """Some texts of a column as a selection says them, whatever signs are in them."""
    return "|".join(quote(text or "", safe="") for text in texts)


def worded(column: Any, said: str) -> Clause:
    """Rows in which a text is exactly one of these; an empty one means that it is not filled in."""
    parts = said.split("|")
    if len(parts) > MOST_WORDS or any(len(part) > 12 * LONGEST_WORDS for part in parts):
        raise Invalid(_UNKNOWN)
    texts = [unquote(part) for part in parts]
    if any("\0" in text for text in texts):
        raise Invalid(_UNKNOWN)
    none = [column.is_(None), column == ""] if "" in texts else []
    return sa.or_(column.in_([text for text in texts if text]), *none)


def otherwise(column: Any, said: str) -> Clause:
    """Rows in which a text is none of these."""
    return sa.not_(sa.func.coalesce(worded(column, said), sa.false()))


def _staged(made: Callable[..., Clause]) -> Callable[[str, tzinfo], Clause]:
    def read(said: str, zone: tzinfo) -> Clause:
        stage, _, days = said.partition(":")
        return made(stage, *days_of(days), zone)

    return read


DEALS: Mapping[str, Callable[[str, tzinfo], Clause]] = MappingProxyType(
    {
        "stalled": lambda said, zone: stalled(zone),
        "slipped": lambda said, zone: slipped(zone),
        "reached": lambda said, zone: reached(said),
        "entered": lambda said, zone: entered(said),
        "came": _staged(came),
        "moved": _staged(moved),
        "stood": _staged(stood),
        "since": since,
        "then_in": then_in,
        "open_at": open_at,
        "unknown_then": unknown_then,
        "needing": lambda said, zone: needing(*days_of(said), zone),
        "pushed": lambda said, zone: pushed(said),
        "lost_for": lambda said, zone: worded(Deal.loss_reason, said),
        "lost_else": lambda said, zone: otherwise(Deal.loss_reason, said),
    }
)
LEADS: Mapping[str, Callable[[str, tzinfo], Clause]] = MappingProxyType(
    {
        "from": lambda said, zone: worded(Lead.source, said),
        "not_from": lambda said, zone: otherwise(Lead.source, said),
    }
)
# How a list says which of its rows a number has asked for.
SAID: Mapping[str, str] = MappingProxyType(
    {
        "stalled": "longer in their stage than they should be",
        "slipped": "open past their expected close",
        "in_commit": "commit in the forecast",
        "in_best_case": "best case in the forecast",
        "in_pipeline": "pipeline in the forecast",
        "in_omitted": "open and left out of the forecast",
        "in_forecast": "in a number of the forecast",
        "called": "won in the month, or in commit and expected in the rest of it",
        "reached": "ever in the stage or further",
        "entered": "ever in the stage",
        "came": "moved into the stage or past it",
        "moved": "moved into the stage",
        "stood": "left the stage then, or stand there",
        "since": "in this way since the day",
        "then_in": "open and in this forecast then",
        "open_at": "open at the end of the day",
        "unknown_then": "there then, and the history does not say how they stood",
        "needing": "won in the period, closed in a year, or due by its end",
        "pushed": "put off so many times",
        "lost_for": "lost for this reason",
        "lost_else": "lost for none of these reasons",
        "from": "from this source",
        "not_from": "from none of these sources",
    }
)


def _either(coded: list[str]) -> Clause:
    return sa.or_(DealStageHistory.to_stage.in_(coded), DealStageHistory.from_stage.in_(coded))


def _history(*where: Clause) -> Clause:
    lines = sa.select(DealStageHistory.id).where(DealStageHistory.deal_id == Deal.id, *where)
    return lines.exists()


def _today(zone: tzinfo) -> date:
    return clock.now().astimezone(zone).date()
