"""Where the keyboard goes as the menus of the header open and close; on a phone the navigation is a drawer.

The browser does it by itself: Streamlit takes a press of Enter for the click of a screen reader, and then leaves the
keyboard beside the items of a menu, so that a menu of one item cannot be chosen from. Its drawer lets go of the
keyboard as it opens, does not know Escape, and stays over the page when a screen was chosen in it.
"""

import streamlit as st

_JS = """
const DRAWER = '[data-testid="stSidebar"]', OPEN = `${DRAWER}[data-collapsed="false"]`;
const SCREEN = '[data-testid="stSidebarNavLink"]', OPENS = '[data-testid="stExpandSidebarButton"]';
const SHUTS = '[data-testid="stSidebarCollapseButton"] button';
let listens = false;

// The button that opens the drawer goes away with that, and the drawer's screens when it shuts.
function onceThere(wanted, looks = 90) {
  const there = document.querySelector(wanted);
  if (there?.checkVisibility({ visibilityProperty: true })) there.focus();
  else if (looks) requestAnimationFrame(() => onceThere(wanted, looks - 1));
}

function clicked(event) {
  const on = (what) => event.target.closest?.(what);
  if (on(OPENS)) onceThere(`${OPEN} ${SCREEN}`);
  else if (on(`${DRAWER} ${SHUTS}`)) onceThere(OPENS);
  else if (on(`${DRAWER} ${SCREEN}`)) setTimeout(() => document.querySelector(`${OPEN} ${SHUTS}`)?.click());
}

function pressed(event) {
  const menu = event.target.closest?.('[aria-haspopup="menu"][aria-expanded="false"]');
  if (event.key === "ArrowDown" && menu) {
    event.preventDefault();
    menu.click();
  }
  if (event.key === "Escape") event.target.closest?.(OPEN)?.querySelector(SHUTS)?.click();
}

function entered(event) {
  if (event.target.matches?.('[role="menu"]')) event.target.querySelector('[role="menuitem"]')?.focus();
}

export default function () {
  if (listens) return;
  listens = true;
  document.addEventListener("click", clicked);
  document.addEventListener("keydown", pressed);
  document.addEventListener("focusin", entered);
}
"""
_listener = st.components.v2.component("foyer_keyboard", js=_JS)
_TOLD = "keyboard"


def listens() -> None:
    """At the end of a tab's first run: from then on the browser does it by itself."""
    if not st.session_state.get(_TOLD):
        _listener(key="keyboard_listener")
        st.session_state[_TOLD] = True
