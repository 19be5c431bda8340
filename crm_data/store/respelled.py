"""A text within a text replaced by another: where it stands, without cutting a letter apart. Pure.

What is found without regard to case and accents is found letter by letter, so that its place in the original is
known, though 'ß' is compared as 'ss' and a letter with an accent may be written as two.
"""

import unicodedata
from functools import lru_cache

from crm_data.tables.reading import reading_order

_JOINER = "\u200d"  # makes one sign of two, as of a woman and a laptop
_TONES = ("\U0001f3fb", "\U0001f3ff")  # colours of the skin, which stand behind what they colour
Span = tuple[int, int]


def respelled(text: str, find: str, by: str, exact: bool = False, whole: bool = False) -> str | None:
    """The text with `by` wherever `find` stood, in NFC; None where it does not stand.

    `exact`: with the same case and accents. `whole`: only where it is all of the text.
    """
    text = unicodedata.normalize("NFC", text)
    found = spans(text, find, exact, whole)
    if not found:
        return None
    parts, at = [], 0
    for start, end in found:
        parts += [text[at:start], by]
        at = end
    return unicodedata.normalize("NFC", "".join([*parts, text[at:]]))


def spans(text: str, find: str, exact: bool = False, whole: bool = False) -> list[Span]:
    """Where in a text another stands, as (start, end) that do not overlap; `text` in NFC."""
    sought, _ = _compared(unicodedata.normalize("NFC", find), exact)
    held, places = _compared(text, exact)
    if not sought or (whole and held != sought):
        return []
    found: list[Span] = []
    at = held.find(sought)
    while at >= 0:
        span = _span(text, places, at, at + len(sought))
        found += [span] if span else []
        at = held.find(sought, at + (len(sought) if span else 1))
    return found


def means_nothing(find: str, exact: bool) -> bool:
    """Whether nothing is left of a text once it is compared, so that it would stand everywhere."""
    return not _compared(unicodedata.normalize("NFC", find), exact)[0]


def _compared(text: str, exact: bool) -> tuple[str, list[int] | None]:
    """A text as it is compared, and where in it each letter of that stands; None: the same place."""
    if exact or text.isascii():
        return text if exact else text.lower(), None
    letters = [_letter(letter) for letter in text]
    return "".join(letters), [at for at, meant in enumerate(letters) for _ in meant]


@lru_cache(maxsize=20_000)
def _letter(said: str) -> str:
    return reading_order(said)


def _span(text: str, places: list[int] | None, first: int, last: int) -> Span | None:
    """The place in the text of what was found from `first` to `last`; None where it would cut a letter apart."""
    start, end = first, last
    if places is not None:
        start = places[first]
        if first and places[first - 1] == start:
            return None
        end = places[last] if last < len(places) else len(text)  # with the accents behind it
        if places[last - 1] == end:
            return None
    cut = (start and (_hangs(text[start]) or text[start - 1] == _JOINER)) or (
        end < len(text) and _hangs(text[end])
    )
    return None if cut else (start, end)


def _hangs(letter: str) -> bool:
    """Whether a sign is one with the one before it."""
    if letter.isascii():
        return False
    return (
        letter == _JOINER or _TONES[0] <= letter <= _TONES[1] or unicodedata.category(letter) in ("Mn", "Me")
    )
