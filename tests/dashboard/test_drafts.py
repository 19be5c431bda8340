"""What waits for Save: which of two values is saved, and what is laid over the rows that are read."""

from datetime import UTC, date, datetime
from typing import Any

import pytest

from crm_data import Field, Kind
from crm_data.errors import Clash
from dashboard.parts.amount import typed
from dashboard.parts.drafts import MINE, THEIRS, over, settled


def test_mine_stands_on_what_is_theirs_and_theirs_is_let_go() -> None:
    fields = {"phone": ("1", "3"), "city": ("a", "c"), "name": ("x", "y")}
    clashes = [
        Clash(7, "phone", "1", "3", "2"),
        Clash(7, "city", "a", "c", "b"),
        Clash(8, "name", "x", "y", "z"),
    ]
    chosen = {(7, "phone"): MINE, (7, "city"): THEIRS, (8, "name"): THEIRS}
    assert settled(7, fields, clashes, chosen) == {"phone": ("2", "3"), "name": ("x", "y")}
    assert fields["phone"] == ("1", "3")


NOON = datetime(2026, 3, 12, 12, tzinfo=UTC)
HELD: list[tuple[Kind, Any, Any]] = [
    (Kind.TEXT, "Oslo", "Oslo"),
    (Kind.TEXT, None, None),
    (Kind.EMAIL, "nobody at nowhere", "nobody at nowhere"),  # refused by Save, and shown until it is mended
    (Kind.CHOICE, "lead", "lead"),
    (Kind.MONEY, 7, 7),
    (Kind.MONEY, -7.5, -7.5),
    (Kind.WHOLE, 7, 7),
    (Kind.MEMBER, 7, 7),
    (Kind.YES_NO, False, False),
    (Kind.TAGS, ["a", "b"], ["a", "b"]),
    (Kind.DAY, "2026-03-12", date(2026, 3, 12)),
    (Kind.MOMENT, "2026-03-12T12:00:00.000Z", NOON),
    (Kind.MOMENT, "2026-03-12T12:00:00", NOON),
]


@pytest.mark.parametrize(("kind", "raw", "value"), HELD)
def test_an_edit_is_laid_over_as_its_cell_holds_it(kind: Kind, raw: Any, value: Any) -> None:
    fields = {"a": Field("a", kind), "b": Field("b", Kind.TEXT)}
    row = {"id": 1, "a": "stored", "b": "stays"}
    assert over(row, {"a": raw}, fields) == {"id": 1, "a": value, "b": "stays"}
    assert row["a"] == "stored"


NEVER: list[tuple[Kind, Any]] = [
    (Kind.TEXT, 5),
    (Kind.TEXT, "\ud800"),
    (Kind.MONEY, "7"),
    (Kind.MONEY, True),
    (Kind.WHOLE, 7.5),
    (Kind.WHOLE, 2**70),
    (Kind.YES_NO, "yes"),
    (Kind.TAGS, "a"),
    (Kind.TAGS, [1]),
    (Kind.DAY, "2026-02-31"),
    (Kind.DAY, "1899-12-31"),
    (Kind.DAY, 5),
    (Kind.MOMENT, "soon"),
    (Kind.MOMENT, "9999-12-31T23:59:59Z"),
]


@pytest.mark.parametrize(("kind", "raw"), NEVER)
def test_what_no_cell_of_its_kind_sends_is_not_laid_over(kind: Kind, raw: Any) -> None:
    row = {"id": 1, "a": "stored"}
    assert over(row, {"a": raw, "no field": 1}, {"a": Field("a", kind)}) == row


@pytest.mark.parametrize(
    ("said", "read"),
    [
        ("8,450.50", "8450.50"),
        (" 1,234,567 ", "1234567"),
        ("8450.5", "8450.5"),
        ("", ""),
        (None, None),
        ("8,45", "8,45"),  # not grouped: the verb refuses it
        ("1.234,50", "1.234,50"),
        ("abc", "abc"),
    ],
)
def test_an_amount_is_read_as_amounts_are_printed(said: Any, read: Any) -> None:
    assert typed(said) == read
