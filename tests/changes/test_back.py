"""Back to a moment: the company's records are as they were then, whatever was done since, and it is undone."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from crm_data import Edit, errors
from crm_data.accounts.members import Members
from tests.changes.looking import Tables, tables_of, undo_last
from tests.changes.test_two_people import newest, some_act
from tests.nouns.makers import a_customer, a_deal, a_lead
from tests.support import chance
from tests.support.office import Office
from tests.support.soak import size

STEPS = 40


def without_history(tables: Tables) -> Tables:
    """The tables without what only grows."""
    return {name: rows for name, rows in tables.items() if name not in ("deal_stage_history", "security_log")}


def back_to(two: Office, moment: datetime, **more: Any) -> Any:
    """Look, and go back."""
    boss = two.at(0, "admin")
    seen = boss.changes.since(moment)
    return boss.changes.go_back(seen.first, seen.last, **more)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(size(3, 60)))
def test_any_moment_of_a_random_past_comes_back(two: Office, frozen_clock: Any, seed: int) -> None:
    dice, company = chance.dice(seed), two.companies[0]
    people = [two.at(0, "manager"), two.at(0, "sales_rep")]
    moments: list[tuple[datetime, Tables]] = []
    a_customer(two.at(1))
    elsewhere = tables_of(two.store, two.companies[1])
    for _ in range(STEPS):
        frozen_clock.move(seconds=dice.randint(2, 5_000))
        moments.append((frozen_clock.moment, tables_of(two.store, company)))
        try:
            acts = [one.id for one in people[0].changes.page()[0] if one.undone_by is None]
            if acts and dice.random() < 0.35:
                people[0].changes.undo(dice.choice(acts[:8]), rest=True)
            else:
                some_act(dice.choice(people), dice)
        except errors.CrmError:
            continue
    frozen_clock.move(seconds=5)
    for moment, then in dice.sample(moments[5:-1], 4):
        now, last = tables_of(two.store, company), newest(people[0])
        try:
            seen = two.at(0, "admin").changes.since(moment)
        except errors.Invalid:
            assert without_history(then) == without_history(now), "nothing was written since"
            continue
        differ = {(one.table, one.id) for one in seen.records}
        people_made = differing(two, then, now)
        assert people_made <= differ, "every record that differs is named"
        assert {table for table, _ in differ - people_made} <= {"activities"}, "and what the product noted"
        if not differ and without_history(then) == without_history(now):
            continue
        assert two.at(0, "admin").changes.go_back(seen.first, seen.last) == []
        assert without_history(tables_of(two.store, company)) == without_history(then)
        assert newest(people[0]) > last, "one act"
        frozen_clock.move(seconds=5)
        assert undo_last(two.at(0, "admin")) == []
        assert without_history(tables_of(two.store, company)) == without_history(now)
        frozen_clock.move(seconds=5)
    assert tables_of(two.store, two.companies[1]) == elsewhere


def differing(two: Office, then: Tables, now: Tables) -> set[tuple[str, int]]:
    """The records that are otherwise in one than in the other, but for what the product notes by itself."""
    found = set()
    for table in two.at(0, "admin").kinds:
        records = two.at(0, "admin").records(table)
        for id_ in then[table].keys() | now[table].keys():
            was, is_ = then[table].get(id_), now[table].get(id_)
            if not records.by_itself(is_ or was or {}) and was != is_:
                found.add((table, id_))
    return found


def test_chosen_records_alone_go_back_and_keep_what_tells_of_the_others(
    two: Office, frozen_clock: Any
) -> None:
    my = two.at(0, "admin")
    first, second = a_customer(my), a_customer(my, "Second firm")
    deal = a_deal(my, first)
    frozen_clock.move(seconds=60)
    moment = frozen_clock.moment
    my.customers.change([Edit(first, {"city": (None, "Bern")})])
    my.customers.change([Edit(second, {"city": (None, "Rome")})])
    my.deals.move(deal, "proposal", "prospect")
    noted = my.activities.count()
    frozen_clock.move(seconds=60)
    assert back_to(two, moment, chosen={"customers": [second]}) == []
    assert [my.customers.get(id_)["city"] for id_ in (first, second)] == ["Bern", None]
    assert my.deals.get(deal)["stage"] == "proposal"
    assert my.activities.count() == noted
    frozen_clock.move(seconds=60)
    assert back_to(two, moment, chosen={"deals": None}) == []
    assert my.deals.get(deal)["stage"] == "prospect"
    assert my.activities.count() == noted - 1
    assert my.customers.get(first)["city"] == "Bern"


def test_what_is_written_after_one_has_looked_stays(two: Office, frozen_clock: Any) -> None:
    my, theirs = two.at(0, "admin"), two.at(0, "sales_rep")
    lead = a_lead(theirs)
    frozen_clock.move(seconds=60)
    moment = frozen_clock.moment
    theirs.leads.change([Edit(lead, {"status": ("new", "contacted"), "phone": (None, "1")})])
    seen = my.changes.since(moment)
    theirs.leads.change([Edit(lead, {"phone": ("1", "2")})])
    made = a_customer(theirs)
    with pytest.raises(errors.ChangedSince, match="Phone was changed since"):
        my.changes.go_back(seen.first, seen.last)
    assert my.leads.get(lead)["status"] == "contacted", "nothing was done"
    (left,) = my.changes.go_back(seen.first, seen.last, rest=True)
    assert (left.field, left.who) == ("phone", "Alpha Sales_rep")
    row = my.leads.get(lead)
    assert (row["status"], row["phone"]) == ("new", "2")
    assert my.customers.get(made)["name"]


def test_a_mistaken_file_of_friday_is_gone_on_monday_with_what_was_done_to_it(
    two: Office, frozen_clock: Any
) -> None:
    my = two.at(0, "admin")
    kept = a_customer(my, "Known")
    before = tables_of(two.store, two.companies[0])
    frozen_clock.move(seconds=60)
    friday = frozen_clock.moment
    sheet = my.read_file(b"Name,E-mail\nKnown,\nFresh,f@x.example\nOther,o@x.example\n", "some.csv")
    my.commit_import(my.customers, sheet, my.guess(sheet, my.customers))
    fresh = next(id_ for id_, name in my.customers.choices("Fresh").items())
    a_deal(my, fresh)
    my.customers.archive([fresh])
    frozen_clock.move(days=3)
    assert back_to(two, friday) == []
    assert without_history(tables_of(two.store, two.companies[0])) == without_history(before)
    assert list(my.customers.choices()) == [kept]


def test_records_that_name_each_other_went_and_came_back_and_differ_in_nothing(
    two: Office, frozen_clock: Any
) -> None:
    my, company = two.at(0, "admin"), two.companies[0]
    a_customer(my, "Known")
    frozen_clock.move(seconds=60)
    beginning = frozen_clock.moment
    lead = a_lead(my)
    my.leads.convert(lead, second=True)
    frozen_clock.move(seconds=60)
    moment, then = frozen_clock.moment, tables_of(two.store, company)
    late = a_customer(my, "Late")
    frozen_clock.move(seconds=60)
    assert back_to(two, beginning) == []
    assert lead not in my.leads.choices()
    frozen_clock.move(seconds=60)
    assert undo_last(my) == []
    seen = my.changes.since(moment)
    assert [(one.table, one.id, one.what) for one in seen.records] == [("customers", late, "added")]
    assert my.changes.go_back(seen.first, seen.last) == []
    assert without_history(tables_of(two.store, company)) == without_history(then)


def test_members_stay_what_they_are_today(two: Office, frozen_clock: Any) -> None:
    my = two.at(0, "admin")
    moment = frozen_clock.moment - timedelta(seconds=1)
    members = Members(two.store, two.scope(0, "admin"))
    (member,) = [one for one in members.all() if one.role == "user"]
    members.change_role(member.user_id, "sales_rep")
    made = a_customer(my)
    assert back_to(two, moment) == []
    assert [one.role for one in members.all() if one.user_id == member.user_id] == ["sales_rep"]
    assert made not in my.customers.choices()


@pytest.mark.parametrize("role", ["user", "sales_rep", "manager"])
def test_it_is_for_admins(two: Office, frozen_clock: Any, role: str) -> None:
    made = a_customer(two.at(0, "admin"))
    moment = frozen_clock.moment - timedelta(seconds=1)
    seen = two.at(0, "admin").changes.since(moment)
    theirs = two.at(0, role).changes
    for act in (
        lambda: theirs.since(moment),
        lambda: theirs.go_back(seen.first, seen.last),
    ):
        with pytest.raises(errors.NotAllowed, match="for admins"):
            act()
    assert made in two.at().customers.choices()


def test_another_companys_acts_are_none(two: Office, frozen_clock: Any) -> None:
    moment = frozen_clock.moment - timedelta(seconds=1)
    a_customer(two.at(1))
    theirs = two.at(1, "admin").changes.since(moment)
    with pytest.raises(errors.Invalid, match="Nothing was written since"):
        two.at(0, "admin").changes.since(moment)
    with pytest.raises(errors.Invalid, match="Nothing was written since"):
        two.at(0, "admin").changes.go_back(theirs.first, theirs.last)
    assert two.at(1).customers.count() == 1
