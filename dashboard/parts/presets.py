"""Selections by name above a list, as mine, overdue or today, each with its true count."""

from collections.abc import Mapping
from dataclasses import replace

import streamlit as st

from crm_data import Figure, Query, Records
from dashboard.parts import place, say
from dashboard.parts.saved import EVERYTHING, PARAM, Shelf, tab

ALL = ""


def preset_bar(
    records: Records,
    query: Query,
    labels: Mapping[str, str],
    numbers: Mapping[str, Figure],
    keep: tuple[str, ...] = (),
    shelf: Shelf | None = None,
) -> None:
    """Draw the selections and pinned views; the chosen one goes into the URL.

    `numbers`: the figure behind each name, where it has one. A view that is open is left with its filter.
    """
    views = shelf.tabs() if shelf else {}
    labels = {**labels, **{name: say.plain(label) for name, label in views.items()}}
    key = f"{records.name}.preset"
    here = tab(shelf.open.id) if shelf and shelf.open else query.preset
    st.session_state[key] = here if here in labels else next(iter(labels))

    def changed() -> None:
        chosen = st.session_state[key]
        if chosen in views:
            place.go({PARAM: chosen.partition(":")[2]}, keep)
            return
        counted = numbers.get(chosen)
        wanted = counted.rows.query if counted else replace(query.first(), preset=chosen or ALL)
        if shelf and shelf.open:
            wanted = replace(records.default_query(), preset=chosen or ALL)
        params = records.params(wanted)
        place.go(params or (EVERYTHING if shelf and shelf.chosen.first else {}), keep)

    def shown(preset: str) -> str:
        return f"{labels[preset]} {numbers[preset].count:,}" if preset in numbers else labels[preset]

    st.segmented_control(
        "Show",
        list(labels),
        key=key,
        format_func=shown,
        label_visibility="collapsed",
        on_change=changed,
        required=True,
    )
