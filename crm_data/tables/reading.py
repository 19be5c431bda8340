"""Text as people read it, in Python alone: without its case, and in the order of the alphabet, accents apart."""

import unicodedata

# Small letters that are not the small letter of their capital: the sigma at a word's end, the i without a dot.
BESIDE = "ςıſµ\u0345ϐϑϕϖϰϱϵᲀᲁᲂᲃᲄᲅᲆᲇᲈẛ"
MEANT = "σisμιβθφπκρεвдосттъѣꙋṡ"
_TABLE = str.maketrans(BESIDE, MEANT)
# What becomes of the Turkish capital I with a dot; and 'ß', whose capital most people write as two letters.
LONGER = (("i\u0307", "i"), ("ß", "ss"))
# Letters that are one with their stroke or with each other, so that no accent can be taken off.
ONE = {"ø": "o", "ł": "l", "đ": "d", "ð": "d", "ħ": "h", "ŧ": "t", "æ": "ae", "œ": "oe", "þ": "th", "ŋ": "n"}
_ONE = str.maketrans(ONE)


def combining() -> tuple[tuple[str, str], ...]:
    """Accents and the like, which stand on other letters: as (first, last) of those that follow each other."""
    found: list[list[int]] = []
    for code in filter(lambda code: unicodedata.combining(chr(code)), range(0x20000)):
        if found and found[-1][1] == code - 1:
            found[-1][1] = code
        else:
            found.append([code, code])
    return tuple((chr(first), chr(last)) for first, last in found)


def fold(said: str) -> str:
    """A text as it is compared: 'ÖL' and 'öl' are one, so are 'STRASSE' and 'Straße', and ΟΔΟΣ and οδος."""
    if said.isascii():
        return said.lower()
    lower = unicodedata.normalize("NFC", said).lower()
    for letters, plain in LONGER:
        lower = lower.replace(letters, plain)
    return unicodedata.normalize("NFC", lower.translate(_TABLE))


def reading_order(said: str) -> str:
    """What texts are sorted by, letter by letter: A, ä, B, Łódź, Ž. Of plain ASCII it is the small letters."""
    if said.isascii():
        return said.lower()
    folded = unicodedata.normalize("NFD", fold(said).translate(_ONE))
    return unicodedata.normalize("NFC", "".join(c for c in folded if not unicodedata.combining(c)))
