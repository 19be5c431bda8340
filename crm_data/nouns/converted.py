"""Amounts told in the company's own currency, each by the rate of its day: in SQL, exact to the cent.

A rate is kept as a whole number of `RATE_PLACES` places, and an amount as whole cents: all of it is whole numbers,
the same on both engines.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date
from functools import partial
from types import MappingProxyType
from typing import Any, Self

import sqlalchemy as sa

from crm_data.store import summary
from crm_data.store.query import Query
from crm_data.tables import Deal, ExchangeRate, Goal, Submission
from crm_data.tables.deal import DealStatus
from crm_data.tables.types import RATE_PLACES

# A list of deals told in the company's own currency, and those that cannot be: names of selections.
CONVERTED, UNRATED, TOO_LARGE = "converted", "unrated", "too_large"
BEHIND: Mapping[str, str] = MappingProxyType(
    {
        CONVERTED: "all currencies, converted by the rate of each day",
        UNRATED: "without a rate of its day",
        TOO_LARGE: "with a rate of its day, and too large to convert",
    }
)
# The same of what is of a month, where one hinders all: whatever cannot be told.
OF_MONTHS: Mapping[str, str] = MappingProxyType(
    {CONVERTED: BEHIND[CONVERTED], UNRATED: "without a rate of its month, or too large to convert"}
)
# How an amount is converted: what a person is told.
SAID = (
    "each value by the company's rate of the close date, of an open deal by today's, rounded to the cent; deals"
    " without a rate of their day are left out."
)
# The same of what is of a month: goals, and the numbers that people give.
SAID_OF_MONTHS = (
    "each by the company's rate of its month's last day, of a month that runs or is to come by today's, rounded to"
    " the cent."
)
_RATE = sa.type_coerce(ExchangeRate.rate, sa.BigInteger)
MOST_CENTS = 999_999_999_999_999  # what an amount can hold
# What can be told of an amount that a deal had before: a hundred times of it is a whole number of 64 bits.
WIDEST_CENTS = 90_000_000_000_000_000


class Converted(str):
    """The company's own currency, in which amounts of all currencies are told; of what is open as of `today`."""

    today: date

    @classmethod
    def into(cls, currency: str, today: date) -> Self:
        """That currency, as of a day."""
        made = cls(currency)
        made.today = today
        return made


def named(money: str) -> str:
    """A currency as titles and heads of columns say it: 'USD', or 'all, in USD' where all are told in it."""
    return f"all, in {money}" if isinstance(money, Converted) else money


def is_converted(query: Query) -> bool:
    """Whether the list is told in the company's own currency."""
    return CONVERTED in query.preset.split(",")


def untold(query: Query) -> Query:
    """The same list without that: in one currency, of what cannot be told too."""
    rest = (name for name in query.preset.split(",") if name != CONVERTED)
    return replace(query, preset=",".join(rest)) if is_converted(query) else query


def worth(money: str, column: Any = Deal.deal_value) -> sa.ColumnElement[int]:
    """An amount in whole cents: as it is, or converted where `money` is `Converted`. `column`: of one of `_DAYS`.

    Converted it is amount x rate rounded half up to the cent, so that a sum is that of its rows. A closed deal has
    the rate of its close date, an open one that of today; what is of a month that of its last day, while it runs
    or is to come that of today. NULL where none holds on the day, and where the amount would be larger than one
    can be.
    """
    own, kind = summary.cents(column), column.class_
    if not isinstance(money, Converted):
        return own
    return sa.case((kind.currency == str(money), own), else_=_held(money, _times(own, _RATE), kind))


def rate_of(money: Converted) -> sa.ScalarSelect[int]:
    """A deal's rate within a select of deals, whole; NULL where none holds on its day, and of `money` itself."""
    return _held(money, _RATE)


def by_rate(
    money: Converted, currency: Any, cents: sa.ColumnElement[int], rate: Any
) -> sa.ColumnElement[int]:
    """Cents of a deal converted by its `rate_of`: also what it was worth before has the one of now.

    What was more than `WIDEST_CENTS` counts as that: an amount of ten trillion and a rate beyond ninety.
    """
    told = sa.func.coalesce(_times(cents, rate, WIDEST_CENTS), WIDEST_CENTS)
    return sa.case((currency == str(money), cents), else_=told)


def _held(money: Converted, what: sa.ColumnElement[int], kind: Any = Deal) -> sa.ScalarSelect[int]:
    """Something of the rate that holds on the day of a record, within a select of such ones."""
    return (
        sa.select(what)
        .where(ExchangeRate.company_id == kind.company_id, ExchangeRate.currency == kind.currency)
        .where(ExchangeRate.to_currency == str(money), *_DAYS[kind](money.today))
        .where(ExchangeRate.rate.is_not(None), ExchangeRate.archived_at.is_(None))
        .order_by(ExchangeRate.holds_from.desc())
        .limit(1)
        .correlate(kind)
        .scalar_subquery()
    )


def in_money(money: str, column: Any = Deal.deal_value) -> sa.ColumnElement[bool]:
    """Whether an amount is in a currency, or can be told in it."""
    if isinstance(money, Converted):
        return worth(money, column).is_not(None)
    return column.class_.currency == money  # type: ignore[no-any-return]


def has_rate(money: str, column: Any = Deal.deal_value) -> sa.ColumnElement[bool]:
    """Whether an amount is in a currency, or has a rate into it, however large it is."""
    kind = column.class_
    own = kind.currency == str(money)
    return sa.or_(own, _held(money, _RATE, kind).is_not(None)) if isinstance(money, Converted) else own


def left_out(name: str, money: Converted, column: Any = Deal.deal_value) -> list[sa.ColumnElement[bool]]:
    """What 'unrated' and 'too_large' ask for, which together are all that cannot be told."""
    rated = has_rate(money, column)
    return [~rated] if name == UNRATED else [rated, ~in_money(money, column)]


def in_days(first: date | None, last: date | None) -> list[sa.ColumnElement[bool]]:
    """Between days: deals that are open, or were closed there; any without days."""
    ends = [Deal.actual_close_date >= first] if first else []
    ends += [Deal.actual_close_date <= last] if last else []
    return [sa.or_(Deal.status == DealStatus.OPEN.value, sa.and_(*ends))] if ends else []


def _of_deal(today: date) -> list[sa.ColumnElement[bool]]:
    open_ = Deal.status == DealStatus.OPEN.value
    day = sa.case((open_, sa.literal(today, sa.Date)), else_=Deal.actual_close_date)
    return [ExchangeRate.holds_from <= day]


def _of_month(month: Any, today: date) -> list[sa.ColumnElement[bool]]:
    """Until the last day of a month, or today while it has not come."""
    return [ExchangeRate.holds_from <= today, _counted(ExchangeRate.holds_from) <= _counted(month)]


def _counted(day: Any) -> sa.ColumnElement[int]:
    """The months up to a day."""
    return sa.extract("year", day) * 12 + sa.extract("month", day)


# Which rates may hold for a record of each kind: of them the last one does.
_DAYS: Mapping[Any, Callable[[date], list[sa.ColumnElement[bool]]]] = {
    Deal: _of_deal,
    Goal: partial(_of_month, Goal.month),
    Submission: partial(_of_month, Submission.month),
}


def _times(
    cents: sa.ColumnElement[int], rate: sa.ColumnElement[int], most: int = MOST_CENTS
) -> sa.ColumnElement[int]:
    """cents x rate / 10^10, half up, NULL beyond `most`: no step is beyond what a whole number of 64 bits holds.

    The amount is split at 10^7 and the rate at its point: a x f / 10^3 + b x f / 10^10 is the part behind it.
    """
    one, low = _whole(10**RATE_PLACES), _whole(10**7)
    whole, f = rate // one, rate % one
    a, b = cents // low, cents % low
    third = _whole(10 ** (RATE_PLACES - 7))
    behind = a * f // third + (a * f % third * low + b * f + one // _whole(2)) // one
    fits = sa.or_(whole == _whole(0), cents <= _whole(most) // sa.func.nullif(whole, _whole(0)))
    return sa.case((fits, cents * whole + behind))


def _whole(number: int) -> sa.ColumnElement[int]:
    return sa.literal_column(str(number), sa.BigInteger)
