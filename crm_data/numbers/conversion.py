"""Lead conversion, in the two ways it is counted, each labelled for what it is."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import sqlalchemy as sa

from crm_data.numbers.figures import Figure, Unit
from crm_data.numbers.period import Period
from crm_data.numbers.sums import number
from crm_data.store.query import Query, day_start
from crm_data.store.scope import CompanySession
from crm_data.tables import Lead

_PERIOD = "Leads converted in the period / leads made in it."
_COHORT = "Of the leads made in the period, the share that was converted since."
_BASIS = "By the day of conversion and of making; compared with as many days before."


def conversion(
    session: CompanySession, where: list[sa.ColumnElement[bool]], period: Period, query: Query
) -> list[Figure]:
    """Converted / made in the period, and the cohort's share; from 0, and for the cohort up to 1.

    Date basis: `converted_at` and `created_at` in the zone of the person. Source: Brainshark. One statement.
    """
    parts: list[sa.ColumnElement[int]] = []
    for span in (period, period.before()):
        of_it, then_made = _within(Lead.converted_at, span, query), _within(Lead.created_at, span, query)
        parts += [number(of_it), number(then_made)]
        parts += [number(sa.and_(then_made, Lead.converted_at.is_not(None)))]
    # The count names the class, which the company's filter needs to be seen.
    row = session.execute(sa.select(sa.func.count(Lead.id), *parts).where(*where)).one()
    _, converted, made, cohort, *then = (int(part) for part in row)
    return [
        Figure(
            "conversion",
            "Lead conversion",
            Unit.SHARE,
            _share(converted, made),
            _share(then[0], then[1]),
            period,
            f"{_PERIOD} {_BASIS}",
            replace(query.first(), where={**query.where, "converted_at": (period.first, period.last)}),
        ),
        Figure(
            "cohort_conversion",
            "Converted of those made",
            Unit.SHARE,
            _share(cohort, made),
            _share(then[2], then[1]),
            period,
            f"{_COHORT} {_BASIS}",
        ),
    ]


def _within(column: Any, span: Period, query: Query) -> sa.ColumnElement[bool]:
    ends = day_start(span.last + timedelta(days=1), query.zone)
    return sa.and_(column >= day_start(span.first, query.zone), column < ends)


def _share(part: int, whole: int) -> float | None:
    return part / whole if whole else None
