"""Telephone numbers and e-mail addresses as address books write them: tel:, ext. 44, Ann <ann@x.example>. Pure."""

import re
import unicodedata

from crm_data.store.signs import bare, digits

# What stands before a number or an address and says which it is: 'tel:', 'Tel. ', 'p: ', 'mailto:'.
_SCHEME = re.compile(
    r"(?:(?:tel|telephone|téléphone|telefon|phone|ph|fon|mob|mobil|mobile|cell|callto|sms|mailto|e-?mail)"
    r"(?:\.? ?: ?|\. )|[ptm] ?: )(?://)?",
    re.IGNORECASE,
)
_PHONE = re.compile(r"[0-9+()./\-\s#*xX,]*", re.ASCII)
_EXTENSIONS = ("extension", "extn", "ext", "ex", "x", "durchwahl", "dw", "poste", "int")
_EXTENSION = re.compile(rf"[,;]? ?(?:{'|'.join(_EXTENSIONS)})[.:=]? ?(\d{{1,8}})$", re.IGNORECASE)
_EMAIL = re.compile(r"[^@\s,;<>\"]+@[^@\s,;<>\"]+\.[^@\s,;<>\".]+")
_IN_BRACKETS = re.compile(r"[^<>]*<([^<>]*)>")


class NoContact(ValueError):
    """What was written cannot be kept; the text says why, as the end of a sentence."""


def telephone(text: str, longest: int | None) -> str:
    """The number in plain signs; what only shapes it goes where it is longer than `longest`. Raises NoContact."""
    said = _SCHEME.sub("", digits(bare(text)), count=1) if _SCHEME.match(bare(text)) else digits(bare(text))
    extension = _EXTENSION.search(said)
    number = said[: extension.start()] if extension else said
    if not _PHONE.fullmatch(number) or not any(c.isdigit() for c in number):
        words = [word for word in re.findall(r"[^\W\d_]{2,}", number) if word.casefold() not in _EXTENSIONS]
        about = f" {words[0][:30]!r} is no part of one." if words and any(c.isdigit() for c in number) else ""
        raise NoContact(f"that is not a telephone number; use digits, spaces and + ( ) - . /.{about}")
    if longest is None or len(said) <= longest:
        return said
    # "(0)" says that a nought is left out where one calls from abroad: it is no mere shape.
    short = re.sub(r"\(0\)|[\s./\-()]", lambda found: found[0] if found[0] == "(0)" else "", number)
    short += f" x{extension[1]}" if extension else ""
    if len(short) > longest:
        raise NoContact(f"is {len(said):,} characters long; at most {longest:,} fit. Write one number.")
    return short


def address(text: str) -> str:
    """The e-mail address, in lower case, without a name or a scheme beside it. Raises NoContact."""
    said = bare(text)
    found = _IN_BRACKETS.fullmatch(said)
    said = found[1].strip() if found else said
    if _SCHEME.match(said):
        said = _SCHEME.sub("", said, count=1).partition("?")[0]
    said = said.strip(" '\"<>").rstrip(".,;")
    if not _EMAIL.fullmatch(said):
        more = "write one address" if said.count("@") > 1 else "write it"
        raise NoContact(f"that is not an e-mail address; {more} like name@example.com.")
    return unicodedata.normalize("NFC", said.lower())
