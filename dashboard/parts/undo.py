"""What a person has just done, said in a toast, and for a while a button that undoes it, on whichever screen."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

import streamlit as st

from crm_data import Workspace, errors
from dashboard import session
from dashboard.parts import say
from dashboard.parts.acts import announce, done

UNDO_FOR = timedelta(minutes=5)
STATE = PLACE = "undo"
_ROOM = 30  # characters on the button


@dataclass(frozen=True)
class _Offer:
    what: str
    act_id: str
    said: str
    at: datetime
    of: tuple[int, int | None]
    rest: bool = False


def did(
    my: Workspace, sentence: str, act_id: str, what: str = "", undone: str = "", icon: str = "check"
) -> None:
    """From a callback: say what was done, and offer to undo the act of this name, if it wrote anything.

    `what`: what is on the button; `undone`: what is said once it was undone.
    """
    announce(sentence, icon)
    what = what or sentence.rstrip(".")
    if my.changes.find(act_id) is not None:
        now = datetime.now(UTC)
        st.session_state[STATE] = _Offer(what, act_id, undone or f"Undone: {what}.", now, _whose(my))


def what_is_offered() -> _Offer | None:
    """What the button would undo."""
    offered: _Offer | None = st.session_state.get(STATE)
    return None if offered is None or datetime.now(UTC) - offered.at > UNDO_FOR else offered


def undo_button() -> None:
    """Draw the button, while there is something to undo; its refusal is kept under `PLACE`.

    Where a colleague has changed some of it since, the refusal says what would stay, and a second click takes
    the rest.
    """
    offered = what_is_offered()
    if offered is None:
        return
    my = session.workspace()
    if offered.of != _whose(my):  # it was done in another company
        return

    def undo() -> None:
        if st.session_state.pop(STATE, None) is None:
            return  # the second click of two

        def do() -> None:
            try:
                my.changes.undo(my.changes.find(offered.act_id), offered.rest, zone=say.zone())
            except errors.ChangedSince as since:
                if since.rest:
                    st.session_state[STATE] = replace(offered, rest=True)
                raise

        if done(PLACE, do):
            announce(offered.said, "undo")

    what = offered.what
    shown = what if len(what) <= _ROOM else f"{what[:_ROOM].rstrip()}…"
    label = f"Undo the rest: {say.plain(shown)}" if offered.rest else f"Undo: {say.plain(shown)}"
    st.button(label, key=f"{STATE}.button", icon=":material/undo:", on_click=undo)


def _whose(my: Workspace) -> tuple[int, int | None]:
    return my.scope.company_id, my.scope.user_id
