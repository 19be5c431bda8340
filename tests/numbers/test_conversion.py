"""Lead conversion in both ways that it is counted."""

from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from crm_data import Period, Query
from tests.nouns.makers import a_lead
from tests.numbers.makers import behind, put, was
from tests.support.office import Office
from tests.support.statements import counted

FEBRUARY = Period(date(2026, 2, 1), date(2026, 2, 28))


def lead(made: tuple[int, int], converted: tuple[int, int] | None = None) -> dict[str, Any]:
    """A lead by month and day of 2026."""
    when = [datetime(2026, *day, 12, tzinfo=UTC) if day else None for day in (made, converted)]
    return {"lead_name": "L", "created_at": when[0], "converted_at": when[1], "status": "qualified"}


def test_by_period_and_by_cohort(two: Office) -> None:
    my = two.at()
    made = [lead((2, 1)), lead((2, 2), (2, 20)), lead((2, 28), (3, 1)), lead((1, 20), (2, 3)), lead((1, 4))]
    put(two, "leads", made)
    put(two, "leads", [lead((2, 1), (2, 2))] * 9, company=1)
    with counted(two.store) as sent:
        period, cohort = my.numbers.conversion(period=FEBRUARY)
    assert len(sent) == 1
    assert (period.value, was(period)) == (2 / 3, 0)
    assert (cohort.value, was(cohort)) == (2 / 3, 1 / 2)
    assert (len(behind(my, period)), len(behind(my, cohort))) == (4, 3)


def test_days_are_those_of_the_person(two: Office) -> None:
    put(two, "leads", [{"lead_name": "L", "created_at": datetime(2026, 2, 1, 2, tzinfo=UTC)}])
    numbers = two.at().numbers
    assert numbers.conversion(Query(), FEBRUARY)[0].value == 0
    assert numbers.conversion(Query(zone=ZoneInfo("America/Lima")), FEBRUARY)[0].value is None


def test_what_the_verb_makes_is_counted(two: Office) -> None:
    my = two.at()
    my.leads.convert(a_lead(my))
    a_lead(my)
    assert [figure.value for figure in my.numbers.conversion()] == [0.5, 0.5]
    assert [figure.value for figure in two.at(1).numbers.conversion()] == [None, None]
