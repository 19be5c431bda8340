"""What a stage asks for: no deal comes into it without, whichever way; nothing of a refused act is done."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from crm_data import Edit, Given, Way, Workspace, errors
from tests.nouns.makers import a_customer, a_deal, a_lead
from tests.support.office import Office


def asking(two: Office, stage: str = "proposal", *names: str) -> Workspace:
    """A manager of a company whose stage asks for fields."""
    admin = two.at(0, "admin")
    admin.stages.change({(stage, "required"): ((), names or ("expected_close_date",))})
    my = two.at()
    return Workspace(two.store, replace(my.scope, stages=admin.stages.get()))


WAYS: dict[str, Callable[[Workspace, int], Any]] = {
    "board": lambda my, deal: my.deals.move(deal, "proposal", "prospect"),
    "grid": lambda my, deal: my.deals.change([Edit(deal, {"stage": ("prospect", "proposal")})]),
    "bulk": lambda my, deal: my.deals.change_many([deal], Given(Way.SET, "stage", "proposal"), rest=False),
    "form": lambda my, deal: a_deal(my, stage="proposal"),
    "conversion": lambda my, deal: my.leads.convert(a_lead(my), deal={"stage": "proposal"}),
}


@pytest.mark.parametrize("way", WAYS)
def test_no_way_leads_in_without(two: Office, way: str) -> None:
    my = asking(two)
    deal = a_deal(my)
    with pytest.raises(errors.CrmError) as refused:
        WAYS[way](my, deal)
    assert "Expected close" in str(refused.value)
    assert my.deals.get(deal)["stage"] == "prospect"
    assert my.deals.count() == 1


def test_what_is_given_with_the_move_is_one_act_and_undone_together(two: Office) -> None:
    my = asking(two)
    deal = a_deal(my)
    my.deals.move(deal, "proposal", "prospect", act_id="one", more={"expected_close_date": "2026-05-01"})
    row = my.deals.get(deal)
    assert (row["stage"], row["expected_close_date"]) == ("proposal", date(2026, 5, 1))
    number = my.changes.find("one")
    my.changes.undo(number)
    row = my.deals.get(deal)
    assert (row["stage"], row["expected_close_date"]) == ("prospect", None)


def test_who_has_it_moves_and_who_stands_there_stays(two: Office) -> None:
    before = a_deal(two.at(), stage="proposal")
    my = asking(two)
    due = a_deal(my, expected_close_date="2026-04-01")
    my.deals.move(due, "proposal", "prospect")
    my.deals.change([Edit(before, {"notes": (None, "still here")})])
    assert my.deals.get(due)["stage"] == my.deals.get(before)["stage"] == "proposal"


def test_a_file_says_which_rows_lack_it(two: Office) -> None:
    my = asking(two)
    a_customer(my, name="Firm")
    sheet = my.read_file(b"Name,Stage,Customer,Value\nNew one,proposal,Firm,5\n", "deals.csv")
    plan = my.guess(sheet, my.deals)
    report = my.commit_import(my.deals, sheet, plan)
    assert (report.created, len(report.refused)) == (0, 1)
    assert "Expected close" in str(report.refused[0])
    assert my.deals.count() == 0


@pytest.mark.parametrize("wrong", [("stage",), ("status",), ("nothing",), "stage", 5, None, [["notes"]]])
def test_a_stage_asks_for_fields_that_people_fill_in(two: Office, wrong: Any) -> None:
    with pytest.raises(errors.Invalid):
        two.at(0, "admin").stages.change({("proposal", "required"): ((), wrong)})
    assert two.at(0, "admin").stages.get().of("proposal").required == ()


def test_all_that_is_lacking_is_said_at_once(two: Office) -> None:
    my = asking(two, "closed_lost", "notes", "expected_close_date")
    deal = a_deal(my)
    with pytest.raises(errors.Invalid) as refused:
        my.deals.move(deal, "closed_lost", "prospect")
    assert {problem.field for problem in refused.value.problems} == {
        "loss_reason",
        "notes",
        "expected_close_date",
    }
