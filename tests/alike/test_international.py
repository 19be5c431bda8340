"""A telephone number as it is shown on a record: with its country's prefix, and the same number."""

import phonenumbers
import pytest

from crm_data.alike import phones


@pytest.mark.parametrize("region", sorted(phonenumbers.SUPPORTED_REGIONS))
def test_every_countrys_numbers_are_shown_with_its_prefix(region: str) -> None:
    example = phonenumbers.example_number(region)
    if example is None or not phonenumbers.is_valid_number(example):
        pytest.skip("the library has no example of it")
    national = phonenumbers.format_number(example, phonenumbers.PhoneNumberFormat.NATIONAL)
    shown = phones.international(national, region)
    assert shown.startswith(f"+{example.country_code} ")
    assert phones.read(national, (region,)) in (
        None,
        phones.read(shown),
    )  # None: of fewer digits than it reads
    assert phones.international(shown) == phones.international(shown, "AT") == shown


@pytest.mark.parametrize("said", ["555 0100", "ask Ann", "+999 1", "12", "+1 555", ""])
def test_what_is_no_number_for_certain_is_shown_as_it_is_written(said: str) -> None:
    assert phones.international(said) == phones.international(said, "US") == said


def test_what_stands_behind_a_number_stays() -> None:
    assert phones.international("(0)1 58800 x 44", "AT").endswith("44")
