"""Put back: one field, or the whole record, as it was before an act; a change like any other."""

from decimal import Decimal

import pytest

from crm_data import Edit, errors
from tests.changes.looking import undo_last
from tests.nouns.makers import a_customer, a_deal
from tests.support.office import Office
from tests.support.timeline import timeline


def test_one_field_or_all_of_it_as_it_was(two: Office) -> None:
    my = two.at()
    id_ = a_customer(my)
    my.customers.change([Edit(id_, {"phone": (None, "1"), "city": (None, "Bern")})], "first")
    my.customers.change([Edit(id_, {"phone": ("1", "2"), "credit_limit": ("0", "9.50")})], "second")
    my.customers.change([Edit(id_, {"phone": ("2", "3"), "city": ("Bern", "Graz")})], "third")
    assert my.changes.put_back("customers", id_, "third", "phone") == {"phone": "2"}
    row = my.customers.get(id_)
    assert (row["phone"], row["city"]) == ("2", "Graz")
    my.changes.put_back("customers", id_, "second")
    row = my.customers.get(id_)
    assert (row["phone"], row["city"], row["credit_limit"]) == ("1", "Bern", Decimal(0))
    done = my.changes.page()[0]
    assert [one.kind for one in done[:2]] == ["put_back", "put_back"]
    assert done[1].title == "Put back customer Firm: Phone"
    undo_last(my)
    assert my.customers.get(id_)["city"] == "Graz"


def test_a_stage_is_put_back_by_the_rules_of_a_move(two: Office) -> None:
    my = two.at()
    deal = a_deal(my)
    my.deals.move(deal, "closed_lost", "prospect", reason="Price", act_id="lost")
    my.changes.put_back("deals", deal, "lost")
    row = my.deals.get(deal)
    assert (row["stage"], row["status"], row["probability"], row["loss_reason"]) == (
        "prospect",
        "open",
        10,
        None,
    )
    assert [move.stage for move in my.deals.moves(deal)] == ["prospect", "closed_lost", "prospect"]
    assert len(timeline(my, {"deal_id": deal}).rows) == 2


def test_rights_and_strangers_are_as_for_any_change(two: Office) -> None:
    my = two.at()
    id_ = a_customer(my)
    my.customers.change([Edit(id_, {"assigned_to": (None, two.people[0]["admin"])})], "given")
    my.customers.change([Edit(id_, {"phone": (None, "1")})], "act")
    with pytest.raises(errors.NotAllowed):
        two.at(0, "sales_rep").changes.put_back("customers", id_, "act")
    with pytest.raises(errors.NotFound):
        two.at(1, "admin").changes.put_back("customers", id_, "act")
    with pytest.raises(errors.NotFound):
        my.changes.put_back("users", id_, "act")
    with pytest.raises(errors.Invalid, match="no such change"):
        my.changes.put_back("customers", id_, "no such act")
    with pytest.raises(errors.Invalid, match="already"):
        my.changes.put_back("customers", id_, "act", "city")
    assert my.customers.get(id_)["phone"] == "1"
