"""A span of whole days, what it is compared with, and the periods that a person may choose."""

import re
from calendar import monthrange
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from enum import StrEnum

from crm_data.errors import Invalid
from crm_data.store.query import days_of

EARLIEST, LATEST = date(1900, 1, 1), date(2200, 12, 31)
NAMED: Mapping[str, str] = {
    "this_week": "This week",
    "last_week": "Last week",
    "this_month": "This month",
    "last_month": "Last month",
    "this_quarter": "This quarter",
    "last_quarter": "Last quarter",
    "this_year": "This year",
    "last_year": "Last year",
    "7_days": "Last 7 days",
    "30_days": "Last 30 days",
    "90_days": "Last 90 days",
    "365_days": "Last 365 days",
    "all": "All time",
}
USUAL = "90_days"
_MONTHS = {"month": 1, "quarter": 3, "year": 12}
_DAYS = re.compile(r"(7|30|90|365)_days")
_YEAR = re.compile(r"([0-9]{4})(?:-q([1-4]))?")
_MOST_YEARS = 10
_WRONG = "This link names a period that cannot be read. Choose one from the list."


class Compare(StrEnum):
    """What a period is compared with."""

    BEFORE = "before"
    YEAR_AGO = "year"
    GOAL = "goal"
    NOTHING = "none"


COMPARED: Mapping[str, str] = {
    Compare.BEFORE: "Period before",
    Compare.YEAR_AGO: "Same a year ago",
    Compare.GOAL: "Goal",
    Compare.NOTHING: "Nothing",
}


@dataclass(frozen=True)
class Period:
    """The days from `first` to `last`, both of them included.

    `beside`: what it is compared with, where that is not as many days directly before; `alone`: with nothing;
    `against_goal`: with what people are to win in it. `passed`: its last day that has come, where it still runs.
    """

    first: date
    last: date
    beside: "Period | None" = field(default=None, compare=False)
    alone: bool = field(default=False, compare=False)
    against_goal: bool = field(default=False, compare=False)
    passed: date | None = field(default=None, compare=False)

    def __post_init__(self) -> None:
        if self.last < self.first:
            raise Invalid("The period ends before it begins. Choose its first and last day again.")

    @property
    def days(self) -> int:
        """How many days it has."""
        return (self.last - self.first).days + 1

    @property
    def all_time(self) -> bool:
        """Whether it is every day that a field can hold, and those without a day as well."""
        return (self.first, self.last) == (EARLIEST, LATEST)

    @property
    def bounded(self) -> bool:
        """Whether it has a beginning and an end that somebody chose."""
        return self.first > EARLIEST and self.last < LATEST

    def gone(self, today: date) -> int:
        """How many of its days have come, today among them."""
        return min(max((today - self.first).days + 1, 0), self.days)

    @property
    def edges(self) -> tuple[date | None, date | None]:
        """Its first and last day as a filter has them: both open for all time."""
        return (None, None) if self.all_time else (self.first, self.last)

    def before(self) -> "Period | None":
        """What it is compared with: the days directly before it, exactly as many, unless it says another.

        None when there are none before, and for one that is compared with nothing.
        """
        span = timedelta(days=self.days)
        if self.alone:
            return None
        if self.beside or self.all_time or self.first - EARLIEST < span:
            return self.beside
        return Period(self.first - span, self.last - span)

    def moment_before(self) -> date | None:
        """The day at whose end what is of a moment is compared: the last before the period, or that a year ago.

        None where it is compared with nothing, and where there is none before.
        """
        before = self.before()
        if before is None:
            return None
        return before.last if before == self.year_ago() else self.first - timedelta(days=1)

    def year_ago(self) -> "Period | None":
        """The same period a year ago; of one that is running as many days as have passed; None before 1900.

        Whole months are whole months a year ago, whatever the length of February; else it has as many days.
        """
        if self.all_time or self.first.year <= EARLIEST.year:
            return None
        if self.first.day == 1 and self.last == _end(self.last):
            first, last = _a_year_ago(self.first), _end(_a_year_ago(self.last))
        else:
            last = _a_year_ago(self.last)
            first = last - timedelta(days=self.days - 1)
        if self.passed:
            last = min(last, first + (self.passed - self.first))
        return Period(first, last) if first >= EARLIEST else None

    def compared(self, how: Compare) -> "Period":
        """The same days, compared in this way."""
        if how is Compare.BEFORE:
            return self
        then = self.year_ago() if how is Compare.YEAR_AGO else None
        return replace(self, beside=then, alone=then is None, against_goal=how is Compare.GOAL)

    def last_month(self) -> "Period":
        """As many days of the month before `first`: from its 1st, or up to its end when it has fewer."""
        return _as_many(self.first, self.days, "month")

    @classmethod
    def month_of(cls, day: date) -> "Period":
        """The whole month in which a day lies."""
        return cls(day.replace(day=1), _end(day))

    @classmethod
    def month_so_far(cls, today: date) -> "Period":
        """From the 1st of the month to today."""
        return cls(today.replace(day=1), today)

    @classmethod
    def last_days(cls, today: date, days: int) -> "Period":
        """So many days up to today, today included."""
        return cls(today - timedelta(days=days - 1), today)


def fiscal_year(day: date, fiscal: int = 1) -> int:
    """The year in which the fiscal year of a day begins, for fiscal years that begin in this month."""
    return day.year if day.month >= fiscal else day.year - 1


def past_periods(first: date, last: date, fiscal: int = 1) -> dict[str, str]:
    """Word -> label of the last years that these days touch, and of their quarters, the latest first."""
    years = range(fiscal_year(last, fiscal), fiscal_year(first, fiscal) - 1, -1)[:_MOST_YEARS]
    found = {str(year): called(year, fiscal) for year in years}
    quarters = [(year, quarter) for year in years for quarter in (4, 3, 2, 1)]
    inside = [
        (year, quarter)
        for year, quarter in quarters
        if (span := _whole(year, quarter, fiscal)).first <= last and span.last >= first
    ]
    named = {f"{year}-q{quarter}": f"Q{quarter} {called(year, fiscal)}" for year, quarter in inside}
    return {**found, **named}


def steps(first: date, last: date, unit: str, fiscal: int = 1) -> list[Period]:
    """The whole weeks, months, quarters or years that some days touch, in order; `unit` is one of those words."""
    found, begin = [], _begin(first, unit, fiscal)
    while begin <= last:
        after = _after(begin, unit)
        found.append(Period(begin, after - timedelta(days=1)))
        begin = after
    return found


def step_label(step: Period, unit: str, fiscal: int = 1) -> str:
    """What a whole week, month, quarter or year is called: 'Mar 2026', 'Q1 2026', 'Week of 2 Mar 2026'."""
    if unit == "month":
        return f"{step.first:%b %Y}"
    if unit == "week":
        return f"Week of {step.first.day} {step.first:%b %Y}"
    year = called(fiscal_year(step.first, fiscal), fiscal)
    return year if unit == "year" else f"Q{(step.first.month - fiscal) % 12 // 3 + 1} {year}"


def called(year: int, fiscal: int) -> str:
    """A fiscal year that is no calendar year by both years of it, so that nobody has to guess."""
    return str(year) if fiscal == 1 else f"{year}/{(year + 1) % 100:02}"


def _whole(year: int, quarter: int | None, fiscal: int) -> "Period":
    """A fiscal year by the year in which it begins, or one of its quarters."""
    months = 12 if quarter is None else 3
    first = _months_on(date(year, fiscal, 1), 3 * ((quarter or 1) - 1))
    return Period(first, _months_on(first, months) - timedelta(days=1))


def _months_on(first: date, months: int) -> date:
    """The first of a month so many months after another."""
    at = first.year * 12 + first.month - 1 + months
    return date(at // 12, at % 12 + 1, 1)


def _end(day: date) -> date:
    return day.replace(day=monthrange(day.year, day.month)[1])


def _a_year_ago(day: date) -> date:
    return day.replace(year=day.year - 1, day=min(day.day, monthrange(day.year - 1, day.month)[1]))


def _begin(day: date, unit: str, fiscal: int) -> date:
    """The first day of the week, month, quarter or year in which a day lies; weeks begin on Monday."""
    if unit == "week":
        return day - timedelta(days=day.weekday())
    months = _MONTHS[unit]
    into = (day.month - fiscal) % 12 % months
    return _months_on(day.replace(day=1), -into)


def _after(first: date, unit: str) -> date:
    """The first day of the unit that follows the one that begins on `first`."""
    return first + timedelta(days=7) if unit == "week" else _months_on(first, _MONTHS[unit])


def _as_many(first: date, days: int, unit: str, fiscal: int = 1) -> Period:
    """So many days of the unit before the one that begins on `first`, up to its end when it has fewer."""
    end = first - timedelta(days=1)
    begin = max(min(_begin(end, unit, fiscal), end - timedelta(days=days - 1)), EARLIEST)
    return Period(begin, begin + timedelta(days=days - 1))


def _running(first: date, last: date, today: date, unit: str, fiscal: int) -> Period:
    then = _as_many(first, (today - first).days + 1, unit, fiscal)
    return Period(first, last, then, passed=today)


def chosen(word: str, today: date, fiscal: int = 1, compare: str = Compare.BEFORE) -> Period:
    """The period that a word means today: a name of `NAMED`, a year '2017', a quarter '2017-q2', 'FIRST..LAST'.

    Years and their quarters begin in the month `fiscal`, and are called by the year in which they begin. A week,
    month, quarter or year is whole, also when it is running; then it is compared with as many days as have
    passed. `compare`: one of `Compare`. Raises Invalid for anything else.
    """
    if compare not in COMPARED:
        raise Invalid("This link compares with something that there is not. Choose from the list.")
    return _meant(word, today, fiscal).compared(Compare(compare))


def _meant(word: str, today: date, fiscal: int) -> Period:
    if word == "all":
        return Period(EARLIEST, LATEST)
    if said := _DAYS.fullmatch(word):
        return Period.last_days(today, int(said[1]))
    if word in NAMED:
        which, _, unit = word.partition("_")
        first = _begin(today, unit, fiscal)
        if which == "last":
            end = first - timedelta(days=1)
            return Period(_begin(end, unit, fiscal), end)
        return _running(first, _after(first, unit) - timedelta(days=1), today, unit, fiscal)
    if said := _YEAR.fullmatch(word):
        return _of_a_year(int(said[1]), int(said[2]) if said[2] else None, today, fiscal)
    first_day, last_day = days_of(word)
    if ".." not in word or not (first_day or last_day):
        raise Invalid(_WRONG)
    return Period(first_day or EARLIEST, last_day or LATEST)


def _of_a_year(year: int, quarter: int | None, today: date, fiscal: int) -> Period:
    if not EARLIEST.year <= year < LATEST.year:
        raise Invalid(_WRONG)
    span = _whole(year, quarter, fiscal)
    if span.first <= today <= span.last:
        return _running(span.first, span.last, today, "quarter" if quarter else "year", fiscal)
    return span
