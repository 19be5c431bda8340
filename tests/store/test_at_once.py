"""Many at once: by the rules of one edit, of the rows that were meant, in as few statements however many."""

from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest

from crm_data import All, Changed, Edit, Given, Query, Refused, Way, Workspace, errors
from crm_data.changes.sets import Asked
from crm_data.store import at_once
from crm_data.store.filters import Condition, Filter, Op
from tests.changes.looking import tables_of, undo_last
from tests.nouns.makers import a_customer, a_deal, a_lead, a_task
from tests.support.office import Office, office
from tests.support.statements import counted


@pytest.fixture
def two(engine_kind: str, new_database: Any) -> Iterator[Office]:
    made = office(new_database(engine_kind).url)
    yield made
    made.store.close()


def firms(my: Workspace, count: int, **values: Any) -> list[int]:
    """So many customers, in the order of their ids."""
    rows = [{"name": f"Firm {n}", **values} for n in range(count)]
    return [id_ for at in range(0, count, 500) for id_ in my.customers.add_all(rows[at : at + 500])]


def test_all_of_a_list_are_those_of_its_query_and_no_others(two: Office) -> None:
    my = two.at()
    here, there = firms(my, 3, city="Bern"), firms(my, 2, city="Graz")
    foreign = firms(two.at(1), 2, city="Bern")
    query = Query(filter=Filter((Condition("city", Op.IS, ("Bern",)),)))
    found = my.customers.change_many(All(query, 3), Given(Way.SET, "status", "lost"))
    assert found == Changed(3, 0)
    assert [my.customers.get(id_)["status"] for id_ in [*here, *there]] == ["lost"] * 3 + ["active"] * 2
    assert [two.at(1).customers.get(id_)["status"] for id_ in foreign] == ["active"] * 2
    assert my.customers.change_many(All(query, 3), Given(Way.SET, "status", "lost")) == Changed(0, 3)


def test_a_list_that_grew_or_shrank_meanwhile_is_refused_with_its_new_count(two: Office) -> None:
    my = two.at()
    ids = firms(my, 3)
    before = tables_of(two.store, two.companies[0])
    for said in (2, 4, 0, -1):
        with pytest.raises(errors.Recounted) as refused:
            my.customers.change_many(All(Query(), said), Given(Way.SET, "city", "Bern"))
        assert refused.value.count == 3
        assert str(refused.value) == (
            f"The list has 3 rows by now, not {said}. Nothing was changed; look at it and choose again."
        )
    assert tables_of(two.store, two.companies[0]) == before
    my.customers.archive(ids[:1])
    assert my.customers.change_many(All(Query(), 2), Given(Way.ARCHIVE)).count == 2
    assert my.customers.change_many(All(Query(archived=True), 3), Given(Way.RESTORE)).count == 3


def test_the_rest_is_done_or_nothing_as_is_chosen(two: Office) -> None:
    my = two.at()
    won, open_, away = (a_deal(my, deal_name=name) for name in ("Won", "Open", "Away"))
    my.deals.move(won, "closed_won", "prospect", value=5)
    my.deals.archive([away])
    ids, given = [won, open_, away, 99_999], Given(Way.SET, "stage", "proposal")
    with pytest.raises(errors.NotAll) as refused:
        my.deals.change_many(ids, given, rest=False)
    assert my.deals.get(open_)["stage"] == "prospect"
    assert {one.name for one in refused.value.refused} == {"Won", "Away", ""}
    assert "3 deals cannot be changed." in str(refused.value)
    found = my.deals.change_many(ids, given)
    assert (found.count, found.same) == (1, 0)
    assert set(found.refused) == set(refused.value.refused)
    assert Refused(99_999, "", at_once.GONE) in found.refused
    assert [my.deals.get(id_)["stage"] for id_ in (won, open_, away)] == [
        "closed_won",
        "proposal",
        "prospect",
    ]


@pytest.mark.slow
def test_one_act_is_one_change_set_and_its_undo_puts_each_back(two: Office) -> None:
    my = two.at()
    customer, other, lead = a_customer(my), a_customer(my, "Other"), a_lead(my)
    deals = [a_deal(my, customer, deal_name=f"D{n}") for n in range(60)]
    tasks = [a_task(my, deal_id=deal) for deal in deals[:3]]
    my.tasks.change_many(tasks, Given(Way.SET, "lead_id", lead))
    my.deals.change([Edit(deals[0], {"probability": (10, 35)})])
    acts = [
        (my.deals, deals, Given(Way.SET, "stage", "negotiation")),
        (my.deals, deals, Given(Way.SET, "customer_id", other)),
        (my.deals, deals, Given(Way.SET, "deal_value", "7.50")),
        (my.deals, deals, Given(Way.SET, "expected_close_date", date(2027, 1, 2))),
        (my.deals, deals, Given(Way.SET, "assigned_to", my.scope.user_id)),
        (my.deals, deals, Given(Way.ARCHIVE)),
        (my.tasks, tasks, Given(Way.SET, "status", "completed")),
        (my.customers, [customer, other], Given(Way.ADD, "tags", ["new"])),
    ]
    for records, ids, given in acts:
        before = tables_of(two.store, two.companies[0])
        last = my.changes.page()[0][0].id
        assert records.change_many(ids, given).count == len(ids), given
        (done, was), _ = my.changes.page(Asked(size=2))
        assert was.id == last, "one act is one change set"
        assert done.counts[records.name] == len(ids)
        assert undo_last(my) == []
        after = tables_of(two.store, two.companies[0])
        for history in (before, after):
            history.pop("deal_stage_history")
        assert after == before, given


def test_the_same_act_again_does_nothing_and_says_what_it_did(two: Office) -> None:
    my = two.at()
    firms(my, 2)
    query = Query(filter=Filter((Condition("status", Op.ANY, ("active",)),)))
    for _ in range(2):
        done = my.customers.change_many(All(query, 2), Given(Way.SET, "status", "lost"), act_id="once")
        assert done.count == 2


def test_what_cannot_be_given_is_refused_before_any_row(two: Office) -> None:
    my = two.at()
    ids = firms(my, 1)
    wrong = [
        Given(Way.SET, "status", "unheard"),
        Given(Way.CLEAR, "name"),
        Given(Way.ADD, "city", ["x"]),
        Given(Way.ADD, "tags", []),
        Given(Way.SET, "created_by", 1),
        Given(Way.SET, "nothing", 1),
        Given(Way.SET, ""),
    ]
    for given in wrong:
        with pytest.raises(errors.Invalid):
            my.customers.change_many(ids, given)
    full = [f"t{n}" for n in range(50)]
    my.customers.change_many(ids, Given(Way.SET, "tags", full))
    (refused,) = my.customers.change_many(ids, Given(Way.ADD, "tags", ["more"])).refused
    assert "at most 50 tags" in refused.sentence
    with pytest.raises(errors.Invalid, match=r"no such choice"):
        my.customers.change_many(ids, Given(Way.SET, "assigned_to", two.people[1]["admin"]), rest=False)
    for role in ("user", "sales_rep"):
        with pytest.raises(errors.NotAllowed):
            two.at(0, role).customers.change_many(ids, Given(Way.SET, "city", "Bern"))


def test_more_than_there_may_be_are_refused(two: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    my = two.at()
    ids = firms(my, 3)
    monkeypatch.setattr(at_once, "MOST", 2)
    for which in (ids, All(Query(), 3)):
        with pytest.raises(errors.Invalid, match=r"At most 2 records"):
            my.customers.change_many(which, Given(Way.SET, "city", "Bern"))


@pytest.mark.slow
@pytest.mark.parametrize(
    ("given", "most"),
    [
        (Given(Way.SET, "city", "Bern"), 10),
        (Given(Way.CLEAR, "email"), 10),
        (Given(Way.ADD, "tags", ["vip"]), 10),
        (Given(Way.ARCHIVE), 10),
    ],
    ids=["set", "clear", "add", "archive"],
)
def test_forty_rows_and_a_thousand_take_the_same_statements(two: Office, given: Given, most: int) -> None:
    my, sent = two.at(), []
    for many in (40, 1000):
        firms(my, many, email="a@b.example", city=str(many))
        query = Query(filter=Filter((Condition("city", Op.IS, (str(many),)),)))
        heard: list[int] = []
        with counted(two.store) as statements:
            assert my.customers.change_many(All(query, many), given, told=heard.append).count == many
        assert heard == [many]
        sent.append(len(statements))
        with counted(two.store) as undone:
            assert undo_last(my) == []
        assert len(undone) < 40
        assert my.customers.count(query) == many
    assert sent[0] == sent[1] <= most, sent


@pytest.mark.slow
@pytest.mark.parametrize("engine_kind", ["sqlite"])
def test_what_follows_from_many_rows_takes_no_statement_for_each(two: Office) -> None:
    my, sent = two.at(), []
    other = a_customer(my, "Other")
    for many in (20, 400):
        customer = a_customer(my)
        rows = [{"deal_name": str(n), "deal_value": 1, "customer_id": customer} for n in range(many)]
        deals = my.deals.add_all(rows)
        my.tasks.add_all([{"title": str(id_), "deal_id": id_} for id_ in deals])
        for records, ids, given in (
            (my.deals, deals, Given(Way.SET, "stage", "proposal")),
            (my.deals, deals, Given(Way.SET, "customer_id", other)),
            (my.tasks, my.tasks.ids(Query(preset="all"), 500)[-many:], Given(Way.SET, "deal_id", deals[0])),
        ):
            with counted(two.store) as statements:
                assert records.change_many(ids, given).count >= many - 1
            sent.append(len(statements))
    assert sent[:3] == sent[3:], sent
