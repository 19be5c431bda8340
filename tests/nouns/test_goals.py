"""Goals: set by managers alone, split to the cent, one act each, undone as one; nobody else's are seen."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from crm_data import CrmError, Edit, Given, Query, Replacing, Wanted, Way, errors
from crm_data.nouns.goals import months_from, split
from crm_data.store.summary import Measured
from tests.support import chance
from tests.support.office import Office

JANUARY = date(2026, 1, 1)
BELOW = ("user", "sales_rep")


def of(two: Office, role: str = "sales_rep", company: int = 0) -> dict[date, Decimal]:
    """The goals of one person in 2026, as a manager sees them."""
    found, _ = two.at(company).goals.year(JANUARY, "USD")
    return found.get(two.people[company][role], {})


def test_a_year_is_split_to_the_cent(two: Office) -> None:
    rep = two.people[0]["sales_rep"]
    assert two.at().goals.set([Wanted(rep, JANUARY, 12, None, "1,000.07")]) == 12
    kept = of(two)
    assert sum(kept.values()) == Decimal("1000.07")
    assert max(kept.values()) - min(kept.values()) == Decimal("0.01")
    assert list(kept) == months_from(JANUARY, 12)


def test_any_split_adds_up() -> None:
    dice = chance.dice(4)
    for _ in range(500):
        said = Decimal(dice.randint(12, 10**15)) / 100
        for months in (1, 3, 12):
            cell = Wanted(1, date(2026, dice.randint(1, 12), 1), months, None, said)
            parts = [part for _, part in split(cell, said) if part is not None]
            assert len(parts) == months
            assert sum(parts) == said
            assert max(parts) - min(parts) <= Decimal("0.01")


def test_each_save_is_one_act_that_is_undone_as_one(two: Office) -> None:
    rep, my = two.people[0]["sales_rep"], two.at()
    my.goals.set([Wanted(rep, JANUARY, 1, None, "100")])
    my.goals.set([Wanted(rep, JANUARY, 3, "100", "600"), Wanted(two.people[0]["user"], JANUARY, 1, "", "5")])
    acts, _ = my.changes.page()
    assert acts[0].title == "Set goals of 2 people"
    assert acts[1].title == "Set the goal of Alpha Sales_rep: Jan 2026"
    my.changes.undo(acts[0].id)
    assert of(two) == {JANUARY: Decimal(100)}
    assert of(two, "user") == {}
    my.changes.undo(my.changes.page()[0][0].id)
    assert of(two) == dict.fromkeys(months_from(JANUARY, 3), Decimal(200))


def test_an_empty_one_takes_it_away_and_the_next_brings_it_back(two: Office) -> None:
    rep, my = two.people[0]["sales_rep"], two.at()
    my.goals.set([Wanted(rep, JANUARY, 1, None, "100")])
    assert my.goals.set([Wanted(rep, JANUARY, 1, "100.00", " ")]) == 1
    assert of(two) == {}
    assert my.goals.set([Wanted(rep, JANUARY, 1, "", "7")]) == 1
    assert of(two) == {JANUARY: Decimal(7)}
    assert my.goals.set([Wanted(rep, JANUARY, 1, "7", "7")]) == 0


def test_two_who_set_the_same_never_lose_one(two: Office) -> None:
    rep = two.people[0]["sales_rep"]
    two.at().goals.set([Wanted(rep, JANUARY, 1, None, "100")])
    for months, seen in ((1, None), (1, "99"), (3, "50")):
        with pytest.raises(errors.Conflict):
            two.at(0, "admin").goals.set([Wanted(rep, JANUARY, months, seen, "5")])
    assert of(two) == {JANUARY: Decimal(100)}


def test_the_same_act_again_does_nothing(two: Office) -> None:
    rep, my = two.people[0]["sales_rep"], two.at()
    for _ in range(2):
        my.goals.set([Wanted(rep, JANUARY, 1, None, "100")], act_id="once")
    assert len(my.changes.page()[0]) == 1


@pytest.mark.parametrize(
    ("cell", "says"),
    [
        ((JANUARY, 1, None, "x"), "Goal of January 2026"),
        ((JANUARY, 1, None, "-5"), "Goal of January 2026"),
        ((JANUARY, 1, None, "0"), "above zero"),
        ((JANUARY, 12, None, "0.11"), "split"),
        ((JANUARY, 1, "x", "1"), "Goal of January 2026"),
        ((JANUARY, 2, None, "1"), "whole months"),
        ((date(2026, 1, 2), 1, None, "1"), "whole months"),
        ((date(1700, 1, 1), 1, None, "1"), "whole months"),
        (("2026-01-01", 1, None, "1"), "whole months"),
    ],
)
def test_what_is_no_goal_is_refused_in_words(two: Office, cell: tuple[Any, ...], says: str) -> None:
    good = Wanted(two.people[0]["user"], JANUARY, 1, None, "1")
    with pytest.raises(errors.Invalid, match=says):
        two.at().goals.set([good, Wanted(two.people[0]["sales_rep"], *cell)])
    assert of(two, "user") == {}
    with pytest.raises(errors.Invalid):
        two.at().goals.set([good], "ZZZZ")


@pytest.mark.parametrize("user", [None, "x", 0, -1, 2**63, 987_654])
def test_nobody_and_strangers_have_no_goal(two: Office, user: Any) -> None:
    for who in (user, two.people[1]["sales_rep"]):
        with pytest.raises(errors.Invalid):
            two.at().goals.set([Wanted(who, JANUARY, 1, None, "1")])


def some(two: Office) -> None:
    """A goal for each person of both companies, of another amount each."""
    for company in (0, 1):
        for at, user in enumerate(two.people[company].values()):
            two.at(company).goals.set([Wanted(user, JANUARY, 1, None, str(10 + 100 * company + at))])


@pytest.mark.parametrize("role", BELOW)
def test_who_is_no_manager_sets_none_by_any_verb(two: Office, role: str) -> None:
    some(two)
    me, goals = two.people[0][role], two.at(0, role).goals
    mine = two.at().goals.page(Query(where={"user_id": (me,)})).rows[0]
    fields = {"user_id": me, "month": JANUARY, "currency": "EUR", "amount": "1"}
    for refused in (
        lambda: goals.set([Wanted(me, JANUARY, 1, None, "1")]),
        lambda: goals.add(fields),
        lambda: goals.add_all([fields]),
        lambda: goals.change([Edit(mine["id"], {"amount": (mine["amount"], "1")})]),
        lambda: goals.change_many([mine["id"]], Given(Way.SET, "amount", "1")),
        lambda: goals.replaceable([mine["id"]], Replacing("EUR", "CHF")),
        lambda: goals.archive([mine["id"]]),
    ):
        with pytest.raises(errors.NotAllowed):
            refused()
    assert two.at().goals.page(Query(where={"user_id": (me,)})).rows == [mine]
    assert not goals.may("change", mine)


@pytest.mark.parametrize("role", BELOW)
def test_who_is_no_manager_sees_their_own_alone(two: Office, role: str) -> None:
    some(two)
    me, goals = two.people[0][role], two.at(0, role).goals
    every = {row["id"]: row["user_id"] for row in two.at().goals.page().rows}
    assert len(every) == 4
    assert {row["user_id"] for row in goals.page().rows} == {me}
    assert goals.count() == 1
    assert len(goals.ids(Query(), 10)) == 1
    assert set(goals.choices()) == {id_ for id_, user in every.items() if user == me}
    assert {row["user_id"] for row in goals.window(Query(), 0, 10).rows} == {me}
    assert list(goals.year(JANUARY, "USD")[0]) == [me]
    measured: Measured = goals.footers(Query(), {"amount": "count"})["amount"]  # type: ignore[assignment]
    assert "4" not in str(measured)
    for id_, user in every.items():
        if user != me:
            for asked in (goals.get, goals.history):
                with pytest.raises(errors.NotFound):
                    asked(id_)
    shown = two.at(0, role).numbers.goal_year(first=JANUARY)
    assert [line.name for line in shown.people] == [f"Alpha {role.capitalize()}"]


def test_a_stranger_sees_none(two: Office) -> None:
    some(two)
    theirs = [row["id"] for row in two.at(1).goals.page().rows]
    for id_ in theirs:
        with pytest.raises(errors.NotFound):
            two.at().goals.get(id_)
        with pytest.raises(CrmError):
            two.at().goals.change([Edit(id_, {"amount": (None, "1")})])
    assert {row["user_id"] for row in two.at().goals.page().rows} == set(two.people[0].values())
