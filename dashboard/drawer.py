"""On a phone the menu is a drawer over the page; it goes away once a screen was chosen in it."""

import streamlit as st

_JS = """
let listens = false;

export default function () {
  if (listens) return;
  listens = true;
  document.addEventListener("click", (event) => {
    const drawer = event.target.closest?.('[data-testid="stSidebar"]');
    if (!drawer || !event.target.closest('[data-testid="stSidebarNavLink"]')) return;
    setTimeout(() => drawer.querySelector('[data-testid="stSidebarCollapseButton"] button')?.click());
  });
}
"""
_closer = st.components.v2.component("foyer_drawer", js=_JS)
_TOLD = "drawer"


def closes() -> None:
    """At the end of a tab's first run: from then on the browser does it by itself."""
    if not st.session_state.get(_TOLD):
        _closer(key="drawer_closer")
        st.session_state[_TOLD] = True
