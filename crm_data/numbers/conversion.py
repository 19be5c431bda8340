"""Lead conversion, in the two ways it is counted, each labelled for what it is."""

from dataclasses import replace

import sqlalchemy as sa

from crm_data.numbers.figures import Figure, Formula, Question
from crm_data.numbers.period import Period
from crm_data.numbers.sums import number
from crm_data.store.query import Query
from crm_data.store.scope import CompanySession
from crm_data.store.zones import within
from crm_data.tables import Lead

_BASIS = "By the day of conversion and of making."


def conversion(
    session: CompanySession, where: list[sa.ColumnElement[bool]], period: Period, query: Query
) -> list[Figure]:
    """Converted / made in the period, and the cohort's share; from 0, and for the cohort up to 1.

    Date basis: `converted_at` and `created_at` in the zone of the person. Source: Brainshark. One statement.
    """
    before = period.before()
    each = [period, before] if before else [period]
    parts: list[sa.ColumnElement[int]] = []
    for span in each:
        of_it, made = (within(day, *span.edges, query.zone) for day in (Lead.converted_at, Lead.created_at))
        since = sa.and_(made, Lead.converted_at.is_not(None))
        parts += [number(when) for when in (of_it, made, since, sa.or_(of_it, made))]
    # The count names the class, which the company's filter needs to be seen.
    row = session.execute(sa.select(sa.func.count(Lead.id), *parts).where(*where)).one()
    counts = [int(part) for part in row[1:]]
    pairs = [_figures(span, counts[4 * at :], Question("leads", query)) for at, span in enumerate(each)]
    if len(pairs) == 1:
        return pairs[0]
    return [replace(now, before=then) for now, then in zip(*pairs, strict=True)]


def conversion_in(
    period: Period, counts: tuple[int, int, int], leads: Question, label: str = "Lead conversion"
) -> Figure:
    """Converted / made in a period. `counts`: converted in it, made in it, and either."""
    converted, made, either = counts
    first, last = ("" if edge is None else edge.isoformat() for edge in period.edges)
    rows = leads.but(f"converting:{first}..{last}")
    return Figure(label, Formula.CONVERSION, _share(converted, made), either, rows, None, period, _BASIS)


def _figures(period: Period, counts: list[int], leads: Question) -> list[Figure]:
    converted, made, since, either = counts[:4]
    return [
        conversion_in(period, (converted, made, either), leads),
        Figure(
            "Converted of those made", Formula.COHORT, _share(since, made), made,
            leads.but(created_at=period.edges), None, period, _BASIS,
        ),
    ]  # fmt: skip


def _share(part: int, whole: int) -> float | None:
    return part / whole if whole else None
