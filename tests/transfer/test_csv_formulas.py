"""Formula cells: no cell that leaves is live in a spreadsheet, and every cell comes back as it was."""

import sys
import unicodedata

import pytest

from crm_data.transfer.formulas import disarmed, rearmed
from tests.support import chance

LIVE = "=+-@\t\r\n\0＝＋－＠|%"
ODD = LIVE + "'\" \u00a0\u200b\u200f\u2060\ufeff\u00ad\u3000\x1f\u2028\U000e0001ab1,;é"


def is_live(cell: str) -> bool:
    """The strict reading: a sign that opens a formula stands first, or behind only what does not show."""
    if cell[:1] in ("\t", "\r", "\n", "\0"):
        return True
    for letter in cell:
        if letter in LIVE:
            return True
        unseen = letter.isspace() or unicodedata.category(letter) in ("Cf", "Cc", "Zs", "Zl", "Zp")
        if not unseen:
            return False
    return False


@pytest.mark.parametrize(
    "cell",
    [
        "=1+1", "+41 44 123", "-2", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "\0=1", "＝1", "＋1", "－1", "＠x",
        "|x", "%x",
        " =1", "\u00a0=1", "\u200b=1", "\ufeff=1", "\u00ad=1", "'=1", "''=1", "'", "''", "'a", "a=1", "", " ",
        "=cmd|' /C calc'!A0", '=HYPERLINK("http://x","y")', "\u3000＝1", " \t@", "'tis", "' =1", "\u2028=1",
    ],
)  # fmt: skip
def test_each_known_attack(cell: str) -> None:
    assert not is_live(disarmed(cell))
    assert rearmed(disarmed(cell)) == cell


def test_plain_text_is_left_alone() -> None:
    for cell in ("Acme", "a=1", "1-2", "x@y.example", "O'Hara", "100 %", "", "ünder"):
        assert disarmed(cell) == cell


@pytest.mark.slow
def test_two_hundred_thousand_strings_come_back() -> None:
    chosen = chance.dice(7)
    for _ in range(200_000):
        cell = "".join(chosen.choices(ODD, k=chosen.randrange(8)))
        written = disarmed(cell)
        assert rearmed(written) == cell
        assert not is_live(written)


def test_nothing_that_does_not_show_hides_a_formula() -> None:
    unseen = ("Cf", "Cc", "Zs", "Zl", "Zp")
    letters = [c for c in map(chr, range(sys.maxunicode + 1)) if unicodedata.category(c) in unseen]
    assert len(letters) > 200
    assert [hex(ord(c)) for c in letters if disarmed(f"{c}=1") == f"{c}=1"] == []
