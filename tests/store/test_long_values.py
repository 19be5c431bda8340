"""What is long and made to be slow: every kind of field judges it at once, and in a sentence."""

from contextlib import suppress
from time import process_time

import pytest

from crm_data.errors import Invalid
from crm_data.store.values import parse
from crm_data.tables import by_name
from crm_data.tables.fields import Field, fields_of
from tests.support.kinds import KINDS

N = 60_000
# What invites a reader to begin anew at each sign, or to go into each bracket.
LONG = {
    "an address with a blank": "http://" + "a" * N + " x",
    "an address without a name": "http://" + "_" * N,
    "brackets within brackets": "[" * N + "]" * N,
    "a list of numbers": "[" + "1," * N + "1]",
    "quotation marks": '"' * (N + 1),
    "quoted parts": '"a""' * N,
    "blanks": "x" + " " * N + "x",
    "lines": "x" + "\n" * N + "x",
    "what nobody sees": "\u200b" * N + "x",
    "commas": "1," * N,
    "points": "1." * N,
    "digits": "1" * N,
    "days": "20300314T0900" * (N // 10),
    "colons": "1:" * N,
    "signs before": "-" * N + "1",
    "words before a number": "Tel.: " * (N // 5),
    "signs of an e-mail": "a@" * N,
    "parts of an e-mail": "a" * N + "@" + "b." * N,
    "a formula": '="' + "0" * N + '"',
}
FIELDS = {field.kind: field for kind in KINDS for field in fields_of(by_name(kind)).values()}


@pytest.mark.parametrize("said", LONG)
@pytest.mark.parametrize("field", FIELDS.values(), ids=FIELDS)
def test_a_long_text_is_judged_at_once(field: Field, said: str) -> None:
    began = process_time()
    with suppress(Invalid):
        parse(field, LONG[said])
    assert process_time() - began < 2
