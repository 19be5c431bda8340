"""How a file writes dates and numbers: guessed from a whole column, rewritten as fields read them. Pure."""

import re
from collections.abc import Iterable

DATES = {"iso": "2026-03-12", "day-first": "12.03.2026", "month-first": "03/12/2026"}
# Name of a way to write numbers -> (signs between thousands, sign before the decimals).
NUMBERS = {
    "1234.56": ("", "."),
    "1,234.56": (",", "."),
    "1.234,56": (".", ","),
    "1 234,56": (" \u00a0\u202f", ","),
    "1'234.56": ("'’", "."),
}
PLAIN = "1234.56"

# What files put where they have nothing; offered for each column that holds one, never assumed.
EMPTY_WORDS = frozenset(
    {"null", "na", "n/a", "#n/a", "nan", "none", "nil", "-", "--", "?", "(empty)", "(blank)", "\\n"}
)

_DATE = re.compile(r"(\d{1,4})([-/.])(\d{1,2})\2(\d{1,4})(?:([T ])(\S.*))?", re.ASCII | re.DOTALL)


def iso_date(cell: str, style: str) -> str:
    """The cell with its date written year first; as it was when it holds none in this style."""
    found = _DATE.fullmatch(cell.strip())
    if found is None:
        return cell
    first, _, second, third, between, time = found.groups()
    if len(first) == 4:
        year, month, day = first, second, third
    elif len(third) == 4 and style != "iso":
        day, month = (first, second) if style == "day-first" else (second, first)
        year = third
    else:
        return cell
    if len(day) > 2 or len(month) > 2:
        return cell
    return f"{year}-{month:0>2}-{day:0>2}" + (f"{between}{time}" if time else "")


def guess_dates(cells: Iterable[str]) -> tuple[str, bool]:
    """The style of a column's dates, and whether it is sure: 03/04/2026 alone may be read in two ways."""
    first_high = second_high = short = False
    dots = False
    for cell in cells:
        found = _DATE.fullmatch(cell.strip())
        if found and len(found[1]) <= 2 and len(found[4]) == 4:
            short = True
            first_high |= int(found[1]) > 12
            second_high |= int(found[3]) > 12
            dots |= found[2] == "."
    if not short:
        return "iso", True
    if first_high != second_high:
        return ("day-first" if first_high else "month-first"), True
    return "day-first", dots and not second_high


def plain_number(cell: str, style: str) -> str:
    """The cell as 1234.56; as it was when it is not a number in this style."""
    if style == PLAIN or not _number(style).fullmatch(cell.strip()):
        return cell
    thousands, decimal = NUMBERS[style]
    said = "".join(c for c in cell.strip() if c not in thousands)
    return said.replace(decimal, ".")


def guess_numbers(cells: Iterable[str], places: int) -> tuple[str, bool]:
    """The style of a column's numbers of at most `places` decimals, and whether it is sure."""
    distinct = {cell.strip() for cell in cells} - {""}
    fits = re.compile(rf"[+-]?\d+(?:\.\d{{0,{places}}})?", re.ASCII).fullmatch
    if all(map(fits, distinct)):
        return PLAIN, True
    scores: dict[str, int] = {}
    for style in NUMBERS:
        read = {cell: plain_number(cell, style) for cell in distinct if _number(style).fullmatch(cell)}
        scores[style] = sum(len(said.partition(".")[2]) <= places for said in read.values())
    most = max(scores.values())
    best = [style for style, score in scores.items() if score == most]
    if PLAIN in best:
        return PLAIN, True
    return best[0], len(best) == 1


def _number(style: str) -> re.Pattern[str]:
    return _PATTERNS[style]


def _pattern(thousands: str, decimal: str) -> re.Pattern[str]:
    grouped = rf"\d{{1,3}}(?:[{re.escape(thousands)}]\d{{3}})+|" if thousands else ""
    return re.compile(rf"[+-]?(?:{grouped}\d+)(?:{re.escape(decimal)}\d*)?", re.ASCII)


_PATTERNS = {name: _pattern(*signs) for name, signs in NUMBERS.items()}
