"""The queue: in the order that its rule says, each number that of the list behind it, as a plain model has it."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from itertools import product
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa

from crm_data import Edit, Workspace, clock, errors
from crm_data.store.guards import guarded_tables
from crm_data.tables import Base, ChangeLog
from tests.model.waiting import REASONS, queue
from tests.nouns.makers import a_customer, a_deal, a_lead, a_task
from tests.nouns.test_tasks import due
from tests.support.chance import dice
from tests.support.office import Office
from tests.support.statements import counted

ZONES = [UTC, ZoneInfo("Asia/Kolkata"), ZoneInfo("America/New_York")]
NOW = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)


def kept(two: Office, company: int = 0) -> Mapping[str, Mapping[int, dict[str, Any]]]:
    """Every row of a company by table and id."""
    with two.store.system("a test looks", write=False) as session:
        return {
            name: {
                row["id"]: dict(row)
                for row in session.execute(
                    sa.select(table).where(table.c[column] == two.companies[company])
                ).mappings()
            }
            for name, column in guarded_tables().items()
            for table in [Base.metadata.tables[name]]
        }


def seen(my: Workspace, rows: int = 8) -> list[tuple[str, str, int]]:
    """The queue as it is read."""
    return [(one.reason.value, one.table, one.id) for one in my.numbers.overview(rows=rows).queue.first]


def numbers(my: Workspace) -> dict[str, Any]:
    """What of the queue's numbers is not 0."""
    return {name: f.value for name, f in my.numbers.overview().queue.figures.items() if f.value}


def give(boss: Workspace, table: str, id_: int, to: int | None) -> None:
    """Reassign one record."""
    records = boss.records(table)
    before = records.get(id_)["assigned_to"]
    records.change([Edit(id_, {"assigned_to": (before, to)})])


@pytest.mark.slow
def test_it_is_ordered_by_reason_and_then_by_what_has_waited_longest(two: Office, frozen_clock: Any) -> None:
    my, boss, me = two.at(0, "sales_rep"), two.at(), two.people[0]["sales_rep"]
    old, fresh = a_deal(my, assigned_to=me), a_deal(my, assigned_to=me)
    first = a_lead(my, assigned_to=me)
    frozen_clock.move(days=20)
    late = a_deal(my, assigned_to=me)
    my.deals.move(fresh, "qualified", "prospect")
    second = a_lead(my, assigned_to=me)
    tasks = [a_task(my, due_date=day, title=day) for day in ("2026-03-22", "2026-03-21", "2026-03-20")]
    mine = a_customer(boss)
    give(boss, "customers", mine, me)
    assert seen(my, 20) == [
        ("overdue", "tasks", tasks[2]),
        ("overdue", "tasks", tasks[1]),
        ("today", "tasks", tasks[0]),
        ("handed_over", "customers", mine),
        ("new", "leads", first),
        ("new", "leads", second),
        ("stalled", "deals", old),
        ("without_step", "deals", fresh),
        ("without_step", "deals", late),
    ]
    shown = my.numbers.overview(rows=20).queue.first
    assert [one.by for one in shown if one.by] == ["Alpha Manager"]
    assert my.numbers.overview(rows=8).queue.more
    assert not my.numbers.overview(rows=9).queue.more
    assert numbers(my) == {
        "overdue": 2, "today": 1, "handed_customers": 1, "new": 2, "stalled": 1, "without_step": 3,
    }  # fmt: skip
    assert seen(boss) == [], "of another's nothing waits for me"


KINDS: dict[str, tuple[Callable[..., int], str]] = {
    "customers": (a_customer, "customer_id"),
    "leads": (a_lead, "lead_id"),
    "deals": (a_deal, "deal_id"),
    "tasks": (a_task, "task_id"),
}


@pytest.mark.slow
@pytest.mark.parametrize("act", ["changed", "logged", "planned", "looked", "gave it away", "too long ago"])
def test_what_was_handed_over_waits_until_it_is_seen_or_worked_on(
    two: Office, frozen_clock: Any, act: str
) -> None:
    my, boss, me, other = two.at(), two.at(0, "admin"), two.people[0]["manager"], two.people[0]["user"]
    made = {table: make(boss) for table, (make, _) in KINDS.items()}
    for table, id_ in made.items():
        give(boss, table, id_, me)
    assert {("handed_over", table, id_) for table, id_ in made.items()} <= set(seen(my))
    frozen_clock.move(days=1)
    for table, id_ in made.items():
        records, title, link = my.records(table), my.records(table).title, KINDS[table][1]
        if act == "changed":
            records.change([Edit(id_, {title: (records.get(id_)[title], "Mine now")})])
        elif act == "logged" or (act == "planned" and table == "tasks"):
            my.activities.log("call", "Rang", **{link: id_})
        elif act == "planned":
            my.tasks.add({"title": "Ring", "due_date": "2026-05-01", link: id_})
        elif act == "looked":
            records.look(id_)
            records.look(id_)
        elif act == "gave it away":
            give(boss, table, id_, other)
            assert ("handed_over", table, id_) in seen(two.at(0, "user"))
    if act == "too long ago":
        frozen_clock.move(days=30)
    assert not {one for one in seen(my, 20) if one[0] == "handed_over"}
    if act in ("changed", "looked"):
        frozen_clock.move(minutes=1)
        for table, id_ in made.items():
            give(boss, table, id_, other)
            give(boss, table, id_, me)
            assert ("handed_over", table, id_) in seen(my), "it was handed over anew"


def test_nobody_looks_at_what_is_not_theirs(two: Office) -> None:
    foreign = a_customer(two.at(1))
    for id_ in (foreign, 987_654, "x"):
        with pytest.raises(errors.NotFound):
            two.at().customers.look(id_)
    two.at(1).customers.look(foreign)
    assert not kept(two)["looks"]
    assert len(kept(two, 1)["looks"]) == 1


@pytest.mark.slow
def test_it_is_as_a_plain_model_has_it(two: Office, frozen_clock: Any) -> None:
    chance = dice(7)
    roles = ("sales_rep", "manager", "admin")
    people = [two.people[0][role] for role in roles]
    for company in (0, 1):
        workers = [two.at(company, role) for role in roles]
        theirs = [two.people[company][role] for role in roles]
        ids: dict[str, list[int]] = {name: [] for name in ("customers", "leads", "deals", "tasks")}
        notes: list[int] = []
        for _ in range(100):
            my, boss = chance.choice(workers), chance.choice(workers[1:])
            frozen_clock.move(minutes=chance.randint(1, 500))
            day = (clock.now() + timedelta(days=chance.choice([-9, 0, 1, 7]))).isoformat()
            table = chance.choice(list(ids))
            link = chance.choice(["customer_id", "lead_id", "deal_id"])
            parents = ids[{"customer_id": "customers", "lead_id": "leads", "deal_id": "deals"}[link]]
            about = {link: chance.choice(parents)} if parents and chance.random() < 0.5 else {}
            if not ids[table] or chance.random() < 0.4:
                values: dict[str, Any] = {"assigned_to": chance.choice(theirs)}
                if table == "tasks":
                    values |= {"due_date": day, **about}
                ids[table].append(KINDS[table][0](my, **values) if table != "customers" else a_customer(my))
                continue
            id_ = chance.choice(ids[table])
            what = chance.choice(["give", "give", "look", "log", "archive", "done", "title"])
            if what == "give":
                give(boss, table, id_, chance.choice(theirs)) if boss.records(table).get(id_)[
                    "archived_at"
                ] is None else None
            elif what == "look":
                my.records(table).look(id_)
            elif what == "log":
                notes.append(my.activities.log("note", "Said", mention=chance.sample(theirs, 1), **about))
                my.activities.look(chance.choice(notes))
            elif what == "archive" and chance.random() < 0.2:
                boss.records(table).archive([id_])
            elif what == "done" and table == "tasks":
                try:
                    boss.tasks.complete(id_)
                except errors.CrmError:
                    assert boss.tasks.get(id_)["archived_at"] is not None
    for role, me in zip(roles, people, strict=True):
        a_task(two.at(0, role), due_date=clock.now().isoformat())
        a_deal(two.at(0, role), assigned_to=me)
    met: set[str] = set()
    tables = kept(two)
    for (role, me), zone in product(zip(roles, people, strict=True), ZONES):
        wanted = queue(tables, me, clock.now(), zone)
        met |= {REASONS[rank] for rank, *_ in wanted}
        for rows in (3, 500):
            found = two.at(0, role).numbers.overview(zone, rows).queue
            assert found.more == (len(wanted) > rows)
            assert [(one.reason, one.since, one.table, one.id) for one in found.first] == [
                (REASONS[rank], since, kind, id_) for rank, since, kind, id_ in wanted[:rows]
            ]
    assert met == set(REASONS)


@pytest.mark.slow
def test_it_costs_the_same_however_much_waits(two: Office) -> None:
    my, me, sent_for = two.at(), two.people[0]["manager"], []
    for number in (1, 30):
        for _ in range(number):
            due(my)
            a_deal(my, assigned_to=me)
            a_lead(my, assigned_to=me)
            give(two.at(0, "admin"), "customers", a_customer(two.at(0, "admin")), me)
        with counted(two.store) as sent:
            my.numbers.overview()
        sent_for.append(len(sent))
    assert max(sent_for) <= 15


def test_a_line_of_another_company_hands_nothing_over(two: Office) -> None:
    """Even where somebody wrote one that bears the same numbers."""
    mine = a_customer(two.at())
    with two.store.system("a test forges a line") as session:
        own = {"act_id": "x", "action": "change", "table_name": "customers", "row_id": mine}
        line = {**own, "company_id": two.companies[1], "user_id": two.people[1]["admin"], "at": NOW}
        session.add(ChangeLog(**line, before={}, after={"assigned_to": two.people[0]["manager"]}))
    give(two.at(), "customers", mine, two.people[0]["manager"])
    assert seen(two.at()) == []
