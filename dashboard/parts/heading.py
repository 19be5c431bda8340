"""The line at the top of a screen: a small title, how many, and what can be done here at the right."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import streamlit as st

from dashboard.parts import say
from dashboard.parts.acts import show_announcements, show_refusal
from dashboard.parts.undo import PLACE, undo_button


@contextmanager
def heading(title: str, note: str | Callable[[], None] = "") -> Iterator[None]:
    """Draw the title and a note beside it, words or what draws them; what is drawn inside stands at the right."""
    show_announcements()
    with st.container(horizontal=True, vertical_alignment="center", key="heading"):
        st.subheader(say.plain(title), anchor=False, width="content")
        if callable(note):
            with st.container(width="stretch"):
                note()
        else:
            st.caption(say.plain(note), width="stretch")
        undo_button()
        yield
    show_refusal(PLACE)


def empty(icon: str, sentence: str) -> None:
    """What would be here, when there is nothing; the one next step is drawn after it."""
    st.space("small")
    st.markdown(f":material/{icon}: **{sentence}**")
