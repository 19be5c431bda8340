"""One's password once more, before what cannot be taken back.

In a form, which knows what is typed at every letter: else whoever goes on by the Tab key, to the eye in the field,
loses what was typed.
"""

from collections.abc import Callable

import streamlit as st

from dashboard.parts.acts import show_refusal


def proof(place: str, label: str, icon: str, do: Callable[[str], object]) -> None:
    """The field, the refusal kept at `place`, and the button, which hands the password on and empties it."""
    key = f"{place}.password"

    def take() -> None:
        do(st.session_state.get(key) or "")

    with st.form(f"{place}.proof", clear_on_submit=True, border=False, enter_to_submit=False):
        st.text_input("Your password", type="password", key=key, autocomplete="current-password")
        show_refusal(place)
        st.form_submit_button(label, key=f"{place}.do", type="primary", icon=icon, on_click=take)
