"""Numbers and amounts as people and programs write them: 1,234.50 and 1.234,50 €, (12), 50 %, 1'234.-. Pure."""

import re
from dataclasses import dataclass
from decimal import Decimal

from crm_data.store.currencies import currencies
from crm_data.store.signs import bare, digits

POINT, COMMA = "1,234.56", "1.234,56"
# The ways to write decimals, in words.
NUMBERS = {POINT: "a decimal point", COMMA: "a decimal comma"}
_DECIMAL = {POINT: ".", COMMA: ","}

_BODY = re.compile(r"\d(?:[\d.,' ]*[\d.,])?|[.,]\d+", re.ASCII)
_ROUND = re.compile(r"[.,]-{1,2}$")  # 100.- and 100,-- are whole amounts
# Decimal sign -> a number with it: plain digits, groups of three with one sign between them, or Indian ones.
_WRITTEN = {
    ".": re.compile(
        r"(\d+|[1-9]\d{0,2}([,' ])\d{3}(?:\2\d{3})*|[1-9]\d?(?:,\d{2})+,\d{3})?(?:\.(\d*))?", re.ASCII
    ),
    ",": re.compile(r"(\d+|[1-9]\d{0,2}([.' ])\d{3}(?:\2\d{3})*)?(?:,(\d*))?", re.ASCII),
}

# Nearly all that files hold: digits and at most two decimals behind a point, which nobody reads otherwise.
_PLAIN = re.compile(r"(\d+)(?:\.(\d{1,2}))?", re.ASCII)


_ARABIC_POINT = "\u066b"


class NoNumber(ValueError):
    """What was written is no number; the text says why, as the end of a sentence."""


class Amount(Decimal):
    """An amount beside which stands the sign of a currency: one of these."""

    currencies: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Number:
    """A number as it was meant. `currencies`: those that its sign may stand for; none when it has no sign.

    `twofold`: the same text, written by others, is another number.
    """

    value: Decimal
    places: int
    currencies: frozenset[str] = frozenset()
    percent: bool = False
    twofold: bool = False


def number(text: str, style: str = POINT) -> Number:
    """The number that was written; where it can be read in two ways, `style` decides. Raises NoNumber."""
    plain = _plain(text)
    if plain is not None:
        return Number(*plain)
    body, minus, around = _parted(text)
    both = _both(body, text)
    found = [both[each] for each in sorted(both, key=lambda each: each != style)]
    if not found:
        raise NoNumber("that is not a number; write it like 1234.50.")
    value, places = found[0]
    percent, signed = _around(around)
    twofold = len(found) == 2 and found[0][0] != found[1][0]
    return Number(-value if minus else value, places, signed, percent, twofold)


def readings(text: str) -> dict[str, tuple[Decimal, int]]:
    """Way of writing -> the number and its decimals, for each way in which the text is one."""
    plain = _plain(text)
    if plain is not None:
        return {POINT: plain} if plain[1] else {POINT: plain, COMMA: plain}
    try:
        body, _, around = _parted(text)
        _around(around)
    except NoNumber:
        return {}
    return _both(body, text)


def _plain(text: str) -> tuple[Decimal, int] | None:
    """The number and its decimals of a text without a sign, of which there are thousands in a file."""
    match = _PLAIN.fullmatch(text)
    return None if match is None else (Decimal(f"{match[1]}.{match[2] or '0'}"), len(match[2] or ""))


def _parted(text: str) -> tuple[str, bool, list[str]]:
    """The digits of a number with their signs, whether it is below zero, and what else stands beside it."""
    plain = digits(bare(text)).replace(_ARABIC_POINT, ".").replace("\u066c", "'").replace("\u066a", "%")
    said = _ROUND.sub("", plain)
    body = _BODY.search(said)
    if body is None:
        raise NoNumber("that is not a number; write it like 1234.50.")
    return body[0], *_minus(said[: body.start()], said[body.end() :])


def _both(body: str, text: str) -> dict[str, tuple[Decimal, int]]:
    """Way of writing -> number and decimals; of the Arabic decimal sign there is no other reading."""
    ways = {POINT: _DECIMAL[POINT]} if _ARABIC_POINT in text else _DECIMAL
    found = {style: _reading(body, sign) for style, sign in ways.items()}
    return {style: reading for style, reading in found.items() if reading is not None}


def _reading(body: str, decimal: str) -> tuple[Decimal, int] | None:
    match = _WRITTEN[decimal].fullmatch(body)
    if match is None or not (match[1] or match[3]):
        return None
    whole = "".join(c for c in match[1] or "0" if c.isdigit())
    return Decimal(f"{whole}.{match[3] or '0'}"), len(match[3] or "")


def _minus(before: str, after: str) -> tuple[bool, list[str]]:
    """Whether the number is below zero, by a sign or by brackets; and what else is there."""
    signs = re.sub(r"[^-+()]", "", before + after)
    if signs not in ("", "-", "+", "()"):
        raise NoNumber("that is not a number; write it like 1234.50.")
    rest = [re.sub(r"[-+()]", "", part).strip() for part in (before, after)]
    return signs in ("-", "()"), [part for part in rest if part]


def _around(said: list[str]) -> tuple[bool, frozenset[str]]:
    """Whether it is a percentage, and the currencies that its sign may stand for."""
    if said == ["%"]:
        return True, frozenset()
    found: frozenset[str] | None = None
    for sign in said:
        meant = currencies(sign)
        if not meant:
            raise NoNumber(f"{sign[:20]!r} beside it is not known; write it like 1234.50.")
        found = meant if found is None else found & meant
    if found is not None and not found:
        raise NoNumber("two signs of different currencies stand beside it.")
    return False, found or frozenset()
