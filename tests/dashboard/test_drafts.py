"""What waits for Save: which of two values is saved, and what is laid over the rows that are read."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
import streamlit as st

from crm_data import Edit, Field, Kind
from crm_data.errors import Clash
from dashboard.parts.drafts import MINE, THEIRS, Draft, Drafts, over, settled


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
    (Kind.MONEY, "7", "7"),
    (Kind.MONEY, "1.234,50", "1.234,50"),  # the verbs read it
    (Kind.WHOLE, "7 %", "7 %"),
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
    assert over(row, Draft(row, {"a": ("stored", raw)}), fields) == {"id": 1, "a": value, "b": "stays"}
    assert row["a"] == "stored"


NEVER: list[tuple[Kind, Any]] = [
    (Kind.TEXT, 5),
    (Kind.TEXT, "\ud800"),
    (Kind.MONEY, 7),
    (Kind.MONEY, True),
    (Kind.WHOLE, 7.5),
    (Kind.MEMBER, 2**70),
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
    draft = Draft(row, {"a": ("stored", raw), "no field": (0, 1)})
    assert over(row, draft, {"a": Field("a", kind)}) == row


# ------------------------------------------------------------------------------------------ typed and typed back

FIELDS = {
    "city": Field("City", Kind.TEXT),
    "limit": Field("Limit", Kind.MONEY),
    "tags": Field("Tags", Kind.TAGS),
    "due": Field("Due", Kind.MOMENT),
}
ROWS = [
    {"id": 5, "city": "Boise", "limit": Decimal("7.10"), "tags": None, "due": NOON},
    {"id": 6, "city": None, "limit": None, "tags": ["a"], "due": None},
]


@pytest.fixture
def drafts(monkeypatch: pytest.MonkeyPatch) -> Drafts:
    monkeypatch.setattr(st, "session_state", {})
    return Drafts("here")


def test_an_edit_is_taken_once_with_the_value_that_was_seen(drafts: Drafts) -> None:
    assert drafts.take({}, ROWS, {0: {"city": "Oslo", "_pick": True}, 1: {"_pick": True}}, FIELDS)
    assert not drafts.take({}, ROWS, {0: {"city": "Oslo"}}, FIELDS)
    changed = [{**ROWS[0], "city": "Bergen"}, ROWS[1]]  # by a colleague, meanwhile
    assert drafts.take({}, changed, {0: {"city": "Rome"}}, FIELDS)
    assert drafts.edits() == [Edit(5, {"city": ("Boise", "Rome")})]
    assert (drafts.count(), drafts.beside(ROWS), drafts.beside(ROWS[1:])) == (1, 0, 1)


def test_what_is_typed_back_does_not_wait(drafts: Drafts) -> None:
    assert drafts.take({}, ROWS, {0: {"city": "Oslo"}, 1: {"limit": "5"}}, FIELDS)
    assert drafts.take({}, ROWS, {1: {"limit": "5"}}, FIELDS)  # Streamlit lets go of the edit
    assert drafts.edits() == [Edit(6, {"limit": (None, "5")})]
    assert drafts.take({}, ROWS, {}, FIELDS)
    assert (drafts.edits(), drafts.count()) == ([], 0)


def test_what_was_typed_in_a_grid_before_is_there_again_when_it_is_typed_back(drafts: Drafts) -> None:
    drafts.take({}, ROWS, {0: {"city": "Laid"}}, FIELDS)
    before = drafts.all()
    assert drafts.take(before, ROWS, {0: {"city": "Other"}}, FIELDS)
    assert drafts.edits() == [Edit(5, {"city": ("Boise", "Other")})]
    assert drafts.take(before, ROWS, {}, FIELDS)
    assert drafts.edits() == [Edit(5, {"city": ("Boise", "Laid")})]
    assert drafts.take(before, ROWS, {0: {"city": "Boise"}}, FIELDS)  # as it is stored
    assert drafts.edits() == []
    assert before[5].fields == {"city": ("Boise", "Laid")}


@pytest.mark.parametrize(
    ("at", "name", "stored"),
    [
        (0, "limit", "7.1"),
        (0, "limit", "7,10"),
        (1, "limit", None),
        (0, "tags", []),
        (1, "tags", ["a"]),
        (0, "due", "2026-03-12T12:00:00.000Z"),
        (1, "city", ""),
    ],
)
def test_what_is_typed_as_it_is_stored_does_not_wait(drafts: Drafts, at: int, name: str, stored: Any) -> None:
    assert not drafts.take({}, ROWS, {at: {name: stored}}, FIELDS)
    assert drafts.edits() == []


def test_what_a_colleague_changed_back_waits(drafts: Drafts) -> None:
    """Boise was seen and is wanted again, but Bergen is stored by now: that is to be asked."""
    drafts.take({}, ROWS, {0: {"city": "Oslo"}}, FIELDS)
    bergen = [{**ROWS[0], "city": "Bergen"}, ROWS[1]]
    drafts.take({}, bergen, {0: {"city": "Boise"}}, FIELDS)
    assert drafts.edits() == [Edit(5, {"city": ("Boise", "Boise")})]
    drafts.take({}, bergen, {0: {"city": "Bergen"}}, FIELDS)
    assert drafts.edits() == []


def test_strange_places_and_names_wait_or_are_left_out(drafts: Drafts) -> None:
    drafts.take({}, ROWS, {-1: {"city": "x"}, 2: {"city": "x"}, 0: {"no field": 1}}, FIELDS)
    assert drafts.edits() == [Edit(5, {"no field": (None, 1)})]  # the verbs refuse it


def test_those_of_other_records_are_let_go(drafts: Drafts) -> None:
    drafts.take({}, ROWS, {0: {"city": "x"}, 1: {"city": "y"}}, FIELDS)
    drafts.keep([6, 7])
    assert [edit.id for edit in drafts.edits()] == [6]
    drafts.forget()
    assert drafts.count() == 0
