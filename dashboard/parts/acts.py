"""One act of a person, from a button's callback: its refusal kept to be shown, its success announced."""

from collections.abc import Callable, Mapping
from typing import TypeVar

import streamlit as st

from crm_data import CrmError
from crm_data.errors import Invalid
from dashboard.parts import say

Result = TypeVar("Result")


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
    st.session_state.setdefault("announcements", []).append((sentence, icon))


def show_announcements() -> None:
    """Draw the toasts that wait."""
    for sentence, icon in st.session_state.pop("announcements", []):
        st.toast(say.plain(sentence), icon=f":material/{icon}:")
