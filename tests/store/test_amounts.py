"""Both ways of writing decimals, and the number that is meant, are read from one and the same text."""

import pytest

from crm_data.store.amounts import NUMBERS, POINT, NoNumber, number, readings

WRITTEN = (
    "1234.50", "1,234.50", "1.234,50", "1'234.-", "12,50 €", "(12)", "2,500", "2.500", "1,23,456.7", ".5", "-7 %",
    "١٢٣٤٫٥", "١٬٢٣٤٫٥٠", "۱٬۲۳۴٫۵", "１，２３４．５", "१,२३४.५", "12 Thaler", "1.2.3", "abc", "", "--1",
    "$5€", "5--",
)  # fmt: skip


@pytest.mark.parametrize("text", WRITTEN)
def test_a_number_is_one_of_its_readings(text: str) -> None:
    both = readings(text)
    for style in NUMBERS:
        try:
            meant = number(text, style)
        except NoNumber:
            assert not both
            continue
        value, places = both.get(style) or next(iter(both.values()))
        assert (abs(meant.value), meant.places) == (value, places)
        assert meant.twofold == (len({value for value, _ in both.values()}) == 2)


def test_arabic_signs_divide_as_ours_do() -> None:
    assert readings("١٬٢٣٤٫٥٠") == readings("1'234.50") != {}


@pytest.mark.parametrize("style", NUMBERS)
@pytest.mark.parametrize(
    "text", ["0", "7", "007", "12", "1234", "1234567", "0.5", "12.5", "12.50", "1234.56", "00.07"]
)
def test_a_plain_number_is_read_as_the_long_way_reads_it(text: str, style: str) -> None:
    """A blank before it is all that sends it the long way."""
    assert number(text, style) == number(f" {text}", style)
    assert str(number(text, style).value) == str(number(f" {text}", style).value)
    assert readings(text) == readings(f" {text}")
    assert number(text, style) == number(text, POINT)
