"""How long a won deal took, and which deals a velocity is made of, within a select of deals."""

from datetime import date, datetime, timedelta, tzinfo
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import aliased
from sqlalchemy.sql.functions import FunctionElement

from crm_data import clock
from crm_data.nouns.stages import QUALIFIED_STAGES
from crm_data.store.zones import day_start
from crm_data.tables import Deal, DealStageHistory
from crm_data.tables.deal import DealStatus

CLOSED = (DealStatus.WON.value, DealStatus.LOST.value)


def cycle_days() -> sa.ColumnElement[int]:
    """Days from a deal's beginning to its close, in UTC; below zero when it closed before it began.

    A deal begins when it was made, or with the first line of its history where that is earlier (an import keeps
    the file's dates).
    """
    first = (
        sa.select(sa.func.min(DealStageHistory.moved_at))
        .where(DealStageHistory.deal_id == Deal.id, DealStageHistory.moved_at < Deal.created_at)
        .scalar_subquery()
    )
    return days_from(sa.func.coalesce(first, Deal.created_at), Deal.actual_close_date)


def timed() -> list[sa.ColumnElement[bool]]:
    """Won deals that took a time: one closed before its beginning measures nothing.

    A single day before, which the zone of the person explains, counts as none.
    """
    return [Deal.status == DealStatus.WON.value, cycle_days() >= -1]


def moving(first: date | None, last: date | None, zone: tzinfo) -> sa.ColumnElement[bool]:
    """Deals that a velocity is made of: closed from `first` to `last`, or qualified and open at the end of it."""
    return sa.or_(closed(first, last), qualified(last, zone))


def closed(first: date | None, last: date | None) -> sa.ColumnElement[bool]:
    """Deals won or lost from one day to another, both included; None is an open edge."""
    day = Deal.actual_close_date
    begun = day >= first if first else sa.true()
    return sa.and_(Deal.status.in_(CLOSED), begun, day <= last if last else sa.true())


def qualified(last: date | None, zone: tzinfo) -> sa.ColumnElement[bool]:
    """Open at qualified or further at the end of a day: as they stand, or by their history for the past."""
    coded = [stage.value for stage in QUALIFIED_STAGES]
    if last is None or last >= clock.now().astimezone(zone).date():
        return sa.and_(Deal.status == DealStatus.OPEN.value, Deal.stage.in_(coded))
    ended = day_start(last + timedelta(days=1), zone)
    stood = sa.select(DealStageHistory.id).where(
        DealStageHistory.deal_id == Deal.id,
        DealStageHistory.moved_at < ended,
        DealStageHistory.to_stage.in_(coded),
        ~_moved_on(ended),
    )
    return stood.exists()


def _moved_on(ended: datetime) -> sa.ColumnElement[bool]:
    later: Any = aliased(DealStageHistory)
    after = sa.or_(
        later.moved_at > DealStageHistory.moved_at,
        sa.and_(later.moved_at == DealStageHistory.moved_at, later.id > DealStageHistory.id),
    )
    same = later.deal_id == DealStageHistory.deal_id
    return sa.select(later.id).where(same, later.moved_at < ended, after).exists()


class days_from(FunctionElement[int]):  # noqa: N801 - it reads as the SQL function it is
    """Whole calendar days from a moment's day (in UTC) to a day."""

    type = sa.Integer()
    inherit_cache = True


class seconds_from(FunctionElement[int]):  # noqa: N801 - it reads as the SQL function it is
    """Whole seconds from one moment to another."""

    type = sa.BigInteger()
    inherit_cache = True


@compiles(seconds_from)
def _seconds(element: Any, compiler: Any, **kw: Any) -> str:
    begin, end = (compiler.process(part, **kw) for part in element.clauses)
    return f"CAST(EXTRACT(EPOCH FROM {end}) - EXTRACT(EPOCH FROM {begin}) AS BIGINT)"


@compiles(seconds_from, "sqlite")
def _seconds_sqlite(element: Any, compiler: Any, **kw: Any) -> str:
    begin, end = (compiler.process(part, **kw) for part in element.clauses)
    return f"(CAST(strftime('%s', {end}) AS INTEGER) - CAST(strftime('%s', {begin}) AS INTEGER))"


@compiles(days_from)
def _days(element: Any, compiler: Any, **kw: Any) -> str:
    moment, day = (compiler.process(part, **kw) for part in element.clauses)
    return f"(CAST({day} AS DATE) - CAST({moment} AS DATE))"


@compiles(days_from, "sqlite")
def _days_sqlite(element: Any, compiler: Any, **kw: Any) -> str:
    moment, day = (compiler.process(part, **kw) for part in element.clauses)
    return f"CAST(julianday({day}) - julianday(date({moment})) AS INTEGER)"
