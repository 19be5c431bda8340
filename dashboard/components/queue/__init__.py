"""The queue: what needs one now, a line a record with its acts; one element on the page however long it is."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import streamlit as st

from dashboard.components.assets import component


@dataclass(frozen=True)
class Act:
    """A button of a line: what it does, its words, and what a reader of the screen hears."""

    name: str
    text: str
    label: str


@dataclass(frozen=True)
class Line:
    """One record, in words that are ready to show: why it waits, how that is coloured, and what one can do.

    `seen`: whether to be told when it is opened.
    """

    table: str
    id: int
    icon: str
    title: str
    address: str
    why: str
    tone: str
    facts: str
    acts: Sequence[Act]
    seen: bool = False


@dataclass(frozen=True)
class Said:
    """What a browser asks for; it is checked by the verbs, never here."""

    act: str
    table: str
    id: Any


_component = component("queue")


def turns(key: str) -> int:
    """How often something was clicked in the queue of this key. After each it is drawn anew, also where nothing
    came of it: so its buttons can be pressed again."""
    return int(st.session_state.get(f"{key}.turn", 0))


def queue(
    key: str, lines: Sequence[Line], on_act: Callable[[Said], object], on_more: Callable[[], object] | None
) -> None:
    """Draw it. `on_act` and `on_more` are called from callbacks; without `on_more` there is no more."""

    def acted() -> None:
        said = getattr(st.session_state.get(key), "act", None)
        if isinstance(said, dict):
            st.session_state[f"{key}.turn"] = turns(key) + 1
            on_act(Said(str(said.get("act")), str(said.get("table")), said.get("id")))

    _component(
        key=key,
        data={"lines": list(lines), "more": on_more is not None, "turn": turns(key)},
        on_act_change=acted,
        on_more_change=on_more or (lambda: None),
    )
