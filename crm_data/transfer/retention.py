"""Which backups are kept: the last of so many days, weeks and months."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby, islice


@dataclass(frozen=True)
class Retention:
    """Of how many days, ISO weeks and months that have a backup the last one is kept."""

    days: int = 30
    weeks: int = 8
    months: int = 12

    def keeps(self, moments: Sequence[datetime]) -> set[datetime]:
        """Which of the moments, told in UTC and the newest first, are kept."""
        kinds: tuple[tuple[int, Callable[[date], object]], ...] = (
            (self.days, lambda day: day),
            (self.weeks, lambda day: day.isocalendar()[:2]),
            (self.months, lambda day: (day.year, day.month)),
        )
        kept: set[datetime] = set()
        for most, of in kinds:
            spans = groupby(moments, key=lambda moment: of(moment.date()))
            kept |= {next(span) for _, span in islice(spans, most)}
        return kept
