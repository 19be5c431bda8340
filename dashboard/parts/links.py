"""A one-time link that was just made: shown once, to be copied and handed over."""

from urllib.parse import urlsplit

import streamlit as st

from dashboard import runtime

ONCE = "It works once, within seven days."  # what is said of an invitation


def show_link(place: str) -> None:
    """Show the link kept under `place`, if there is one, until it is put away."""
    kept = st.session_state.get(f"{place}.link")
    # The place is kept when there is none, so that what is below stays as it is.
    holder = st.container()
    if not kept:
        return
    note, token = kept
    with holder.container(border=True):
        st.text(note)
        st.code(address(token), language=None, wrap_lines=True)
        st.button("Done, hide it", key=f"{place}.link.done", on_click=_forget, args=(place,))


def address(token: str) -> str:
    """The address that a one-time token is opened at: the public one, else the one that this browser uses."""
    told = runtime.running().settings
    here = urlsplit(told.public_url or st.context.url or told.address)
    return f"{here.scheme}://{here.netloc}/?link={token}"


def _forget(place: str) -> None:
    st.session_state.pop(f"{place}.link", None)
