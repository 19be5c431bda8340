"""Working days and office hours around one day that is called today."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from random import Random

HOURS = 8


@dataclass(frozen=True)
class Calendar:
    """`today` and the hour (UTC) at which the office opens. What has happened, happened before today."""

    today: date
    opens: int
    random: Random

    @property
    def until(self) -> datetime:
        """The end of the last working day before today: nothing that is told as done is later."""
        day = self.today - timedelta(days={0: 3, 6: 2}.get(self.today.weekday(), 1))
        return self.at(day, self.opens + HOURS - 1, 59)

    def at(self, day: date, hour: int, minute: int = 0) -> datetime:
        """That day and hour, in UTC."""
        return datetime.combine(day, time(hour, minute), UTC)

    def workday(self, day: date) -> date:
        """The day itself, or the Monday after a weekend."""
        return day + timedelta(days=(7 - day.weekday()) if day.weekday() > 4 else 0)

    def moment(self, day: date) -> datetime:
        """Some minute within office hours of the working day at or after `day`."""
        minute = self.random.randrange(HOURS * 60)
        return self.at(self.workday(day), self.opens + minute // 60, minute % 60)

    def past(self, days: float) -> datetime:
        """Some moment about so many days ago, yesterday at the latest."""
        return self.done(self.moment(self.today - timedelta(days=round(days))))

    def done(self, moment: datetime) -> datetime:
        """The moment itself, or one within the last working day when it would lie after that."""
        return moment if moment <= self.until else self.moment(self.until.date())

    def between(self, start: datetime, end: datetime) -> datetime:
        """Some moment within office hours from `start` to `end`; `start` itself when there is none."""
        days = max((end - start).days, 0)
        found = self.moment(start.date() + timedelta(days=self.random.randint(0, days)))
        return found if start < found < end else start
