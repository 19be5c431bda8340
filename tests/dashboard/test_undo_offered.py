"""What was just done is offered to be undone, on any screen, to who did it and where, if it did anything."""

from collections.abc import Iterator
from datetime import UTC
from typing import Any

import pytest
import streamlit as st

from crm_data import Edit, Workspace, new_act
from dashboard import session
from dashboard.parts import say, undo
from tests.support.office import Office, office


@pytest.fixture
def two(new_database: Any) -> Iterator[Office]:
    made = office(new_database("sqlite").url)
    yield made
    made.store.close()


@pytest.fixture
def drawn(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """The buttons that were drawn, each by its label and what it does; a tab's state without a page around it."""
    buttons: list[Any] = []
    monkeypatch.setattr(st, "session_state", {})
    monkeypatch.setattr(st, "button", lambda label, on_click, **more: buttons.append((label, on_click)))
    monkeypatch.setattr(say, "zone", lambda: UTC)
    return buttons


def draw(my: Workspace, drawn: list[Any], monkeypatch: pytest.MonkeyPatch) -> Any:
    """What the button does, or None where there is none."""
    monkeypatch.setattr(session, "workspace", lambda: my)
    drawn.clear()
    undo.undo_button()
    return drawn[0][1] if drawn else None


def test_an_act_is_undone_by_its_button_once(
    two: Office, drawn: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    my, act = two.at(), new_act()
    id_ = my.customers.add({"name": "Firm"}, act)
    undo.did(my, "Customer added.", act)
    assert draw(two.at(1), drawn, monkeypatch) is None, "it was done in another company"
    assert draw(two.at(0, "admin"), drawn, monkeypatch) is None, "and by another person"
    press = draw(my, drawn, monkeypatch)
    assert drawn[0][0] == "Undo: Customer added"
    press()
    assert my.customers.count() == 0
    assert draw(my, drawn, monkeypatch) is None
    press()
    assert "undo.refusal" not in st.session_state
    assert id_ not in my.customers.choices()


def test_what_wrote_nothing_is_not_offered(
    two: Office, drawn: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    my, act = two.at(), new_act()
    task = my.tasks.add({"title": "Call"})
    my.tasks.reopen(task, act)
    undo.did(my, "Task reopened.", act)
    assert draw(my, drawn, monkeypatch) is None


def test_what_a_colleague_changed_since_is_refused_in_words_and_the_rest_is_offered(
    two: Office, drawn: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    my, act = two.at(), new_act()
    id_ = my.customers.add({"name": "Firm"})
    my.customers.change([Edit(id_, {"city": (None, "Bern"), "phone": (None, "1")})], act)
    undo.did(my, "Customer saved.", act)
    two.at(0, "admin").customers.change([Edit(id_, {"city": ("Bern", "Graz")})])
    draw(my, drawn, monkeypatch)()
    assert "City was changed since." in st.session_state["undo.refusal"]
    press = draw(my, drawn, monkeypatch)
    assert drawn[0][0] == "Undo the rest: Customer saved"
    press()
    row = my.customers.get(id_)
    assert (row["city"], row["phone"]) == ("Graz", None)
