"""Text as people read it, in Python alone: without its case, and in the order of the alphabet, accents apart."""

import unicodedata

# Small letters that are not the small letter of their capital: the sigma at a word's end, the i without a dot.
BESIDE = "ςıſµ\u0345ϐϑϕϖϰϱϵᲀᲁᲂᲃᲄᲅᲆᲇᲈẛ"
MEANT = "σisμιβθφπκρεвдосттъѣꙋṡ"
_TABLE = str.maketrans(BESIDE, MEANT)
# What becomes of the Turkish capital I with a dot; and 'ß', whose capital most people write as two letters.
LONGER = (("i\u0307", "i"), ("ß", "ss"))
# Letters that are one with their stroke or with each other, so that no accent can be taken off.
_ONE = str.maketrans(
    {"ø": "o", "ł": "l", "đ": "d", "ð": "d", "ħ": "h", "ŧ": "t", "æ": "ae", "œ": "oe", "þ": "th", "ŋ": "n"}
)


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
