"""Given numbers: each is kept, the newest counts, undone as one act; nobody else's are seen or given."""

from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

import pytest

from crm_data import All, Edit, Given, Query, Way, Workspace, clock, errors
from crm_data.nouns.submissions import Told
from tests.conftest import FrozenClock
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


def given_by(two: Office, month: date) -> tuple[Workspace, int]:
    """A number that a person gave for a month, and the act by which they did."""
    my = two.at(0, "sales_rep")
    my.submissions.give(month, "1000", act_id="a" * 32)
    return my, my.changes.find("a" * 32) or 0


# Day of giving -> the day until which it may be undone; 90, 60 and 30 days before May's last day are the
# 2nd of March, the 1st of April and the 1st of May.
@pytest.mark.parametrize(
    ("given", "until", "sentence"),
    [
        (datetime(2026, 3, 1, 12, tzinfo=UTC), date(2026, 3, 1), "was measured on 2 Mar 2026"),
        (datetime(2026, 3, 2, 0, tzinfo=UTC), date(2026, 3, 31), "was measured on 1 Apr 2026"),
        (datetime(2026, 4, 20, 12, tzinfo=UTC), date(2026, 4, 30), "was measured on 1 May 2026"),
        (datetime(2026, 5, 1, 0, tzinfo=UTC), date(2026, 5, 31), "May 2026 is over"),
    ],
)
def test_what_was_measured_is_not_undone(
    two: Office, frozen_clock: FrozenClock, given: datetime, until: date, sentence: str
) -> None:
    """It counts in the accuracy of its month as it was given; what is refused is told before one tries."""
    frozen_clock.moment = given
    my, act = given_by(two, date(2026, 5, 1))
    frozen_clock.moment = datetime.combine(until, time(23, 59), tzinfo=UTC)
    assert my.changes.preview(act).why == ""
    assert my.changes.undo(act) == []
    again = my.changes.page()[0][0].id
    assert my.changes.preview(again).why == ""
    assert my.changes.undo(again) == []
    frozen_clock.moment += timedelta(minutes=1)
    last = my.changes.page()[0][0].id
    for who, id_ in ((my, last), (two.at(), last)):
        assert sentence in who.changes.preview(id_).why
        assert who.changes.preview(id_).why.startswith(("What was forecast for May 2026", "May 2026"))
        for rest in (False, True):
            with pytest.raises(errors.ChangedSince, match=sentence):
                who.changes.undo(id_, rest)
    with pytest.raises(errors.Invalid, match=sentence):
        two.at().submissions.archive([two.at().submissions.page().rows[0]["id"]])
    for which in ([two.at().submissions.page().rows[0]["id"]], All(Query(), 1)):
        changed = two.at().submissions.change_many(which, Given(Way.ARCHIVE))
        assert (changed.count, [sentence in one.sentence for one in changed.refused]) == (0, [True])
    assert two.at().submissions.count() == 1


def test_what_was_undone_in_time_does_not_come_back_later(two: Office, frozen_clock: FrozenClock) -> None:
    frozen_clock.moment = datetime(2026, 5, 10, tzinfo=UTC)
    my, act = given_by(two, date(2026, 5, 1))
    my.changes.undo(act)
    frozen_clock.moment = datetime(2026, 6, 1, tzinfo=UTC)
    undone = my.changes.page()[0][0].id
    assert my.changes.preview(undone).why == "May 2026 is over, and what was forecast for it stays as it is."
    with pytest.raises(errors.ChangedSince):
        my.changes.undo(undone)
    assert my.submissions.count() == 0


def test_going_back_leaves_what_was_measured(two: Office, frozen_clock: FrozenClock) -> None:
    frozen_clock.moment = datetime(2026, 5, 10, tzinfo=UTC)
    _, act = given_by(two, date(2026, 5, 1))
    customer = two.at().customers.add({"name": "Made later"})
    frozen_clock.moment = datetime(2026, 6, 1, tzinfo=UTC)
    boss = two.at(0, "admin")
    last = boss.changes.page()[0][0].id
    left = boss.changes.go_back(act, last, rest=True)
    assert [one.sentence for one in left] == [
        "May 2026 is over, and what was forecast for it stays as it is."
    ]
    assert boss.submissions.count() == 1
    assert customer not in [row["id"] for row in boss.customers.page().rows]


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
