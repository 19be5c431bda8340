"""A record and the one it names are made in one act: both or neither, once, and only by who may add both."""

import pytest

from crm_data.errors import Invalid, NotAllowed
from tests.support.office import Office


def counts(two: Office, company: int = 0) -> tuple[int, int]:
    my = two.at(company, "manager")
    return my.customers.count(), my.deals.count()


def test_a_deal_is_added_with_its_new_customer(two: Office) -> None:
    my, before = two.at(0, "sales_rep"), counts(two)
    new = {**my.customers.new_values(), "name": "Tidewater Mill", "email": "Office@Tidewater.example"}
    said = {"deal_name": "First order", "deal_value": "120"}
    ids = {my.deals.add(said, "one act", also={"customer_id": (my.customers, new)}) for _ in range(2)}
    assert len(ids) == 1
    assert counts(two) == (before[0] + 1, before[1] + 1)
    deal = my.deals.get(ids.pop())
    customer = my.customers.get(deal["customer_id"])
    assert (customer["name"], customer["email"]) == ("Tidewater Mill", "office@tidewater.example")
    assert customer["assigned_to"] == my.scope.user_id
    assert my.customers.history(customer["id"])[0].action == "add"


@pytest.mark.parametrize(
    ("said", "new", "sentence"),
    [
        ({"deal_name": "", "deal_value": "1"}, {"name": "Mill"}, "Name is needed"),
        ({"deal_name": "A", "deal_value": "x"}, {"name": "Mill"}, "Value"),
        ({"deal_name": "A", "deal_value": "1"}, {"name": ""}, "Customer name is needed"),
        ({"deal_name": "A", "deal_value": "1"}, {"name": "Mill", "email": "no"}, "Customer e-mail"),
        ({"deal_name": "A", "deal_value": "1", "currency": "dollars"}, {"name": "Mill"}, "Currency"),
    ],
)
def test_neither_is_added_when_either_is_refused(
    two: Office, said: dict[str, str], new: dict[str, str], sentence: str
) -> None:
    my, before = two.at(0, "manager"), counts(two)
    with pytest.raises(Invalid, match=sentence):
        my.deals.add(said, also={"customer_id": (my.customers, new)})
    assert counts(two) == before


def test_one_is_chosen_or_named_and_not_both(two: Office) -> None:
    my = two.at(0, "manager")
    known = my.customers.add({"name": "Known"})
    before = counts(two)
    said = {"deal_name": "A", "deal_value": "1", "customer_id": known}
    with pytest.raises(Invalid, match="not both"):
        my.deals.add(said, also={"customer_id": (my.customers, {"name": "Other"})})
    assert counts(two) == before


def test_who_may_not_add_customers_adds_none_with_a_task(two: Office) -> None:
    my, before = two.at(0, "user"), counts(two)
    tasks = my.tasks.count()
    with pytest.raises(NotAllowed):
        my.tasks.add({"title": "Call"}, also={"customer_id": (my.customers, {"name": "Mill"})})
    assert (counts(two), my.tasks.count()) == (before, tasks)


def test_records_of_another_company_are_of_no_use(two: Office) -> None:
    """The session of the act is one company's: what comes from a stranger's workspace is made in this one."""
    my, other = two.at(0, "manager"), two.at(1, "manager")
    before, theirs = counts(two), counts(two, 1)
    my.deals.add(
        {"deal_name": "A", "deal_value": "1"}, also={"customer_id": (other.customers, {"name": "Mill"})}
    )
    assert counts(two) == (before[0] + 1, before[1] + 1)
    assert counts(two, 1) == theirs
