"""Where the menu leads on a screen of several views: for managers Pipeline opens what they read first."""

import streamlit as st

from crm_data import Workspace
from dashboard.parts import place

_NOW, _ANEW = "landing.now", "landing.anew"


def arrive(screen: str) -> None:
    """At the beginning of a run: whether this tab comes from another screen. A direct address comes from none."""
    now = st.session_state.get(_NOW)
    st.session_state[_ANEW] = now is not None and now != screen
    st.session_state[_NOW] = screen


def first_for_managers(my: Workspace, name: str, view: str) -> None:
    """Who came through the menu, and sees everybody's goals, begins with this view; it is put into the address.

    An address that says anything, and one that was opened by itself, shows what it always does.
    """
    if st.session_state.get(_ANEW) and my.goals.all_seen and not place.params():
        place.settle({name: view})
