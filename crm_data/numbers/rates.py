"""Win rate, average deal, cycle and velocity over a period of closing, each beside the equal period before."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import tzinfo
from decimal import Decimal
from typing import Any

import sqlalchemy as sa

from crm_data.nouns.cycles import cycle_days, moving, qualified, timed
from crm_data.numbers.figures import Figure, Formula, Question, Value
from crm_data.numbers.period import Period
from crm_data.numbers.pipeline import Where
from crm_data.numbers.placing import is_middle
from crm_data.numbers.sums import LOST, WON, amount, cents, closing, number, total
from crm_data.store.scope import CompanySession
from crm_data.tables import Deal
from crm_data.tables.types import CENT


@dataclass
class Closed:
    """What was closed in one period, in one currency. Days are None when no cycle could be measured.

    `timed`: of how many deals one could; `moving`: closed and qualified ones together, each counted once.
    """

    won: int = 0
    lost: int = 0
    won_value: Decimal = Decimal("0.00")
    lost_value: Decimal = Decimal("0.00")
    mean_days: float | None = None
    median_days: float | None = None
    timed: int = 0
    qualified: int = 0
    moving: int = 0

    @property
    def win_rate(self) -> float | None:
        """won / (won + lost), by number of deals."""
        return self.won / (self.won + self.lost) if self.won + self.lost else None

    @property
    def win_rate_by_value(self) -> float | None:
        """value won / (value won + value lost)."""
        closed = self.won_value + self.lost_value
        return float(self.won_value / closed) if closed else None

    @property
    def average(self) -> Decimal | None:
        """value won / deals won, to the cent."""
        return (self.won_value / self.won).quantize(CENT) if self.won else None

    @property
    def velocity(self) -> Decimal | None:
        """open qualified deals x average won value x win rate / average cycle, in money a day."""
        if self.win_rate is None or not self.won or not self.mean_days:
            return None
        rate = Decimal(self.won) / (self.won + self.lost)
        a_day = self.qualified * (self.won_value / self.won) * rate / Decimal(str(self.mean_days))
        return a_day.quantize(CENT)


def closed_in(
    session: CompanySession, where: Where, periods: Sequence[Period], money: str = ""
) -> list[Closed]:
    """What was closed in each of some periods, by `actual_close_date`; one statement for counts and sums."""
    found = [Closed() for _ in periods]
    wanted: sa.Select[Any] = sa.select(Deal.status)
    for period in periods:
        inside = closing(period)
        wanted = wanted.add_columns(number(inside), total(cents(money), inside))
    wanted = wanted.where(
        *where, Deal.status.in_((WON, LOST)), sa.or_(*(closing(period) for period in periods))
    ).group_by(Deal.status)
    for status, *parts in session.execute(wanted):
        for at, closed in enumerate(found):
            count, value = int(parts[2 * at]), amount(parts[2 * at + 1])
            if status == WON:
                closed.won, closed.won_value = count, value
            else:
                closed.lost, closed.lost_value = count, value
    return found


def rates(
    session: CompanySession, where: Where, period: Period, zone: tzinfo, money: str = ""
) -> tuple[Closed, Closed | None]:
    """Everything closed in a period and in the equal one before, if there is one. Four statements at most."""
    before = period.before()
    each = [period, before] if before else [period]
    found = closed_in(session, where, each, money)
    for closed, (timed_, mean, median) in zip(found, _cycles(session, where, each), strict=True):
        closed.timed, closed.mean_days, closed.median_days = timed_, mean, median
    for closed, when in zip(found, each, strict=True):
        closed.qualified, closed.moving = _moving(session, where, when, zone)
    return found[0], found[1] if before else None


def _cycles(
    session: CompanySession, where: Where, periods: Sequence[Period]
) -> list[tuple[int, float | None, float | None]]:
    """Number, mean and median days of the won deals that took a time, for each period; one statement."""
    which = sa.case(*((closing(period), at) for at, period in enumerate(periods)))
    inside = sa.or_(*(closing(period) for period in periods))
    won = (
        sa.select(which.label("period"), cycle_days().label("days"))
        .where(*where, *timed(), inside)
        .subquery()
    )
    counted = sa.case((won.c.days < 0, 0), else_=won.c.days).label("days")
    ranked = sa.select(
        won.c.period,
        counted,
        sa.func.row_number().over(partition_by=won.c.period, order_by=won.c.days).label("place"),
        sa.func.count().over(partition_by=won.c.period).label("n"),
    ).subquery()
    middle = is_middle(ranked.c.place, ranked.c.n)
    wanted = sa.select(
        ranked.c.period,
        sa.func.count(),
        sa.func.avg(ranked.c.days),
        sa.func.avg(sa.case((middle, ranked.c.days))),
    ).group_by(ranked.c.period)
    found: list[tuple[int, float | None, float | None]] = [(0, None, None) for _ in periods]
    for at, count, mean, median in session.execute(wanted):
        found[at] = (int(count), float(mean), float(median))
    return found


def _moving(session: CompanySession, where: Where, period: Period, zone: tzinfo) -> tuple[int, int]:
    """How many deals were qualified at a period's end, and how many its velocity is made of. One statement."""
    first, last = period.edges
    wanted = sa.select(number(qualified(last, zone)), sa.func.count(Deal.id))
    counts = session.execute(wanted.where(*where, moving(first, last, zone))).one()
    return int(counts[0]), int(counts[1])


def tiles(now: Closed, before: Closed | None, period: Period, asked: Question, currency: str) -> list[Figure]:
    """The tiles of a period of closing, in order, each beside the period before. Date basis: `actual_close_date`.

    Sources: Pipeline CRM (win rate), QuarterOne (average deal), Quartz (cycle), HubSpot (velocity).
    """
    later, earlier = _tiles(now, period, asked, currency), period.before()
    if before is None or earlier is None:
        return later
    pairs = zip(later, _tiles(before, earlier, asked, currency), strict=True)
    return [replace(figure, before=then) for figure, then in pairs]


def _tiles(closed: Closed, period: Period, asked: Question, currency: str) -> list[Figure]:
    rows = asked.of(currency)
    of_period = rows.but(actual_close_date=period.edges)
    won = (closed.won, of_period.but(status=(WON,)))
    both = (closed.won + closed.lost, of_period.but(status=(WON, LOST)))
    took = (closed.timed, of_period.but("timed"))
    first, last = ("" if edge is None else edge.isoformat() for edge in period.edges)
    made = (closed.moving, rows.but(f"moving:{first}..{last}"))

    def tile(label: str, formula: Formula, value: Value | None, behind: tuple[int, Question]) -> Figure:
        return Figure(label, formula, value, *behind, currency, period, BASIS)

    return [
        tile("Won", Formula.VALUE, closed.won_value, won),
        tile("Win rate", Formula.WIN_RATE, closed.win_rate, both),
        tile("Win rate by value", Formula.WIN_RATE_BY_VALUE, closed.win_rate_by_value, both),
        tile("Average deal", Formula.AVERAGE, closed.average, won),
        tile("Average cycle", Formula.MEAN_DAYS, closed.mean_days, took),
        tile("Median cycle", Formula.MEDIAN_DAYS, closed.median_days, took),
        tile("Velocity", Formula.VELOCITY, closed.velocity, made),
    ]


BASIS = "By close date. Archived deals are in no figure."


def won_in(
    closed: Closed, label: str, formula: Formula, period: Period, asked: Question, currency: str
) -> Figure:
    """Value or number of the deals won in a period."""
    rows = asked.of(currency).but(status=(WON,), actual_close_date=period.edges)
    value = closed.won if formula is Formula.COUNT else closed.won_value
    return Figure(label, formula, value, closed.won, rows, currency, period, BASIS)


def closed_days(session: CompanySession, where: Where) -> Period | None:
    """From the first to the last day on which a deal was won or lost; None when none was. One statement."""
    day = Deal.actual_close_date
    wanted = sa.select(sa.func.min(day), sa.func.max(day)).where(*where, Deal.status.in_((WON, LOST)))
    first, last = session.execute(wanted).one()
    return Period(first, last) if first and last else None
