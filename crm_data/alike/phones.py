"""Telephone numbers as people mean them: with the country's prefix or without, however they are shaped. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

import phonenumbers

from crm_data.store.signs import digits

_FEWEST = 6  # digits below which it is no number of a person or firm
_END = 7  # digits at the end, by which numbers that may be the same are found
ENDS = range(_FEWEST, _END + 1)  # how many digits such an end has
_LONG = 9  # digits from which the end of another is the same number, where no country is known


@dataclass(frozen=True)
class Number:
    """A number without what shapes it. `country`: its calling code, 0 where nobody knows which."""

    country: int
    national: str
    extension: str = ""

    @property
    def end(self) -> str:
        """By which it is found among others."""
        return self.national[-_END:]


@lru_cache(maxsize=50_000)
def read(said: str | None, regions: tuple[str, ...] = ()) -> Number | None:
    """A number as it is written; `regions`: the countries whose prefix may be left out, the likeliest first."""
    text = digits(said or "").strip()
    if sum(c.isdecimal() for c in text) < _FEWEST:
        return None
    if text.startswith("00"):
        text = "+" + text[2:]
    possible = None
    for region in (*regions, None):
        try:
            found = phonenumbers.parse(text, region)
        except phonenumbers.NumberParseException:
            continue
        number = _made(found)
        if phonenumbers.is_valid_number(found):
            return number
        possible = possible or (number if phonenumbers.is_possible_number(found) else None)
    return possible or _plain(text)


def international(said: str, region: str | None = None) -> str:
    """A number as one dials it from any country: '+43 1 5880 00'; as it is written where it is none for certain.

    `region`: the country whose prefix may be left out. What stands behind the number stays.
    """
    try:
        found = phonenumbers.parse(digits(said), region)
    except phonenumbers.NumberParseException:
        return said
    if not phonenumbers.is_valid_number(found):
        return said
    return phonenumbers.format_number(found, phonenumbers.PhoneNumberFormat.INTERNATIONAL)


def same(one: Number, other: Number) -> bool:
    """Whether two are one number: of two people behind one, the extensions tell them apart."""
    if one.extension and other.extension and one.extension != other.extension:
        return False
    if one.country and other.country:
        return one == other or (one.country, one.national) == (other.country, other.national)
    if one.country or other.country:
        known, bare = (one, other) if one.country else (other, one)
        return bare.national in (known.national, f"{known.country}{known.national}")
    if one.national == other.national:
        return True
    short, long = sorted((one.national, other.national), key=len)
    return len(short) >= _LONG and long.endswith(short)


def ways(said: str, regions: tuple[str, ...]) -> tuple[Number, Number] | None:
    """A number as it stands, and as one who is in these countries means it; None where it is none."""
    bare, meant = read(said), read(said, regions)
    return (bare, meant) if bare and meant else None


def meant(ones: tuple[Number, Number], others: tuple[Number, Number]) -> bool:
    """Whether two are one number beyond doubt, in either way to read them; see `ways`.

    Where no country is known, as `same` would have it a number without a prefix may be many countries', and behind
    one without an extension may be many people.
    """
    return ones[0].extension == others[0].extension and any(
        _surely(one, other) for one, other in zip(ones, others, strict=True)
    )


def pieces(said: str) -> set[str]:
    """Every run of digits of a number that could be the end of another."""
    number = "".join(c for c in digits(said) if c.isdecimal())
    return {number[at : at + length] for length in ENDS for at in range(len(number) - length + 1)}


def any_same(ones: Iterable[Number], others: Iterable[Number]) -> bool:
    """Whether any of some is any of others."""
    there = list(others)
    return any(same(one, other) for one in ones for other in there)


def _surely(one: Number, other: Number) -> bool:
    if bool(one.country) == bool(other.country):
        return one.country == other.country and one.national == other.national and same(one, other)
    known, bare = (one, other) if one.country else (other, one)
    return bare.national == f"{known.country}{known.national}" and same(one, other)


def _made(found: phonenumbers.PhoneNumber) -> Number:
    national = phonenumbers.national_significant_number(found)
    return Number(found.country_code or 0, national, found.extension or "")


def _plain(text: str) -> Number | None:
    number, _, behind = text.lower().partition("x")
    number = "".join(c for c in number if c.isdecimal()).lstrip("0")
    return Number(0, number, "".join(c for c in behind if c.isdecimal())) if len(number) >= _FEWEST else None
