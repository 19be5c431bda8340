"""The bridge: from what the pipeline was worth then to what it is worth now, each deal in one of its terms."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa

from crm_data.nouns.since import Bucket, Since
from crm_data.numbers.figures import Figure, Formula, Question
from crm_data.numbers.period import Period
from crm_data.numbers.pipeline import Where
from crm_data.numbers.sums import OPEN, amount
from crm_data.store.adding import added_up
from crm_data.store.scope import CompanySession
from crm_data.store.zones import day_start

# In the order in which they are read; what comes in first, what goes out last.
TERMS = (
    (Bucket.NEW, "New"),
    (Bucket.PULLED_IN, "Pulled in"),
    (Bucket.RAISED, "Raised"),
    (Bucket.LOWERED, "Lowered"),
    (Bucket.PUSHED_OUT, "Pushed out"),
    (Bucket.LOST, "Lost"),
    (Bucket.WON, "Won"),
)


@dataclass(frozen=True)
class Bridge:
    """`opening` + all `terms` = `end`, to the cent; what takes away is below zero. `same`: left as they were;
    `went`: were not open then, were since, and are not now."""

    currency: str
    since: date
    opening: Figure
    terms: Sequence[Figure]
    end: Figure
    same: Figure
    went: Figure


def bridge(
    session: CompanySession,
    where: Where,
    asked: Question,
    since: date,
    closing: Period,
    today: date,
    currency: str,
) -> Bridge:
    """What became of the open deals since the beginning of a day, of those whose expected close is in `closing`.

    Deals of one currency as it is now, or told in one by the rate that each has now, each in exactly one term
    (`Bucket` has their rank); a deal that came and went since is in none of the terms. Unit: money. One statement.
    """
    first, last = closing.edges
    states = Since(day_start(since, asked.query.zone), first, last, currency).states(False, *where)
    wanted = (
        sa.select(
            states.c.bucket,
            sa.func.count(states.c.id),
            added_up(states.c.was),
            added_up(states.c.now),
            added_up(states.c.stood),
        )
        .select_from(states)
        .where(states.c.bucket.is_not(None))
        .group_by(states.c.bucket)
    )
    found = {bucket: [int(part) for part in parts] for bucket, *parts in session.execute(wanted)}
    rows = asked.of(currency)
    days = "..".join("" if edge is None else edge.isoformat() for edge in (first, last))
    span = Period(since, max(today, since))

    def behind(name: str) -> Question:
        return rows.but(f"since:{name}:{since.isoformat()}:{days}")

    def term(bucket: Bucket, label: str) -> Figure:
        count, was, now, _ = found.get(bucket.value, [0, 0, 0, 0])
        means = "Each deal stands in one term."
        return Figure(
            label, Formula.DELTA, amount(now - was), count, behind(bucket.value), currency, span, means
        )

    was = sum(parts[1] for parts in found.values())
    now, stood = sum(parts[2] for parts in found.values()), sum(parts[3] for parts in found.values())
    gone = (Bucket.WON, Bucket.LOST, Bucket.PUSHED_OUT, Bucket.WENT)
    stands = sum(parts[0] for bucket, parts in found.items() if bucket not in gone)
    end = rows.but(status=(OPEN,), expected_close_date=closing.edges)
    return Bridge(
        currency,
        since,
        Figure("Opening", Formula.THEN, amount(was), stood, behind("then"), currency, span),
        [term(bucket, label) for bucket, label in TERMS],
        Figure("Now", Formula.VALUE, amount(now), stands, end, currency, None, "Open deals as of now."),
        term(Bucket.SAME, "Unchanged"),
        term(Bucket.WENT, "Came and went"),
    )
