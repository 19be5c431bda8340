"""The dialog of find and replace, without a page around it: what it says, and what a press of its button does."""

from collections.abc import Iterator
from datetime import UTC
from typing import Any

import pytest
import streamlit as st

from crm_data import Edit, Replaceable, Replacing, Workspace
from crm_data.store.at_once import Refused
from crm_data.store.replacing import SINCE, Respelled, texts
from dashboard.parts import replacing, say
from tests.support.office import Office, office


@pytest.fixture
def two(database_url: str) -> Iterator[Office]:
    made = office(database_url)
    yield made
    made.store.close()


@pytest.fixture
def state(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """What a tab keeps, without a page around it."""
    kept: dict[str, Any] = {}
    monkeypatch.setattr(st, "session_state", kept)
    monkeypatch.setattr(say, "zone", lambda: UTC)
    return kept


def press(my: Workspace, shown: Replaceable, state: dict[str, Any]) -> None:
    """The button, pressed twice in one moment."""
    asked = state["customers.replace"]
    for _ in range(2):
        replacing.do(my, my.customers, asked, shown)


def said(state: dict[str, Any]) -> list[str]:
    return [words for words, *_ in state.get("announcements", [])]


def test_a_press_replaces_what_was_shown_once_and_offers_the_undo(two: Office, state: dict[str, Any]) -> None:
    my = two.at()
    ids = my.customers.add_all([{"name": "aa"}, {"name": "b"}])
    replacing.begin("customers", ids, "a")
    act = state["customers.replace"].act
    assert state[f"customers.replace.{act}.find"] == "a"
    press(my, my.customers.replaceable(ids, Replacing("a", "aa")), state)
    assert [my.customers.get(id_)["name"] for id_ in ids] == ["aaaa", "b"]
    assert said(state) == ["Text in 1 customer replaced."]
    assert "customers.replace" not in state
    my.changes.undo(my.changes.find(state["undo"].act_id))
    assert my.customers.get(ids[0])["name"] == "aa"


def test_what_was_changed_meanwhile_stays_and_is_named(two: Office, state: dict[str, Any]) -> None:
    my = two.at()
    ids = my.customers.add_all([{"name": "A Ltd"}, {"name": "B Ltd"}])
    replacing.begin("customers", ids)
    shown = my.customers.replaceable(ids, Replacing("Ltd", "Inc"))
    two.at(0, "admin").customers.change([Edit(ids[0], {"name": ("A Ltd", "Theirs Ltd")})])
    press(my, shown, state)
    assert [my.customers.get(id_)["name"] for id_ in ids] == ["Theirs Ltd", "B Inc"]
    assert state["customers.replace"].done.refused == (Refused(ids[0], "Theirs Ltd", SINCE),)
    assert said(state) == ["Text in 1 customer replaced."]
    replacing.begin("customers", ids)
    press(my, shown, state)
    assert said(state)[1:] == ["Nothing was changed."]


@pytest.mark.parametrize(
    ("found", "lines"),
    [
        ((0, 0, 0, 0), ["No customer holds this text."]),
        ((1, 1, 0, 0), ["1 value in 1 customer changes."]),
        ((2, 3, 1, 4), ["3 values in 2 customers change.", "1 customer has it so already."]),
        ((0, 0, 2, 0), ["2 customers have it so already.", "So nothing would change."]),
        ((0, 0, 0, 2), ["So nothing would change."]),
        ((1_200, 3_400, 0, 0), ["3,400 values in 1,200 customers change."]),
    ],
)
def test_what_it_would_do_is_said(found: tuple[int, int, int, int], lines: list[str]) -> None:
    count, values, had, refused = found
    asked = Replacing("a", "b")
    shown = Replaceable(asked, count, values, had, (), (Refused(1, "x", "why"),) * refused, {})
    assert replacing.counted("customers", shown) == lines


@pytest.mark.parametrize(
    ("before", "after", "shown"),
    [
        ("Acme Ltd", "Acme Inc", ("Acme Ltd", "Acme Inc")),
        ("a\nb\tc", "a\nx\tc", ("a b c", "a x c")),
        ("two  blanks", "two blanks", ("two  blanks", "two blanks")),
        ("Ltd", "", ("Ltd", "")),
        ("short", f"short {'z' * 200}", ("short", f"short {'z' * 114}…")),
        (
            f"{'n' * 500}Ltd{'m' * 500}",
            f"{'n' * 500}Inc{'m' * 500}",
            (f"…{'n' * 30}Ltd{'m' * 87}…", f"…{'n' * 30}Inc{'m' * 87}…"),
        ),
        (f"{'n' * 200}Ltd", "n" * 200, (f"…{'n' * 30}Ltd", f"…{'n' * 30}")),
    ],
)
def test_of_a_long_text_what_stands_around_the_difference_is_shown(
    before: str, after: str, shown: tuple[str, str]
) -> None:
    assert replacing.around(before, after) == shown


def test_a_line_of_it_names_the_column_and_what_is_emptied(two: Office) -> None:
    fields = texts(two.at().customers.fields)
    line = replacing.line_of(Respelled(1, "Acme", "city", "Bern", None), fields)
    assert line == {"Record": "Acme", "Column": "City", "Now": "Bern", "Then": "–"}
