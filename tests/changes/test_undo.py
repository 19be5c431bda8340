"""Undo: each kind of act is taken back with all that followed from it, and done again as it was."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from crm_data import Edit, Given, Way, Workspace, errors
from crm_data.tables import Membership
from tests.changes.looking import last, tables_of, undo_last
from tests.conftest import FrozenClock
from tests.nouns.makers import a_customer, a_deal, a_lead, a_task
from tests.support.office import Office

Act = Callable[[Workspace, dict[str, int]], Any]


def _import(my: Workspace, ids: dict[str, int]) -> Any:
    name = my.customers.get(ids["customer"])["name"]
    lines = f"Name,E-mail\nFresh,fresh@x.example\nOther,\n{name},known@x.example\n".encode()
    sheet = my.read_file(lines, "some.csv")
    return my.commit_import(my.customers, sheet, my.guess(sheet, my.customers))


def _import_deals(my: Workspace, ids: dict[str, int]) -> Any:
    lines = (
        b"Name,Value,Stage,Customer,Reason lost\nOne,10,proposal,Firm,\nTwo,20,closed_lost,Made anew,Price\n"
    )
    sheet = my.read_file(lines, "deals.csv")
    return my.commit_import(my.deals, sheet, my.guess(sheet, my.deals))


def _changed(my: Workspace, ids: dict[str, int]) -> int:
    return my.customers.change([Edit(ids["customer"], {"phone": (None, "1"), "name": ("Firm", "F")})])


def _given(my: Workspace, ids: dict[str, int]) -> int:
    return my.deals.change([Edit(ids["deal"], {"customer_id": (ids["customer"], ids["other"])})])


ACTS: dict[str, Act] = {
    "add": lambda my, ids: my.customers.add({"name": "New", "tags": ["a"], "credit_limit": "12.50"}),
    "add a deal": lambda my, ids: a_deal(my, ids["customer"], stage="proposal"),
    "add both": lambda my, ids: my.deals.add(
        {"deal_name": "D", "deal_value": "5"}, also={"customer_id": (my.customers, {"name": "With it"})}
    ),
    "add many": lambda my, ids: my.tasks.add_all([{"title": str(n)} for n in range(3)]),
    "change": _changed,
    "change of customer": _given,
    "move": lambda my, ids: my.deals.move(ids["deal"], "proposal", "prospect"),
    "close": lambda my, ids: my.deals.move(ids["deal"], "closed_won", "prospect", value="77.10"),
    "lose": lambda my, ids: my.deals.move(ids["deal"], "closed_lost", "prospect", reason="Price"),
    "status of a lead": lambda my, ids: my.leads.change(
        [Edit(ids["lead"], {"status": ("new", "contacted")})]
    ),
    "convert": lambda my, ids: my.leads.convert(ids["lead"]),
    "convert to a known customer": lambda my, ids: my.leads.convert(ids["lead"], ids["customer"]),
    "archive": lambda my, ids: my.customers.archive([ids["customer"], ids["other"]]),
    "set all": lambda my, ids: my.deals.change_many(
        [ids["deal"], ids["second"]], Given(Way.SET, "stage", "negotiation"), rest=False
    ),
    "complete": lambda my, ids: my.tasks.complete(ids["task"]),
    "log": lambda my, ids: my.activities.log("call", deal_id=ids["deal"]),
    "import": _import,
    "import deals": _import_deals,
}


def filled(my: Workspace) -> dict[str, int]:
    """Records that hang on each other, by what they are."""
    customer, other = a_customer(my), a_customer(my, "Second firm")
    lead = a_lead(my, email="ada@lead.example")
    deal, second = a_deal(my, customer), a_deal(my, customer, deal_name="Second")
    task = a_task(my, deal_id=deal)
    my.activities.log("call", deal_id=deal, lead_id=None)
    my.activities.log("call", lead_id=lead)
    return {"customer": customer, "other": other, "lead": lead, "deal": deal, "second": second, "task": task}


@pytest.mark.slow
@pytest.mark.parametrize("name", list(ACTS))
def test_an_act_is_undone_and_redone(two: Office, name: str) -> None:
    my, company = two.at(), two.companies[0]
    ids = filled(my)
    before = tables_of(two.store, company)
    ACTS[name](my, ids)
    after = tables_of(two.store, company)
    assert after != before
    act = last(my)
    assert my.changes.preview(act).why == ""
    assert my.changes.preview(act).left == ()
    assert undo_last(my) == []
    undone = tables_of(two.store, company)
    history = undone.pop("deal_stage_history")
    kept = before.pop("deal_stage_history")
    assert undone == before
    assert history.items() >= kept.items(), "the history of stages only grows"
    for deal in undone["deals"].values():  # and ends where the deal stands
        way = [line for _, line in sorted(history.items()) if line["deal_id"] == deal["id"]]
        assert way[-1]["to_stage"] == deal["stage"]
    with pytest.raises(errors.Invalid, match="undone already"):
        my.changes.undo(act)
    assert undo_last(my) == []
    again = tables_of(two.store, company)
    history, kept = again.pop("deal_stage_history"), after.pop("deal_stage_history")
    assert again == after
    assert history.items() >= kept.items()
    assert undo_last(my) == [], "and once more"
    undone = tables_of(two.store, company)
    undone.pop("deal_stage_history")
    assert undone == before


def test_restoring_is_undone(two: Office) -> None:
    my = two.at()
    id_ = a_customer(my)
    my.customers.archive([id_])
    my.customers.restore([id_])
    undo_last(my)
    assert my.customers.get(id_)["archived_at"] is not None


def test_what_a_colleague_changed_since_stays(two: Office) -> None:
    mine, theirs = two.at(0, "sales_rep"), two.at(0, "manager")
    id_ = a_customer(mine)
    mine.customers.change([Edit(id_, {"phone": (None, "1"), "city": (None, "Bern")})])
    act = last(mine)
    theirs.customers.change([Edit(id_, {"phone": ("1", "2")})])
    with pytest.raises(errors.ChangedSince) as refused:
        mine.changes.undo(act)
    (left,) = refused.value.left
    assert (left.table, left.id, left.name, left.field, left.who) == (
        "customers",
        id_,
        "Firm",
        "phone",
        "Alpha Manager",
    )
    assert mine.customers.get(id_)["city"] == "Bern", "nothing was done"
    assert mine.changes.preview(act).left == (left,)
    assert mine.changes.undo(act, rest=True) == [left]
    row = mine.customers.get(id_)
    assert (row["phone"], row["city"]) == ("2", None)


def test_the_same_value_written_again_by_a_colleague_is_theirs(two: Office) -> None:
    mine, theirs = two.at(0, "sales_rep"), two.at(0, "manager")
    id_ = a_customer(mine)
    mine.customers.change([Edit(id_, {"phone": (None, "1")})])
    act = last(mine)
    theirs.customers.change([Edit(id_, {"phone": ("1", "2")})])
    theirs.customers.change([Edit(id_, {"phone": ("2", "1")})])
    with pytest.raises(errors.ChangedSince, match="Phone was changed since"):
        mine.changes.undo(act, rest=True)
    assert mine.customers.get(id_)["phone"] == "1"


def test_what_was_changed_and_changed_back_by_an_undo_is_as_if_it_never_was(two: Office) -> None:
    mine, theirs = two.at(0, "sales_rep"), two.at(0, "manager")
    id_ = a_customer(mine)
    mine.customers.change([Edit(id_, {"phone": (None, "1")})])
    act = last(mine)
    theirs.customers.change([Edit(id_, {"phone": ("1", "2")})])
    undo_last(theirs)
    assert mine.changes.undo(act) == []
    assert mine.customers.get(id_)["phone"] is None


def test_what_others_built_upon_stays(two: Office) -> None:
    my, theirs = two.at(), two.at(0, "sales_rep")
    _import(my, {"customer": a_customer(my)})
    act = last(my)
    (fresh,) = [id_ for id_, name in my.customers.choices("Fresh").items() if name == "Fresh"]
    a_deal(theirs, fresh)
    with pytest.raises(
        errors.ChangedSince, match="Customer Fresh: One deal that was not part of this names it"
    ):
        my.changes.undo(act)
    (left,) = my.changes.undo(act, rest=True)
    assert (left.table, left.id, left.field) == ("customers", fresh, None)
    assert sorted(my.customers.choices().values()) == ["Firm", "Fresh"]


def test_a_deal_that_was_worked_upon_keeps_its_lead_converted(two: Office) -> None:
    my, theirs = two.at(), two.at(0, "sales_rep")
    lead = a_lead(my, email="x@lead.example")
    made = my.leads.convert(lead)
    act = last(my)
    two.at(0, "admin").deals.change([Edit(made.deal_id, {"deal_name": ("Ada Lead", "Big")})])
    with pytest.raises(errors.ChangedSince):
        my.changes.undo(act)
    with pytest.raises(errors.ChangedSince, match="Nothing of this"):
        my.changes.undo(act, rest=True)
    assert theirs.leads.get(lead)["converted_deal_id"] == made.deal_id


def test_a_move_after_a_move_keeps_its_line_on_the_timeline(two: Office) -> None:
    mine, theirs = two.at(0, "sales_rep"), two.at()
    deal = a_deal(mine)
    mine.deals.move(deal, "qualified", "prospect")
    act = last(mine)
    theirs.deals.move(deal, "proposal", "qualified")
    before = tables_of(two.store, two.companies[0])
    with pytest.raises(errors.ChangedSince, match="Nothing of this"):
        mine.changes.undo(act, rest=True)
    assert tables_of(two.store, two.companies[0]) == before


def test_a_won_deal_keeps_the_amount_that_it_needs(two: Office) -> None:
    mine, theirs = two.at(0, "sales_rep"), two.at()
    deal = a_deal(mine, deal_value="0")
    mine.deals.change([Edit(deal, {"deal_value": ("0", "50")})])
    act = last(mine)
    theirs.deals.move(deal, "closed_won", "prospect")
    with pytest.raises(errors.ChangedSince, match="amount it was won for"):
        mine.changes.undo(act)


def test_whose_act_it_is_is_asked(two: Office) -> None:
    boss, rep, user = two.at(), two.at(0, "sales_rep"), two.at(0, "user")
    a_customer(boss)
    act = last(boss)
    for stranger in (rep, user):
        with pytest.raises(errors.NotAllowed):
            stranger.changes.undo(act)
        with pytest.raises(errors.NotAllowed):
            stranger.changes.preview(act)
        assert stranger.changes.page() == ([], None)
    for nowhere in (two.at(1, "admin"), two.at(1, "manager")):
        for ask in (
            nowhere.changes.undo,
            nowhere.changes.preview,
            nowhere.changes.get,
            nowhere.changes.lines,
        ):
            with pytest.raises(errors.NotFound):
                ask(act)
    two.at(0, "admin").changes.undo(act)
    assert boss.customers.count() == 0


def test_rights_are_those_of_today(two: Office) -> None:
    rep, boss = two.at(0, "sales_rep"), two.at()
    id_ = a_customer(boss)
    boss.customers.change([Edit(id_, {"assigned_to": (None, two.people[0]["sales_rep"])})])
    rep.customers.change([Edit(id_, {"phone": (None, "1")})])
    act = last(rep)
    boss.customers.change([Edit(id_, {"assigned_to": (two.people[0]["sales_rep"], two.people[0]["admin"])})])
    with pytest.raises(errors.ChangedSince, match="does not allow"):
        rep.changes.undo(act, rest=True)
    assert rep.customers.get(id_)["phone"] == "1"
    boss.changes.undo(act)
    assert rep.customers.get(id_)["phone"] is None


def test_members_are_changed_back_where_they_are_kept(two: Office) -> None:
    my = two.at(0, "admin")
    my.people.change_role(two.people[0]["user"], "manager")
    act = last(my)
    assert "admin screen" in my.changes.preview(act).why
    with pytest.raises(errors.Invalid, match="admin screen"):
        my.changes.undo(act)


def test_the_same_undo_asked_twice_is_done_once(two: Office) -> None:
    my = two.at()
    a_customer(my)
    act = last(my)
    my.changes.undo(act)
    with pytest.raises(errors.Invalid):
        my.changes.undo(act)
    assert [done.kind for done in my.changes.page()[0]] == ["undo", "add"]
    assert my.changes.get(act).undone_by == last(my)


def test_an_act_of_the_same_name_is_another_change_set(two: Office) -> None:
    my = two.at()
    id_ = a_customer(my)
    my.customers.change([Edit(id_, {"phone": (None, "1")})], act_id="same")
    my.customers.change([Edit(id_, {"phone": ("1", "2")})], act_id="same")
    undo_last(my)
    assert my.customers.get(id_)["phone"] == "1"


@pytest.mark.parametrize("left", [-1, 0, 1])
def test_work_goes_back_to_who_had_left_before_and_to_nobody_who_left_since(
    two: Office, frozen_clock: FrozenClock, left: int
) -> None:
    """`left`: a minute before the act, in its moment, or a minute after it."""
    my, rep, other = two.at(), two.people[0]["sales_rep"], two.people[0]["user"]
    deal = a_deal(my, a_customer(my), assigned_to=rep)
    frozen_clock.moment += timedelta(hours=1)
    my.deals.change_many([deal], Given(Way.SET, "assigned_to", other), rest=False)
    act = last(my)
    with two.store.system("somebody left") as session:
        mine = Membership.user_id == rep, Membership.company_id == my.scope.company_id
        ended = frozen_clock.moment + timedelta(minutes=left)
        session.execute(sa.update(Membership).where(*mine).values(ended_at=ended))
    frozen_clock.moment += timedelta(hours=1)
    if left < 0:
        my.changes.undo(act)
        assert my.deals.get(deal)["assigned_to"] == rep
        my.changes.undo(last(my))  # and again as it was
    else:
        (why,) = my.changes.preview(act).left
        assert "no longer here" in why.sentence
        with pytest.raises(errors.CrmError):
            my.changes.undo(act)
    assert my.deals.get(deal)["assigned_to"] == other
