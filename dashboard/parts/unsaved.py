"""Edits in a grid that wait for Save: whoever would leave them behind is told."""

import streamlit as st

from dashboard.parts import say
from dashboard.parts.acts import announce, forget_refusals

GRID = ".grid."  # in the name of every grid's state
_SCREEN, _COUNT = "unsaved.screen", "unsaved.count"


def unsaved() -> int:
    """How many cells wait for Save on the screen that is open."""
    cells = 0
    for key, state in st.session_state.items():
        if GRID in str(key) and hasattr(state, "get"):
            for edited in (state.get("edited_rows") or {}).values():
                cells += sum(not name.startswith("_") for name in edited)
    return cells


def stay() -> bool:
    """From a callback that would draw other rows: whether to stay because edits would be lost. Says so then."""
    count = unsaved()
    if count:
        announce(f"Save or discard your {say.count(count, 'change')} first.", "save")
    return count > 0


def remember(count: int) -> int:
    """From a grid: so many cells wait now; returns how many did when it was drawn last.

    What they hold goes with the screen, before the next one is drawn.
    """
    before = int(st.session_state.get(_COUNT, 0))
    st.session_state[_COUNT] = count
    return before


def arrive(screen: str) -> None:
    """At the beginning of a run: say what was left behind on another screen; its refusals are of no use here."""
    before = st.session_state.get(_SCREEN, screen)
    st.session_state[_SCREEN] = screen
    if before == screen:
        return
    forget_refusals()
    count = st.session_state.pop(_COUNT, 0)
    if count:
        announce(f"{say.count(count, 'change')} on {before} not saved: you left before saving.", "warning")
