"""A currency is one that there is: by the list of ISO 4217, wherever a code is given."""

import pytest

from crm_data.errors import Invalid
from crm_data.store.currencies import code_of, codes


def test_every_code_of_the_list_is_taken_however_it_is_written() -> None:
    assert {"USD", "EUR", "JPY", "KWD", "VES"} <= codes()
    for code in codes():
        assert code_of(f" {code.lower()} ") == code


@pytest.mark.parametrize("said", ["ABC", "EURO", "", "U$D", "€", "ＵＳＤ", "US", "x" * 1000, "USDEUR", 7])
def test_no_other_is(said: object) -> None:
    with pytest.raises(Invalid, match="Three letters are needed"):
        code_of(said)
