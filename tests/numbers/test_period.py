"""Periods: what each word means, and that what it is compared with is as long, or the same a year ago."""

from calendar import monthrange
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm_data import Period, clock, errors
from crm_data.numbers.numbers import Numbers
from crm_data.numbers.period import COMPARED, NAMED, chosen, fiscal_year, past_periods
from crm_data.store.scope import CompanyScope

DAYS = st.dates(date(2000, 1, 1), date(2100, 1, 1))


@pytest.mark.slow
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
        ("this_week", (2026, 5, 18), (2026, 5, 24), ((2026, 5, 11), (2026, 5, 13))),
        ("last_week", (2026, 5, 11), (2026, 5, 17), ((2026, 5, 4), (2026, 5, 10))),
        ("7_days", (2026, 5, 14), (2026, 5, 20), ((2026, 5, 7), (2026, 5, 13))),
        ("30_days", (2026, 4, 21), (2026, 5, 20), ((2026, 3, 22), (2026, 4, 20))),
        ("365_days", (2025, 5, 21), (2026, 5, 20), ((2024, 5, 21), (2025, 5, 20))),
        ("2017-q2", (2017, 4, 1), (2017, 6, 30), ((2016, 12, 31), (2017, 3, 31))),
        ("2026-q2", (2026, 4, 1), (2026, 6, 30), ((2026, 1, 1), (2026, 2, 19))),
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


WRONG = [
    "",
    "x",
    "..",
    "8_days",
    "2017-q5",
    "2017-Q2",
    "2200",
    "1899",
    "this_day",
    "2026-01-01",
    "99999",
    "2026-13-01..",
    "2026-02-02..2026-02-01",
    "٢٠١٧",
]


@pytest.mark.parametrize("word", WRONG)
def test_a_word_that_is_none_is_refused(word: str) -> None:
    with pytest.raises(errors.Invalid):
        chosen(word, TODAY)


@pytest.mark.parametrize(
    ("word", "fiscal", "first", "last"),
    [
        ("this_year", 7, (2025, 7, 1), (2026, 6, 30)),
        ("this_year", 2, (2026, 2, 1), (2027, 1, 31)),
        ("last_year", 7, (2024, 7, 1), (2025, 6, 30)),
        ("2017", 4, (2017, 4, 1), (2018, 3, 31)),
        ("2017-q4", 4, (2018, 1, 1), (2018, 3, 31)),
        ("this_quarter", 2, (2026, 5, 1), (2026, 7, 31)),
        ("this_quarter", 6, (2026, 3, 1), (2026, 5, 31)),
        ("last_quarter", 12, (2025, 12, 1), (2026, 2, 28)),
        ("this_month", 9, (2026, 5, 1), (2026, 5, 31)),
    ],
)
def test_a_fiscal_year_of_its_own(word: str, fiscal: int, first: Any, last: Any) -> None:
    period = chosen(word, TODAY, fiscal)
    assert (period.first, period.last) == (date(*first), date(*last))


@given(DAYS, st.integers(1, 12), st.sampled_from(sorted(NAMED)))
def test_every_name_in_every_fiscal_year(today: date, fiscal: int, word: str) -> None:
    """Quarters tile the year, units follow each other without a gap, what is running is compared day for day."""
    period = chosen(word, today, fiscal)
    which, _, unit = word.partition("_")
    if which == "this":
        assert period.first <= today <= period.last
        last = chosen(f"last_{unit}", today, fiscal)
        assert last.last + timedelta(days=1) == period.first
        before = period.before()
        assert before is not None
        assert before.days == (today - period.first).days + 1
    if unit in ("quarter", "year"):
        assert period.first.day == 1
        assert (period.first.month - fiscal) % (3 if unit == "quarter" else 12) == 0
    if unit == "week":
        assert (period.first.weekday(), period.days) == (0, 7)
    if unit == "days":
        assert (period.last, period.days) == (today, int(which))


@given(DAYS, st.integers(1, 12))
def test_the_quarters_of_a_year_are_the_year(day: date, fiscal: int) -> None:
    year = fiscal_year(day, fiscal)
    whole = chosen(str(year), date(2150, 1, 1), fiscal)
    quarters = [chosen(f"{year}-q{n}", date(2150, 1, 1), fiscal) for n in (1, 2, 3, 4)]
    assert whole.first <= day <= whole.last
    assert (quarters[0].first, quarters[3].last) == (whole.first, whole.last)
    assert sum(quarter.days for quarter in quarters) == whole.days
    offered = past_periods(day, day, fiscal)
    assert list(offered) == [
        str(year),
        next(f"{year}-q{n}" for n, q in enumerate(quarters, 1) if q.last >= day),
    ]


@given(DAYS, st.integers(1, 12), st.sampled_from(sorted(NAMED)))
def test_the_same_period_a_year_ago(today: date, fiscal: int, word: str) -> None:
    period = chosen(word, today, fiscal, "year")
    then = period.before()
    if word == "all":
        assert then is None
        return
    assert then is not None
    whole_months = (
        period.first.day == 1 and period.last.day == monthrange(period.last.year, period.last.month)[1]
    )
    assert 364 <= (period.first - then.first).days <= 367
    if period.passed:
        assert then.days == (today - period.first).days + 1 or then.last.day == 28
    elif whole_months:
        assert (then.first.month, then.first.day, then.last.month) == (
            period.first.month,
            1,
            period.last.month,
        )
        assert then.last.day == monthrange(then.last.year, then.last.month)[1]
    else:
        assert then.days == period.days


def test_the_leap_day_and_a_year_before_it() -> None:
    leap = date(2024, 2, 29)
    assert chosen("this_month", leap, compare="year").before() == Period(date(2023, 2, 1), date(2023, 2, 28))
    assert chosen("last_month", date(2024, 3, 31), compare="year").before() == Period(
        date(2023, 2, 1), date(2023, 2, 28)
    )
    assert chosen("last_month", date(2025, 3, 1), compare="year").before() == Period(
        date(2024, 2, 1), date(2024, 2, 29)
    )
    assert chosen("7_days", leap, compare="year").before() == Period(date(2023, 2, 22), date(2023, 2, 28))


def test_compared_with_nothing_or_with_what_there_is_not() -> None:
    assert chosen("this_year", TODAY, compare="none").before() is None
    assert chosen("90_days", TODAY, compare="none").before() is None
    assert chosen("2017", TODAY, compare="year").before() == Period(date(2016, 1, 1), date(2016, 12, 31))
    with pytest.raises(errors.Invalid):
        chosen("2017", TODAY, compare="goals")
    against = chosen("2017", TODAY, compare="goal")
    assert (against.before(), against.against_goal) == (None, True)
    assert set(COMPARED) == {"before", "year", "goal", "none"}


@pytest.mark.parametrize(
    ("moment", "zone", "today"),
    [
        # Midnight between two months, here and there; the hours that clocks are moved by; the leap day.
        (datetime(2026, 2, 28, 23, 30, tzinfo=UTC), "Europe/Vienna", date(2026, 3, 1)),
        (datetime(2026, 3, 1, 4, 30, tzinfo=UTC), "America/New_York", date(2026, 2, 28)),
        (datetime(2026, 3, 29, 0, 59, tzinfo=UTC), "Europe/Vienna", date(2026, 3, 29)),
        (datetime(2026, 10, 25, 22, 59, tzinfo=UTC), "Europe/Vienna", date(2026, 10, 25)),
        (datetime(2026, 10, 25, 23, 0, tzinfo=UTC), "Europe/Vienna", date(2026, 10, 26)),
        (datetime(2024, 2, 29, 10, 0, tzinfo=UTC), "Pacific/Auckland", date(2024, 2, 29)),
        (datetime(2024, 2, 29, 11, 0, tzinfo=UTC), "Pacific/Auckland", date(2024, 3, 1)),
    ],
)
def test_today_is_where_the_person_is(moment: datetime, zone: str, today: date) -> None:
    clock.set_source(lambda: moment)
    try:
        numbers = Numbers(None, CompanyScope(1, 1, "manager", fiscal=2))  # type: ignore[arg-type]
        assert numbers.period("7_days", ZoneInfo(zone)).last == today
        month = numbers.period("this_month", ZoneInfo(zone))
        assert (month.first.month, month.passed) == (today.month, today)
        assert numbers.period("this_year", ZoneInfo(zone)).first.month == 2
    finally:
        clock.set_source(None)
