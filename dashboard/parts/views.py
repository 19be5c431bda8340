"""Several views of one screen, one of them drawn; which one stands in the URL."""

from collections.abc import Mapping

import streamlit as st

from dashboard.parts import place


def choose_view(name: str, labels: Mapping[str, str], default: str | None = None) -> str:
    """Draw the choice and return the view that the URL's parameter `name` names, or the first.

    Choosing another leaves the filters of this one behind.
    """
    first = default or next(iter(labels))
    asked = place.params().get(name, first)
    current = asked if asked in labels else first
    st.session_state[f"view.{name}"] = current

    def changed() -> None:
        chosen = st.session_state[f"view.{name}"] or first
        place.go({} if chosen == first else {name: chosen})

    st.segmented_control(
        "View",
        list(labels),
        key=f"view.{name}",
        format_func=labels.__getitem__,
        label_visibility="collapsed",
        on_change=changed,
        required=True,
    )
    return current
