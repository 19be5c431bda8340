"""Goals as a grid of people and months, a field each; what was typed waits in it until it is saved or let go."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import streamlit as st

from dashboard.components.assets import component

MOST = 1_200


@dataclass(frozen=True)
class Cell:
    """One field: what stands in it, and what it is called for who does not see the grid."""

    text: str
    label: str


@dataclass(frozen=True)
class Row:
    """One person, and a field for each of the months or quarters."""

    id: int
    name: str
    cells: Sequence[Cell]


@dataclass(frozen=True)
class Typed:
    """What somebody typed: whose, in which column, what stood there, and what is to."""

    id: int
    at: int
    seen: str
    text: str


_component = component("goals")


def goals_grid(
    key: str,
    heads: Sequence[str],
    rows: Sequence[Row],
    sheet: str,
    saved: int,
    editable: bool,
    on_saved: Callable[[list[Typed]], None],
) -> None:
    """Draw it. `sheet`: whose goals, of when and in what: what was typed waits for its own.
    `saved`: how often something was saved here; when it is another, what was typed is let go.

    `on_saved` is called from a callback with what is readable of what the browser sent; the verb judges it.
    """

    def sent() -> None:
        said = getattr(st.session_state.get(key), "typed", None)
        on_saved([typed for one in said[:MOST] if (typed := _typed(one))] if isinstance(said, list) else [])

    told = [_told(row) for row in rows]
    data = {"heads": list(heads), "rows": told, "sheet": sheet, "saved": saved, "editable": editable}
    _component(key=key, data=data, on_typed_change=sent)


def _told(row: Row) -> dict[str, Any]:
    return {"id": row.id, "name": row.name, "cells": [vars(cell) for cell in row.cells]}


def _typed(one: Any) -> Typed | None:
    if not isinstance(one, dict):
        return None
    id_, at, seen, text = (one.get(name) for name in ("id", "at", "seen", "text"))
    if type(id_) is not int or type(at) is not int or not isinstance(seen, str) or not isinstance(text, str):
        return None
    return Typed(id_, at, seen[:100], text[:100])
