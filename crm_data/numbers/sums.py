"""Money summed in SQL as whole cents, one currency at a time."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import sqlalchemy as sa

from crm_data.nouns.converted import worth
from crm_data.numbers.figures import Figure, Formula, Question
from crm_data.numbers.period import Period
from crm_data.store.adding import added_up
from crm_data.tables import Deal
from crm_data.tables.deal import DealStatus
from crm_data.tables.types import CENT

OPEN = DealStatus.OPEN.value
WON = DealStatus.WON.value
LOST = DealStatus.LOST.value


@dataclass(frozen=True)
class Sum:
    """Some deals of one currency together: how many, their value, and the value weighted by probability."""

    currency: str
    count: int
    value: Decimal
    weighted: Decimal


@dataclass(frozen=True)
class Totals:
    """Number, value and weighted value of the same deals of one currency, each a figure."""

    count: Figure
    value: Figure
    weighted: Figure


def totals(part: Sum, label: str, rows: Question) -> Totals:
    """A sum with its question: `rows` of the sum's own currency."""
    rows = rows.of(part.currency)

    def figure(formula: Formula, value: Decimal | int) -> Figure:
        return Figure(label, formula, value, part.count, rows, part.currency)

    return Totals(
        figure(Formula.COUNT, part.count),
        figure(Formula.VALUE, part.value),
        figure(Formula.WEIGHTED, part.weighted),
    )


def cents(money: str = "") -> sa.ColumnElement[int]:
    """A deal's value in whole cents; converted into `money` where that is `Converted`."""
    return worth(money)


def weighted_cents(money: str = "") -> sa.ColumnElement[int]:
    """A deal's value times its probability, rounded half up to the cent, so that a sum is that of its rows."""
    return (cents(money) * Deal.probability + 50) // 100


def variance(money: str = "") -> sa.ColumnElement[float]:
    """Over open deals that do not hang together: the sum of value squared x p x (1 - p); p from 0 to 1."""
    worth, p = sa.cast(cents(money), sa.Double) / 100.0, sa.cast(Deal.probability, sa.Double) / 100.0
    return sa.func.coalesce(sa.func.sum(worth * worth * p * (1.0 - p)), 0.0)


def total(what: sa.ColumnElement[int], when: sa.ColumnElement[bool] | None = None) -> sa.ColumnElement[int]:
    """The sum over the rows where `when` holds, exact however large; 0 over none. SQL makes nothing of it."""
    part = what if when is None else sa.case((when, what), else_=0)
    return sa.func.coalesce(added_up(part), 0)


def closing(period: Period) -> sa.ColumnElement[bool]:
    """Whether a deal's close date lies in a period; for all time also one that has none."""
    return sa.true() if period.all_time else Deal.actual_close_date.between(period.first, period.last)


def number(when: sa.ColumnElement[bool]) -> sa.ColumnElement[int]:
    """How many rows there are where `when` holds."""
    return sa.func.coalesce(sa.func.sum(sa.case((when, sa.literal_column("1", sa.Integer)), else_=0)), 0)


def amount(summed: Any) -> Decimal:
    """Summed cents as an amount with two places."""
    return (Decimal(int(summed)) / 100).quantize(CENT)


def added(sums: Iterable[Sum], currency: str) -> Sum:
    """Sums of one currency together."""
    mine = [part for part in sums if part.currency == currency]
    value, weighted = (sum((getattr(s, n) for s in mine), Decimal("0.00")) for n in ("value", "weighted"))
    return Sum(currency, sum(s.count for s in mine), value, weighted)
