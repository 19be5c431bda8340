"""Customers: amounts as people and programs write them."""

from decimal import Decimal

import pytest

from crm_data import errors
from tests.support.office import Office


@pytest.mark.parametrize("said", ["1e9", "1E3", "12.345", "1.500", "-1", "(1)", "0x10", "1 00", "5 %", "€ 5"])
def test_what_is_no_plain_amount_is_refused(two: Office, said: str) -> None:
    with pytest.raises(errors.Invalid, match="Credit limit: "):
        two.at().customers.add({"name": "Firm", "credit_limit": said})


def test_an_amount_of_a_program_may_be_in_powers_of_ten(two: Office) -> None:
    my = two.at()
    for amount in (1e2, Decimal("1E+2"), "100.", "+100", "100.-", "$100", "100,00 USD"):
        id_ = my.customers.add({"name": "Firm", "credit_limit": amount})
        assert my.customers.get(id_)["credit_limit"] == 100
