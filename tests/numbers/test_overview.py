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
    assert max(sent_for) <= 14


def test_a_company_with_nothing(two: Office, frozen_clock: Any) -> None:
    overview = two.at(1, "user").numbers.overview()
    assert {figure.value for figure in (*overview.figures.values(), *overview.queue.figures.values())} == {0}
    assert (overview.queue.first, overview.queue.more) == ([], False)
    assert (overview.pipeline.sum.count, overview.month[0].value) == (0, Decimal("0.00"))
