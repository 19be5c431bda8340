"""A record's feed: all of it in one order and once, by pages and by sorts, of one company alone."""

from itertools import product
from typing import Any

import pytest

from crm_data import Edit, Query, errors
from crm_data.changes.feed import Feed, Happened, Sort
from tests.nouns.makers import a_customer, a_deal, a_lead, a_task
from tests.support.chance import dice
from tests.support.office import Office
from tests.support.statements import counted

Key = tuple[Sort, str, int]


def keys(feed: Feed) -> list[Key]:
    """What entries are about."""
    return [(one.sort, one.what, one.id) for one in feed.entries]


def whole(my: Any, table: str, id_: int, sorts: tuple[Sort, ...] = (), n: int = 3) -> list[Happened]:
    """A feed page by page."""
    found, after = [], None
    while True:
        page = my.changes.feed(table, id_, sorts, after, n)
        assert len(page.entries) <= n
        found += page.entries
        if page.next is None:
            return found
        after = page.next


def said(my: Any, table: str, id_: int) -> list[tuple[str, ...]]:
    """Each entry's sort and what it is, with the names of changed fields, newest first."""
    return [
        (one.sort.value, one.what, *sorted(line.field or "" for line in one.lines if one.what != "add"))
        for one in my.changes.feed(table, id_).entries
    ]


def test_a_deals_way_is_told_once_and_newest_first(two: Office, frozen_clock: Any) -> None:
    my, boss = two.at(0, "sales_rep"), two.at()
    me, other = two.people[0]["sales_rep"], two.people[0]["manager"]

    def later() -> None:
        frozen_clock.move(hours=1)

    customer = a_customer(my)
    deal = a_deal(my, customer, assigned_to=me)
    later()
    task = a_task(my, title="Ring", deal_id=deal, due_date="2026-03-03")
    later()
    my.deals.change([Edit(deal, {"deal_value": ("100", "120"), "notes": (None, "Big")})])
    later()
    my.deals.move(deal, "proposal", "prospect")
    later()
    my.tasks.complete(task)
    later()
    my.activities.log("note", "Said yes", deal_id=deal)
    later()
    boss.deals.change([Edit(deal, {"assigned_to": (me, other)})])
    later()
    boss.deals.archive([deal])
    later()
    boss.deals.restore([deal])
    assert said(my, "deals", deal) == [
        ("change", "restore", ""),
        ("change", "archive", ""),
        ("change", "change", "assigned_to"),
        ("activity", "note"),
        ("task", "done"),
        ("move", "status_change"),
        ("change", "change", "deal_value", "notes"),
        ("task", "made"),
        ("change", "add"),
    ]
    names = my.changes.feed("deals", deal).names
    assert (names["users"][other], names["customers"]) == ("Alpha Manager", {customer: "Firm"})


def test_a_conversion_and_an_import_are_told(two: Office, frozen_clock: Any) -> None:
    my = two.at()
    lead = a_lead(my)
    frozen_clock.move(hours=1)
    made = my.leads.convert(lead, {"name": "New Firm"})
    assert said(my, "leads", lead) == [
        ("move", "status_change"),
        ("change", "convert", "customer_id"),
        ("change", "add"),
    ]
    assert ("move", "status_change") in said(my, "deals", made.deal_id)
    sheet = my.read_file(b"Name\nFrom a file\n", "some.csv")
    my.commit_import(my.customers, sheet, my.guess(sheet, my.customers))
    (row,) = my.customers.page(Query(search="From a file")).rows
    (entry,) = my.changes.feed("customers", row["id"]).entries
    assert (entry.what, entry.by_file) == ("add", True)


@pytest.mark.slow
def test_pages_and_sorts_make_up_all_of_it(two: Office, frozen_clock: Any) -> None:
    """Also where many things happened in the same second."""
    my, chance = two.at(), dice(9)
    customer = a_customer(my)
    deal, lead = a_deal(my, customer), a_lead(my, customer_id=customer)
    ids = {"customers": customer, "deals": deal, "leads": lead}
    links = {"customers": "customer_id", "deals": "deal_id", "leads": "lead_id"}
    for number in range(60):
        if chance.random() < 0.4:
            frozen_clock.move(seconds=chance.randint(1, 90_000))
        table = chance.choice(list(ids))
        link, records = {links[table]: ids[table]}, my.records(table)
        what = chance.choice(["log", "task", "change", "move"])
        if what == "log":
            my.activities.log("call", f"Call {number}", at=chance.choice([None, "2026-03-01"]), **link)
        elif what == "task":
            task = a_task(my, **link)
            my.tasks.complete(task) if chance.random() < 0.5 else None
        elif what == "change":
            before = records.get(ids[table])["notes"]
            records.change([Edit(ids[table], {"notes": (before, f"Note {number}")})])
        elif table == "deals":
            stage = my.deals.get(deal)["stage"]
            my.deals.move(deal, "proposal" if stage == "qualified" else "qualified", stage)
    for table, id_ in ids.items():
        every = my.changes.feed(table, id_, n=500).entries
        assert len({(one.sort, one.what, one.id) for one in every}) == len(every)
        assert [one.at for one in every] == sorted((one.at for one in every), reverse=True)
        about = Query(where={links[table]: (id_,)}, size=500)
        activities, tasks = my.activities.page(about).rows, my.tasks.page(about).rows
        logged = {(change.act_id, change.action) for change in my.records(table).history(id_, 500)}
        assert {one.id for one in every if one.sort in (Sort.ACTIVITY, Sort.MOVE)} == {
            r["id"] for r in activities
        }
        assert {one.id for one in every if one.what == "made"} == {r["id"] for r in tasks}
        done = {r["id"] for r in tasks if r["completed_at"]}
        assert {one.id for one in every if one.what == "done"} == done
        moves = {one.at for one in every if one.sort is Sort.MOVE}
        changes = [one for one in every if one.sort is Sort.CHANGE]
        assert len(changes) <= len(logged) <= len(changes) + len(moves) + 1
        for n, sorts in product((1, 7), ((), (Sort.TASK,), (Sort.CHANGE, Sort.MOVE))):
            wanted = [one for one in every if not sorts or one.sort in sorts]
            assert whole(my, table, id_, sorts, n) == wanted


def test_what_is_another_companys_is_not_there(two: Office) -> None:
    foreign = a_customer(two.at(1))
    my = two.at()
    for table, id_ in (("customers", foreign), ("customers", 987_654), ("customers", "x"), ("users", 1)):
        with pytest.raises(errors.NotFound):
            my.changes.feed(table, id_)
    mine = a_customer(my)
    for place in ("", "x", "1.2", "1.2.3.4", "-1.0.1", "9" * 80, "999999999999.0.1", "1.0.99999999999"):
        with pytest.raises(errors.Invalid):
            my.changes.feed("customers", mine, after=place)
    with pytest.raises(errors.Invalid):
        my.changes.feed("customers", mine, ["secrets"])
    assert [one.what for one in two.at(0, "user").changes.feed("customers", mine).entries] == ["add"]


@pytest.mark.slow
def test_it_costs_the_same_however_long_it_is(two: Office) -> None:
    my = two.at()
    customer, deal = a_customer(my), a_deal(my)
    sent_for = []
    for number in (1, 25):
        for n in range(number):
            my.activities.log("call", f"{n}", customer_id=customer)
            a_task(my, customer_id=customer)
            my.activities.log("call", f"{n}", deal_id=deal)
        with counted(two.store) as sent:
            my.changes.feed("customers", customer)
            my.changes.feed("deals", deal)
        sent_for.append(len(sent))
    assert sent_for[0] == sent_for[1] <= 15
