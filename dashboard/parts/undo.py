"""For a while after an act upon rows of a list, which may have left it: a button that takes the act back."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import streamlit as st

from dashboard.parts import say
from dashboard.parts.acts import announce, attempt

UNDO_FOR = timedelta(minutes=5)
_ROOM = 30  # characters on the button


@dataclass(frozen=True)
class _Offer:
    what: str
    do: Callable[[], object]
    said: str
    at: datetime


def offer(place: str, what: str, do: Callable[[], object], said: str) -> None:
    """From a callback: offer to take back the last act of a list. `said` is what is announced when it was."""
    st.session_state[f"{place}.undo"] = _Offer(what, do, said, datetime.now(UTC))


def undo_button(place: str) -> None:
    """Draw the button, while there is something to take back; its refusal is kept under `place`."""
    offered: _Offer | None = st.session_state.get(f"{place}.undo")
    if offered is None or datetime.now(UTC) - offered.at > UNDO_FOR:
        return

    def undo() -> None:
        if st.session_state.pop(f"{place}.undo", None) is None:
            return  # the second click of two
        if attempt(place, offered.do) is not None:
            announce(offered.said, "undo")

    what = offered.what
    shown = what if len(what) <= _ROOM else f"{what[:_ROOM].rstrip()}…"
    st.button(f"Undo: {say.plain(shown)}", key=f"{place}.undo.button", icon=":material/undo:", on_click=undo)
