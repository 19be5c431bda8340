"""Edits that wait for Save: whoever goes elsewhere is told that they wait, and asked before they are lost."""

import streamlit as st

from dashboard.again import drawn
from dashboard.components.assets import component
from dashboard.components.grid import wire
from dashboard.parts import say
from dashboard.parts.acts import announce, forget_refusals

_KEY, _SCREEN = "unsaved", "unsaved.screen"
_guard = component("unsaved")


def arrive(screen: str) -> None:
    """At the beginning of a run: what was refused on the screen that was left is of no use here."""
    if st.session_state.get(_SCREEN, screen) != screen:
        forget_refusals()
    st.session_state[_SCREEN] = screen


def guard(screen: str) -> None:
    """At the end of a run: the browser, which keeps the edits, says how many wait when another screen is left."""
    drawn(_KEY, (screen,), lambda: _guard(key=_KEY, data={"screen": screen}, on_left_change=_left))


def _left() -> None:
    count = wire.count(getattr(st.session_state.get(_KEY), "left", None))
    if count:
        announce(f"{say.count(count, 'change')} not saved yet. What you typed is kept on its list.", "edit")
