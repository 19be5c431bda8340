"""Edits that wait for Save: whoever goes elsewhere is told that they wait, and asked before they are lost."""

import streamlit as st

from dashboard.parts import say
from dashboard.parts.acts import announce, forget_refusals
from dashboard.parts.drafts import waiting

_SCREEN = "unsaved.screen"

_JS = """
const ask = (event) => event.preventDefault();

export default function () {
  window.addEventListener("beforeunload", ask);  // the same listener twice is one
  return () => window.removeEventListener("beforeunload", ask);
}
"""
_guard = st.components.v2.component("foyer_unsaved", js=_JS)


def arrive(screen: str) -> None:
    """At the beginning of a run: say what waits on the screen that was left; its refusals are of no use here."""
    before = st.session_state.get(_SCREEN, screen)
    st.session_state[_SCREEN] = screen
    if before == screen:
        return
    forget_refusals()
    count = waiting()
    if count:
        announce(f"{say.count(count, 'change')} not saved yet. What you typed is kept on its list.", "edit")


def guard() -> None:
    """At the end of a run: while edits wait, the browser asks before it closes the tab or loads it anew."""
    if waiting():
        _guard(key="unsaved")
