"""Periods: the one before has exactly as many days."""

from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm_data import Period, errors
from crm_data.numbers.period import NAMED, chosen

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


TODAY = date(2026, 5, 20)


@pytest.mark.parametrize(
    ("word", "first", "last", "before"),
    [
        ("this_month", (2026, 5, 1), (2026, 5, 31), ((2026, 4, 1), (2026, 4, 20))),
        ("last_month", (2026, 4, 1), (2026, 4, 30), ((2026, 3, 2), (2026, 3, 31))),
        ("this_quarter", (2026, 4, 1), (2026, 6, 30), ((2026, 1, 1), (2026, 2, 19))),
        ("last_quarter", (2026, 1, 1), (2026, 3, 31), ((2025, 10, 3), (2025, 12, 31))),
        ("this_year", (2026, 1, 1), (2026, 12, 31), ((2025, 1, 1), (2025, 5, 20))),
        ("2026", (2026, 1, 1), (2026, 12, 31), ((2025, 1, 1), (2025, 5, 20))),
        ("last_year", (2025, 1, 1), (2025, 12, 31), ((2024, 1, 2), (2024, 12, 31))),
        ("2017", (2017, 1, 1), (2017, 12, 31), ((2016, 1, 2), (2016, 12, 31))),
        ("90_days", (2026, 2, 20), (2026, 5, 20), ((2025, 11, 22), (2026, 2, 19))),
        ("2026-05-03..2026-05-04", (2026, 5, 3), (2026, 5, 4), ((2026, 5, 1), (2026, 5, 2))),
    ],
)
def test_what_a_word_means(word: str, first: Any, last: Any, before: Any) -> None:
    period = chosen(word, TODAY)
    assert (period.first, period.last) == (date(*first), date(*last))
    then = period.before()
    assert then is not None
    assert (then.first, then.last) == tuple(date(*day) for day in before)


def test_all_time_has_none_before() -> None:
    every = chosen("all", TODAY)
    assert (every.all_time, every.edges, every.before()) == (True, (None, None), None)
    assert chosen("2026-01-01..", TODAY).before() is None


@given(DAYS)
def test_every_name_means_a_period_on_every_day(today: date) -> None:
    for word in NAMED:
        period = chosen(word, today)
        before = period.before()
        if word.startswith("this"):
            assert before is not None
            assert before.days == (today - period.first).days + 1
            assert before.last < period.first <= today <= period.last
        elif before is not None:
            assert before.days == period.days


WRONG = ["", "x", "..", "2026-01-01", "99999", "2026-13-01..", "2026-02-02..2026-02-01", "٢٠١٧"]


@pytest.mark.parametrize("word", WRONG)
def test_a_word_that_is_none_is_refused(word: str) -> None:
    with pytest.raises(errors.Invalid):
        chosen(word, TODAY)
