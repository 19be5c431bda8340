"""What people and files type, judged and made into values; and values made into text again. Pure."""

import json
import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, tzinfo
from decimal import Decimal
from typing import Any

from crm_data.errors import Invalid
from crm_data.store.amounts import POINT, Amount, NoNumber, Number, number
from crm_data.store.contacts import NoContact, address, telephone
from crm_data.store.days import ANY, NoDay, day_in, moment_in
from crm_data.store.signs import bare
from crm_data.tables.fields import Field, Kind
from crm_data.tables.types import CENT, MOST_NUMBER, MOST_RATE, PLACES, RATE_PLACES, trimmed

MOST_MONEY = Decimal("9999999999999.99")
_LEAST_RATE = Decimal(1).scaleb(-RATE_PLACES)
HIGHEST_ID = 2_147_483_647
_EARLIEST, _LATEST = date(1900, 1, 1), date(2200, 12, 31)
# What its name must hold is looked ahead for, so that a long text is read once and not from each of its signs.
_URL = re.compile(r"https?://(?=[^\s/?#]*[^\W_])\S*", re.IGNORECASE)
# What copying from a page or joining files leaves before and behind a text, and nobody sees; and every blank.
_EDGES = "\ufeff\u200b\u2060\u00ad" + "".join(c for c in map(chr, range(0x3001)) if c.isspace())
_LINES = re.compile(r"[\r\n]+")


@dataclass(frozen=True)
class Ways:
    """How a person or a file writes: which sign stands before decimals, which part of a date comes first."""

    numbers: str = POINT
    dates: str = ANY


_OURS = Ways()


def parse(field: Field, raw: Any, zone: tzinfo = UTC, ways: Ways = _OURS) -> Any:
    """The value of a field from what was typed, pasted, picked or read from a file; None for nothing.

    `zone` is the zone of a moment that names none, `ways` decides what can be read in two ways. An amount with the
    sign of a currency is an `Amount`. Raises Invalid with one sentence and the field's name.
    """
    try:
        value = _PARSERS[field.kind](field, raw, zone, ways)
    except (_Wrong, NoNumber, NoDay, NoContact) as wrong:
        raise Invalid(f"{field.label}: {wrong}", field.name) from None
    if value is None and field.required:
        raise Invalid(f"{field.label} is needed; fill it in.", field.name)
    if value is None and field.default is not None and field.kind is not Kind.TAGS:
        return parse(field, field.default, zone, ways)
    return value


def to_text(field: Field, value: Any) -> str:
    """The value as a file holds it; `parse` reads it back as it was."""
    if value is None:
        return ""
    if field.kind is Kind.TAGS:
        return ", ".join(value)
    if field.kind is Kind.YES_NO:
        return "yes" if value else "no"
    if field.kind is Kind.MOMENT:
        return str(value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"))
    if field.kind is Kind.DAY:
        return str(value.isoformat())
    return str(value)


def plain(value: Any) -> Any:
    """The value as JSON can hold it, for the log of changes."""
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, datetime):
        return value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    if isinstance(value, date):
        return value.isoformat()
    return value


class _Wrong(Exception):
    """A half sentence; `parse` puts the field's label before it."""


def clean_text(raw: Any, many_lines: bool = False) -> str | None:
    """Text in NFC, trimmed, with nothing that a database or a screen cannot hold. Raises Invalid."""
    try:
        return _clean(raw, many_lines)
    except _Wrong as wrong:
        raise Invalid(f"This text {wrong}") from None


def sound_text(raw: str) -> str:
    """Text in NFC, blanks at its ends too, with nothing that a database cannot hold. Raises Invalid."""
    try:
        return _sound(raw, True)
    except _Wrong as wrong:
        raise Invalid(f"This text {wrong}") from None


def _clean(raw: Any, many_lines: bool) -> str | None:
    if raw is None or (isinstance(raw, float) and raw != raw):
        return None
    said = raw if isinstance(raw, str) else str(raw)
    if said.isascii() and said.isprintable():
        return said.strip() or None  # nothing of the below can apply; files of thousands of cells are waiting
    said = _sound(said, many_lines).strip(_EDGES)
    visible = any(unicodedata.category(c) not in ("Cf", "Zs", "Zl", "Zp", "Cc") for c in said)
    return said if visible else None


def _sound(said: str, many_lines: bool) -> str:
    if any("\ud800" <= c <= "\udfff" for c in said):
        raise _Wrong("holds a broken character; type it again.")
    said = unicodedata.normalize("NFC", said.replace("\r\n", "\n").replace("\r", "\n"))
    if not many_lines:
        said = re.sub(r"[\n\t\v\f\u2028\u2029]+", " ", said)
    if any(unicodedata.category(c) == "Cc" and c not in "\n\t" for c in said):
        raise _Wrong("holds a control character; remove it.")
    return said


def _text(field: Field, raw: Any, zone: tzinfo, ways: Ways) -> str | None:
    return _fitting(field, _clean(raw, field.kind is Kind.LONG_TEXT))


def _fitting(field: Field, said: str | None) -> str | None:
    if said is not None and field.length and len(said) > field.length:
        raise _Wrong(f"is {len(said):,} characters long; at most {field.length:,} fit.")
    return said


def _email(field: Field, raw: Any, zone: tzinfo, ways: Ways) -> str | None:
    said = _clean(raw, False)
    return None if said is None else _fitting(field, address(said))


def _phone(field: Field, raw: Any, zone: tzinfo, ways: Ways) -> str | None:
    said = _clean(raw, False)
    return None if said is None else _fitting(field, telephone(said, field.length))


def _url(field: Field, raw: Any, zone: tzinfo, ways: Ways) -> str | None:
    said = _clean(raw, False)
    if said is None:
        return None
    said = bare(said)
    if "://" not in said and not re.match(r"[a-zA-Z][a-zA-Z0-9+.\-]*:(?!\d)", said):
        said = f"https://{said}"
    if not _URL.fullmatch(said):
        raise _Wrong("only web addresses that begin with http:// or https:// can be kept.")
    return _fitting(field, said)


def _choice(field: Field, raw: Any, zone: tzinfo, ways: Ways) -> str | None:
    said = _clean(raw, False)
    if said is None:
        return None
    labels = field.choice_labels()
    for way in (_spelled, _coded):  # 'A+' is no 'A-', and 'closed won' is 'Closed-Won'
        found = [value for value, label in labels.items() if way(said) in (way(value), way(label))]
        if len(found) == 1:
            return found[0]
        if found:
            raise _Wrong(
                f"that may be {' or '.join(map(labels.__getitem__, found))}; write it as it stands here."
            )
    raise _Wrong(f"choose one of {', '.join(labels.values())}.")


def _spelled(said: str) -> str:
    return bare(said).casefold()


def _coded(said: str) -> str:
    """Words as a coded value has them, whatever stands between them."""
    return re.sub(r"[\W_]+", "_", bare(said).casefold()).strip("_")


def _number(field: Field, raw: Any, ways: Ways) -> Number | None:
    if isinstance(raw, bool):
        raise _Wrong("a number is needed.")
    if isinstance(raw, int | float | Decimal):
        value = Decimal(str(raw))
        if value.is_nan():
            return None
        if not value.is_finite():
            raise _Wrong("that is not a number.")
        return Number(value, 0)
    said = _clean(raw, False)
    return None if said is None else number(said, ways.numbers)


def _money(field: Field, raw: Any, zone: tzinfo, ways: Ways) -> Decimal | None:
    found = _number(field, raw, ways)
    if found is None:
        return None
    amount = found.value
    if found.percent:
        raise _Wrong("an amount is needed, not a percentage.")
    if amount < 0:
        raise _Wrong("an amount cannot be below zero.")
    if amount > MOST_MONEY:
        raise _Wrong(f"at most {MOST_MONEY:,} fits.")
    cents = amount.quantize(CENT)
    if cents != amount or (found.twofold and found.places > 2):
        raise _Wrong("an amount has at most two places behind the point.")
    if not found.currencies:
        return abs(cents)
    signed = Amount(abs(cents))
    signed.currencies = found.currencies
    return signed


def _rate(field: Field, raw: Any, zone: tzinfo, ways: Ways) -> Decimal | None:
    found = _number(field, raw, ways)
    if found is None:
        return None
    if found.currencies or found.percent:
        raise _Wrong("a plain number is needed, with no sign beside it, as 1.0825.")
    if found.twofold and not found.places:
        raise _Wrong(
            "this can be read in two ways; write it without a sign between thousands, as 1250 or 1.25."
        )
    if found.value <= 0:
        raise _Wrong("a rate is above zero, as 1.0825.")
    if found.value > MOST_RATE:
        raise _Wrong(f"at most {MOST_RATE:,} fits.")
    if found.value != found.value.quantize(_LEAST_RATE):
        raise _Wrong(f"a rate has at most {RATE_PLACES} places behind the point.")
    return trimmed(found.value)


def _whole(field: Field, raw: Any, zone: tzinfo, ways: Ways) -> int | None:
    found = _number(field, raw, ways)
    if found is None:
        return None
    low, high = field.low or 0, HIGHEST_ID if field.high is None else field.high
    if found.currencies or (found.percent and high != 100):
        raise _Wrong("a whole number is needed, with no sign beside it.")
    if found.value != found.value.to_integral_value() or not low <= found.value <= high:
        raise _Wrong(f"a whole number from {low:,} to {high:,} is needed.")
    if found.twofold and found.places:
        raise _Wrong("write a whole number without a point.")
    return int(found.value)


def _decimal(field: Field, raw: Any, zone: tzinfo, ways: Ways) -> Decimal | None:
    """A percentage is the number that stands before the sign."""
    found = _number(field, raw, ways)
    if found is None:
        return None
    if found.currencies:
        raise _Wrong("a number is needed, with no sign of a currency beside it.")
    if found.value != round(found.value, PLACES):
        raise _Wrong(f"a number has at most {PLACES} places behind the point.")
    if abs(found.value) > MOST_NUMBER:
        raise _Wrong(f"a number from -{MOST_NUMBER:,} to {MOST_NUMBER:,} is needed.")
    return trimmed(found.value)


_YES = "yes true 1 y on x ✓ ja wahr oui vrai sí si verdadero sì vero sim verdadeiro tak prawda да"
_NO = "no false 0 n off nein falsch non faux falso não nee onwaar nie fałsz нет"


def _yes_no(field: Field, raw: Any, zone: tzinfo, ways: Ways) -> bool | None:
    if isinstance(raw, bool):
        return raw
    said = (_clean(raw, False) or "").casefold()
    if said in _YES.split():
        return True
    if said in _NO.split() or not said:
        return False
    raise _Wrong("say yes or no.")


def _day(field: Field, raw: Any, zone: tzinfo, ways: Ways) -> date | None:
    if isinstance(raw, datetime):
        raw = raw.date()
    if not isinstance(raw, date):
        said = _clean(raw, False)
        if said is None:
            return None
        raw = day_in(said, ways.dates, zone)
    return _in_range(raw)


def _in_range(day: date) -> date:
    if not _EARLIEST <= day <= _LATEST:
        raise _Wrong("the year must lie between 1900 and 2200.")
    return day


def _moment(field: Field, raw: Any, zone: tzinfo, ways: Ways) -> datetime | None:
    if isinstance(raw, datetime):
        moment = raw
    elif isinstance(raw, date):
        moment = datetime(raw.year, raw.month, raw.day, tzinfo=zone)
    else:
        said = _clean(raw, False)
        if said is None:
            return None
        moment = moment_in(said, ways.dates, zone)
    _in_range(moment.date())
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=zone)
    return moment.astimezone(UTC).replace(microsecond=0)


def _tags(field: Field, raw: Any, zone: tzinfo, ways: Ways) -> list[str] | None:
    if isinstance(raw, str):
        raw = _LINES.sub(",", raw)  # a tag a line
    parts = raw if isinstance(raw, list | tuple) else _listed(_clean(raw, False) or "")
    cleaned = [tag for part in parts if (tag := _clean(part, False))]
    if any(len(tag) > 50 or "," in tag or ";" in tag for tag in cleaned) or len(cleaned) > 50:
        raise _Wrong("at most 50 tags of 50 characters each, without commas or semicolons.")
    return list(dict.fromkeys(cleaned)) or None


def _listed(said: str) -> list[str]:
    """The parts of a list, each of which may stand in quotation marks; also as programs write one, in brackets."""
    if said[:1] == "[" and said[-1:] == "]":
        try:
            listed = json.loads(said)
        except (ValueError, RecursionError):
            listed = None
        if isinstance(listed, list) and all(isinstance(part, str) for part in listed):
            return listed
    found = re.finditer(r'\s*(?:"((?:[^"]|"")*)"\s*(?=[,;]|$)|([^,;]*))(?:[,;]|$)', said)
    return [match[2] if match[1] is None else match[1].replace('""', '"') for match in found]


def _id(field: Field, raw: Any, zone: tzinfo, ways: Ways) -> int | None:
    number = None if raw is None or raw == "" else row_id(raw)
    if number is None and raw not in (None, "") and raw == raw:
        raise _Wrong("choose one from the list.")
    return number


def row_id(raw: Any) -> int | None:
    """A row's id from a number or the digits of one; None for anything that no row can have."""
    if isinstance(raw, bool):
        return None
    if isinstance(raw, float) and raw.is_integer():
        raw = int(raw)
    if isinstance(raw, str) and raw.isascii() and raw.isdigit() and len(raw) <= 10:
        raw = int(raw)
    if hasattr(raw, "__index__"):
        raw = int(raw)
    return raw if isinstance(raw, int) and 1 <= raw <= HIGHEST_ID else None


def _json(field: Field, raw: Any, zone: tzinfo, ways: Ways) -> Any:
    return raw


_PARSERS: dict[Kind, Callable[[Field, Any, tzinfo, Ways], Any]] = {
    Kind.TEXT: _text,
    Kind.LONG_TEXT: _text,
    Kind.EMAIL: _email,
    Kind.PHONE: _phone,
    Kind.URL: _url,
    Kind.CHOICE: _choice,
    Kind.MONEY: _money,
    Kind.RATE: _rate,
    Kind.WHOLE: _whole,
    Kind.NUMBER: _decimal,
    Kind.YES_NO: _yes_no,
    Kind.DAY: _day,
    Kind.MOMENT: _moment,
    Kind.TAGS: _tags,
    Kind.MEMBER: _id,
    Kind.LINK: _id,
    Kind.JSON: _json,
}
