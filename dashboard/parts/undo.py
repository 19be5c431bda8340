"""For a while after an act upon rows of a list, which may have left it: a button that undoes the act."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

import streamlit as st

from crm_data import Workspace, errors
from dashboard.parts import say
from dashboard.parts.acts import announce, done

UNDO_FOR = timedelta(minutes=5)
_ROOM = 30  # characters on the button


@dataclass(frozen=True)
class _Offer:
    what: str
    act_id: str
    said: str
    at: datetime
    rest: bool = False


def offer(place: str, what: str, act_id: str, said: str) -> None:
    """From a callback: offer to undo the last act of a list. `said` is what is announced when it was."""
    st.session_state[f"{place}.undo"] = _Offer(what, act_id, said, datetime.now(UTC))


def undo_button(my: Workspace, place: str) -> None:
    """Draw the button, while there is something to undo; its refusal is kept under `place`.

    Where a colleague has changed some of it since, the refusal says what would stay, and a second click takes
    the rest.
    """
    state = f"{place}.undo"
    offered: _Offer | None = st.session_state.get(state)
    if offered is None or datetime.now(UTC) - offered.at > UNDO_FOR:
        return

    def undo() -> None:
        if st.session_state.pop(state, None) is None:
            return  # the second click of two

        def do() -> None:
            try:
                my.changes.undo(my.changes.find(offered.act_id), offered.rest, zone=say.zone())
            except errors.ChangedSince as since:
                if since.rest:
                    st.session_state[state] = replace(offered, rest=True)
                raise

        if done(place, do):
            announce(offered.said, "undo")

    what = offered.what
    shown = what if len(what) <= _ROOM else f"{what[:_ROOM].rstrip()}…"
    label = f"Undo the rest: {say.plain(shown)}" if offered.rest else f"Undo: {say.plain(shown)}"
    st.button(label, key=f"{state}.button", icon=":material/undo:", on_click=undo)
