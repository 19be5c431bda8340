"""What is typed and not shown: one's password once more, before what cannot be taken back, and passphrases.

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


def passphrase(key: str, label: str, button: str, autocomplete: str, words: str | None = None) -> str:
    """The field, with `words` as its help, and the button that takes what is typed in it; '' until then."""
    with st.form(f"{key}.form", border=False):
        typed = st.text_input(
            label, type="password", key=key, max_chars=1000, autocomplete=autocomplete, help=words
        )
        st.form_submit_button(button, key=f"{key}.take")
    return typed
