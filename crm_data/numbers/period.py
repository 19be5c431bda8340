"""A span of whole days, and the equal span before it, with exactly as many days."""

from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta

from crm_data.errors import Invalid


@dataclass(frozen=True)
class Period:
    """The days from `first` to `last`, both of them included."""

    first: date
    last: date

    def __post_init__(self) -> None:
        if self.last < self.first:
            raise Invalid("The period ends before it begins. Choose its first and last day again.")

    @property
    def days(self) -> int:
        """How many days it has."""
        return (self.last - self.first).days + 1

    def before(self) -> "Period":
        """The days directly before it, exactly as many."""
        span = timedelta(days=self.days)
        return Period(self.first - span, self.last - span)

    def last_month(self) -> "Period":
        """As many days of the month before `first`: from its 1st, or up to its end when it has fewer."""
        end = self.first.replace(day=1) - timedelta(days=1)
        begin = end.replace(day=1)
        if self.days > end.day:
            begin = end - timedelta(days=self.days - 1)
        return Period(begin, begin + timedelta(days=self.days - 1))

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
