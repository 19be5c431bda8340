"""Leads: changes of status are noted, and one act makes customer and deal."""

import threading
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from typing import Any

import pytest

from crm_data import Edit, Given, Way, errors, new_act
from tests.nouns.makers import a_customer, a_lead, a_task
from tests.support.office import Office
from tests.support.timeline import timeline


def test_a_move_of_status_is_noted(two: Office) -> None:
    my = two.at()
    lead = a_lead(my)
    assert my.activities.page().total == 0
    my.leads.change([Edit(lead, {"status": ("new", "contacted")})])
    my.leads.change_many([lead], Given(Way.SET, "status", "lost"), rest=False)
    titles = [row["title"] for row in timeline(my, {"lead_id": lead}).rows]
    assert titles == ["Status: Contacted to Lost", "Status: New to Contacted"]


def test_a_lead_becomes_customer_and_deal_in_one_act(two: Office, frozen_clock: Any) -> None:
    my = two.at(0, "sales_rep")
    lead = a_lead(my, email="ada@lead.example", phone="+41 44 123 45 67", source="Fair")
    call, task = my.activities.log("call", lead_id=lead), a_task(my, lead_id=lead)
    made = my.leads.convert(lead)
    row, customer, deal = my.leads.get(lead), my.customers.get(made.customer_id), my.deals.get(made.deal_id)
    assert (row["status"], row["converted_at"]) == ("qualified", frozen_clock())
    assert (row["converted_deal_id"], row["customer_id"]) == (made.deal_id, made.customer_id)
    assert (customer["name"], customer["email"], customer["source"]) == (
        "Ada Lead",
        "ada@lead.example",
        "Fair",
    )
    assert (deal["deal_name"], deal["deal_value"], deal["stage"]) == ("Ada Lead", Decimal(250), "qualified")
    assert (deal["lead_id"], deal["customer_id"]) == (lead, made.customer_id)
    assert deal["assigned_to"] == customer["assigned_to"] == two.people[0]["sales_rep"]
    assert my.activities.get(call)["customer_id"] == my.tasks.get(task)["customer_id"] == made.customer_id
    assert timeline(my, {"lead_id": lead}).rows[0]["title"] == "Converted to a deal"
    assert timeline(my, {"deal_id": made.deal_id}).total == 1
    acts = {my.leads.history(lead)[0].act_id, my.deals.history(made.deal_id)[0].act_id}
    assert acts == {my.customers.history(made.customer_id)[0].act_id}
    assert my.leads.count(my.leads.query({"preset": "converted"})) == 1
    assert my.leads.count(my.leads.query({"preset": "open"})) == 0


def test_converting_twice_makes_nothing_twice(two: Office) -> None:
    my, act = two.at(), new_act()
    lead = a_lead(my)
    first = my.leads.convert(lead, act_id=act)
    assert my.leads.convert(lead, act_id=act) == first
    with pytest.raises(errors.Invalid):
        my.leads.convert(lead)
    assert (my.customers.page().total, my.deals.page().total) == (1, 1)


@pytest.mark.parametrize("linked", [False, True])
def test_an_existing_customer_is_linked(two: Office, linked: bool) -> None:
    my = two.at()
    customer = a_customer(my)
    lead = a_lead(my, **({"customer_id": customer} if linked else {}))
    made = my.leads.convert(lead, None if linked else customer)
    assert made.customer_id == customer
    assert my.customers.page().total == 1


def test_values_given_stand_over_those_of_the_lead(two: Office) -> None:
    my = two.at()
    deal = {"deal_name": "Big one", "deal_value": "9000", "stage": "proposal", "currency": "EUR"}
    made = my.leads.convert(a_lead(my), {"name": "Lead Inc", "city": "Oslo"}, deal)
    row = my.deals.get(made.deal_id)
    assert (row["deal_name"], row["probability"], row["currency"]) == ("Big one", 50, "EUR")
    assert my.customers.get(made.customer_id)["city"] == "Oslo"


@pytest.mark.parametrize(
    ("customer", "deal"),
    [
        (None, {"deal_value": "-1"}),
        (None, {"deal_value": None}),
        (None, {"stage": "closed_lost"}),
        (None, {"status": "won"}),
        ({"name": ""}, None),
        ({"email": "no"}, None),
        ({"company_id": 2}, None),
        (None, {"assigned_to": 999}),
    ],
)
def test_a_refused_conversion_leaves_nothing(
    two: Office, customer: Mapping[str, Any] | None, deal: Mapping[str, Any] | None
) -> None:
    my = two.at()
    lead = a_lead(my)
    with pytest.raises(errors.Invalid):
        my.leads.convert(lead, customer, deal)
    assert (my.customers.page().total, my.deals.page().total) == (0, 0)
    assert my.leads.get(lead)["converted_at"] is None


def test_a_converted_lead_stays_converted(two: Office) -> None:
    my = two.at()
    lead, other = a_lead(my), a_customer(my, "Other")
    made = my.leads.convert(lead)
    for field, old, new in (("status", "qualified", "lost"), ("customer_id", made.customer_id, other)):
        with pytest.raises(errors.Invalid):
            my.leads.change([Edit(lead, {field: (old, new)})])
    with pytest.raises(errors.NotAll):
        my.leads.change_many([lead], Given(Way.SET, "status", "lost"), rest=False)
    assert my.leads.change([Edit(lead, {"notes": (None, "Still here")})]) == 1


def test_who_may_convert(two: Office) -> None:
    manager, rep, user = (two.at(0, role) for role in ("manager", "sales_rep", "user"))
    mine = a_lead(manager, assigned_to=two.people[0]["user"])
    theirs = a_lead(manager, assigned_to=two.people[0]["admin"])
    with pytest.raises(errors.NotAllowed):
        user.leads.convert(mine, a_customer(manager))
    with pytest.raises(errors.NotAllowed):
        rep.leads.convert(theirs)
    with pytest.raises(errors.NotFound):
        two.at(1).leads.convert(theirs)
    foreign = a_customer(two.at(1))
    for customer in (foreign, 999, "x"):
        with pytest.raises(errors.NotFound):
            manager.leads.convert(theirs, customer)
    assert manager.deals.page().total == 0
    assert rep.leads.convert(a_lead(manager))


@pytest.mark.slow
def test_what_is_archived_is_not_converted(two: Office) -> None:
    my = two.at()
    lead, customer = a_lead(my), a_customer(my)
    my.customers.archive([customer])
    with pytest.raises(errors.Invalid):
        my.leads.convert(lead, customer)
    my.leads.archive([lead])
    with pytest.raises(errors.Invalid):
        my.leads.convert(lead)


def test_a_leads_new_customer_takes_over_what_was_noted(two: Office) -> None:
    my = two.at()
    old, new = a_customer(my, "Old"), a_customer(my, "New")
    lead = a_lead(my, customer_id=old)
    call = my.activities.log("call", lead_id=lead)
    assert my.activities.get(call)["customer_id"] == old
    my.leads.change([Edit(lead, {"customer_id": (old, new)})])
    assert my.activities.get(call)["customer_id"] == new


@pytest.mark.slow
@pytest.mark.parametrize("spelled", ["ada@lead.example", " ADA@Lead.Example "])
def test_the_customer_who_has_the_e_mail_already_is_linked(two: Office, spelled: str) -> None:
    my = two.at()
    customer = my.customers.add({"name": "Ada", "email": "ada@lead.example"})
    for said in (None, {}):
        assert my.leads.convert(a_lead(my, email=spelled), said).customer_id == customer
    with pytest.raises(errors.Invalid, match="already"):
        my.leads.convert(a_lead(my, email=spelled), {"name": "Somebody else"})
    assert my.customers.page().total == 1
    asked = my.leads.convert(a_lead(my, email=spelled), {"name": "Somebody else"}, second=True)
    assert asked.customer_id != customer
    assert my.leads.convert(a_lead(my, email="bob@lead.example")).customer_id not in (
        customer,
        asked.customer_id,
    )


def test_a_customer_who_was_put_away_is_not_made_again_unasked(two: Office) -> None:
    my = two.at()
    customer = my.customers.add({"name": "Ada", "email": "ada@lead.example"})
    my.customers.archive([customer])
    with pytest.raises(errors.Invalid, match="archived"):
        my.leads.convert(a_lead(my, email="ada@lead.example"))
    assert my.customers.page().total == 0


def test_two_who_convert_at_once_make_one_customer(two: Office) -> None:
    my = two.at()
    leads = [a_lead(my, email="ada@lead.example") for _ in range(4)]
    start = threading.Barrier(len(leads))

    def go(lead: int) -> int:
        start.wait()
        return two.at(0, "admin").leads.convert(lead, {}).customer_id

    with ThreadPoolExecutor(len(leads)) as people:
        made = set(people.map(go, leads))
    assert len(made) == my.customers.page().total == 1
