"""The forecast beside a plain reading: every open deal in exactly one line, and what the lines add up to."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest

from crm_data import Period, Query, Workspace, errors
from crm_data.numbers.forecast import ALL, CATEGORIES, HEADS, Forecast
from crm_data.numbers.numbers import ALL_TIME
from crm_data.tables.fields import words
from crm_data.tables.stage_rules import USUAL
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
        if head in map(words, CATEGORIES):
            stages = USUAL.of_category(CATEGORIES[at - 1])
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


def test_the_company_says_how_sure_a_stage_is(two: Office) -> None:
    """A category without a stage is zero, an omitted stage is in no number, and each figure opens its rows."""
    wandering(two, 60, seed=23)
    wishes = {
        ("negotiation", "category"): ("commit", "best_case"),
        ("prospect", "category"): ("pipeline", "omitted"),
    }
    assert two.at(0, "admin").stages.change(wishes) == 2
    usual, my = two.at(), two.at()
    my = Workspace(two.store, replace(my.scope, stages=my.stages.get()))
    found, before = my.numbers.forecast(), usual.numbers.forecast()
    checker = Checker(my)
    for figure in figures_in(found):
        checker.check(figure)
    now, was = line(found, ALL), line(before, ALL)
    assert now["Commit"] == 0
    assert now["Best case"] == (was["Best case"] or 0) + (was["Commit"] or 0)
    rows = [row for row in rows_of(my, Query(preset="open")) if row["currency"] == "USD"]
    assert now["Pipeline"] == sum(row["deal_value"] for row in rows if row["stage"] == "qualified")
    assert now["Weighted"] != was["Weighted"]
    with pytest.raises(errors.Invalid, match="forecast"):
        two.at(0, "admin").stages.change({("proposal", "category"): ("best_case", "perhaps")})
    with pytest.raises(errors.Invalid):
        two.at(0, "admin").stages.change({("closed_won", "category"): ("omitted", "commit")})
