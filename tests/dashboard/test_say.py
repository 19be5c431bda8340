"""How amounts are written for people: short on tiles, exact elsewhere."""

from decimal import Decimal

import pytest

from dashboard.parts import say


@pytest.mark.parametrize(
    ("amount", "short"),
    [
        ("0", "$0"),
        ("0.50", "$1"),
        ("999.49", "$999"),
        ("1000", "$1.0 k"),
        ("8450", "$8.5 k"),  # half goes up, as people round
        ("8449.99", "$8.4 k"),
        ("-8450", "-$8.5 k"),
        ("950000", "$950.0 k"),
        ("999949.99", "$999.9 k"),
        ("999950", "$1.0 M"),
        ("10005534", "$10.0 M"),
        ("9999999999999.99", "$10,000.0 B"),
    ],
)
def test_a_short_amount(amount: str, short: str) -> None:
    assert say.short_money(Decimal(amount), "USD") == short


def test_text_is_made_plain() -> None:
    """Signs that would become something mean themselves, others stay, and nothing begins a line of its own."""
    signs = "\\`*_{}[]<>~|$&"
    assert say.plain(signs) == "".join(f"\\{sign}" for sign in signs)
    assert say.plain("a\n\n# b\t c") == "a # b c"
    assert [say.plain(text) for text in ("# a", "12. a", "-1", "E-mail: St. Ann (Co.), 1+1!")] == [
        "\\# a",
        "12\\. a",
        "\\-1",
        "E-mail: St. Ann (Co.), 1+1!",
    ]
    assert say.plain("a@b.example www.b http://b") == r"a:color[\@]b.example www:color[\.]b http:color[\:]//b"


def test_an_exact_amount() -> None:
    assert say.money(Decimal("8450.5"), "USD") == "$8,450.50"
    assert say.money(Decimal("8450.5"), "NOK") == "NOK 8,450.50"


def test_an_amount_below_zero_has_its_sign_before_the_currency() -> None:
    assert say.money(Decimal("-1234.5"), "USD") == "-$1,234.50"
    assert say.short_money(Decimal("-3"), "XXX") == "-XXX 3"


def test_names_that_are_alike_are_told_apart_by_their_numbers() -> None:
    assert say.apart({1: "Firm", 2: "Other", 7: "Firm"}) == {1: "Firm (no. 1)", 2: "Other", 7: "Firm (no. 7)"}
    assert say.apart({}) == {}
