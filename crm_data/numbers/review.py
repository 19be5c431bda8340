"""The queue of a review: open deals, those first that this person has never reviewed or not for the longest."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

import sqlalchemy as sa

from crm_data.nouns.reviews import own_reviews
from crm_data.numbers.figures import Figure, Question, counted
from crm_data.numbers.pipeline import Where
from crm_data.numbers.sums import OPEN
from crm_data.store.scope import CompanySession
from crm_data.tables import Activity, Deal

MOST = 200


@dataclass(frozen=True)
class ToReview:
    """One deal of the queue, and when this person last reviewed it."""

    id: int
    name: str
    at: datetime | None


@dataclass(frozen=True)
class Review:
    """Some deals of the queue, where in it the first of them stands, from 0, and how many there are in all.

    `before`, `after`: the deals beside those, None where the queue begins or ends.
    """

    deals: Sequence[ToReview]
    every: Figure
    first: int = 0
    before: ToReview | None = None
    after: ToReview | None = None


def review(
    session: CompanySession, where: Where, asked: Question, me: int | None, today: date, first: int = 0
) -> Review:
    """The open deals that match, as one goes through them; at most 200 of them, from `first` on. One statement.

    First those never reviewed, then those whose review is the longest ago; of the same, first those whose expected
    close has passed, then the larger ones.
    """
    last = (
        sa.select(sa.func.max(Activity.activity_date))
        .where(Activity.deal_id == Deal.id, *own_reviews(me))
        .scalar_subquery()
    )
    at = last.label("at")
    slipped = sa.case((Deal.expected_close_date < today, 0), else_=1)
    wanted = (
        sa.select(Deal.id, Deal.deal_name, at, sa.func.count().over().label("every"))
        .where(*where, Deal.status == OPEN)
        .order_by(at.is_not(None), at, slipped, Deal.deal_value.desc(), Deal.id)
        .offset(max(first - 1, 0))
        .limit(MOST + (2 if first else 1))
    )
    rows = list(session.execute(wanted))
    if len(rows) <= (first > 0) and first > 0:  # the queue ends before it by now
        return review(session, where, asked, me, today)
    every = counted("Open deals", int(rows[0].every) if rows else 0, asked.but(status=(OPEN,)))
    deals = [ToReview(row.id, row.deal_name, row.at) for row in rows]
    before, deals = (deals[0], deals[1:]) if first else (None, deals)
    return Review(deals[:MOST], every, first, before, next(iter(deals[MOST:]), None))
