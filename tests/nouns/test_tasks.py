"""Tasks: one-click verbs, lists by day where the person is with true counts, and links that agree."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from crm_data import Edit, Given, Query, Way, errors
from tests.nouns.makers import a_customer, a_deal, a_lead, a_task
from tests.support.office import Office
from tests.support.statements import counted


def test_done_and_taken_up_again(two: Office, frozen_clock: Any) -> None:
    my = two.at(0, "user")
    task = a_task(my)
    assert my.tasks.get(task)["assigned_to"] == two.people[0]["user"]
    assert my.tasks.complete(task)
    done_at = frozen_clock()
    frozen_clock.move(hours=1)
    assert not my.tasks.complete(task)
    assert my.tasks.get(task)["completed_at"] == done_at
    assert my.tasks.reopen(task)
    assert not my.tasks.reopen(task)
    row = my.tasks.get(task)
    assert (row["status"], row["completed_at"]) == ("pending", None)


def test_completed_at_follows_the_status_whatever_the_way(two: Office, frozen_clock: Any) -> None:
    my = two.at()
    task = a_task(my, status="completed")
    assert my.tasks.get(task)["completed_at"] == frozen_clock()
    my.tasks.change([Edit(task, {"status": ("completed", "cancelled")})])
    assert my.tasks.get(task)["completed_at"] is None
    my.tasks.change_many([task], Given(Way.SET, "status", "completed"), rest=False)
    assert my.tasks.get(task)["completed_at"] == frozen_clock()
    with pytest.raises(errors.Invalid):
        my.tasks.change([Edit(task, {"completed_at": (None, "2020-01-01")})])


def test_put_off_to_a_day_keeps_the_time_of_day(two: Office) -> None:
    my, zone = two.at(), ZoneInfo("Europe/Zurich")
    task = my.tasks.add({"title": "Call", "due_date": "2026-03-27 14:30"}, zone=zone)
    assert my.tasks.reschedule(task, date(2026, 3, 30), zone=zone)  # over the change to summer time
    assert my.tasks.get(task)["due_date"] == datetime(2026, 3, 30, 12, 30, tzinfo=UTC)
    assert not my.tasks.reschedule(task, date(2026, 3, 30), zone=zone)
    assert my.tasks.reschedule(task, "2026-04-01 09:00", zone=zone)
    assert my.tasks.get(task)["due_date"] == datetime(2026, 4, 1, 7, tzinfo=UTC)
    for wrong in ("soon", "2026-13-01", "9999-01-01", date(1800, 1, 1)):
        with pytest.raises(errors.Invalid):
            my.tasks.reschedule(task, wrong)
    my.tasks.complete(task)
    with pytest.raises(errors.Invalid):
        my.tasks.reschedule(task, date(2026, 5, 1))


def test_verbs_on_others_tasks_are_refused(two: Office) -> None:
    task = a_task(two.at(0, "manager"))
    for verb in ("complete", "reopen"):
        with pytest.raises(errors.NotFound):
            getattr(two.at(1).tasks, verb)(task)
    user = two.at(0, "user")
    with pytest.raises(errors.NotAllowed):
        user.tasks.complete(task)
    with pytest.raises(errors.NotAllowed):
        user.tasks.reschedule(task, date(2026, 5, 1))
    assert two.at().tasks.get(task)["status"] == "pending"


def due(my: Any, **values: Any) -> dict[str, int]:
    """Tasks over the days around Monday 2 March, 9:30 in UTC."""
    days = {"late": "2026-03-01 23:59", "today": "2026-03-02 00:00", "evening": "2026-03-02 23:59"}
    days |= {"tomorrow": "2026-03-03 00:00", "someday": None}
    return {name: a_task(my, title=name, due_date=when, **values) for name, when in days.items()}


def test_lists_and_counts_by_day(two: Office) -> None:
    my = two.at()
    due(my)
    due(two.at(0, "user"))
    my.tasks.complete(a_task(my, due_date="2026-02-01"))
    a_task(two.at(1), due_date="2026-02-01")

    def listed(preset: str, **more: Any) -> list[str]:
        query = Query(preset=preset, sort="due_date", descending=False, **more)
        return [row["title"] for row in my.tasks.page(query).rows]

    assert listed("mine") == ["late", "today", "evening", "tomorrow", "someday"]
    assert (listed("overdue"), listed("today")) == (["late"], ["today", "evening"])
    assert (listed("upcoming"), listed("due")) == (["tomorrow"], ["late", "today", "evening"])
    with counted(two.store) as sent:
        counts = my.tasks.counts()
    assert len(sent) == 1
    assert counts == {"mine": 5, "overdue": 1, "today": 2, "upcoming": 1, "all": 11}
    assert {name: len(listed(name)) for name in counts} == counts
    auckland = ZoneInfo("Pacific/Auckland")  # thirteen hours ahead: it is half past ten in the evening there
    assert listed("overdue", zone=auckland) == []
    assert listed("today", zone=auckland) == ["late", "today"]
    assert my.tasks.counts(Query(zone=auckland, sort="due_date"))["upcoming"] == 2


def test_counts_follow_the_filters(two: Office) -> None:
    my, user = two.at(), two.people[0]["user"]
    due(my, priority="high")
    due(two.at(0, "user"), priority="low")
    assert my.tasks.counts(Query(where={"priority": ("low",)}))["mine"] == 0
    of_user = Query(where={"assigned_to": (user,)}, sort="due_date", descending=False)
    assert my.tasks.counts(of_user) == {"mine": 0, "overdue": 1, "today": 2, "upcoming": 1, "all": 5}
    both = Query(where={"assigned_to": (user, two.people[0]["manager"])}, preset="overdue", sort="due_date")
    assert my.tasks.page(both).total == my.tasks.counts(both)["overdue"] == 2


def test_paging_by_due_date_shows_each_once(two: Office) -> None:
    my = two.at()
    begin = datetime(2026, 3, 1, tzinfo=UTC)
    for n in range(23):
        a_task(my, title=f"{n}", due_date=None if n % 5 == 0 else begin + timedelta(hours=n // 3))
    seen: list[int] = []
    query: Query | None = Query(preset="mine", sort="due_date", descending=False, size=5)
    while query is not None:
        page = my.tasks.page(query)
        seen += [row["id"] for row in page.rows]
        query = Query(preset="mine", sort="due_date", descending=False, size=5, after=page.next)
        query = query if page.next else None
    assert len(seen) == len(set(seen)) == 23


def test_the_preset_lives_in_the_url(two: Office) -> None:
    tasks = two.at().tasks
    query = tasks.query({"preset": "overdue", "priority": "high"})
    assert (query.preset, query.sort, query.descending) == ("overdue", "due_date", False)
    assert tasks.params(query) == {"preset": "overdue", "priority": "high"}
    with pytest.raises(errors.Invalid):
        tasks.query({"preset": "everybody's"})


def test_links_are_filled_in_from_each_other(two: Office) -> None:
    my = two.at()
    customer = a_customer(my)
    deal, lead = a_deal(my, customer), a_lead(my, customer_id=customer)
    assert my.tasks.get(a_task(my, deal_id=deal))["customer_id"] == customer
    assert my.tasks.get(a_task(my, lead_id=lead))["customer_id"] == customer
    later = a_task(my)
    my.tasks.change([Edit(later, {"deal_id": (None, deal)})])
    assert my.tasks.get(later)["customer_id"] == customer
    other = a_deal(my)
    my.tasks.change([Edit(later, {"deal_id": (deal, other)})])
    assert my.tasks.get(later)["customer_id"] == my.deals.get(other)["customer_id"]
    my.tasks.change([Edit(later, {"customer_id": (my.tasks.get(later)["customer_id"], None)})])
    assert my.tasks.get(later)["customer_id"] == my.deals.get(other)["customer_id"]


def test_links_that_contradict_are_refused(two: Office) -> None:
    my = two.at()
    one, other = a_customer(my, "One"), a_customer(my, "Other")
    deal, lead = a_deal(my, one), a_lead(my, customer_id=other)
    for links in ({"deal_id": deal, "customer_id": other}, {"deal_id": deal, "lead_id": lead}):
        with pytest.raises(errors.Invalid) as wrong:
            a_task(my, **links)
        assert "belongs to another customer" in str(wrong.value)
    task = a_task(my, customer_id=other)
    with pytest.raises(errors.Invalid):
        my.tasks.change([Edit(task, {"deal_id": (None, deal)})])
    converted = my.leads.convert(a_lead(my), other)
    mine = a_lead(my, customer_id=other)
    with pytest.raises(errors.Invalid) as wrong:
        a_task(my, deal_id=converted.deal_id, lead_id=mine)
    assert "belongs to another lead" in str(wrong.value)
    assert my.tasks.page().total == 1


def test_links_into_another_company_are_not_there(two: Office) -> None:
    foreign = a_deal(two.at(1))
    for link in ("deal_id", "customer_id", "lead_id"):
        with pytest.raises(errors.Invalid, match="no such choice here"):
            a_task(two.at(), **{link: foreign})
    with pytest.raises(errors.Invalid, match="no such choice here"):
        a_task(two.at(), assigned_to=two.people[1]["user"])


def test_the_links_of_many_rows_are_read_in_a_statement_a_kind(two: Office) -> None:
    my = two.at()
    tasks = [a_task(my, deal_id=a_deal(my)) for _ in range(4)]
    deals = [my.tasks.get(task)["deal_id"] for task in tasks]
    with counted(two.store) as sent, two.store.read(two.scope()) as session:
        session.info["parents"] = {}
        found = [my.activities.linked(session, {"task_id": task}, None) for task in tasks]
    assert len(sent) == 2
    assert [row["deal_id"] for row in found] == deals
    assert all(row["customer_id"] for row in found)
