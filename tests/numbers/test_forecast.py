"""The forecast beside a plain reading: every open deal in exactly one line, and what the lines add up to."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from crm_data import Period, Query
from crm_data.numbers.forecast import ALL, CATEGORIES, HEADS, Forecast
from crm_data.numbers.numbers import ALL_TIME
from tests.numbers.checking import Checker, figures_in
from tests.numbers.makers import NOW, lost, put_deals, rows_of, wandering, won
from tests.support.office import Office
from tests.support.statements import counted

TODAY = NOW.date()
PERIODS = (
    None,
    ALL_TIME,
    Period(date(2026, 1, 1), date(2026, 12, 31)),
    Period(date(2025, 3, 5), date(2025, 8, 9)),
    Period(date(2026, 9, 1), date(2026, 9, 30)),
    Period(date(1900, 1, 1), date(2026, 2, 3)),
    Period(date(2026, 2, 3), date(2200, 12, 31)),
)


@pytest.mark.slow
@pytest.mark.parametrize("period", PERIODS)
def test_every_deal_stands_in_one_line(two: Office, period: Period | None) -> None:
    wandering(two, 120, seed=21)
    wandering(two, 30, company=1, seed=22)
    put_deals(two, [{"expected_close_date": TODAY + timedelta(days=n)} for n in (0, -1, 40, 250, 2000)])
    my = two.at()
    found, checker = my.numbers.forecast(period=period), Checker(my)
    for figure in figures_in(found):
        checker.check(figure)
    *lines, every = found.lines
    rows = [row for row in rows_of(my, Query(preset="open")) if row["currency"] == "USD"]
    for at, head in enumerate(HEADS):
        column = [line.figures[at] for line in lines if line.figures[at]]
        total = every.figures[at]
        assert total is not None
        if head == "Goal":
            assert total.value is None
            continue
        assert sum((figure.value for figure in column), Decimal(0)) == total.value
        assert sum(figure.count for figure in column) == total.count
        if head in CATEGORIES:
            stages = [stage.value for stage in CATEGORIES[head]]
            assert total.value == sum(row["deal_value"] for row in rows if row["stage"] in stages)
    assert every.name == ALL
    assert sum(figure.count for figure in every.figures[1:4] if figure) == len(rows)


def line(found: Forecast, name: str) -> dict[str, Decimal | None]:
    figures = next(one.figures for one in found.lines if one.name == name)
    return {head: figure and figure.value for head, figure in zip(HEADS, figures, strict=True)}  # type: ignore[misc]


def test_months_slipped_and_undated(two: Office) -> None:
    deals = [
        {"stage": "negotiation", "expected_close_date": date(2026, 3, 2), "deal_value": Decimal("10.05")},
        {"stage": "proposal", "expected_close_date": date(2026, 3, 1), "deal_value": Decimal(20)},
        {"stage": "qualified", "expected_close_date": date(2026, 4, 30), "deal_value": Decimal(40)},
        {"stage": "prospect", "deal_value": Decimal(80)},
        won(date(2026, 2, 28), 160),
        lost(date(2026, 2, 28), 320),
    ]
    put_deals(two, deals)
    my = two.at()
    with counted(two.store) as sent:
        found = my.numbers.forecast(period=Period(date(2026, 2, 1), date(2026, 4, 30)))
    assert len(sent) == 3
    assert [one.name for one in found.lines][:3] == ["Feb 2026", "Mar 2026", "Apr 2026"]
    nothing = Decimal("0.00")
    assert line(found, "Feb 2026") == dict(
        zip(HEADS, (Decimal(160), None, None, None, None, None), strict=True)
    )
    assert line(found, "Mar 2026") == dict(
        zip(HEADS, (nothing, Decimal("10.05"), nothing, nothing, Decimal("7.54"), None), strict=True)
    )
    assert line(found, "Apr 2026")["Pipeline"] == 40
    assert line(found, "Slipped")["Best case"] == 20
    assert line(found, "No date")["Pipeline"] == 80
    assert line(found, ALL)["Won"] == 160
