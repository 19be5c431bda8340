"""Moments on the days of a person's zone: when a day begins there, and whether a column lies on some days."""

from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import Any

import sqlalchemy as sa


def day_start(day: date, zone: tzinfo) -> datetime:
    """The moment at which a calendar day begins in a zone, in UTC."""
    return datetime.combine(day, time.min, tzinfo=zone).astimezone(UTC)


def within(column: Any, first: date | None, last: date | None, zone: tzinfo) -> sa.ColumnElement[bool]:
    """Moments on the days from `first` to `last`, both included, where a day begins in a zone."""
    parts = [column.is_not(None)]
    parts += [column >= day_start(first, zone)] if first is not None else []
    parts += [column < day_start(last + timedelta(days=1), zone)] if last is not None else []
    return sa.and_(*parts)
