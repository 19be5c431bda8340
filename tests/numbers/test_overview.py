"""The overview: each number is that of the list behind it, at a bounded cost."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from tests.nouns.makers import a_deal, a_task
from tests.nouns.test_tasks import due
from tests.numbers.makers import behind, put_deals, was, won
from tests.support.office import Office
from tests.support.statements import counted


def test_what_needs_me_now(two: Office) -> None:
    my = two.at()
    due(my)
    due(two.at(0, "user"))
    mine = a_deal(my, assigned_to=two.people[0]["manager"])
    a_deal(my)
    planned = a_deal(my, assigned_to=two.people[0]["manager"])
    a_task(my, deal_id=planned, due_date="2026-03-20")
    overview = my.numbers.overview()
    assert {name: figure.value for name, figure in overview.figures.items()} == {
        "overdue": 1,
        "today": 2,
        "upcoming": 2,
        "due": 3,
        "without_step": 1,
        "without_step_all": 2,
        "recent": overview.recent.total,
    }
    assert [row["title"] for row in overview.due.rows] == ["late", "today", "evening"]
    assert [row["id"] for row in overview.without_step.rows] == [mine]


def test_this_month_against_last(two: Office) -> None:
    days = {date(2026, 3, 1): 10, date(2026, 2, 1): 3, date(2026, 2, 2): 4, date(2026, 2, 3): 50}
    put_deals(two, [won(day, value) for day, value in days.items()])
    put_deals(two, [won(date(2026, 3, 2), 999)], company=1)
    overview = two.at().numbers.overview()
    value, count = overview.month
    assert (value.value, was(value)) == (Decimal(10), Decimal(7))
    assert (count.value, was(count)) == (1, 2)
    assert overview.last_month.value == Decimal(57)
    for figure in (value, overview.last_month):
        rows = behind(two.at(), figure)
        assert sum(row["deal_value"] for row in rows) == figure.value


@pytest.mark.slow
def test_it_costs_the_same_however_much_there_is(two: Office) -> None:
    sent_for = []
    for number in (1, 40):
        for _ in range(number):
            due(two.at())
            a_task(two.at(), deal_id=a_deal(two.at(), assigned_to=two.people[0]["manager"]))
            a_deal(two.at(), assigned_to=two.people[0]["manager"])
        with counted(two.store) as sent:
            two.at().numbers.overview()
        sent_for.append(len(sent))
    assert sent_for[0] == sent_for[1] <= 20


def test_a_company_with_nothing(two: Office, frozen_clock: Any) -> None:
    overview = two.at(1, "user").numbers.overview()
    assert {figure.value for figure in overview.figures.values()} == {0}
    assert (overview.pipeline.sum.count, overview.month[0].value) == (0, Decimal("0.00"))
