"""Values for fields, by chance: what a person may type, what it means, and what must be refused."""

import random
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

from crm_data.tables.fields import Field, Kind
from tests.model.world import NOBODY

WORDS = ("acme", "Bolt", "crane", "Dune", "émile", "straße", "50%", "a_b", "x\\y", "東京", "o'neil")
# Odd, and to be kept as they are.
HOSTILE = (
    "=1+1",
    "<script>alert(1)</script>",
    "'; DROP TABLE customers; --",
    "${7*7}",
    "[x](javascript:1)",
    "\u202eabc",
    "👨‍👩‍👧",
)
ARABIC = str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩")
TOO_BROKEN = ("a\0b", "\ud800", "\x07bell")


class Refused:
    """Stands for a value that no field takes."""


REFUSED = Refused()


@dataclass(frozen=True)
class Said:
    """What is typed and what it means; REFUSED where it must not be taken."""

    raw: Any
    means: Any


@dataclass(frozen=True)
class Around:
    """What a value may name: the canary of the company, ids by table of one's own and of others."""

    canary: str
    own: dict[str, list[int]]
    foreign: dict[str, list[int]]
    today: date


def said(dice: random.Random, field: Field, around: Around, wrong: float = 0.06) -> Said:
    """A value of a field; with a chance of `wrong` one to be refused."""
    if dice.random() < wrong:
        found = _wrong(dice, field, around)
        if found is not None:
            return found
    if not field.required and field.kind is not Kind.YES_NO and dice.random() < 0.15:
        default = None if field.kind is Kind.TAGS else field.default
        return Said(dice.choice([None, ""]), _default(field, default))
    return _good(dice, field, around)


def _default(field: Field, value: Any) -> Any:
    return (
        Decimal(value).quantize(Decimal("0.01")) if field.kind is Kind.MONEY and value is not None else value
    )


def text(dice: random.Random, canary: str, length: int | None) -> str:
    """A text with the canary in it, that fits."""
    odd = dice.choice(HOSTILE if dice.random() < 0.15 else WORDS)
    made = f"{odd} {canary}" if dice.random() < 0.5 else f"{canary} {odd} {dice.randrange(100)}"
    return canary if length and len(made) > length else made


def _good(dice: random.Random, field: Field, around: Around) -> Said:
    kind = field.kind
    if kind in (Kind.TEXT, Kind.LONG_TEXT):
        if field.name == "currency":
            code = dice.choice(["USD", "EUR", "CHF"])
            return Said(code, code)
        made = text(dice, around.canary, field.length)
        return Said(dice.choice([made, f"  {made} "]), made)
    if kind is Kind.EMAIL:
        made = f"{dice.choice(('ann', 'bob', 'cy'))}{dice.randrange(20)}@{around.canary}.example"
        return Said(dice.choice([made, made.upper()]), made)
    if kind is Kind.PHONE:
        made = f"+41 44 {dice.randrange(100, 999)} {dice.randrange(10, 99)}"
        return Said(made, made)
    if kind is Kind.URL:
        made = f"{around.canary}.example/{dice.randrange(9)}"
        return Said(made, f"https://{made}")
    if kind is Kind.CHOICE:
        value, label = dice.choice(list(field.choice_labels().items()))
        return Said(dice.choice([value, label, label.upper()]), value)
    if kind is Kind.MONEY:
        cents = dice.choice([0, 1, dice.randrange(10_000), dice.randrange(10**9), 10**15 - 1])
        made_ = Decimal(cents).scaleb(-2).quantize(Decimal("0.01"))
        written = [str(made_), f"{made_:,}", str(made_).translate(ARABIC)]
        return Said(dice.choice([made_, *written]), made_)
    if kind is Kind.WHOLE:
        number = dice.randint(field.low or 0, min(field.high or 1000, 1000))
        return Said(dice.choice([number, str(number), float(number)]), number)
    if kind is Kind.YES_NO:
        return dice.choice([Said("yes", True), Said(False, False)])
    if kind is Kind.DAY:
        day = around.today + timedelta(days=dice.randint(-90, 90))
        return Said(dice.choice([day, day.isoformat()]), day)
    if kind is Kind.MOMENT:
        start = datetime(around.today.year, around.today.month, around.today.day, tzinfo=UTC)
        moment = start + timedelta(minutes=dice.randint(-5_000, 5_000))
        return Said(dice.choice([moment, moment.isoformat()]), moment)
    if kind is Kind.TAGS:
        tags = [around.canary, *dice.sample(["vip", "old", "émile"], dice.randrange(3))]
        return Said(dice.choice([tags, ", ".join(tags)]), tags)
    ids = around.own["users" if kind is Kind.MEMBER else str(field.to)]
    if not ids:
        return Said(None, None)
    id_ = dice.choice(ids)
    return Said(dice.choice([id_, str(id_), float(id_)]), id_)


def _wrong(dice: random.Random, field: Field, around: Around) -> Said | None:
    kind = field.kind
    wrong: dict[Kind, list[Any]] = {
        Kind.LONG_TEXT: [*TOO_BROKEN],
        Kind.EMAIL: ["nobody", "a@b", "a b@c.de", *TOO_BROKEN],
        Kind.PHONE: ["call me", "ext", *TOO_BROKEN],
        Kind.URL: ["javascript:alert(1)", "ftp://x", *TOO_BROKEN],
        Kind.CHOICE: ["nonsense", "1", "active or not"],
        Kind.MONEY: ["NaN", "Infinity", "-1", "0.005", "1e400", "12,34.56", "9999999999999.995", True],
        Kind.WHOLE: ["-1", "1.5", "NaN", 2**31, "9223372036854775808", True],
        Kind.DAY: ["2026-02-30", "0001-01-01", "9999-12-31", "soon"],
        Kind.MOMENT: ["2026-02-30 10:00", "9999-12-31 00:00", "soon"],
        Kind.TAGS: [["x" * 51], ["a;b"]],
    }
    if kind is Kind.TEXT:
        return Said(dice.choice([*TOO_BROKEN, around.canary * 60]), REFUSED)
    if kind in (Kind.MEMBER, Kind.LINK):
        table = "users" if kind is Kind.MEMBER else str(field.to)
        foreign = around.foreign[table]
        ids = [*(foreign and [dice.choice(foreign)] * 4), NOBODY, 0, -1, 2**63, "x", "٣", "1e0", True]
        id_ = dice.choice(ids)
        readable = type(id_) is int and 0 < id_ < 2**31  # that it is not here is found out later
        return Said(id_, id_ if readable else REFUSED)
    if kind not in wrong:
        return None
    return Said(dice.choice(wrong[kind]), REFUSED)
