"""A span of whole days, the equal span before it, and the periods that a person may choose."""

from calendar import monthrange
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta

from crm_data.errors import Invalid
from crm_data.store.query import days_of

EARLIEST, LATEST = date(1900, 1, 1), date(2200, 12, 31)
NAMED: Mapping[str, str] = {
    "this_month": "This month",
    "last_month": "Last month",
    "this_quarter": "This quarter",
    "last_quarter": "Last quarter",
    "this_year": "This year",
    "last_year": "Last year",
    "90_days": "Last 90 days",
    "all": "All time",
}
USUAL = "90_days"
_MONTHS = {"month": 1, "quarter": 3, "year": 12}


@dataclass(frozen=True)
class Period:
    """The days from `first` to `last`, both of them included.

    `beside`: what it is compared with, where that is not as many days directly before.
    """

    first: date
    last: date
    beside: "Period | None" = field(default=None, compare=False)

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
    def edges(self) -> tuple[date | None, date | None]:
        """Its first and last day as a filter has them: both open for all time."""
        return (None, None) if self.all_time else (self.first, self.last)

    def before(self) -> "Period | None":
        """The days directly before it, exactly as many; for one that is running as many as have passed.

        None when there are none before.
        """
        span = timedelta(days=self.days)
        if self.beside or self.all_time or self.first - EARLIEST < span:
            return self.beside
        return Period(self.first - span, self.last - span)

    def last_month(self) -> "Period":
        """As many days of the month before `first`: from its 1st, or up to its end when it has fewer."""
        return _as_many(self.first, self.days, 1)

    @classmethod
    def month_of(cls, day: date) -> "Period":
        """The whole month in which a day lies."""
        return cls(day.replace(day=1), day.replace(day=monthrange(day.year, day.month)[1]))

    @classmethod
    def month_so_far(cls, today: date) -> "Period":
        """From the 1st of the month to today."""
        return cls(today.replace(day=1), today)

    @classmethod
    def last_days(cls, today: date, days: int) -> "Period":
        """So many days up to today, today included."""
        return cls(today - timedelta(days=days - 1), today)


def _begin(day: date, months: int) -> date:
    """The first day of the month, quarter or year in which a day lies."""
    return date(day.year, (day.month - 1) // months * months + 1, 1)


def _as_many(first: date, days: int, months: int) -> Period:
    """So many days of the unit before the one that begins on `first`, up to its end when it has fewer."""
    end = first - timedelta(days=1)
    begin = max(min(_begin(end, months), end - timedelta(days=days - 1)), EARLIEST)
    return Period(begin, begin + timedelta(days=days - 1))


def chosen(word: str, today: date) -> Period:
    """The period that a word means today: a name of `NAMED`, a year as '2017', or 'FIRST..LAST'.

    A month, quarter or year is whole, also when it is running; then it is compared with as many days as have
    passed. Raises Invalid for anything else.
    """
    if word == "all":
        return Period(EARLIEST, LATEST)
    if word == USUAL:
        return Period.last_days(today, 90)
    if word in NAMED:
        which, _, unit = word.partition("_")
        months = _MONTHS[unit]
        first = _begin(today, months)
        if which == "last":
            end = first - timedelta(days=1)
            return Period(_begin(end, months), end)
        following = _begin(first + timedelta(days=31 * months), months)
        passed = (today - first).days + 1
        return Period(first, following - timedelta(days=1), _as_many(first, passed, months))
    if word == str(today.year):
        return chosen("this_year", today)
    if len(word) == 4 and word.isascii() and word.isdigit() and EARLIEST.year <= int(word) <= LATEST.year:
        return Period(date(int(word), 1, 1), date(int(word), 12, 31))
    first_day, last_day = days_of(word)
    if ".." not in word or not (first_day or last_day):
        raise Invalid("This link names a period that cannot be read. Choose one from the list.")
    return Period(first_day or EARLIEST, last_day or LATEST)
