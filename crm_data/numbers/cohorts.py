"""Cohorts: of the deals made in each month, how many were won so many months later, and what they were worth."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import sqlalchemy as sa

from crm_data.nouns.goals import months_from
from crm_data.numbers.figures import Figure, Formula, Question
from crm_data.numbers.forecast import Line
from crm_data.numbers.period import LATEST, Period, steps
from crm_data.numbers.pipeline import Where
from crm_data.numbers.placing import fixed
from crm_data.numbers.sums import OPEN, WON, amount, cents, total
from crm_data.store.scope import CompanySession
from crm_data.store.zones import day_start
from crm_data.tables import Deal

MONTHS = (
    12  # as many lines at most: the last ones that the period touches, or up to its end where it has fewer
)
LATER = (0, 1, 2, 3, 6, 9, 12)  # months after the one in which the deals were made
HEADS = ("Made", "Still open", "Same month", *(f"+ {n}" for n in LATER[1:]), "To date")
VALUE_HEADS = HEADS[2:]
_BY_THEN = "By the month in which the deals were made; won by the end of that month or so many later."
_TO_DATE = "By the month in which the deals were made; won by now."


@dataclass(frozen=True)
class Cohorts:
    """A line a month in which deals were made, the oldest first, with the same lines twice.

    `shares`: how many were made, how many are open still, and the part of them that was won by the end of the
    month that is 0, 1, 2 ... later, and to date; None where that month is not over. `values`: their worth.
    """

    currency: str
    shares: Sequence[Line]
    values: Sequence[Line]


@dataclass
class _Found:
    """What SQL says of one month of making. `won`: by month of close, None for none: (count, cents)."""

    made: int
    open: int
    won: dict[date | None, tuple[int, int]]

    def by(self, last: date | None) -> tuple[int, int]:
        """How many were won up to a day, and their cents; without a day, ever."""
        held = [sums for month, sums in self.won.items() if last is None or (month and month <= last)]
        return sum(count for count, _ in held), sum(value for _, value in held)


def cohorts(
    session: CompanySession, where: Where, asked: Question, period: Period, today: date, currency: str
) -> Cohorts:
    """The months up to the period's end in which deals were made, at most `MONTHS`. One statement.

    Date basis: `created_at` in the person's zone for the line, `actual_close_date` for the columns. A deal that
    was closed before it was made (brought in later) counts from the month in which it was made on. Source:
    Varicent's "created" win rate; Atrium's cohorts for the triangle.
    """
    months = _months(period, today)
    found = _sums(session, where, asked, months, currency)
    shares, values = [], []
    for at, month in enumerate(months):
        held = found.get(at)
        if held is None:
            continue
        name = f"{month.first:%b %Y}"
        rows = asked.of(currency).but(created_at=month.edges)
        one = _Month(name, held, month, rows, today, currency)
        shares.append(Line(name, one.shares()))
        values.append(Line(name, one.values()))
    return Cohorts(currency, shares, values)


def _months(period: Period, today: date) -> list[Period]:
    """The whole months, the last of them that of the period's end or of today."""
    last = min(period.last, today)
    first = last.replace(day=1)
    for _ in range(MONTHS - 1):
        first = (first - timedelta(days=1)).replace(day=1)
    return steps(first, last, "month")


def _sums(
    session: CompanySession, where: Where, asked: Question, months: Sequence[Period], currency: str
) -> dict[int, _Found]:
    """Which of the months -> what there is of it."""
    zone = asked.query.zone
    ends = [day_start(month.last + timedelta(days=1), zone) for month in months]
    when = [(Deal.created_at < end, fixed(at)) for at, end in enumerate(ends)]
    place = sa.case(*when).label("place")
    won = Deal.status == WON
    year, month = (sa.case((won, sa.extract(part, Deal.actual_close_date))) for part in ("year", "month"))
    wanted = (
        sa.select(place, Deal.status, year, month, sa.func.count(Deal.id), total(cents(currency)))
        .where(*where, Deal.created_at >= day_start(months[0].first, zone), Deal.created_at < ends[-1])
        .group_by(place, Deal.status, year, month)
    )
    found: dict[int, _Found] = {}
    for at, status, y, m, count, value in session.execute(wanted):
        held = found.setdefault(int(at), _Found(0, 0, {}))
        held.made += int(count)
        held.open += int(count) if status == OPEN else 0
        if status == WON:
            held.won[None if y is None else date(int(y), int(m), 1)] = (int(count), int(value))
    return found


@dataclass(frozen=True)
class _Month:
    """What the figures of one month of making have in common."""

    name: str
    held: _Found
    made_in: Period
    rows: Question
    today: date
    currency: str

    def shares(self) -> list[Figure | None]:
        """How many were made and are open still, and the part that was won."""
        held, means = self.held, "By the month in which the deals were made."

        def count(label: str, many: int, rows: Question) -> Figure:
            name = f"{self.name}, {label}"
            return Figure(name, Formula.COUNT, many, many, rows, self.currency, self.made_in, means)

        def share(label: str, last: date | None, until: Period, means: str) -> Figure:
            value = held.by(last)[0] / held.made
            return Figure(
                label, Formula.WON_OF_MADE, value, held.made, self.rows, self.currency, until, means
            )

        open_ = self.rows.but(status=(OPEN,))
        return [
            count("made", held.made, self.rows),
            count("still open", held.open, open_),
            *self._each(share),
        ]

    def values(self) -> list[Figure | None]:
        """What those that were won are worth."""

        def value(label: str, last: date | None, until: Period, means: str) -> Figure:
            count, summed = self.held.by(last)
            won = self.rows.but(status=(WON,))
            behind = won.but(actual_close_date=(None, last)) if last else won
            return Figure(label, Formula.VALUE, amount(summed), count, behind, self.currency, until, means)

        return self._each(value)

    def _each(self, one: Callable[[str, date | None, Period, str], Figure]) -> list[Figure | None]:
        """A figure a month that is over, none for one that is not, and what there is to date."""

        def of(head: str, last: date | None, means: str) -> Figure:
            until = Period(self.made_in.first, last or LATEST)
            return one(f"{self.name}, won, {head.lower()}", last, until, means)

        months = months_from(self.made_in.first, LATER[-1] + 1)
        lasts = [Period.month_of(months[later]).last for later in LATER]
        found = [
            of(head, last, _BY_THEN) if last < self.today else None
            for head, last in zip(VALUE_HEADS, lasts, strict=False)
        ]
        return [*found, of(VALUE_HEADS[-1], None, _TO_DATE)]
