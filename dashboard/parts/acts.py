"""One act of a person, from a button's callback: its refusal kept to be shown, its success announced."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from time import monotonic
from typing import TypeVar

import streamlit as st

from crm_data import CrmError
from crm_data.errors import Invalid
from dashboard.parts import say

Result = TypeVar("Result")
_WAIT, _SAID = "announcements", "announced"
# Seconds after a run's end in which a browser may not have drawn its toasts yet, and in which no toast that it
# has drawn is gone by itself.
_AT_ONCE, _STANDS = 0.4, 3.0


@dataclass
class _Said:
    """The toasts that were sent last: since when, and when the run that sent them ended or still went on."""

    toasts: list[tuple[str, str]]
    since: float
    last: float


def attempt(place: str, do: Callable[[], Result], names: Mapping[str, str] | None = None) -> Result | None:
    """Do it, or keep the sentence of its refusal for `show_refusal(place)`; None then.

    `names`: what the form that was filled in calls a field, by the field's own label, where it is another word.

    A Workspace asks again at every transaction who is here: if the person has meanwhile signed out or
    switched company, in this tab or another, nothing is done.
    """
    st.session_state.pop(f"{place}.refusal", None)
    try:
        return do()
    except CrmError as error:
        said = error.called(names) if names and isinstance(error, Invalid) else error
        st.session_state[f"{place}.refusal"] = str(said)
        return None


def done(place: str, do: Callable[[], object], names: Mapping[str, str] | None = None) -> bool:
    """As `attempt`, for an act without an answer: whether it was done."""

    def act() -> bool:
        do()
        return True

    return attempt(place, act, names) is True


def refuse(place: str, sentence: str) -> None:
    """Keep a sentence for `show_refusal(place)` about what was not even tried."""
    st.session_state[f"{place}.refusal"] = sentence


def refusal(place: str) -> str | None:
    """The sentence of the last refusal at this place."""
    found: str | None = st.session_state.get(f"{place}.refusal")
    return found


def show_refusal(place: str) -> None:
    """Show the sentence of the last refusal at this place, once drawn until the next act there.

    Its place is kept when there is none: a box that is open further down would close if what is above moved.
    """
    sentence = refusal(place)
    with st.container():
        if sentence:
            st.error(say.plain(sentence), icon=":material/error:")


def forget_refusal(place: str) -> None:
    """Take the sentence away."""
    st.session_state.pop(f"{place}.refusal", None)


def forget_refusals() -> None:
    """Take all of them away."""
    for name in [name for name in st.session_state if str(name).endswith(".refusal")]:
        del st.session_state[name]


def announce(sentence: str, icon: str = "check") -> None:
    """Say what was done, in a toast that the next drawing of the screen shows.

    A callback inside a dialog must draw nothing: it would take the place of the screen behind it.
    """
    st.session_state.setdefault(_WAIT, []).append((sentence, icon))


def show_announcements() -> None:
    """Draw the toasts that wait."""
    if waiting := st.session_state.pop(_WAIT, []):
        now = monotonic()
        said: _Said = st.session_state.setdefault(_SAID, _Said([], now, now))
        said.toasts += waiting
        _toasts(waiting)


@contextmanager
def one_run() -> Iterator[None]:
    """The frame of one run of the app's script: toasts of a run that ended just now are sent once more.

    A browser draws what has come when it has the time. Of two clicks in one moment the second one's run may be
    over by then, and what it did not send is taken away: its toast would never have been seen. One that stands
    stays as it is.
    """
    said: _Said | None = st.session_state.get(_SAID)
    if said is not None:
        now = monotonic()
        if _WAIT in st.session_state or now - said.last > _AT_ONCE or now - said.since > _STANDS:
            del st.session_state[_SAID]
        else:
            _toasts(said.toasts)
    try:
        yield
    finally:
        said = st.session_state.get(_SAID)
        if said is not None:
            said.last = monotonic()


def _toasts(said: list[tuple[str, str]]) -> None:
    for sentence, icon in said:
        st.toast(say.plain(sentence), icon=f":material/{icon}:")
