"""The parts of the search: sets of ids as they are kept, words that are nearly the same, pieces of long words."""

import pytest

from crm_data.finding import bits
from crm_data.finding.asked import Asked
from crm_data.finding.near import is_near, slips, unhurt
from crm_data.finding.plain import HALF, ends, listed
from tests.finding.reference import edits
from tests.support import chance
from tests.support.soak import size


@pytest.mark.parametrize("count", [0, 1, 199, 200, 201, 5_000, bits.SIZE])
def test_a_set_is_kept_and_read_again(count: int) -> None:
    dice = chance.dice("bits")
    ids = sorted(dice.sample(range(bits.SIZE), count), reverse=True)
    held = sum(bits.place(id_)[1] for id_ in ids)
    assert bits.unpacked(bits.packed(held)) == held
    assert list(bits.newest(3, held)) == [3 * bits.SIZE + id_ for id_ in ids]


@pytest.mark.parametrize("junk", ["", "canaryone", "A", "AAAA" * 3, "ÿ", "/" * 4000])
def test_what_nobody_packed_is_a_set_all_the_same(junk: str) -> None:
    assert 0 <= bits.unpacked(junk).bit_length() <= bits.SIZE


def test_nearly_is_as_many_edits_as_are_forgiven() -> None:
    dice = chance.dice("near")
    for _ in range(size(400, 20_000)):
        asked = "".join(dice.choice("abc") for _ in range(dice.randint(5, 13)))
        word = list(asked)
        for _ in range(dice.randint(0, 3)):
            at = dice.randrange(len(word))
            word[at : at + dice.randint(0, 2)] = dice.choice(["", "a", "b", "ca"])
            word = word or ["a"]
        said = "".join(word) + dice.choice(["", "xyz"])
        most = slips(asked)
        assert is_near(asked, said, most) == (
            min(edits(asked, said[:end]) for end in range(len(said) + 1)) <= most
        ), (asked, said)


def test_one_of_the_parts_stands_unhurt_in_every_near_word() -> None:
    dice = chance.dice("unhurt")
    for _ in range(size(400, 20_000)):
        asked = "".join(dice.choice("abcdef") for _ in range(dice.randint(5, 16)))
        said = asked
        for _ in range(slips(asked)):
            at = dice.randrange(len(said) - 1)
            said = dice.choice(
                [
                    said[:at] + said[at + 1 :],
                    f"{said[:at]}x{said[at:]}",
                    f"{said[:at]}x{said[at + 1 :]}",
                    said[:at] + said[at + 1] + said[at] + said[at + 2 :],
                ]
            )
        if is_near(asked, said, slips(asked)):
            assert any(
                said.startswith(part, begin)
                for part, start, end in unhurt(asked)
                for begin in range(start, end + 1)
            ), (asked, said)


def test_sixteen_letters_of_a_word_however_long_stand_in_a_piece() -> None:
    word = "".join(chance.dice("long").choice("abcdefghij") for _ in range(150))
    pieces = set(listed(word))
    for at in range(len(word) - HALF + 1):
        part = word[at : at + HALF]
        assert any(part in piece for piece in pieces), at
        assert any(end.startswith(part) for piece in pieces for end in ends(piece)), at


def test_a_number_is_read_with_and_without_the_nought_it_is_dialled_with() -> None:
    assert Asked("0664 / 123").readings == [("0664", "123"), ("0664123",), ("664123",)]
    assert Asked("Anna 12").readings == [("anna", "12")]
    assert not Asked(" ... ")
