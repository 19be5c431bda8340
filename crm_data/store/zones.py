"""Moments on the days of a person's zone: when a day begins there, and whether a column lies on some days; which
zones there are."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from functools import cache
from typing import Any
from zoneinfo import available_timezones

import sqlalchemy as sa

from crm_data.errors import Invalid

# The rest are former names, and zones of no place, as Etc/GMT+5, whose sign says the opposite of what people read.
_PLACES = frozenset(
    [
        "Africa",
        "America",
        "Antarctica",
        "Arctic",
        "Asia",
        "Atlantic",
        "Australia",
        "Europe",
        "Indian",
        "Pacific",
    ]
)


@cache
def zones() -> tuple[str, ...]:
    """The zones that a person chooses from, by their IANA names, in order; UTC is the last."""
    return (*sorted(name for name in _known().values() if name.split("/")[0] in _PLACES), "UTC")


def zone_called(said: str) -> str:
    """The IANA name that is meant, whatever the case and with spaces for its signs. Raises Invalid."""
    found = _known().get(_bare(said))
    if found is None:
        raise Invalid(
            f"Time zone: there is none called {said[:40]!r}. Choose one of the list, as Europe/Vienna.",
            "time_zone",
        )
    return found


def _bare(said: str) -> str:
    return "_".join(said.casefold().split())


@cache
def _known() -> Mapping[str, str]:
    return {_bare(name): name for name in available_timezones()}


def day_start(day: date, zone: tzinfo) -> datetime:
    """The moment at which a calendar day begins in a zone, in UTC."""
    return datetime.combine(day, time.min, tzinfo=zone).astimezone(UTC)


def within(column: Any, first: date | None, last: date | None, zone: tzinfo) -> sa.ColumnElement[bool]:
    """Moments on the days from `first` to `last`, both included, where a day begins in a zone."""
    parts = [column.is_not(None)]
    parts += [column >= day_start(first, zone)] if first is not None else []
    parts += [column < day_start(last + timedelta(days=1), zone)] if last is not None else []
    return sa.and_(*parts)
