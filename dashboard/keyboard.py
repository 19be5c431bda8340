"""Where the keyboard goes as menus, popovers and the drawer of a phone open and shut; the browser does it itself.

Streamlit takes a press of Enter for the click of a screen reader, and then leaves the keyboard beside the items of
a menu, so that a menu of one item cannot be chosen from. What a popover holds comes last in its page, after all
that Tab goes through. Its drawer lets go of the keyboard as it opens, does not know Escape, and stays open.
"""

import streamlit as st

_JS = """
const DRAWER = '[data-testid="stSidebar"]', OPEN = `${DRAWER}[data-collapsed="false"]`;
const SCREEN = '[data-testid="stSidebarNavLink"]', OPENS = '[data-testid="stExpandSidebarButton"]';
const SHUTS = '[data-testid="stSidebarCollapseButton"] button';
const POPOVER = '[data-testid="stPopoverBody"]';
const OPENER = '[data-testid="stPopoverButton"][aria-expanded="true"]';
let listens = false;
// Dialogs in which something was typed: what guards them may come later than the first letters.
const typed = (window.foyerTyped ??= new WeakSet());

function wrote(event) {
  const modal = event.target.closest?.("[role=dialog]");
  if (modal) typed.add(modal);
}

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

// From its button into a popover, and from either end of it back to the button.
function tabbed(event) {
  const body = [...document.querySelectorAll(POPOVER)].at(-1), opener = document.querySelector(OPENER);
  if (!body || !opener) return;
  const all = [...body.querySelectorAll("input, textarea, button, a[href], [tabindex]")].filter((one) =>
    one.tabIndex >= 0 && !one.disabled && one.checkVisibility({ visibilityProperty: true }));
  const edge = event.shiftKey ? all[0] : all.at(-1);
  let to = null;
  if (opener.contains(event.target)) to = event.shiftKey ? null : all[0];
  else if (event.target === edge || event.target === body) to = opener;
  if (!to) return;
  event.preventDefault();
  to.focus();
}

function pressed(event) {
  if (event.key === "Tab") tabbed(event);
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
  document.addEventListener("input", wrote, true);
}
"""
_listener = st.components.v2.component("foyer_keyboard", js=_JS)
_TOLD = "keyboard"


def listens() -> None:
    """At the end of a tab's first run: from then on the browser does it by itself."""
    if not st.session_state.get(_TOLD):
        _listener(key="keyboard_listener")
        st.session_state[_TOLD] = True
