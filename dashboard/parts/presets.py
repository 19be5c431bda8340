"""Selections by name above a list, as mine, overdue or today, each with its true count."""

from collections.abc import Callable, Mapping
from dataclasses import replace

import streamlit as st

from crm_data import Figure, Query, Records
from dashboard.parts import place

ALL = ""


def preset_bar(
    records: Records,
    query: Query,
    labels: Mapping[str, str],
    counts: Callable[[Query], Mapping[str, Figure]] | None,
    keep: tuple[str, ...] = (),
) -> None:
    """Draw the selections; the chosen one goes into the URL. `counts` gives the figure behind each name."""
    numbers = counts(query) if counts else {}
    key = f"{records.name}.preset"
    st.session_state[key] = query.preset if query.preset in labels else next(iter(labels))

    def changed() -> None:
        chosen = st.session_state[key]
        counted = numbers.get(chosen)
        wanted = counted.rows.query if counted else replace(query.first(), preset=chosen or ALL)
        place.go(records.params(wanted), keep)

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
