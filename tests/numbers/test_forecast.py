"""The forecast beside a plain reading: every open deal in exactly one line, and what the lines add up to."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from crm_data import Edit, Period, Query, Workspace, errors
from crm_data.numbers.forecast import ALL, CATEGORIES, HEADS, Forecast
from crm_data.numbers.numbers import ALL_TIME
from crm_data.tables.fields import words
from crm_data.tables.stage_rules import USUAL, StageRules
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
        if head == "Forecast":
            assert total is None
            continue
        assert total is not None
        if head == "Goal":
            assert total.value is None
            continue
        if head == "Range ±":
            assert total.value
            assert sum(figure.value**2 for figure in column if figure.value) <= total.value**2 + 0.01
            continue
        assert sum((figure.value for figure in column), Decimal(0)) == total.value
        assert sum(figure.count for figure in column) == total.count
        if head in map(words, CATEGORIES):
            assert total.value == sum(row["deal_value"] for row in rows if stands(row) == CATEGORIES[at - 1])
    assert every.name == ALL
    kept = [row for row in rows if stands(row) != "omitted"]
    assert sum(figure.count for figure in every.figures[1:4] if figure) == len(kept)
    assert any(row["forecast_category"] for row in kept)


def stands(row: dict[str, Any], rules: StageRules = USUAL) -> str:
    """Where an open deal stands, said plainly."""
    return row["forecast_category"] or next(
        rule.category for rule in rules.each if rule.stage == row["stage"]
    )


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
    assert len(sent) == 5
    assert [one.name for one in found.lines][:3] == ["Feb 2026", "Mar 2026", "Apr 2026"]
    nothing = Decimal("0.00")
    assert line(found, "Feb 2026") == dict(zip(HEADS, (Decimal(160), *([None] * 7)), strict=True))
    assert line(found, "Mar 2026") == dict(
        zip(
            HEADS,
            (nothing, Decimal("10.05"), nothing, nothing, Decimal("7.54"), None, None, Decimal("10.05")),
            strict=True,
        )
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
    rows = [row for row in rows_of(my, Query(preset="open")) if row["currency"] == "USD"]
    assert all(
        row["forecast_category"] == "commit" for row in rows if stands(row, my.scope.stages) == "commit"
    )
    for head, category in zip(HEADS[1:4], CATEGORIES, strict=True):
        for said, rules in ((now, my.scope.stages), (was, USUAL)):
            wanted = [row["deal_value"] for row in rows if stands(row, rules) == category]
            assert said[head] == sum(wanted, Decimal(0))
    assert now["Weighted"] != was["Weighted"]
    with pytest.raises(errors.Invalid, match="forecast"):
        two.at(0, "admin").stages.change({("proposal", "category"): ("best_case", "perhaps")})
    with pytest.raises(errors.Invalid):
        two.at(0, "admin").stages.change({("closed_won", "category"): ("omitted", "commit")})


def test_what_was_set_by_hand_outlives_moves_and_settings(two: Office) -> None:
    """Until it is cleared: no move, no reopening and no setting of the stages takes it; undo does."""
    my = two.at()
    id_ = my.deals.add(
        {"deal_name": "D", "deal_value": "100", "customer_id": my.customers.add({"name": "F"})}
    )
    assert line(my.numbers.forecast(), ALL)["Pipeline"] == 100
    act = "a" * 32
    my.deals.change([Edit(id_, {"forecast_category": (None, "Best case")})], act)
    my.deals.move(id_, "proposal", "prospect")
    my.deals.move(id_, "closed_won", "proposal")
    assert line(my.numbers.forecast(), ALL)["Best case"] == 0
    my.deals.move(id_, "negotiation", "closed_won")
    two.at(0, "admin").stages.change({("negotiation", "category"): ("commit", "omitted")})
    now = Workspace(two.store, replace(my.scope, stages=my.stages.get()))
    found = line(now.numbers.forecast(), ALL)
    assert (found["Commit"], found["Best case"], found["Weighted"]) == (0, 100, 75)
    assert [row["id"] for row in rows_of(my, Query(where={"forecast_category": ("best_case",)}))] == [id_]
    my.changes.undo(my.changes.find(act))
    assert my.deals.get(id_)["forecast_category"] is None
    assert line(now.numbers.forecast(), ALL)["Best case"] == 0
    with pytest.raises(errors.Invalid, match="Forecast by hand"):
        my.deals.change([Edit(id_, {"forecast_category": (None, "perhaps")})])


def test_the_range_is_the_example_of_the_guide(two: Office) -> None:
    """1,323 around 3,500; of fewer than five deals there is none."""
    due = {"expected_close_date": date(2026, 3, 9)}
    four = [{"deal_value": Decimal(1000), "stage": "proposal", **due}] * 4
    put_deals(two, four)
    assert line(two.at().numbers.forecast(), "Mar 2026")["Range ±"] is None
    put_deals(two, [{"deal_value": Decimal(2000), "stage": "negotiation", **due}])
    found = line(two.at().numbers.forecast(), "Mar 2026")
    assert found["Weighted"] == 3500
    assert found["Range ±"] == pytest.approx(1322.88, abs=0.01)
