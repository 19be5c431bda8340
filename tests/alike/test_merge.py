"""Merging customers and leads against a plain model, and its undo, which puts every child back exactly."""

import random
from typing import Any

import pytest

from crm_data import Edit, Workspace, errors
from crm_data.alike import merge as merging
from crm_data.alike.likeness import known_by
from crm_data.rights import ROLES
from crm_data.tables import by_name
from dashboard.parts.audit_lines import told_lines
from tests.changes.looking import tables_of, undo_last
from tests.support import chance
from tests.support.kinds import KINDS, TITLES
from tests.support.office import Office
from tests.support.soak import size
from tests.support.statements import counted

ALIKE = [kind for kind in KINDS if known_by(kind)]
TRIES = size(3, 40)


def filled(my: Workspace, kind: str, dice: random.Random) -> list[int]:
    """Some records of a kind, each with a random number of children of every kind that can name it."""
    link = {"customers": "customer_id", "leads": "lead_id"}[kind]
    ids = []
    for at in range(dice.randint(2, 6)):
        values = {TITLES[kind]: f"Firm {at}", "notes": dice.choice([None, f"note {dice.randint(1, 3)}"])}
        values |= {"email": dice.choice([None, f"a{dice.randint(1, 3)}@x.example"])}
        values |= {"phone": dice.choice([None, "+41 44 123 45 67", f"044 123 45 {dice.randint(67, 70)}"])}
        if kind == "customers":
            values |= {
                "tags": dice.choice([None, ["one"], ["One", "two"]]),
                "city": dice.choice([None, "Bern"]),
            }
        ids.append(my.records(kind).add(values))
    for id_ in ids:
        for _ in range(dice.randint(0, 2)):
            customer = id_ if kind == "customers" else my.customers.add({"name": f"Of lead {id_}"})
            about = {link: id_} if kind == "customers" else {link: id_, "customer_id": customer}
            deal = my.deals.add({"deal_name": "Deal", "deal_value": "5", "customer_id": customer, **about})
            task = my.tasks.add({"title": "Task", **dice.choice([about, {"deal_id": deal}])})
            my.activities.log(
                "note", title="Said", **dice.choice([{link: id_}, {"deal_id": deal}, {"task_id": task}])
            )
            if kind == "customers":
                lead = my.leads.add({"lead_name": "Lead", "customer_id": id_, "estimated_value": "7"})
                if dice.random() < 0.4:
                    my.leads.convert(lead)
            for name, child in (("deals", deal), ("tasks", task)):
                if dice.random() < 0.2:
                    my.records(name).archive([child])
    return ids


def expected(before: Any, kind: str, ids: list[int], keep: int) -> Any:
    """What hangs where once all are one, said plainly: whoever named one of them names the one that stays."""
    column = {"customers": "customer_id", "leads": "lead_id"}[kind]
    return {
        (table, id_): keep if row[column] in ids else row[column]
        for table, rows in before.items()
        for id_, row in rows.items()
        if column in row and table != "kept_apart"
    }


@pytest.mark.slow
@pytest.mark.parametrize("kind", ALIKE)
@pytest.mark.parametrize("turn", range(TRIES))
def test_all_that_hangs_on_them_moves_and_an_undo_puts_it_back(two: Office, kind: str, turn: int) -> None:
    dice = chance.dice(f"{kind} {turn}")
    my, away = two.at(), two.companies[1]
    ids = filled(my, kind, dice)
    filled(two.at(1), kind, dice)
    keep, column = dice.choice(ids), {"customers": "customer_id", "leads": "lead_id"}[kind]
    before, foreign = tables_of(two.store, two.companies[0]), tables_of(two.store, away, ())
    assert my.alike.merge(kind, ids, keep) == keep
    after = tables_of(two.store, two.companies[0])
    hangs = {
        (table, id_): row[column]
        for table, rows in after.items()
        for id_, row in rows.items()
        if column in row and table != "kept_apart"
    }
    assert hangs == expected(before, kind, ids, keep)
    for id_ in ids:
        row = after[kind][id_]
        assert (row["archived_at"] is None, row["merged_into"]) == (
            (True, None) if id_ == keep else (False, keep)
        )
        if id_ != keep:
            assert {
                n: v for n, v in row.items() if n not in ("archived_at", "archived_by", "merged_into")
            } == {
                n: v
                for n, v in before[kind][id_].items()
                if n not in ("archived_at", "archived_by", "merged_into")
            }
    _nothing_is_lost(kind, [before[kind][id_] for id_ in ids], after[kind][keep])
    assert undo_last(my) == []
    assert tables_of(two.store, two.companies[0]) == before
    assert undo_last(my) == [], "what was taken apart is merged again"
    assert tables_of(two.store, two.companies[0]) == after
    assert tables_of(two.store, away, ()) == foreign


def _nothing_is_lost(kind: str, rows: list[dict[str, Any]], one: dict[str, Any]) -> None:
    """Every address, number, note and tag of them all stands somewhere in the one."""
    said = " ".join(str(one[name] or "") for name in (*known_by(kind).columns, "notes"))  # type: ignore[union-attr]
    digits = [c for c in said if c.isdigit()]
    for row in rows:
        assert row["email"] is None or row["email"] in said
        assert row["notes"] is None or row["notes"] in one["notes"]
        assert row["phone"] is None or row["phone"][-8:].replace(" ", "") in "".join(digits)
        for tag in row.get("tags") or []:
            assert tag.casefold() in [other.casefold() for other in one["tags"]]


@pytest.mark.parametrize("kind", ALIKE)
def test_what_was_added_and_changed_since_stays_with_the_one(two: Office, kind: str) -> None:
    my, colleague = two.at(), two.at(role="admin")
    ids = [my.records(kind).add({TITLES[kind]: f"Firm {at}"}) for at in range(3)]
    link = {"customers": "customer_id", "leads": "lead_id"}[kind]
    first, second = (my.tasks.add({"title": title, link: ids[1]}) for title in ("moved", "renamed"))
    my.alike.merge(kind, ids, ids[0])
    act = my.changes.page()[0][0].id
    later = colleague.tasks.add({"title": "later", link: ids[0]})
    colleague.tasks.change([Edit(second, {"title": ("renamed", "anew")})])
    colleague.records(kind).change([Edit(ids[0], {"notes": (None, "since")})])
    assert my.changes.undo(act) == []
    held = {id_: my.tasks.get(id_) for id_ in (first, second, later)}
    assert [held[id_][link] for id_ in (first, second, later)] == [ids[1], ids[1], ids[0]]
    assert held[second]["title"] == "anew"
    assert my.records(kind).get(ids[0])["notes"] == "since"
    assert [my.records(kind).get(id_)["archived_at"] for id_ in ids] == [None] * 3


@pytest.mark.parametrize("kind", ALIKE)
def test_each_value_is_whose_it_was_chosen_to_be(two: Office, kind: str) -> None:
    my = two.at()
    title = TITLES[kind]
    one = my.records(kind).add({title: "One", "email": "one@x.example", "source": "Fair", "priority": "low"})
    other = my.records(kind).add({title: "Other", "email": "two@x.example", "phone": "044 123 45 67"})
    my.alike.merge(kind, [one, other], one, {title: other, "email": other})
    row = my.records(kind).get(one)
    assert (row[title], row["email"], row["phone"], row["source"], row["priority"]) == (
        "Other", "two@x.example", "044 123 45 67", "Fair", "low",
    )  # fmt: skip
    assert row["notes"] == "Also: one@x.example"
    assert my.changes.page()[0][0].title == f"Merged {kind[:-1]} Other into One"
    assert my.records(kind).get(other)["merged_into"] == one


def test_a_second_number_goes_where_there_is_room_and_a_third_into_the_notes(two: Office) -> None:
    my = two.at()
    numbers = ["+41 44 123 45 67", "+41 44 123 45 68", "+41 44 123 45 69", "0041441234567"]
    ids = [my.customers.add({"name": f"Firm {at}", "phone": said}) for at, said in enumerate(numbers)]
    my.alike.merge("customers", ids, ids[0])
    row = my.customers.get(ids[0])
    assert (row["phone"], row["secondary_phone"], row["notes"]) == (*numbers[:2], f"Also: {numbers[2]}")


@pytest.mark.parametrize("kind", ALIKE)
@pytest.mark.parametrize("role", ROLES)
def test_who_may_not_archive_may_not_merge(two: Office, kind: str, role: str) -> None:
    ids = [two.at().records(kind).add({TITLES[kind]: f"Firm {at}"}) for at in range(2)]
    before = tables_of(two.store, two.companies[0], ())
    if role in ("manager", "admin"):
        two.at(role=role).alike.merge(kind, ids, ids[0])
        return
    with pytest.raises(errors.NotAllowed):
        two.at(role=role).alike.merge(kind, ids, ids[0])
    assert tables_of(two.store, two.companies[0], ()) == before


@pytest.mark.parametrize("kind", ALIKE)
def test_what_cannot_be_merged_changes_nothing(two: Office, kind: str) -> None:
    my, title = two.at(), TITLES[kind]
    records = my.records(kind)
    ids = [records.add({title: f"Firm {at}", "notes": "n" * 20_000 + str(at)}) for at in range(2)]
    away, foreign = records.add({title: "Away"}), two.at(1).records(kind).add({title: "Foreign"})
    records.archive([away])
    version = records.get(ids[0])["version"]
    before = [tables_of(two.store, company, ()) for company in two.companies]
    refused: list[tuple[type[errors.CrmError], list[Any], Any, dict[str, int], dict[int, int]]] = [
        (errors.NotFound, [ids[0], foreign], ids[0], {}, {}),
        (errors.NotFound, [ids[0], foreign], foreign, {}, {}),
        (errors.NotFound, ids, away, {}, {}),
        (errors.NotFound, [*ids, ids[0]], ids[0], {}, {}),
        (errors.NotFound, [ids[0], "x"], ids[0], {}, {}),
        (errors.Invalid, ids[:1], ids[0], {}, {}),
        (errors.Invalid, [*ids, away], ids[0], {}, {}),
        (errors.Invalid, ids, ids[0], {}, {}),  # the notes of both are longer than notes are
        (errors.Invalid, ids, ids[0], {title: foreign}, {}),
        (errors.Invalid, ids, ids[0], {"version": ids[1]}, {}),
        (errors.Invalid, ids, ids[0], {}, {ids[0]: version - 1}),
    ]
    for error, some, keep, chosen, seen in refused:
        with pytest.raises(error):
            my.alike.merge(kind, some, keep, chosen, seen)
    with pytest.raises(errors.NotFound):
        my.alike.merge("deals", ids, ids[0])
    assert [tables_of(two.store, company, ()) for company in two.companies] == before


def test_the_history_names_the_one_that_a_record_went_into(two: Office) -> None:
    my = two.at()
    kept, away = (my.customers.add({"name": name}) for name in ("Kept", "Away"))
    my.alike.merge("customers", [kept, away], kept)
    told = my.changes.lines(my.changes.page()[0][0].id)
    lines = told_lines(my, told.lines, told.names)
    assert [line["Is"] for line in lines if line["What"] == "Archived: Merged into"] == ["Kept"]


def test_more_than_can_be_laid_beside_each_other_are_refused(
    two: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    my = two.at()
    ids = my.customers.add_all([{"name": f"Firm {at}"} for at in range(21)])
    with pytest.raises(errors.Invalid, match="2 to 10,000 customers"):
        my.alike.merge("customers", range(1, 10_002), 1)
    monkeypatch.setattr(merging, "MOST", 20)
    with pytest.raises(errors.Invalid, match="2 to 20 customers"):
        my.alike.merge("customers", ids, ids[0])
    my.alike.merge("customers", ids[:20], ids[0])
    assert my.customers.count() == 2


def many(my: Workspace, kind: str, count: int) -> list[int]:
    """Records of a kind that differ in all they can, each with a task and a note, every third with a deal."""
    link = {"customers": "customer_id", "leads": "lead_id"}[kind]
    title = TITLES[kind]
    one = [{title: f"Firm {n}", "email": f"a{n}@x.example", "phone": f"+4144123{n:04}"} for n in range(count)]
    ids = my.records(kind).add_all(one)
    tasks = my.tasks.add_all([{"title": f"Task {n}", link: id_} for n, id_ in enumerate(ids)])
    if kind == "customers":
        deals = [{"deal_name": f"D {id_}", "deal_value": "5", link: id_} for id_ in ids[::3]]
        my.deals.add_all(deals)
    for id_, task in list(zip(ids, tasks, strict=True))[::10]:
        my.activities.log("note", title="Said", **{link: id_})
        my.activities.log("note", title="Of a task", task_id=task)
    return ids


@pytest.mark.slow
@pytest.mark.parametrize("kind", ALIKE)
def test_a_hundred_and_fifty_become_one_and_an_undo_puts_every_child_back(
    two: Office, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In parts, as thousands would be: of ids in one statement there are few."""
    monkeypatch.setattr(merging, "_AT_ONCE", 40)
    my, away = two.at(), two.companies[1]
    ids = many(my, kind, 150)
    many(two.at(1), kind, 3)
    keep, column = ids[70], {"customers": "customer_id", "leads": "lead_id"}[kind]
    before, foreign = tables_of(two.store, two.companies[0]), tables_of(two.store, away, ())
    acts = len(my.changes.page()[0])
    assert my.alike.merge(kind, ids, keep, {TITLES[kind]: ids[3]}) == keep
    assert len(my.changes.page()[0]) == acts + 1
    after = tables_of(two.store, two.companies[0])
    hangs = {
        (table, id_): row[column]
        for table, rows in after.items()
        for id_, row in rows.items()
        if column in row and table != "kept_apart"
    }
    assert hangs == expected(before, kind, ids, keep)
    assert after[kind][keep][TITLES[kind]] == "Firm 3"
    assert {row["merged_into"] for id_, row in after[kind].items() if id_ in ids and id_ != keep} == {keep}
    _nothing_is_lost(kind, [before[kind][id_] for id_ in ids], after[kind][keep])
    assert undo_last(my) == []
    assert tables_of(two.store, two.companies[0]) == before
    assert tables_of(two.store, away, ()) == foreign


@pytest.mark.slow
@pytest.mark.parametrize("kind", ALIKE)
def test_a_merge_of_many_sends_as_many_statements_as_one_of_few(two: Office, kind: str) -> None:
    my, sent = two.at(), []
    for count in (10, 200):
        ids = my.records(kind).add_all([{TITLES[kind]: f"Firm {n}"} for n in range(count)])
        my.tasks.add_all(
            [{"title": "T", {"customers": "customer_id", "leads": "lead_id"}[kind]: i} for i in ids]
        )
        with counted(two.store) as told:
            my.alike.merge(kind, ids, ids[0])
        sent.append(len(told))
    assert sent[1] <= sent[0] + 2, sent


def test_what_was_merged_before_leads_on_to_the_last(two: Office) -> None:
    my = two.at()
    a, b, c = (my.customers.add({"name": name}) for name in "ABC")
    my.alike.merge("customers", [a, b], b)
    my.alike.merge("customers", [b, c], c)
    assert [my.customers.get(id_)["merged_into"] for id_ in (a, b, c)] == [c, c, None]
    undo_last(my)
    assert [my.customers.get(id_)["merged_into"] for id_ in (a, b, c)] == [b, None, None]
    my.customers.restore([a])
    assert my.customers.get(a)["merged_into"] is None


def test_leads_that_became_deals_or_are_of_two_customers(two: Office) -> None:
    my = two.at()
    done, other, third = (
        my.leads.add({"lead_name": name, "estimated_value": "7"}) for name in ("Done", "Other", "Third")
    )
    my.leads.convert(done)
    my.leads.convert(other)
    with pytest.raises(errors.Invalid, match="became deals"):
        my.alike.merge("leads", [done, other, third], done)
    with pytest.raises(errors.Invalid, match="the one that stays"):
        my.alike.merge("leads", [done, third], third)
    before = tables_of(two.store, two.companies[0])
    my.activities.log("note", title="said", lead_id=third)
    my.alike.merge("leads", [done, third], done)
    undo_last(my)
    assert {n: r for n, r in tables_of(two.store, two.companies[0]).items() if n != "activities"} == {
        n: r for n, r in before.items() if n != "activities"
    }
    my.leads.change([Edit(third, {"customer_id": (None, my.customers.add({"name": "Else"}))})])
    with pytest.raises(errors.Invalid, match="different customers"):
        my.alike.merge("leads", [done, third], done)


def test_the_same_act_twice_merges_once(two: Office) -> None:
    my = two.at()
    ids = my.customers.add_all([{"name": "A"}, {"name": "B"}])
    assert my.alike.merge("customers", ids, ids[0], act_id="once") == ids[0]
    assert my.alike.merge("customers", ids, ids[0], act_id="once") == ids[0]
    assert len([done for done in my.changes.page()[0] if done.kind == "merge"]) == 1


def test_every_kind_that_is_known_by_an_e_mail_can_be_merged() -> None:
    assert [kind for kind in ALIKE if not hasattr(by_name(kind), "merged_into")] == []
