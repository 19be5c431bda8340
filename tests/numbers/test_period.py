"""Periods: the one before has exactly as many days."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm_data import Period, errors

DAYS = st.dates(date(2000, 1, 1), date(2100, 1, 1))


@given(DAYS, st.integers(0, 800))
def test_the_period_before_touches_it_and_is_as_long(first: date, days: int) -> None:
    period = Period(first, first + timedelta(days=days))
    before = period.before()
    assert before.days == period.days == days + 1
    assert before.last + timedelta(days=1) == period.first


@given(DAYS)
def test_last_month_has_as_many_days_as_this_one_so_far(today: date) -> None:
    now = Period.month_so_far(today)
    then = now.last_month()
    assert then.days == now.days == today.day
    assert then.last < now.first
    assert then.first.day == 1 or then.last + timedelta(days=1) == now.first


def test_the_end_of_march_against_february() -> None:
    then = Period.month_so_far(date(2026, 3, 31)).last_month()
    assert then == Period(date(2026, 1, 29), date(2026, 2, 28))
    assert Period.month_so_far(date(2026, 3, 2)).last_month() == Period(date(2026, 2, 1), date(2026, 2, 2))


def test_whole_months_and_trailing_days() -> None:
    assert Period.month_of(date(2024, 2, 10)) == Period(date(2024, 2, 1), date(2024, 2, 29))
    assert Period.last_days(date(2026, 3, 2), 90).days == 90
    with pytest.raises(errors.Invalid):
        Period(date(2026, 3, 2), date(2026, 3, 1))
