"""A text replaced within texts: where it stands, whatever the letters, and never half a letter."""

import unicodedata

import pytest

from crm_data.store.respelled import means_nothing, respelled, spans
from crm_data.tables.reading import reading_order
from tests.support import chance

WOMAN, LAPTOP, JOINER = "\U0001f469", "\U0001f4bb", "\u200d"
DARK = "\U0001f3ff"


@pytest.mark.parametrize(
    ("text", "find", "by", "after"),
    [
        ("Acme Ltd", "ltd", "GmbH", "Acme GmbH"),
        ("Ltd Ltd, LTD.", "ltd", "x", "x x, x."),
        ("aaa", "aa", "b", "ba"),
        ("a.b", ".", "", "ab"),
        ("100 %_\\", "%_", "!", "100 !\\"),
        ("two  blanks", "  ", " ", "two blanks"),
        # case and accents, both ways, with what stands around as it was
        ("Crème Brûlée", "creme", "Flan", "Flan Brûlée"),
        ("creme brulee", "CRÈME", "Flan", "Flan brulee"),
        ("Łódź, Øre", "lodz", "Łask", "Łask, Øre"),
        ("ΟΔΟΣ και οδος", "οδός", "δρόμος", "δρόμος και δρόμος"),
        # a letter compared as two, and two as one
        ("Hauptstraße 5", "STRASSE", "platz", "Hauptplatz 5"),
        ("Hauptstrasse 5", "straße", "platz", "Hauptplatz 5"),
        ("Maß", "ss", "b", "Mab"),
        ("Ærø", "aer", "x", "xø"),
        # the Turkish letters i
        ("İstanbul", "istanbul", "Ankara", "Ankara"),
        ("ISTANBUL ıstanbul", "İSTANBUL", "Ankara", "Ankara Ankara"),
        ("Diyarbakır", "BAKIR", "x", "Diyarx"),
        # accents written as signs of their own
        ("cafe\u0301 au lait", "café", "thé", "thé au lait"),
        ("café au lait", "cafe\u0301", "thé", "thé au lait"),
        ("x\u0302y", "x", "z", "zy"),
        ("x\u0302y", "y", "z", "x\u0302z"),
        # signs beyond the first 65,536
        ("rocket 🚀 go", "🚀", "→", "rocket → go"),
        (f"{WOMAN}{JOINER}{LAPTOP} Ada", f"{WOMAN}{JOINER}{LAPTOP}", "Dr.", "Dr. Ada"),
        ("日本語テスト", "テスト", "試験", "日本語試験"),
    ],
)
def test_what_is_found_is_replaced_and_the_rest_stays(text: str, find: str, by: str, after: str) -> None:
    assert respelled(text, find, by) == after


@pytest.mark.parametrize(
    ("text", "find"),
    [
        ("Acme", "acmes"),
        ("", "a"),
        ("Maß", "s"),  # half of ß
        ("Maßstab", "sst"),  # the other half
        ("Ærø", "e"),
        (f"{WOMAN}{JOINER}{LAPTOP}", WOMAN),  # half of a woman with a laptop
        (f"{WOMAN}{JOINER}{LAPTOP}", LAPTOP),
        (f"{WOMAN}{DARK}", WOMAN),
        (f"{WOMAN}{DARK}", DARK),
        ("❤\ufe0f", "❤"),
        ("Acme", "\u0301"),
    ],
)
def test_half_a_letter_is_not_found(text: str, find: str) -> None:
    assert respelled(text, find, "x") is None


def test_after_half_a_letter_the_whole_one_is_found() -> None:
    assert respelled("Maß und Mus", "s", "z") == "Maß und Muz"
    assert respelled(f"{WOMAN}{DARK}{WOMAN}", WOMAN, "x") == f"{WOMAN}{DARK}x"


@pytest.mark.parametrize(
    ("text", "find", "after"),
    [
        ("Acme acme ACME", "acme", "Acme x ACME"),
        ("Crème creme", "creme", "Crème x"),
        ("cafe\u0301", "café", "x"),
        ("cafe\u0301", "cafe", None),  # its e has an accent
        ("x\u0302", "x", None),
        ("İstanbul", "Istanbul", None),
        ("Straße", "Strasse", None),
    ],
)
def test_exactly(text: str, find: str, after: str | None) -> None:
    assert respelled(text, find, "x", exact=True) == after


def test_the_whole_value() -> None:
    assert respelled("LTD", "ltd", "Inc", whole=True) == "Inc"
    assert respelled("Acme Ltd", "ltd", "Inc", whole=True) is None
    assert respelled("LTD", "ltd", "Inc", exact=True, whole=True) is None
    assert respelled("Straße", "STRASSE", "Weg", whole=True) == "Weg"


def test_what_joins_with_what_is_put_in_is_one_letter_again() -> None:
    assert respelled("a-\u0301", "a-", "e", exact=True) is None
    assert respelled("-\u0301", "-", "e") == "e"  # with its accent
    made = respelled("e|", "|", "\u0301")
    assert made == "é"
    assert unicodedata.is_normalized("NFC", made)


def test_what_is_left_of_nothing_is_known() -> None:
    assert means_nothing("", False)
    assert means_nothing("\u0301", False)
    assert not means_nothing("\u0301", True)
    assert not means_nothing(" ", False)


def test_any_text_around_is_as_it_was_and_what_is_found_compares_alike() -> None:
    """By chance: every span compares as what was looked for, and what lies between is left alone."""
    dice = chance.dice("respelled")
    letters = [
        "a",
        "A",
        "ä",
        "a\u0308",
        "ß",
        "ss",
        "s",
        "İ",
        "ı",
        "i",
        "I",
        "Σ",
        "ς",
        "é",
        " ",
        "-",
        WOMAN,
        JOINER,
    ]
    hits = 0
    for _ in range(3_000):
        text = unicodedata.normalize("NFC", "".join(dice.choices(letters, k=dice.randint(0, 12))))
        find = "".join(dice.choices(letters, k=dice.randint(1, 3)))
        for exact in (False, True):
            found = spans(text, find, exact)
            sought = unicodedata.normalize("NFC", find)
            compare = (lambda said: said) if exact else (lambda said: "".join(map(reading_order, said)))
            assert all(compare(text[start:end]) == compare(sought) for start, end in found)
            assert [at for span in found for at in span] == sorted(at for span in found for at in span)
            hits += len(found)
            if found:
                rest = [
                    text[e:s]
                    for (_, e), (s, _) in zip([(0, 0), *found], [*found, (len(text), 0)], strict=True)
                ]
                assert respelled(text, find, "|", exact) == unicodedata.normalize("NFC", "|".join(rest))
            else:
                assert respelled(text, find, "|", exact) is None
    assert hits > 300
