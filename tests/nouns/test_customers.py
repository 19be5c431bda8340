"""Customers that look alike are shown before one is added twice, whatever the case of their letters."""

from decimal import Decimal

import pytest

from crm_data import errors
from tests.nouns.makers import a_customer
from tests.support.office import Office


def test_look_alikes_by_name_in_any_usual_case(two: Office) -> None:
    my = two.at()
    made = {name: a_customer(my, name) for name in ("Émile & Söhne", "ÉMILE & SÖHNE", "émile & söhne")}
    a_customer(my, "Émile")
    a_customer(two.at(1), "Émile & Söhne")
    for name in made:
        assert [id_ for id_, _ in my.customers.lookalikes({"name": name}, 5)] == sorted(made.values())
    assert my.customers.lookalikes({"name": "%"}) == []


def test_look_alikes_by_e_mail_or_number(two: Office) -> None:
    my = two.at()
    both = my.customers.add({"name": "Firm", "email": "ann@firm.example", "phone": "+41 44 123 45 67"})
    for alike in ({"email": "ANN@firm.example"}, {"phone": "+41 44 123 45 67"}):
        assert my.customers.lookalikes(alike) == [(both, "Firm")]
    assert my.customers.lookalikes({"phone": "+41"}) == []


@pytest.mark.parametrize("said", ["1e9", "1E3", "12.345", "1.500", "-1", "(1)", "0x10", "1 00", "5 %", "€ 5"])
def test_what_is_no_plain_amount_is_refused(two: Office, said: str) -> None:
    with pytest.raises(errors.Invalid, match="Credit limit: "):
        two.at().customers.add({"name": "Firm", "credit_limit": said})


def test_an_amount_of_a_program_may_be_in_powers_of_ten(two: Office) -> None:
    my = two.at()
    for amount in (1e2, Decimal("1E+2"), "100.", "+100", "100.-", "$100", "100,00 USD"):
        id_ = my.customers.add({"name": "Firm", "credit_limit": amount})
        assert my.customers.get(id_)["credit_limit"] == 100
