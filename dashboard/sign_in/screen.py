"""What somebody sees who is not signed in: the form, or the screen of the one-time link they opened."""

import time

import streamlit as st

from crm_data.errors import CrmError, Throttled
from dashboard import session
from dashboard.parts import say
from dashboard.sign_in import handover, links
from dashboard.sign_in.form import SignInForm

THROTTLED_FOR = 1.0  # seconds
NOBODY_YET = (
    "Nobody has an account here yet. The first company is made through the setup link, which Foyer printed "
    'where it was started, after "There is no company yet". Open that link again, or start Foyer anew: '
    "it prints a new one."
)


def link_opened() -> str | None:
    """The token of the one-time link this tab was opened with; it leaves the URL as soon as it is read."""
    if "link" in st.query_params:
        st.session_state[session.LINK] = st.query_params["link"]
        del st.query_params["link"]
    token = st.session_state.get(session.LINK)
    return token if isinstance(token, str) else None


def forget_link() -> None:
    """The link is done with."""
    st.session_state.pop(session.LINK, None)


def draw(notice: str | None = None, moved: bool = False) -> None:
    """Show the sign-in form, under a notice when there is one. The address stays, and is there again after.

    `moved`: this tab has shown somebody's work until now.
    """
    with narrow():
        st.header("Foyer", anchor=False)
        if not session.installation().companies.exist():
            st.info(NOBODY_YET)
            return
        if notice:
            st.info(say.plain(notice))
        ticket, refusal = SignInForm(_judge).draw()
        if ticket:
            handover.begin(ticket)
        handover.resume(moved)
        if refusal:
            st.error(say.plain(refusal))
        st.caption(
            "Forgot your password? Ask an admin of your company for a reset link, or whoever runs this "
            "installation. No e-mail is sent from here."
        )


def draw_link(token: str) -> None:
    """Show the screen of a one-time link."""
    with narrow():
        try:
            shown = session.installation().links.look(token)
        except CrmError as refused:
            st.warning(say.plain(str(refused)))
            st.button("Go to sign-in", on_click=forget_link)
            return
        links.draw(token, shown, forget_link)


def narrow() -> "st.delta_generator.DeltaGenerator":
    """A column in the middle, as wide as a form needs."""
    return st.container(horizontal_alignment="center").container(width=420, key="narrow")


def _judge(email: str, password: str) -> str:
    try:
        return session.installation().sign_in(email, password, session.address())
    except Throttled:
        # This tab's thread sleeps while no core works: a flood through it gets a try a second, not forty.
        time.sleep(THROTTLED_FOR)
        raise
