"""Activities: logged in one call, read newest first by keyset; people do not write changes of status."""

from datetime import UTC, date, datetime, timedelta, tzinfo
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from crm_data import Edit, Given, Way, errors, new_act
from tests.nouns.makers import a_customer, a_deal, a_lead, a_task
from tests.support.office import Office
from tests.support.timeline import timeline


def test_logged_now_by_me_about_the_customer_of_the_deal(two: Office, frozen_clock: Any) -> None:
    my = two.at(0, "user")
    deal = a_deal(two.at())
    row = my.activities.get(my.activities.log("call", duration="15", outcome="Reached", deal_id=deal))
    assert (row["title"], row["duration"], row["outcome"]) == ("Call", 15, "Reached")
    assert (row["user_id"], row["activity_date"]) == (two.people[0]["user"], frozen_clock())
    assert row["customer_id"] == my.deals.get(deal)["customer_id"]


def test_logged_for_another_moment_and_person_once(two: Office) -> None:
    my, act = two.at(), new_act()
    said = {"at": "2026-02-27 10:00", "user_id": two.people[0]["user"], "zone": ZoneInfo("Europe/Zurich")}
    first = my.activities.log("meeting", "Kick-off", act_id=act, **said)
    assert my.activities.log("meeting", "Kick-off", act_id=act, **said) == first
    row = my.activities.get(first)
    assert row["activity_date"] == datetime(2026, 2, 27, 9, tzinfo=UTC)
    assert row["user_id"] == two.people[0]["user"]


@pytest.mark.parametrize(
    "wrong",
    [
        {"kind": "status_change"},
        {"kind": "fax"},
        {"kind": ""},
        {"kind": "call", "duration": "-1"},
        {"kind": "call", "duration": "long"},
        {"kind": "call", "duration": "100001"},
        {"kind": "note", "title": "x" * 256},
        {"kind": "note", "at": "the day before yesterday"},
        {"kind": "note", "user_id": 10**12},
        {"kind": "note", "customer_id": 999},
        {"kind": "note", "title": "a\x00b"},
    ],
)
def test_what_cannot_be_logged(two: Office, wrong: dict[str, Any]) -> None:
    my = two.at()
    with pytest.raises(errors.Invalid):
        my.activities.log(**wrong)
    assert my.activities.page().total == 0


def test_changes_of_status_stay_as_they_are(two: Office) -> None:
    my = two.at()
    deal = a_deal(my)
    my.deals.move(deal, "qualified", "prospect")
    row = timeline(my, {"deal_id": deal}).rows[0]
    with pytest.raises(errors.Invalid):
        my.activities.change([Edit(row["id"], {"title": (row["title"], "Nothing happened")})])
    with pytest.raises(errors.Invalid):
        my.activities.change([Edit(row["id"], {"activity_type": ("status_change", "note")})])
    note = my.activities.log("note")
    with pytest.raises(errors.Invalid):
        my.activities.change([Edit(note, {"activity_type": ("note", "status_change")})])
    with pytest.raises(errors.NotAll):
        my.activities.change_many([note, row["id"]], Given(Way.SET, "outcome", "Reached"), rest=False)
    assert my.activities.get(row["id"]) == row


def test_the_timeline_pages_newest_first_through_ties(two: Office) -> None:
    my = two.at()
    begin = datetime(2026, 1, 1, tzinfo=UTC)
    ids = [my.activities.log("note", at=begin + timedelta(hours=n // 4)) for n in range(23)]
    my.activities.log("note", at=begin + timedelta(days=90), act_id=new_act())
    seen: list[int] = []
    after: str | None = None
    while True:
        page = timeline(my, size=5, after=after)
        seen += [row["id"] for row in page.rows]
        after = page.next
        if after is None:
            break
    assert seen[1:] == list(reversed(ids))
    assert page.total == 24


def test_the_timeline_by_record_kind_person_and_days(two: Office) -> None:
    my, user = two.at(), two.at(0, "user")
    customer, other = a_customer(my), a_customer(my, "Other")
    deal, lead = a_deal(my, customer), a_lead(my, customer_id=customer)
    task = a_task(my, deal_id=deal)
    made = {
        "call": my.activities.log("call", deal_id=deal, at="2026-02-01 23:30"),
        "mail": user.activities.log("email", lead_id=lead, at="2026-02-02 00:30"),
        "note": my.activities.log("note", task_id=task, at="2026-02-03"),
        "else": my.activities.log("note", customer_id=other, at="2026-02-04"),
    }
    two.at(1).activities.log("note")

    def found(zone: tzinfo = UTC, **where: Any) -> list[str]:
        names = {id_: name for name, id_ in made.items()}
        return [names[row["id"]] for row in timeline(my, where, zone=zone).rows]

    assert found() == ["else", "note", "mail", "call"]
    assert found(customer_id=customer) == ["note", "mail", "call"]
    assert found(deal_id=deal) == ["note", "call"]
    assert (found(lead_id=lead), found(task_id=task)) == (["mail"], ["note"])
    assert found(activity_type=("note", "email"), customer_id=customer) == ["note", "mail"]
    assert found(user_id=two.people[0]["user"]) == ["mail"]
    assert found(activity_date=(date(2026, 2, 2), date(2026, 2, 2))) == ["mail"]
    assert found(ZoneInfo("America/Lima"), activity_date=(None, date(2026, 2, 1))) == ["mail", "call"]
    assert timeline(two.at(1), {"customer_id": customer}).total == 0


def test_links_are_filled_from_the_task_and_never_contradict(two: Office) -> None:
    my = two.at()
    deal = a_deal(my)
    task = a_task(my, deal_id=deal)
    row = my.activities.get(my.activities.log("call", task_id=task))
    assert (row["deal_id"], row["customer_id"]) == (deal, my.deals.get(deal)["customer_id"])
    for links in ({"task_id": task, "deal_id": a_deal(my)}, {"deal_id": deal, "customer_id": a_customer(my)}):
        with pytest.raises(errors.Invalid):
            my.activities.log("note", **links)


def test_own_is_what_i_did_or_wrote(two: Office) -> None:
    manager, user = two.at(), two.at(0, "user")
    theirs = manager.activities.log("note")
    with pytest.raises(errors.NotAllowed):
        user.activities.change([Edit(theirs, {"outcome": (None, "Reached")})])
    mine = manager.activities.log("note", user_id=two.people[0]["user"])
    wrote = user.activities.log("note", user_id=two.people[0]["admin"])
    for id_ in (mine, wrote):
        assert user.activities.change([Edit(id_, {"outcome": (None, "Reached")})]) == 1


def test_the_search_finds_words_of_titles_and_descriptions_in_the_company_alone(two: Office) -> None:
    my = two.at()
    said = my.activities.log("note", "Kick-off", description="They asked for\ntwo kilos of beans.")
    titled = my.activities.log("call", "About the beans")
    my.activities.log("call", "About milk")
    two.at(1).activities.log("note", "Beans", description="beans")
    found = my.activities.page(my.activities.query({"q": "BEANS"}))
    assert {row["id"] for row in found.rows} == {said, titled}


def pinned(my: Any, customer: int) -> list[int]:
    """What stands on top of a customer's feed."""
    feed = my.changes.feed("customers", customer)
    assert not {one.id for one in feed.pinned} & {one.id for one in feed.entries if one.sort == "activity"}
    return [one.id for one in feed.pinned]


def test_what_is_pinned_stands_on_top_until_it_is_let_go_of(two: Office, frozen_clock: Any) -> None:
    my, customer = two.at(), a_customer(two.at())
    ids = [my.activities.log("note", f"Note {n}", customer_id=customer) for n in range(4)]
    for id_ in (ids[2], ids[0]):
        frozen_clock.move(seconds=5)
        assert my.activities.pin(id_)
    assert not my.activities.pin(ids[0])
    assert pinned(my, customer) == [ids[0], ids[2]]
    shown = [one.id for one in my.changes.feed("customers", customer, ["activity"]).entries]
    assert shown == [ids[3], ids[1]]
    for sorts, after in ((["move"], None), ([], "1.0.1")):
        assert not my.changes.feed("customers", customer, sorts, after).pinned
    done = my.changes.page()[0][0]
    assert (done.kind, done.title) == ("pin", "Pinned activity Note 0")
    assert my.changes.undo(done.id) == []
    assert pinned(my, customer) == [ids[2]]
    assert my.activities.pin(ids[2], False)
    assert pinned(my, customer) == []
    assert my.changes.page()[0][0].title == "Unpinned activity Note 2"
    my.activities.archive([ids[0]])
    with pytest.raises(errors.Invalid, match="Restore it"):
        my.activities.pin(ids[0])


def test_who_may_change_it_may_pin_it(two: Office) -> None:
    boss, theirs = two.at(), two.at(0, "sales_rep")
    deal = a_deal(boss)
    boss.deals.move(deal, "qualified", "prospect")
    (moved,) = boss.activities.page().rows
    with pytest.raises(errors.Invalid, match="noted by themselves"):
        boss.activities.pin(moved["id"])
    note = boss.activities.log("note", "Hers", deal_id=deal)
    with pytest.raises(errors.NotAllowed):
        theirs.activities.pin(note)
    with pytest.raises(errors.NotFound):
        two.at(1, "admin").activities.pin(note)
    assert theirs.activities.pin(theirs.activities.log("note", "Mine", deal_id=deal))
