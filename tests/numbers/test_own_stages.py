"""Stages of a company: its own words, probabilities and days, which every verb, list and file then follows."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from crm_data import Edit, Query, Workspace, clock, errors
from crm_data.nouns.stages import OPEN_STAGES, PROBABILITY
from crm_data.tables.deal import Category, Stage
from crm_data.tables.fields import words
from crm_data.tables.stage_rules import NAMES, USUAL, StageRules, read
from tests.numbers.checking import Checker
from tests.numbers.makers import put_deals, wandering
from tests.support.office import Office

OWN = {("proposal", "label"): ("Proposal", "Offer out"), ("proposal", "probability"): (50, 62)}


def at(two: Office, role: str = "admin", company: int = 0) -> Workspace:
    """A Workspace as it is made anew: with the stages of now."""
    rules = two.at(company, "admin").stages.get()
    return Workspace(two.store, replace(two.scope(company, role), stages=rules))


def deal(my: Workspace, **more: Any) -> int:
    customer = my.customers.add({"name": "Firm"})
    return my.deals.add({"deal_name": "D", "deal_value": "10", "customer_id": customer, **more})


def test_as_ever_until_somebody_says_so(two: Office) -> None:
    assert two.at().stages.get() is USUAL
    assert [rule.stage for rule in USUAL.each] == [stage.value for stage in Stage]
    assert {rule.stage: rule.label for rule in USUAL.each} == {stage.value: words(stage) for stage in Stage}
    assert two.at(0, "admin").stages.change(OWN) == 2
    assert two.at(1).stages.get() is USUAL
    assert two.at(0, "admin").stages.change({key: (new, old) for key, (old, new) in OWN.items()}) == 2
    assert two.at().stages.get() is USUAL


@pytest.mark.parametrize("role", ["user", "sales_rep", "manager"])
def test_only_admins_say_so(two: Office, role: str) -> None:
    with pytest.raises(errors.NotAllowed):
        two.at(0, role).stages.change(OWN)
    assert two.at().stages.get() is USUAL


@pytest.mark.parametrize(
    ("stage", "name", "said"),
    [
        ("proposal", "probability", 101),
        ("proposal", "probability", ""),
        ("proposal", "probability", "x"),
        ("proposal", "days", -1),
        ("proposal", "days", 1000),
        ("proposal", "label", "x" * 31),
        ("proposal", "label", "Qualified"),
        ("proposal", "label", "closed-WON"),
        ("proposal", "stage", "x"),
        ("closed_won", "probability", 90),
        ("closed_lost", "days", 3),
        ("won", "label", "x"),
    ],
)
def test_what_cannot_be_is_refused_and_changes_nothing(two: Office, stage: str, name: str, said: Any) -> None:
    seen = getattr(USUAL.of(stage), name, None) if stage in USUAL.labels else None
    with pytest.raises(errors.Invalid) as refused:
        two.at(0, "admin").stages.change({("prospect", "days"): (14, 5), (stage, name): (seen, said)})
    assert str(refused.value)
    assert two.at().stages.get() is USUAL


def test_two_admins_lose_nothing(two: Office) -> None:
    two.at(0, "admin").stages.change(OWN)
    with pytest.raises(errors.Conflict):
        two.at(0, "admin").stages.change({("proposal", "label"): ("Proposal", "Mine")})
    two.at(0, "admin").stages.change({("prospect", "days"): (14, 3)})
    assert two.at().stages.get().of("proposal").label == "Offer out"
    assert two.at().changes.page()[0][0].title == "Changed the sales stages"


def test_a_deal_that_comes_into_a_stage_has_its_probability(two: Office) -> None:
    old = deal(at(two), stage="proposal")
    two.at(0, "admin").stages.change(OWN)
    my = at(two)
    new, moved = deal(my, stage="proposal"), deal(my)
    my.deals.move(moved, "Offer out", "prospect")
    own = deal(my, stage="offer OUT", probability=5)
    assert [my.deals.get(id_)["probability"] for id_ in (old, new, moved, own)] == [50, 62, 62, 5]
    assert my.deals.get(moved)["stage"] == "proposal"
    titles = [row["title"] for row in my.activities.page().rows]
    assert "Stage: Prospect to Offer out" in titles
    with pytest.raises(errors.Invalid, match="Offer out"):
        my.deals.change([Edit(old, {"stage": ("proposal", "nothing")})])


def test_days_decide_what_is_stalled_on_card_filter_and_figure(two: Office) -> None:
    now = clock.now()
    for days in (0, 2, 3, 20):
        since = datetime.combine((now - timedelta(days=days)).date(), now.time(), tzinfo=UTC)
        put_deals(two, [{"stage": stage.value, "stage_since": since} for stage in OPEN_STAGES])
    two.at(0, "admin").stages.change({("proposal", "days"): (10, 3), ("negotiation", "days"): (10, "")})
    my = at(two, "manager")
    wanted = {"prospect": 1, "qualified": 1, "proposal": 2, "negotiation": 0}
    found = my.deals.page(Query(preset="stalled", size=50)).rows
    assert {stage: sum(row["stage"] == stage for row in found) for stage in wanted} == wanted
    columns = my.numbers.board()
    assert {column.stage: sum(card.stalled for card in column.cards) for column in columns} == wanted
    assert next(figure for figure in my.numbers.standing() if figure.label == "Stalled").count == 4


def test_observed_beside_what_is_said(two: Office) -> None:
    wandering(two, 150, seed=8)
    wandering(two, 40, company=1, seed=9)
    my = at(two, "manager")
    checker, seen = Checker(my), my.numbers.stage_rates()
    for figure in seen:
        checker.check(figure)
    assert len(seen) == 4
    assert all(figure.count > 0 for figure in seen)
    assert all(
        figure.value is None for figure in at(two, "admin", 1).numbers.stage_rates(Query(search="none"))
    )


def test_labels_go_out_in_files_and_come_back(two: Office) -> None:
    deal(at(two), stage="proposal")
    two.at(0, "admin").stages.change({**OWN, ("negotiation", "label"): ("Negotiation", "=Last talk")})
    my = at(two, "manager")
    deal(my, stage="negotiation")
    data = b"".join(my.export(my.deals)[1])
    assert b"Offer out" in data
    assert b"proposal" not in data
    assert b"'=Last talk" in data
    sheet = my.read_file(data, "deals.csv")
    report = my.rehearse(my.deals, sheet, my.guess(sheet, my.deals))
    assert (report.unchanged, report.created, report.updated, list(report.refused)) == (2, 0, 0, [])
    old = my.read_file(data.replace(b"Offer out", b"Proposal"), "deals.csv")
    assert my.rehearse(my.deals, old, my.guess(old, my.deals)).unchanged == 2


def test_what_is_kept_is_what_differs() -> None:
    rules = read({"proposal": {"label": "Offer"}})
    assert rules.kept() == {"proposal": {"label": "Offer"}}
    assert rules.called == (("proposal", "Offer"),)
    assert read(None) is USUAL is read({})
    assert isinstance(read(rules.kept()), StageRules)
    assert {Stage(rule.stage): rule.probability for rule in USUAL.each} == PROBABILITY


WRONG = ["", 0, -1, 10**9, True, None, "x", [], {}, [1], [None], {"a": 1}, "commit", 1.5]


@pytest.mark.parametrize("name", [*NAMES, "stage", "other", "__class__"])
def test_what_a_row_from_elsewhere_says_amiss_is_as_ever(name: str) -> None:
    """A company's file may hold anything here; what a rule cannot be is left out, and nothing ends in an error."""
    for wrong in WRONG:
        for said in (wrong, {"proposal": wrong}, {"proposal": {name: wrong}, "qualified": {"days": 3}}):
            rules = read(said)
            assert [rule.stage for rule in rules.each] == [rule.stage for rule in USUAL.each]
            for rule, usual in zip(rules.each, USUAL.each, strict=True):
                assert {type(getattr(rule, n)) for n in NAMES} <= {str, int, tuple}
                assert [type(getattr(rule, n)) for n in NAMES] == [type(getattr(usual, n)) for n in NAMES]
                assert rule.label.strip()
                assert 0 <= rule.probability <= 100
                assert rule.days >= 0
                assert rule.category in [*Category]
            assert read(rules.kept()) == rules
