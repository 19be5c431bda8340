"""A script cannot set a cookie, so the browser fetches one: a ticket goes to /session, the page loads anew."""

from typing import Any

import streamlit as st

from dashboard import session
from dashboard.components.grid import kept

_MOVED = "moved"
_JS = """
const sent = new Set();

export default function ({ data, parentElement }) {
  if (sent.has(data.once)) return;
  sent.add(data.once);
  const say = (sentence) => { parentElement.querySelector("p").textContent = sentence; };
  fetch(data.path, {
    method: "POST",
    credentials: "same-origin",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(data.body),
  })
    .then(async (answer) => {
      if (answer.ok) {
        forget();  // what waits unsaved belonged to the session before
        if (data.to) window.location.replace(data.to); else window.location.reload();
      } else {
        say((await answer.json()).error);
      }
    })
    .catch(() => say("The server could not be reached. Load this page again."));
}
"""
_CSS = """
p { margin: 0; font: inherit; color: var(--st-text-color); }
"""

_LOOK = """
const PAUSE = 10000;

export default function ({ data }) {
  if (data.only_if_in) ended(data.ended);
  const last = Number(window.sessionStorage.getItem("foyer resumed") || 0);
  if (Date.now() - last < PAUSE) return;
  fetch("/session", { credentials: "same-origin" })
    .then((answer) => answer.json())
    .then((said) => {
      if (data.only_if_in && !said.signed_in) return;
      window.sessionStorage.setItem("foyer resumed", String(Date.now()));
      if (!data.moved) return window.location.reload();
      const here = new URL(window.location.href);
      here.searchParams.set("moved", "1");
      window.location.replace(here);
    })
    .catch(() => {});
}
"""

_component = st.components.v2.component(
    "foyer_handover", html="<p role='status'></p>", css=_CSS, js=kept.SCRIPT + _JS
)
_look = st.components.v2.component("foyer_resume", js=kept.SCRIPT + _LOOK)


def begin(ticket: str, to: str | None = None) -> None:
    """Give this browser the session of a ticket, then load `to`, or the same address again. Ends the run."""
    _post("/session", {"ticket": ticket}, ticket, to)


def end(to: str = "/") -> None:
    """Take this browser's session away, then load `to`. Ends the run."""
    _post("/session/end", {}, "end", to)


def resume(moved: bool) -> None:
    """Load this page anew if the browser has a session by now: another tab signed in, or switched company.

    A tab knows only the cookie it was opened with. It looks once, so that nothing can make it load for ever.
    `moved`: it showed somebody's work before, and is told so when it is loaded (`has_moved`). Drafts of grids that
    wait in this tab are thrown away, and those of the sign-in that ended in every other tab.
    """
    _look(key="resume", data={"only_if_in": True, "moved": moved, "ended": session.ended()})


def has_moved() -> bool:
    """Whether this tab was loaded anew in place of what it showed before; once."""
    return bool(st.query_params.pop(_MOVED, None))


def leave() -> None:
    """Load this page anew: the sign-in screen comes, or the page as whoever this browser belongs to now."""
    _look(key="leave", data={"only_if_in": False, "moved": False, "ended": None})


def _post(path: str, body: dict[str, Any], once: str, to: str | None) -> None:
    _component(key="handover", data={"path": path, "body": body, "once": once, "to": to})
    st.stop()
