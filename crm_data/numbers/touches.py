"""Activities for each won deal: how often somebody called, wrote, met or noted something until a deal was won."""

from collections.abc import Sequence

import sqlalchemy as sa

from crm_data.nouns.cycles import cycle_days, days_from
from crm_data.numbers.figures import Figure, Formula, Question
from crm_data.numbers.period import Period
from crm_data.numbers.pipeline import Where
from crm_data.numbers.rates import BASIS, Closed
from crm_data.numbers.sums import WON, closing, number
from crm_data.store.scope import CompanySession
from crm_data.tables import Activity, Deal
from crm_data.tables.activity import ActivityType

LABEL = "Activities per won deal"


def touches(session: CompanySession, where: Where, periods: Sequence[Period]) -> list[int]:
    """How many activities the deals have that were won in each of some periods. One statement.

    Those that people logged, on the days from a deal's beginning to its close, in UTC as its cycle is.
    """
    inside = days_from(Activity.activity_date, Deal.actual_close_date).between(0, cycle_days())
    wanted = (
        sa.select(sa.func.count(Activity.id), *(number(closing(period)) for period in periods))
        .select_from(Deal)
        .join(Activity, Activity.deal_id == Deal.id)
        .where(*where, Deal.status == WON, sa.or_(*(closing(period) for period in periods)))
        .where(
            Activity.archived_at.is_(None), Activity.activity_type != ActivityType.STATUS_CHANGE.value, inside
        )
    )
    _, *counts = session.execute(wanted).one()
    return [int(count) for count in counts]


def per_won_deal(closed: Closed, count: int, period: Period, asked: Question, currency: str) -> Figure:
    """Activities / deals won in the period, by `actual_close_date`. Source: Dealcode help."""
    rows = asked.of(currency).but(status=(WON,), actual_close_date=period.edges)
    value = count / closed.won if closed.won else None
    means = f"{count:,} in all, by days in UTC; deals without any count as well. {BASIS}"
    return Figure(LABEL, Formula.TOUCHES, value, closed.won, rows, currency, period, means)
