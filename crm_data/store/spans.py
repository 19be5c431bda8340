"""Days that move with today: what 'this week', 'last 30 days' or 'overdue' mean where the viewer is.

Quarters and years are the company's fiscal ones, as the periods of numbers are.
"""

from calendar import monthrange
from collections.abc import Callable, Mapping
from datetime import date, timedelta
from typing import Final

Span = tuple[date | None, date | None]
OVERDUE: Final = "overdue"


def _days(first: int, last: int) -> Callable[[date, int], Span]:
    return lambda today, fiscal: (today + timedelta(days=first), today + timedelta(days=last))


def _week(today: date, fiscal: int) -> Span:
    monday = today - timedelta(days=today.weekday())
    return monday, monday + timedelta(days=6)


def _months(count: int) -> Callable[[date, int], Span]:
    """The whole month, quarter or year in which a day lies."""

    def of(today: date, fiscal: int) -> Span:
        first = today.year * 12 + today.month - 1 - (today.month - fiscal) % 12 % count
        last = first + count - 1
        days = monthrange(last // 12, last % 12 + 1)[1]
        return date(first // 12, first % 12 + 1, 1), date(last // 12, last % 12 + 1, days)

    return of


# Name -> its first and last day, both included and either open, of the day it is and the month, from 1, in which
# fiscal years begin. Weeks begin on Monday.
SPANS: Final[Mapping[str, Callable[[date, int], Span]]] = {
    "today": _days(0, 0),
    "yesterday": _days(-1, -1),
    "tomorrow": _days(1, 1),
    "this_week": _week,
    "this_month": _months(1),
    "this_quarter": _months(3),
    "this_year": _months(12),
    "last_7_days": _days(-6, 0),
    "last_30_days": _days(-29, 0),
    "last_90_days": _days(-89, 0),
    "next_7_days": _days(0, 6),
    "next_30_days": _days(0, 29),
    OVERDUE: lambda today, fiscal: (None, today - timedelta(days=1)),
}


def older(days: int, today: date) -> Span:
    """All days that lie more than so many days back."""
    return None, today - timedelta(days=days + 1)
