"""What the browser reads from a text is what the server reads from it, for every kind of field."""

import json
import re
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import StrEnum
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import Page

from crm_data.errors import Invalid
from crm_data.store import days
from crm_data.store.amounts import COMMA, POINT
from crm_data.store.currencies import _SIGNS
from crm_data.store.values import Ways, parse, plain
from crm_data.tables.fields import Field, Kind
from tests.support import chance

pytestmark = [pytest.mark.browser]


class Stage(StrEnum):
    """Choices with a blank in their words."""

    NEW = "new"
    CLOSED_WON = "closed_won"
    ON_HOLD = "on_hold"


FIELDS = {
    "text": Field("Name", Kind.TEXT, "text", length=12, required=True),
    "long": Field("Notes", Kind.LONG_TEXT, "long", length=40),
    "email": Field("E-mail", Kind.EMAIL, "email", length=40),
    "phone": Field("Phone", Kind.PHONE, "phone", length=20),
    "url": Field("Website", Kind.URL, "url", length=40),
    "choice": Field("Stage", Kind.CHOICE, "choice", choices=Stage),
    "tags": Field("Tags", Kind.TAGS, "tags"),
    "whole": Field("Probability", Kind.WHOLE, "whole", low=0, high=100),
    "money": Field("Value", Kind.MONEY, "money"),
    "decimal": Field("Latitude", Kind.NUMBER, "decimal"),
    "day": Field("Due", Kind.DAY, "day"),
    "moment": Field("At", Kind.MOMENT, "moment"),
    "tick": Field("Done", Kind.YES_NO, "tick"),
}
EURO = [sign for sign, meant in _SIGNS.items() if "EUR" in meant.split()] + ["eur"]
# Numbers, days and times, and whatever else people type and paste; each is read as every kind.
TEXTS = json.loads((Path(__file__).parent / "texts.json").read_text("utf-8"))


GRADES = replace(FIELDS["choice"], called=(("new", "A+"), ("closed_won", "A-"), ("on_hold", "B")))


def _made_up() -> list[str]:
    """Texts of the signs that numbers and dates are made of, the same in every run."""
    dice = chance.dice(20260312)
    return ["".join(dice.choices("0123456789.,'- /€%()", k=dice.randint(1, 9))) for _ in range(600)]


def _sent(name: str, field: Field) -> dict[str, Any]:
    options = [[value, label, None] for value, label in field.choice_labels().items()] or None
    most, low, high = field.length, field.low, field.high
    return {"name": name, "label": field.label, "kind": name, "required": field.required, "most": most} | {
        "options": options, "low": low, "high": high, "edit": True
    }  # fmt: skip


def _ours(field: Field, text: str, zone: ZoneInfo, numbers: str) -> dict[str, Any]:
    try:
        value = parse(field, text, zone, Ways(numbers=numbers))
    except Invalid as refused:
        return {"problem": str(refused)}
    return {"value": str(Decimal(value)) if isinstance(value, Decimal) else plain(value)}


@pytest.fixture(scope="module")
def browsers(blank: Page) -> Callable[..., list[dict[str, Any]]]:
    """(field, texts, locale) -> what the browser reads, one after the other."""
    script = """async ([field, texts, locale]) => {
        const { read } = await import("/components/grid/kinds.js");
        return texts.map((text) => read(field, text, {}, locale)); }"""
    return lambda field, texts, locale: blank.evaluate(script, [field, texts, locale])


CASES = [(name, "Europe/Berlin", ".") for name in FIELDS]
CASES += [
    ("money", "UTC", ","),
    ("whole", "UTC", ","),
    ("decimal", "UTC", ","),
    ("moment", "America/New_York", "."),
    ("moment", "Asia/Kolkata", "."),
]


@pytest.mark.parametrize(("name", "zone", "sign"), CASES)
def test_a_text_means_to_the_browser_what_it_means_to_the_server(
    browsers: Callable[..., list[dict[str, Any]]], name: str, zone: str, sign: str
) -> None:
    texts = [*TEXTS, *_made_up()]
    today = datetime.now(ZoneInfo(zone)).date().isoformat()
    locale = {
        "decimal": sign,
        "today": today,
        "zone": zone,
        "day": "D MMM YYYY",
        "currency": "EUR",
        "signs": EURO,
    }
    read = browsers(_sent(name, FIELDS[name]), texts, locale)
    wrong = []
    for text, found in zip(texts, read, strict=True):
        ours = _ours(FIELDS[name], text, ZoneInfo(zone), POINT if sign == "." else COMMA)
        if name in ("day", "moment") and "problem" in ours and NEARER.fullmatch(text.strip()):
            continue
        if name == "tags" and not found.get("value", True):
            found = {"value": None}
        if found.get("value", "") != ours.get("value", "") or ("problem" in found) != ("problem" in ours):
            wrong.append((text, found, ours))
    # An amount in another currency is refused there with the record's own currency known, and here in any case.
    assert [one for one in wrong if not (name == "money" and one[0] in FOREIGN)] == []


def test_choices_that_differ_by_a_sign_are_told_apart(browsers: Callable[..., list[dict[str, Any]]]) -> None:
    texts = [text for text in TEXTS if text.strip().upper().startswith(("A", "B"))]
    read = browsers(_sent("choice", GRADES), texts, {"decimal": ".", "today": "2026-06-01", "zone": "UTC"})
    ours = [_ours(GRADES, text, ZoneInfo("UTC"), POINT) for text in texts]
    assert [found.get("value") for found in read] == [one.get("value") for one in ours]
    assert {
        text: one.get("value") for text, one in zip(texts, ours, strict=True) if text in ("A+", "A–", "A")
    } == {
        "A+": "new",
        "A–": "closed_won",
        "A": None,
    }


# What the browser reads from today on, and sends as the day that it is.
NEARER = re.compile(r"[-+−–]\d{1,4}|\d{1,2}\. ?\d{1,2}\.")
FOREIGN = {"12$", "CHF 12"}


def test_a_refusal_has_the_words_of_the_server(browsers: Callable[..., list[dict[str, Any]]]) -> None:
    locale = {
        "decimal": ".",
        "today": "2026-06-01",
        "zone": "UTC",
        "day": "D MMM YYYY",
        "currency": "EUR",
        "signs": EURO,
    }
    for name, field in FIELDS.items():
        for text, found in zip(TEXTS, browsers(_sent(name, field), TEXTS, locale), strict=True):
            ours = _ours(field, text, ZoneInfo("UTC"), POINT)
            if "beside it is not" in ours.get("problem", "") + found.get("problem", ""):
                continue  # the browser knows the signs of the company's currency alone
            if name == "phone" and "is no part of one" in ours.get("problem", ""):
                assert ours["problem"].startswith(found["problem"])
            elif "problem" in ours and "problem" in found:
                assert found["problem"] == ours["problem"], (name, text)


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("today", "2026-11-27"), ("tomorrow", "2026-11-28"), ("yesterday", "2026-11-26"), ("+7", "2026-12-04"),
        ("-3", "2026-11-24"), ("fri", "2026-12-04"), ("Fri.", "2026-12-04"), ("sat", "2026-11-28"),
        ("Monday", "2026-11-30"),
        ("thu", "2026-12-03"), ("thurs", "2026-12-03"), ("5.3.", "2026-03-05"), ("5. 3.", "2026-03-05"),
    ],
)  # fmt: skip
def test_a_day_is_said_from_today_on(
    browsers: Callable[..., list[dict[str, Any]]], said: str, meant: str
) -> None:
    assert date(2026, 11, 27).strftime("%A") == "Friday"
    assert browsers(_sent("day", FIELDS["day"]), [said], {"today": "2026-11-27", "day": "D MMM YYYY"}) == [
        {"value": meant}
    ]


def test_the_months_have_the_names_that_the_server_knows(blank: Page) -> None:
    found = dict(blank.evaluate("""async () => [...(await import("/components/grid/months.js")).months()]"""))
    ours = days._months()
    assert {name: found[name] for name in found.keys() & ours.keys()} == {
        n: ours[n] for n in found.keys() & ours.keys()
    }
    # The two libraries of names are of different years and differ in some short forms.
    unknown = [name for name in ours if name not in found]
    assert len(unknown) < 0.05 * len(ours), unknown


def test_what_is_shown_is_read_as_it_was(blank: Page) -> None:
    values = {
        "text": "Ann", "long": "a\nb", "choice": "closed_won", "tags": ["a", "b c"], "whole": 50,
        "day": "2026-06-24",
        "money": "1234567.50", "moment": "2026-06-24T12:30:00Z", "tick": True, "email": "a@x.example",
    }  # fmt: skip
    script = """async ([field, value, locale]) => {
        const { read, shown } = await import("/components/grid/kinds.js");
        return read(field, shown(field, value, {}, locale), {}, locale); }"""
    for day in ("D MMM YYYY", "DD.MM.YYYY", "YYYY-MM-DD", "D MMMM YYYY"):
        for sign in ".,":
            locale = {
                "decimal": sign,
                "today": "2026-01-01",
                "zone": "Europe/Berlin",
                "day": day,
                "currency": "EUR",
            }
            for name, value in values.items():
                assert blank.evaluate(script, [_sent(name, FIELDS[name]), value, locale]) == {"value": value}


def test_a_moment_is_shown_on_the_clock_of_the_person(blank: Page) -> None:
    script = """async (zone) => {
        const { shown } = await import("/components/grid/kinds.js");
        return shown({ kind: "moment" }, "2026-07-01T22:30:00Z", {}, { zone, day: "DD.MM.YYYY" }); }"""
    for zone in ("Europe/Berlin", "Asia/Kolkata", "America/New_York", "UTC"):
        at = datetime(2026, 7, 1, 22, 30, tzinfo=UTC).astimezone(ZoneInfo(zone))
        assert blank.evaluate(script, zone) == f"{at:%d.%m.%Y, %H:%M}"
