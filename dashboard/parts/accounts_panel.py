"""Anybody's account, for the operator: found by e-mail, shut out, let in, made an operator, given a reset link."""

import streamlit as st

from crm_data.accounts.operator import Left, PersonLine
from dashboard import session
from dashboard.parts import say
from dashboard.parts.acts import announce, attempt, done, show_refusal
from dashboard.parts.links import show_link

PLACE = "accounts"
NAMES = {"E-mail": "E-mail of the person"}


def accounts_panel() -> None:
    """One account at a time: there may be thousands, and the operator is asked about one."""
    with st.container(border=True):
        st.markdown("**A person's account**")
        email = st.text_input("E-mail of the person", key=f"{PLACE}.email", max_chars=255)
        people, me = session.installation().people, session.signed().scope
        person = attempt(f"{PLACE}.find", lambda: people.find(me, email), NAMES) if email.strip() else None
        show_refusal(f"{PLACE}.find")
        show_refusal(PLACE)
        show_link(PLACE)
        for sentence in st.session_state.get(f"{PLACE}.left", []):
            st.info(say.plain(sentence))
        if person is not None:
            _acts(person)


def _acts(person: PersonLine) -> None:
    state = "can sign in" if person.active else "cannot sign in"
    runs = ", and runs this installation" if person.operator else ""
    where = ", ".join(person.companies) or "no company"
    st.text(f"{person.name} {state}{runs}. Works in: {where}.")
    with st.container(horizontal=True):
        st.button(
            "Deactivate" if person.active else "Reactivate",
            key=f"{PLACE}.active", on_click=_set_active, args=(person, not person.active),
        )  # fmt: skip
        st.button(
            "Take the operator's right away" if person.operator else "Make an operator",
            key=f"{PLACE}.operator", on_click=_set_operator, args=(person, not person.operator),
        )  # fmt: skip
        st.button(
            "Make a reset link", key=f"{PLACE}.reset", icon=":material/key:", on_click=_reset, args=(person,)
        )
    st.caption(
        "Deactivated, a person is signed out everywhere at once, and their links end. "
        "What they have open stays theirs until an admin of the company ends the membership."
    )


def _set_active(person: PersonLine, active: bool) -> None:
    st.session_state.pop(f"{PLACE}.left", None)
    set_active, me = session.installation().people.set_active, session.signed().scope
    left: list[Left] | None = attempt(PLACE, lambda: set_active(me, person.email, active))
    if left is None:
        return
    announce(f"{person.name} {'may sign in again' if active else 'can sign in no longer'}.")
    st.session_state[f"{PLACE}.left"] = [str(one) for one in left]


def _set_operator(person: PersonLine, given: bool) -> None:
    set_operator, me = session.installation().people.set_operator, session.signed().scope
    if done(PLACE, lambda: set_operator(me, person.email, given)):
        announce(f"{person.name} is {'an operator now' if given else 'no operator any more'}.")


def _reset(person: PersonLine) -> None:
    token = attempt(PLACE, lambda: session.installation().links.reset(session.signed().scope, person.email))
    if token:
        note = f"Give this link to {person.name}, and nobody else. It works once, within an hour."
        st.session_state[f"{PLACE}.link"] = (note, token)
