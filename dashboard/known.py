"""What a tab has read stays known until something of the company changes, or a minute has passed.

Whether anything has changed is one statement, and like every reading it asks whether one is still signed in. Only
what the open screen has read is kept.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from itertools import count
from typing import Any, TypeVar

import streamlit as st

from crm_data import Workspace, clock
from crm_data.store.lists import KNOWN_FOR
from dashboard import session

_KEPT, _SCREEN = "known", "known.screen"
Value = TypeVar("Value")
_readings = count(1)


@dataclass(frozen=True)
class _Known:
    """A value: of what and for whom it was read, up to which change, and when; the how manieth reading it is."""

    asked: tuple[Any, ...]
    last: int
    at: datetime
    value: Any
    reading: int


def known(my: Workspace, name: str, asked: tuple[Any, ...], read: Callable[[], Value]) -> Value:
    """`read()`, or what it gave the last time. `asked`: all that it depends on, but for records and `my`.

    What is given is shared by the runs of a tab: nobody may change it.
    """
    kept: dict[str, _Known] = st.session_state.setdefault(_KEPT, {})
    whole = (my.scope, session.zone(), session.writes(), *asked)
    found, last, now = kept.get(name), session.last_change(my), clock.now()
    if found is None or found.asked != whole or found.last != last or now - found.at >= KNOWN_FOR:
        found = kept[name] = _Known(whole, last, now, read(), next(_readings))
    value: Value = found.value
    return value


def colleagues(my: Workspace) -> dict[int, str]:
    """`my.members()`; on lists, where a colleague's new name is to be seen at once, they are read at every run."""
    return known(my, "members", (), my.members)


def at_hand(my: Workspace, name: str) -> Any:
    """What is known by this name in this company, for this person, and None where it would have to be read."""
    found: _Known | None = st.session_state.get(_KEPT, {}).get(name)
    return found.value if found and found.asked[0] == my.scope else None


def reading(name: str) -> int:
    """A number that is another for each reading of what is known by this name; 0 where nothing is."""
    found: _Known | None = st.session_state.get(_KEPT, {}).get(name)
    return found.reading if found else 0


def forget(name: str) -> None:
    """Read it anew the next time: something has changed that leaves no line in the log."""
    st.session_state.get(_KEPT, {}).pop(name, None)


def arrive(screen: str) -> None:
    """At the beginning of a run: what another screen has read is let go of."""
    if st.session_state.get(_SCREEN) != screen:
        st.session_state.pop(_KEPT, None)
        st.session_state[_SCREEN] = screen
