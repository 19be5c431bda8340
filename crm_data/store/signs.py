"""Signs that nobody sees or that stand for a plain one, as other programs put them into values. Pure."""

import re
import unicodedata

# Every dash and minus that programs write in place of the one on the keyboard.
_DASHES = re.compile("[\u00ad\u058a\u2010-\u2015\u2043\u2212\ufe58\ufe63\uff0d]")
_APOSTROPHES = re.compile("[\u0060\u00b4\u02b9\u02bc\u2018\u2019\u201b\u2032\uff07]")


def bare(text: str) -> str:
    """The text in plain signs: no full-width ones, every blank a space, every dash a hyphen, nothing unseen."""
    if text.isascii():
        return " ".join(text.split())
    said = unicodedata.normalize("NFKC", _DASHES.sub("-", text))
    said = "".join(c for c in _DASHES.sub("-", said) if unicodedata.category(c) != "Cf")
    return " ".join(_APOSTROPHES.sub("'", said).split())


def digits(text: str) -> str:
    """The text with the digits of every script as those of ours."""
    if text.isascii():
        return text
    return "".join(str(d) if (d := unicodedata.decimal(c, None)) is not None else c for c in text)
