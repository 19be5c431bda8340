"""What a stage asks for: no deal comes into it without, whichever way; nothing of a refused act is done."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from crm_data import Edit, Given, Way, Workspace, errors
from crm_data.accounts.own_fields import KINDS
from crm_data.tables.fields import Kind
from tests.nouns.makers import a_customer, a_deal, a_lead
from tests.support.fields import one_of_each, own
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


def asking_own(two: Office, kind: Kind) -> tuple[Workspace, str]:
    """The same of a field of the company's own of a kind: its column."""
    column = one_of_each(two, "deals")[kind]
    admin = own(two, "admin")
    admin.stages.change({("proposal", "required"): ((), ("notes", column))})
    assert admin.stages.get().of("proposal").required == ("notes", column)
    my = own(two)
    return Workspace(two.store, replace(my.scope, stages=admin.stages.get())), column


OWN_KINDS = [kind for kind in KINDS if kind is not Kind.YES_NO]


@pytest.mark.parametrize("kind", OWN_KINDS)
def test_a_field_of_ones_own_is_asked_for_whichever_way(two: Office, kind: Kind) -> None:
    """In the words of every other field, and what is typed for it comes with the move; zero is something."""
    my, column = asking_own(two, kind)
    deal, label = a_deal(my, notes="seen"), my.deals.fields[column].label
    for way, go in WAYS.items():
        with pytest.raises(errors.CrmError) as refused:
            go(my, deal)
        said = f"{label}: a deal comes into Proposal only with it; fill it in."
        assert said in str(refused.value), way
        assert my.deals.get(deal)["stage"] == "prospect"
    choices = my.deals.fields[column].choice_labels() if kind is Kind.CHOICE else {}
    given = {
        Kind.MEMBER: two.people[0]["user"], Kind.CHOICE: next(iter(choices), None), Kind.DAY: "2026-05-01",
        Kind.WHOLE: "0", Kind.NUMBER: "-0", Kind.MONEY: "0",
    }.get(kind, "something")  # fmt: skip
    my.deals.move(deal, "proposal", "prospect", more={column: given})
    assert my.deals.get(deal)["stage"] == "proposal"
    assert my.deals.get(deal)[column] is not None


def test_a_hidden_field_is_asked_for_no_more_and_again_when_it_is_shown(two: Office) -> None:
    _, column = asking_own(two, Kind.TEXT)
    admin = own(two, "admin")
    admin.own_fields.hide("deals", column)
    rules = admin.stages.get()
    hidden = Workspace(two.store, replace(own(two).scope, stages=rules))
    assert column not in own(two, "admin").stages.requirable
    with pytest.raises(errors.Invalid, match="Notes"):
        hidden.deals.move(a_deal(hidden), "proposal", "prospect")
    deal = a_deal(hidden, notes="seen")
    hidden.deals.move(deal, "proposal", "prospect")
    anew = own(two, "admin").stages
    anew.change({("proposal", "required"): (("notes", column), ("expected_close_date", column))})
    assert anew.get().of("proposal").required == ("expected_close_date", column)
    with pytest.raises(errors.Invalid, match="cannot ask for that"):
        anew.change({("negotiation", "required"): ((), (column,))})
    own(two, "admin").own_fields.hide("deals", column, hidden=False)
    shown = Workspace(two.store, replace(own(two).scope, stages=anew.get()))
    with pytest.raises(errors.Invalid, match="Our text"):
        shown.deals.move(a_deal(shown, expected_close_date="2026-05-01"), "proposal", "prospect")


def test_what_a_stage_asks_for_of_ones_own_is_undone(two: Office) -> None:
    asking_own(two, Kind.DAY)
    admin = own(two, "admin")
    acts, _ = admin.changes.page()
    admin.changes.undo(acts[0].id)
    assert admin.stages.get().of("proposal").required == ()
    admin.changes.undo(admin.changes.page()[0][0].id)
    assert len(admin.stages.get().of("proposal").required) == 2


def test_nobody_asks_for_a_field_that_is_anothers_or_yes_or_no(two: Office) -> None:
    columns = one_of_each(two, "deals", company=1)
    with pytest.raises(errors.Invalid, match="cannot ask for that"):
        own(two, "admin").stages.change({("proposal", "required"): ((), (columns[Kind.TEXT],))})
    stranger = own(two, "admin", company=1)
    with pytest.raises(errors.Invalid, match="cannot ask for that"):
        stranger.stages.change({("proposal", "required"): ((), (columns[Kind.YES_NO],))})
    other = one_of_each(two, "customers", company=1)
    assert set(other.values()) & set(columns.values())  # a column of the same name of another kind of record
    stranger.stages.change({("proposal", "required"): ((), (columns[Kind.TEXT],))})


def test_a_file_says_which_rows_lack_ones_own(two: Office) -> None:
    my, _ = asking_own(two, Kind.CHOICE)
    a_customer(my, name="Firm")
    lines = b"Name,Stage,Customer,Value,Notes,Our choice\nA,proposal,Firm,5,x,\nB,proposal,Firm,5,x,Gold\n"
    sheet = my.read_file(lines, "deals.csv")
    report = my.commit_import(my.deals, sheet, my.guess(sheet, my.deals))
    assert (report.created, len(report.refused)) == (1, 1)
    assert "Our" in str(report.refused[0])


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
