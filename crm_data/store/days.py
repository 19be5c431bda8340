"""Days and times as people and spreadsheets write them: 14.3.2030 9:00, 3/14/30 2:05 PM, 14 Mar, today. Pure."""

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta, timezone, tzinfo
from functools import cache

from babel import Locale

from crm_data.store.signs import bare, digits

YEAR_FIRST, DAY_FIRST, MONTH_FIRST = "iso", "day-first", "month-first"
ANY = ""  # what can be read in one order alone; the rest is refused
# The orders of a date, in words.
DATES = {YEAR_FIRST: "year first", DAY_FIRST: "day first", MONTH_FIRST: "month first"}
# Whose names of months are known. A name that means two months to two of them is not.
_SPOKEN = "en de fr es it pt nl da nb sv fi pl cs sk hu ro hr sl tr uk ru el"
_NEAR = {"today": 0, "yesterday": -1, "tomorrow": 1}
_LAST_YEAR_OF_2000 = 68  # of two digits; 69 to 99 are of the century before

_NUMERIC = re.compile(r"(\d{1,4}) ?([-/.]) ?(\d{1,2}) ?\2 ?(\d{1,4})(?!\d)\.?", re.ASCII)
# As programs write it, with nothing between the parts: 20300314; a time as close stands behind a T.
_CLOSE = re.compile(r"(\d{4})(\d\d)(\d\d)(?=T|$)", re.ASCII | re.IGNORECASE)
_CLOSE_TIME = re.compile(r"^(T\d\d)(\d\d)(?:(\d\d)(?:[.,]\d+)?)?(?![\d:.h])", re.ASCII | re.IGNORECASE)
_WEEK = re.compile(
    r"(\d{4})-?W(\d\d)(?:-?([1-7]))?(?=T|$)", re.ASCII | re.IGNORECASE
)  # a week alone is its Monday
_EASTERN = re.compile(r"(\d{4})[年년] ?(\d{1,2})[月월] ?(\d{1,2})[日일]")
_NAMED = tuple(
    re.compile(pattern)
    for pattern in (
        r"(?P<d>\d{1,2})(?:st|nd|rd|th|º|er)?\.?[-/ ]?(?:de |of )?(?P<m>[^\W\d_]+)\.?,?"
        r"(?:[-/ ](?:de )?(?P<y>\d{4}|\d{2})(?![\d:.h]))?",
        r"(?P<m>[^\W\d_]+)\.?[-/ ](?P<d>\d{1,2})(?:st|nd|rd|th)?(?![\d:.h])(?:,? ?(?P<y>\d{4})(?!\d))?",
        r"(?P<y>\d{4})[-/. ](?P<m>[^\W\d_]+)\.?[-/ ](?P<d>\d{1,2})(?!\d)",
    )
)
_TIME = re.compile(
    r"(?:[Tt]|,? ?(?:(?:um|at|à|kl\.?) )?)(?P<h>\d{1,2})(?:[:.h](?P<min>\d{2})(?:[:.](?P<s>\d{2})(?:[.,]\d+)?)?)?"
    r"(?: ?(?P<half>[ap])\.? ?m\.?)? ?(?P<zone>Z|UTC|GMT|[+-]\d{2}(?::?\d{2})?)?(?: ?(?:Uhr|h))?",
    re.IGNORECASE,
)


class NoDay(ValueError):
    """What was written is no day or time; the text says why, as the end of a sentence."""


def day_in(text: str, order: str = ANY, zone: tzinfo = UTC) -> date:
    """The day that was written; a time beside it is left out. `zone` says what today is. Raises NoDay."""
    return _divided(text, order, zone)[0]


def moment_in(text: str, order: str = ANY, zone: tzinfo = UTC) -> datetime:
    """The moment that was written, in `zone` where it names none; a day alone is its midnight. Raises NoDay."""
    day, said = _divided(text, order, zone)
    if said is None:
        return datetime(day.year, day.month, day.day, tzinfo=zone)
    hour, half = int(said["h"]), (said["half"] or "").lower()
    if half:
        if not 1 <= hour <= 12:
            raise NoDay("an hour with AM or PM lies between 1 and 12.")
        hour = hour % 12 + (12 if half == "p" else 0)
    try:
        clocked = time(hour, int(said["min"] or 0), int(said["s"] or 0))
    except ValueError:
        raise NoDay("there is no such time.") from None
    return datetime.combine(day, clocked, _zone(said["zone"]) or zone)


def orders(text: str) -> frozenset[str]:
    """The orders in which a date of numbers alone can be read; all of them where it begins with its year.

    None for what is no such date.
    """
    found = _NUMERIC.match(digits(bare(text)))
    if found is None:
        return frozenset()
    return frozenset(order for order in DATES if _numeric(found, order) is not None)


def sure(text: str) -> bool:
    """Whether a date leaves no choice: it begins with its year of four digits, or names its month."""
    found = _NUMERIC.match(digits(bare(text)))
    return found is None or len(found[1]) == 4


def dotted(text: str) -> bool:
    """Whether the parts of a date are divided by points, which only those do who put the day first."""
    found = _NUMERIC.match(digits(bare(text)))
    return found is not None and found[2] == "."


def _divided(text: str, order: str, zone: tzinfo) -> tuple[date, re.Match[str] | None]:
    said = digits(bare(text))
    for day, end in _dates(said, order, zone):
        rest = _CLOSE_TIME.sub(_opened, said[end:])
        if not rest:
            return day, None
        found = _TIME.fullmatch(rest)
        if found and (found["min"] or found["half"]):
            return day, found
    raise NoDay("that is not a date; write it like 2026-03-12.")


def _opened(found: re.Match[str]) -> str:
    """'T0930' as 'T09:30'."""
    return ":".join(part for part in found.groups() if part)


def _dates(said: str, order: str, zone: tzinfo) -> Iterator[tuple[date, int]]:
    """The days that the text may begin with, and where each ends."""
    numeric = _NUMERIC.match(said)
    if numeric:
        day = _numeric(numeric, order) if order else _only(numeric)
        if day is not None:
            yield day, numeric.end()
        return
    close = _CLOSE.match(said)
    if close and (day := _made(int(close[1]), int(close[2]), int(close[3]))):
        yield day, close.end()
    week = _WEEK.match(said)
    if week and (day := _of_week(int(week[1]), int(week[2]), int(week[3] or 1))):
        yield day, week.end()
    eastern = _EASTERN.match(said)
    if eastern and (day := _made(int(eastern[1]), int(eastern[2]), int(eastern[3]))):
        yield day, eastern.end()
    today = datetime.now(zone).date()
    word = re.match(r"[^\W\d_]+", said)
    if word and word[0].casefold() in _NEAR:
        yield today + timedelta(days=_NEAR[word[0].casefold()]), word.end()
    # The name of a day of the week may stand before.
    starts = [0] + [found.end() for found in [re.match(r"[^\W\d_]+\.?,? ", said)] if found]
    for start in starts:
        for pattern in _NAMED:
            found = pattern.match(said, start)
            month = _months().get(found["m"].casefold()) if found else None
            if found and month:
                year = _year(found["y"]) if found["y"] else today.year
                day = _made(year, month, int(found["d"]))
                if day:
                    yield day, found.end()


def _only(found: re.Match[str]) -> date | None:
    """The day of three numbers if only one order makes a day of them. Raises NoDay if more do."""
    # Nobody writes a year of two digits first but between hyphens.
    usual = DATES if found[2] == "-" else (DAY_FIRST, MONTH_FIRST)
    possible = {day for order in usual if (day := _numeric(found, order)) is not None}
    if len(possible) > 1 and found[2] == ".":
        return _numeric(found, DAY_FIRST)
    if len(possible) > 1:
        shown = " or ".join(f"{day.day} {day:%B %Y}" for day in sorted(possible))
        raise NoDay(f"that may be {shown}; write it like {min(possible)}.")
    return next(iter(possible), None)


def _numeric(found: re.Match[str], order: str) -> date | None:
    """The day of three numbers in this order; None when there is no such day."""
    first, second, third = found[1], found[3], found[4]
    if len(first) == 4:
        return _made(int(first), int(second), int(third))
    if len(first) > 2 or len(third) not in (2, 4):
        return None
    if order == YEAR_FIRST:
        return _made(_year(first), int(second), int(third)) if len(first) == len(third) == 2 else None
    day, month = (first, second) if order == DAY_FIRST else (second, first)
    return _made(_year(third), int(month), int(day))


def _year(said: str) -> int:
    if len(said) == 4:
        return int(said)
    return int(said) + (2000 if int(said) <= _LAST_YEAR_OF_2000 else 1900)


def _made(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _of_week(year: int, week: int, day: int) -> date | None:
    try:
        return date.fromisocalendar(year, week, day)
    except ValueError:
        return None


def _zone(said: str | None) -> tzinfo | None:
    if not said:
        return None
    if said[0] not in "+-":
        return UTC
    hours, minutes = int(said[1:3]), int(said[-2:]) if len(said) > 3 else 0
    if hours > 23 or minutes > 59:
        raise NoDay("there is no such time zone.")
    return timezone((1 if said[0] == "+" else -1) * timedelta(hours=hours, minutes=minutes))


@cache
def _months() -> dict[str, int]:
    """The names of months -> their number; the English ones, and others that mean one month only."""
    found: dict[str, set[int]] = {}
    ours: dict[str, int] = {}
    for tongue in _SPOKEN.split():
        months = Locale(tongue).months
        for context in ("format", "stand-alone"):
            for width in ("wide", "abbreviated"):
                for number, name in months[context][width].items():
                    said = bare(name).casefold().rstrip(".")
                    found.setdefault(said, set()).add(number)
                    if tongue == "en":
                        ours[said] = number
    ours["sept"] = 9
    return {name: min(numbers) for name, numbers in found.items() if len(numbers) == 1} | ours
