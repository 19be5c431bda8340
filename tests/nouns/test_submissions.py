"""Given numbers: each is kept, the newest counts, undone as one act; nobody else's are seen or given."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from crm_data import Edit, Given, Query, Way, clock, errors
from crm_data.nouns.submissions import Told
from tests.support.office import Office

BELOW = ("user", "sales_rep")


def this_month() -> date:
    return clock.now().date().replace(day=1)


def next_month() -> date:
    first = this_month()
    return date(first.year + first.month // 12, first.month % 12 + 1, 1)


def told(two: Office, company: int = 0, month: date | None = None, currency: str = "USD") -> list[Told]:
    return two.at(company).submissions.of_month(month or this_month(), currency)[0]


def counting(two: Office) -> list[Decimal]:
    rows = two.at().submissions.page(Query(preset="in_force")).rows
    return [row["amount"] for row in rows]


def test_every_number_is_kept_with_who_and_when(two: Office) -> None:
    rep, boss = two.at(0, "sales_rep").submissions, two.at().submissions
    person = two.people[0]["sales_rep"]
    first = rep.give(this_month(), "1,000.50", "two are sure")
    second = rep.give(this_month(), "1200", seen=first)
    over = boss.give(this_month(), "900", "one slips", over=person)
    assert [(one.id, one.amount, one.over, one.by, one.note) for one in told(two)] == [
        (over, Decimal(900), True, "Alpha Manager", "one slips"),
        (second, Decimal(1200), False, "Alpha Sales_rep", None),
        (first, Decimal("1000.50"), False, "Alpha Sales_rep", "two are sure"),
    ]
    assert all(one.person == "Alpha Sales_rep" and one.at.tzinfo for one in told(two))
    assert counting(two) == [900]
    boss.give(this_month(), "", over=person, seen=over)
    assert counting(two) == [1200]
    assert len(told(two)) == 4
    assert boss.page(Query(preset="newest")).total == 1


def test_it_is_undone_and_done_again_by_whoever_gave_it(two: Office) -> None:
    for role in ("user", "manager"):
        my, act = two.at(0, role), role[0] * 32
        first = my.submissions.give(this_month(), "10")
        my.submissions.give(this_month(), "20", seen=first, act_id=act)
        assert my.submissions.give(this_month(), "20", seen=first, act_id=act) > first
        assert my.changes.get(my.changes.find(act)).title == f"Gave a forecast for {this_month():%b %Y}"
        assert my.changes.undo(my.changes.find(act)) == []
        mine = Query(where={"user_id": (two.people[0][role],)}, preset="newest")
        assert [row["amount"] for row in my.submissions.page(mine).rows] == [10]
        my.changes.undo(my.changes.page()[0][0].id)
        assert [row["amount"] for row in my.submissions.page(mine).rows] == [20]


def test_what_was_not_seen_is_not_overruled(two: Office) -> None:
    first = two.at(0, "user").submissions.give(this_month(), "10")
    with pytest.raises(errors.Conflict):
        two.at(0, "user").submissions.give(this_month(), "20")
    with pytest.raises(errors.Conflict):
        two.at(0, "user").submissions.give(this_month(), "20", seen=first + 1)
    assert two.at(0, "user").submissions.give(this_month(), "10.00", seen=first) == 0
    assert [one.amount for one in told(two)] == [10]


@pytest.mark.parametrize(
    ("month", "amount", "sentence"),
    [
        (date(2020, 1, 1), "1", "January 2020 is over"),
        (date(2999, 1, 1), "1", "a person and a month"),
        (date(2026, 3, 2), "1", "a person and a month"),
        ("2026-03-01", "1", "a person and a month"),
        (None, "", "Number: fill it in"),
        (None, "-5", "Number"),
        (None, "much", "Number"),
    ],
)
def test_what_makes_no_sense_is_refused_in_words(two: Office, month: Any, amount: str, sentence: str) -> None:
    with pytest.raises(errors.Invalid, match=sentence):
        two.at(0, "user").submissions.give(month or this_month(), amount)
    assert told(two) == []


@pytest.mark.parametrize("role", BELOW)
def test_the_number_over_it_is_a_managers(two: Office, role: str) -> None:
    for person in two.people[0].values():
        with pytest.raises(errors.NotAllowed, match="given by managers"):
            two.at(0, role).submissions.give(this_month(), "1", over=person)
    for who in (two.people[1]["user"], 10**6, "x", -1):
        with pytest.raises(errors.Invalid):
            two.at().submissions.give(this_month(), "1", over=who)
    assert told(two) == []


def test_no_number_is_changed_in_its_place(two: Office) -> None:
    """Nor made for another by a verb that every record has."""
    for role in (*BELOW, "manager", "admin"):
        my = two.at(0, role).submissions
        id_ = my.give(next_month(), "10")
        fields = {"user_id": two.people[0]["user"], "month": this_month(), "currency": "USD", "amount": "1"}
        for refused in (
            lambda my=my, fields=fields: my.add(fields),
            lambda my=my, fields=fields: my.add_all([fields]),
            lambda my=my, id_=id_: my.change([Edit(id_, {"amount": (Decimal(10), "1")})]),
            lambda my=my, id_=id_: my.change_many([id_], Given(Way.SET, "amount", "1")),
        ):
            with pytest.raises((errors.Invalid, errors.NotAllowed)):
                refused()
    assert {one.amount for one in told(two, 0, next_month())} == {10}
    assert told(two) == []


@pytest.mark.parametrize("role", BELOW)
def test_who_is_no_manager_sees_their_own_alone(two: Office, role: str) -> None:
    for one in two.people[0]:
        two.at(0, one).submissions.give(this_month(), "5")
    me, mine = two.people[0][role], two.at(0, role).submissions
    over = two.at().submissions.give(this_month(), "4", over=me)
    found, people = mine.of_month(this_month(), "USD")
    assert {one.user_id for one in found} == {me} == set(people)
    assert over in {one.id for one in found}
    assert {row["user_id"] for row in mine.page().rows} == {me}
    assert mine.count() == 2
    for one in told(two):
        if one.user_id != me:
            with pytest.raises(errors.NotFound):
                mine.get(one.id)
    shown = two.at(0, role).numbers.submitted()
    assert [line.user_id for line in shown.people] == [me]
    assert shown.every is not None
    assert shown.every.value == 4


def test_strangers_see_and_give_none(two: Office) -> None:
    theirs = two.at(1).submissions.give(this_month(), "77777")
    assert told(two) == []
    assert two.at().submissions.page().rows == []
    with pytest.raises(errors.NotFound):
        two.at().submissions.get(theirs)
    with pytest.raises(errors.Invalid):
        two.at().submissions.give(this_month(), "1", over=two.people[1]["manager"])
    shown = two.at().numbers.submitted()
    assert shown.people == []
