"""Formatting: how values are written for people: amounts, days and moments in their zone, counts of things."""

import re
from collections import Counter
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta, tzinfo
from decimal import ROUND_HALF_UP, Decimal
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from crm_data import Field, Kind
from dashboard import session

NONE = "–"
_SIGNS = {"USD": "$", "EUR": "€", "GBP": "£", "JPY": "¥", "CHF": "CHF ", "INR": "₹"}
# What a browser looks for after it has read the Markdown, when a backslash has gone already: an address, an arrow,
# the code of an icon. It looks within one element, so what is apart is not found.
_LATER = r"@|:(?=//|material/|[\w+-]+:)|(?<=www)\.|<->|->|<-|--|>=|<=|~="
_MARKS = re.compile(rf"(?P<later>{_LATER})|[\\`*_{{}}\[\]<>~|$&]|:(?!\s)|^[-+#=]", re.IGNORECASE)
_LISTED = re.compile(r"^(\d+)([.)])")  # '1.' at the beginning would be the first of a list
_STEPS = ((Decimal("1e9"), "B"), (Decimal("1e6"), "M"), (Decimal("1e3"), "k"))


def zone() -> tzinfo:
    """The time zone in which the person is shown every moment, and means what they type; see `session.zone`."""
    try:
        return ZoneInfo(session.zone())
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return UTC


def today() -> date:
    """The day it is where the person is."""
    return datetime.now(zone()).date()


def money(amount: Decimal | None, currency: str = "") -> str:
    """An exact amount: '$1,234.50', '-$3.00'."""
    if amount is None:
        return NONE
    if amount < 0:
        return f"-{money(-amount, currency)}"
    return f"{_SIGNS.get(currency, f'{currency} ' if currency else '')}{amount:,.2f}"


def rate(of: Decimal) -> str:
    """An exchange rate as it was given: '1.0825', '0.0000393', '25,450'."""
    return f"{of:,f}"


def short_money(amount: Decimal | None, currency: str = "") -> str:
    """An amount for a tile: '$1.2 M', '-$3'; exact below a thousand."""
    if amount is None:
        return "not available"
    if amount < 0:
        return f"-{short_money(-amount, currency)}"
    sign = _SIGNS.get(currency, f"{currency} " if currency else "")
    for step, letter in _STEPS:
        if abs(amount) >= step - step / 20_000:  # what would be rounded to 1,000.0 of the step below
            return f"{sign}{(amount / step).quantize(Decimal('0.1'), ROUND_HALF_UP):,} {letter}"
    return f"{sign}{amount.quantize(Decimal(1), ROUND_HALF_UP):,}"


def count(number: int, thing: str, things: str | None = None) -> str:
    """'1 customer', '1,234 customers'."""
    return f"{number:,} {thing if number == 1 else things or thing + 's'}"


def day(value: date | None) -> str:
    """A day, short: '12 Mar', with the year when it is another one."""
    if value is None:
        return NONE
    this_year = datetime.now(zone()).year
    return f"{value.day} {value:%b}" if value.year == this_year else f"{value.day} {value:%b %Y}"


def span(first: date | None, last: date | None) -> str:
    """A period: '1 Sep 2026 to 29 Nov 2026', '2026', or 'all time'."""
    if first is None and last is None:
        return "all time"
    if first and last and (first, last) == (date(first.year, 1, 1), date(first.year, 12, 31)):
        return str(first.year)
    ends = [f"{edge.day} {edge:%b %Y}" if edge else "" for edge in (first, last)]
    return " to ".join(ends) if all(ends) else f"from {ends[0]}" if ends[0] else f"to {ends[1]}"


def moment(value: datetime | None) -> str:
    """A moment in the person's zone, short: 'today 14:30', 'yesterday 09:00', '12 Mar 14:30'."""
    if value is None:
        return NONE
    local = value.astimezone(zone())
    now = today()
    near = {now: "today", now - timedelta(days=1): "yesterday", now + timedelta(days=1): "tomorrow"}
    return f"{near.get(local.date(), day(local.date()))} {local:%H:%M}"


def holds_nothing(raw: Any) -> bool:
    """Whether a field with this value is not filled in."""
    return raw is None or raw == "" or raw == []


def value(field: Field, raw: Any, names: Mapping[int, str] | None = None, currency: str = "") -> str:
    """Any value of a field as a person reads it."""
    if holds_nothing(raw):
        return NONE
    if field.kind is Kind.CHOICE:
        return field.words_for(raw)
    if field.kind is Kind.MONEY:
        return money(Decimal(str(raw)), currency)
    if field.kind is Kind.RATE:
        return rate(Decimal(str(raw)))
    if field.kind is Kind.DAY:
        return day(date.fromisoformat(raw) if isinstance(raw, str) else raw)
    if field.kind is Kind.MOMENT:
        return moment(datetime.fromisoformat(raw) if isinstance(raw, str) else raw)
    if field.kind is Kind.YES_NO:
        return "Yes" if raw else "No"
    if field.kind is Kind.TAGS:
        return ", ".join(raw)
    if field.kind in (Kind.MEMBER, Kind.LINK):
        return (names or {}).get(int(raw), "Unknown")
    return str(raw)


def plain(text: str) -> str:
    """Text of a person, a file or a refusal for a label or a message, which Streamlit reads as Markdown.

    It is read letter by letter as it was typed, on one line: no picture, link, heading, icon or formula comes
    of it.
    """
    return _LISTED.sub(r"\1\\\2", _MARKS.sub(_itself, " ".join(text.split())))


def _itself(sign: re.Match[str]) -> str:
    """A sign that means itself. A colour that names none is no more than an element of its own around it."""
    return "".join(f":color[\\{c}]" for c in sign["later"]) if sign["later"] else f"\\{sign[0]}"


def apart(names: Mapping[int, str]) -> dict[int, str]:
    """Names by id; each of those that are alike, as of a company that was brought back, with its number."""
    often = Counter(names.values())
    return {id_: f"{name} (no. {id_})" if often[name] > 1 else name for id_, name in names.items()}
