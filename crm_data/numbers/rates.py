"""Win rate, average deal, cycle and velocity over a period of closing, each beside the equal period before."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta, tzinfo
from decimal import Decimal
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from crm_data.nouns.stages import QUALIFIED_STAGES
from crm_data.numbers.figures import Figure, Unit
from crm_data.numbers.period import Period
from crm_data.numbers.pipeline import Where
from crm_data.numbers.sums import LOST, OPEN, WON, amount, cents, days_from, total
from crm_data.store.query import Query, day_start
from crm_data.store.scope import CompanySession
from crm_data.tables import Deal, DealStageHistory
from crm_data.tables.types import CENT


@dataclass
class Closed:
    """What was closed in one period, in one currency. Days are None when no cycle could be measured."""

    won: int = 0
    lost: int = 0
    won_value: Decimal = Decimal("0.00")
    lost_value: Decimal = Decimal("0.00")
    mean_days: float | None = None
    median_days: float | None = None
    qualified: int = 0

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


def closed_in(session: CompanySession, where: Where, periods: Sequence[Period]) -> list[Closed]:
    """What was closed in each of some periods, by `actual_close_date`; one statement for counts and sums."""
    found = [Closed() for _ in periods]
    wanted: sa.Select[Any] = sa.select(Deal.status)
    for period in periods:
        inside = Deal.actual_close_date.between(period.first, period.last)
        wanted = wanted.add_columns(total(sa.literal_column("1", sa.Integer), inside), total(cents(), inside))
    first, last = min(p.first for p in periods), max(p.last for p in periods)
    wanted = wanted.where(
        *where, Deal.status.in_((WON, LOST)), Deal.actual_close_date.between(first, last)
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
    session: CompanySession, where: Where, period: Period, today: date, zone: tzinfo
) -> tuple[Closed, Closed]:
    """Everything closed in a period and in the equal one before. Four statements."""
    both = (period, period.before())
    found = closed_in(session, where, both)
    for closed, (mean, median) in zip(found, _cycles(session, where, both), strict=True):
        closed.mean_days, closed.median_days = mean, median
    for closed, when in zip(found, both, strict=True):
        closed.qualified = _qualified(session, where, when.last, today, zone)
    return found[0], found[1]


def _cycles(
    session: CompanySession, where: Where, periods: tuple[Period, Period]
) -> list[tuple[float | None, float | None]]:
    """Mean and median days from a won deal's beginning to its close, for each period; one statement.

    A deal begins when it was made, or with the first line of its history where that is earlier (an import keeps
    the file's dates). One whose close date lies before its beginning measures nothing and is left out; a single
    day, which the zone of the person explains, counts as none.
    """
    first = (
        sa.select(sa.func.min(DealStageHistory.moved_at))
        .where(DealStageHistory.deal_id == Deal.id, DealStageHistory.moved_at < Deal.created_at)
        .scalar_subquery()
    )
    days = days_from(sa.func.coalesce(first, Deal.created_at), Deal.actual_close_date)
    which = sa.case((Deal.actual_close_date.between(periods[0].first, periods[0].last), 0), else_=1)
    won = (
        sa.select(which.label("period"), days.label("days"))
        .where(
            *where,
            Deal.status == WON,
            Deal.actual_close_date.between(periods[1].first, periods[0].last),
        )
        .subquery()
    )
    counted = sa.case((won.c.days < 0, 0), else_=won.c.days).label("days")
    ranked = (
        sa.select(
            won.c.period,
            counted,
            sa.func.row_number().over(partition_by=won.c.period, order_by=won.c.days).label("place"),
            sa.func.count().over(partition_by=won.c.period).label("n"),
        )
        .where(won.c.days >= -1)
        .subquery()
    )
    middle = ranked.c.place.in_([(ranked.c.n + 1) // 2, (ranked.c.n + 2) // 2])
    wanted = sa.select(
        ranked.c.period,
        sa.func.avg(ranked.c.days),
        sa.func.avg(sa.case((middle, ranked.c.days))),
    ).group_by(ranked.c.period)
    found: list[tuple[float | None, float | None]] = [(None, None), (None, None)]
    for at, mean, median in session.execute(wanted):
        found[at] = (float(mean), float(median))
    return found


def _qualified(session: CompanySession, where: Where, last: date, today: date, zone: tzinfo) -> int:
    """Open deals at qualified or further at the end of a day: as they stand, or by their history for the past."""
    coded = [stage.value for stage in QUALIFIED_STAGES]
    wanted = sa.select(sa.func.count(Deal.id)).where(*where)
    if last >= today:
        wanted = wanted.where(Deal.status == OPEN, Deal.stage.in_(coded))
    else:
        ended = day_start(last + timedelta(days=1), zone)
        wanted = wanted.join(DealStageHistory, DealStageHistory.deal_id == Deal.id).where(
            DealStageHistory.moved_at < ended,
            DealStageHistory.to_stage.in_(coded),
            ~_moved_on(ended),
        )
    return session.scalar(wanted) or 0


def _moved_on(ended: datetime) -> sa.ColumnElement[bool]:
    later: Any = aliased(DealStageHistory)
    after = sa.or_(
        later.moved_at > DealStageHistory.moved_at,
        sa.and_(later.moved_at == DealStageHistory.moved_at, later.id > DealStageHistory.id),
    )
    same = later.deal_id == DealStageHistory.deal_id
    return sa.select(later.id).where(same, later.moved_at < ended, after).exists()


def tiles(now: Closed, before: Closed, period: Period, query: Query, currency: str) -> list[Figure]:
    """The tiles of a period of closing, in order. Formulas: `means`; date basis: `actual_close_date`.

    Sources: Pipeline CRM (win rate), QuarterOne (average deal), Quartz (cycle), HubSpot (velocity).
    """
    closed, won = _rows(query, period, currency, (WON, LOST)), won_rows(query, period, currency)

    def tile(name: str, label: str, unit: Unit, rows: Query | None, means: str) -> Figure:
        pair = (getattr(now, name), getattr(before, name))
        return Figure(name, label, unit, *pair, period, f"{means} {_BASIS}", rows, currency)

    return [
        tile("won_value", "Won", Unit.MONEY, won, "Sum of the values of won deals."),
        tile(
            "win_rate",
            "Win rate",
            Unit.SHARE,
            closed,
            "Deals won / (deals won + deals lost).",
        ),
        tile(
            "win_rate_by_value",
            "Win rate by value",
            Unit.SHARE,
            closed,
            "Value won / (value won + value lost).",
        ),
        tile("average", "Average deal", Unit.MONEY, won, "Value won / deals won."),
        tile(
            "mean_days",
            "Average cycle",
            Unit.DAYS,
            won,
            "Mean days from a won deal's beginning to its close.",
        ),
        tile(
            "median_days",
            "Median cycle",
            Unit.DAYS,
            won,
            "The middle one of the days from each won deal's beginning to its close.",
        ),
        tile(
            "velocity",
            "Velocity",
            Unit.MONEY_A_DAY,
            None,
            "Open deals at qualified or further, as of the period's end, x average deal x win rate"
            " / average cycle.",
        ),
    ]


_BASIS = "By close date; compared with as many days before. Archived deals are in no figure."


def won_rows(query: Query, period: Period, currency: str) -> Query | None:
    """The list of the deals won in a period; None when the query itself leaves none."""
    return _rows(query, period, currency, (WON,))


def _rows(query: Query, period: Period, currency: str, statuses: tuple[str, ...]) -> Query | None:
    asked, (low, high) = query.where.get("status"), query.where.get("actual_close_date") or (None, None)
    kept = tuple(status for status in statuses if not asked or status in asked)
    first, last = max(low or period.first, period.first), min(high or period.last, period.last)
    if not kept or last < first:
        return None
    where = {**query.where, "status": kept, "actual_close_date": (first, last), "currency": currency}
    return replace(query.first(), where=where)
