"""The board: a column a stage or month, a card a deal; moved by mouse, keyboard or menu. The server decides it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import streamlit as st

from dashboard.components.assets import component
from dashboard.components.figures import Link

_LOCKED = "A colleague's deal, which only its owner or a manager may move"


@dataclass(frozen=True)
class Card:
    """One deal on the board, in words that are ready to show. `movable`: whether this person may move it.

    `late`: that it is past its date, long in its stage or put off often, or nothing; `late_kind` says which.
    `by_hand`: where it was set by hand to stand in the forecast, or nothing.
    `seen`: what a move is told that it was made from, where that is not the column.
    """

    id: int
    title: str
    value: str
    customer: str
    owner: str
    age: str
    late: str
    late_kind: str
    step: str
    step_kind: str
    movable: bool
    by_hand: str = ""
    seen: str = ""


@dataclass(frozen=True)
class Head:
    """What a header says of all the deals of one currency: number, value and weighted value."""

    count: Link
    value: Link
    weighted: Link


@dataclass(frozen=True)
class Column:
    """One stage or month: its header, a line a currency, its first cards, and the way to all when there are more.

    `takes`: whether a card can be put there; `look`: how it is drawn, by its place where nothing is said.
    """

    id: str
    title: str
    heads: Sequence[Head]
    cards: Sequence[Card]
    more: Link | None = None
    takes: bool = True
    look: str = ""


_component = component("board")


def board(
    key: str,
    columns: Sequence[Column],
    targets: Sequence[tuple[str, str]],
    on_moved: Callable[[int, str, str], None],
    on_opened: Callable[[int], None],
    empty: str = "No deals in this stage.",
    locked: str = _LOCKED,
) -> None:
    """Draw the board. `targets` are further places to drop a card on: (stage, words), as won and lost.

    `on_moved(deal id, from, to)` and `on_opened(deal id)` are called from callbacks: columns, and for the first
    what the card was `seen` to hold, if that is said; what a browser sends is checked by the verbs, never here.
    `empty`: what a column without cards says; `locked`: why a card is not moved, nothing where none is.
    """

    def moved() -> None:
        said = _said(key, "moved")
        if isinstance(said, dict):
            on_moved(said.get("id"), str(said.get("from")), str(said.get("to")))  # type: ignore[arg-type]

    def opened() -> None:
        on_opened(_said(key, "opened"))

    _component(
        key=key,
        data={
            "columns": list(columns),
            "targets": [{"id": stage, "title": words} for stage, words in targets],
            "locked": locked,
            "empty": empty,
        },
        on_moved_change=moved,
        on_opened_change=opened,
    )


def _said(key: str, trigger: str) -> Any:
    return getattr(st.session_state.get(key), trigger, None)
