"""The screens of one-time links: setting up, joining a company, choosing a new password."""

from collections.abc import Callable

import streamlit as st

from crm_data import words
from crm_data.accounts.links import ChooseNew, LinkShown
from crm_data.accounts.passwords import SHORTEST
from crm_data.demo import sample as sample_data
from crm_data.errors import CrmError, Invalid
from crm_data.tables.security import LinkKind
from dashboard import runtime, session
from dashboard.parts import say
from dashboard.parts.currencies import currency_choice
from dashboard.sign_in import handover

_CHOOSE = "invite.choose"  # the account was proved, and a new password is asked for as well
# What the forms call the fields.
_YOU = {"E-mail": "Your e-mail", "The password": "The new password"}
_RULE = f"At least {SHORTEST} characters; a few words in a row are easy to keep."


def draw(token: str, shown: LinkShown, forget: Callable[[], None]) -> None:
    """Show the screen that belongs to the link."""
    _SCREENS[shown.kind](token, shown, forget)


def _setup(token: str, shown: LinkShown, forget: Callable[[], None]) -> None:
    st.title("Set up Foyer", anchor=False)
    with st.form("setup"):
        st.subheader("Your company", anchor=False)
        company = {"name": st.text_input("Company name", autocomplete="organization")}
        wide, small = st.columns([3, 1])
        company["email"] = wide.text_input("Company e-mail", placeholder="office@example.com")
        with small:
            company["currency"] = currency_choice("Currency", "setup.currency", "USD")
        st.subheader("You, its first admin", anchor=False)
        person = _names()
        person["email"] = st.text_input("Your e-mail", autocomplete="email")
        password, again = _passwords()
        sample = st.checkbox("Add sample data to look around in", value=False)
        if not st.form_submit_button("Set up", type="primary"):
            return
        try:
            _same(password, again)
            done = session.installation().links.redeem_setup(token, company, person, password)
        except CrmError as refused:
            _refuse(refused)
            return
    if sample:
        with st.spinner("Adding sample data"):
            sample_data(runtime.running().store, done.company_id, done.user_id)
    forget()
    handover.begin(done.ticket, "/")


def _invite(token: str, shown: LinkShown, forget: Callable[[], None]) -> None:
    st.title("Join a company", anchor=False)
    st.text(f"{shown.company} invites {shown.email} to work in Foyer as {words(shown.role).lower()}.")
    known = st.radio(
        "Do you sign in to Foyer here already?", (False, True), horizontal=True,
        format_func=lambda known: "Yes" if known else "No", key="invite.known",
    )  # fmt: skip
    st.session_state.setdefault(_CHOOSE, False)
    with st.form("invite"):
        names, old, password, again = {}, None, "", ""
        if known:
            old = st.text_input("Your password", type="password", autocomplete="current-password")
        else:
            names = _names()
        if known and st.session_state[_CHOOSE]:
            st.caption(say.plain(str(ChooseNew())))
        if not known or st.session_state[_CHOOSE]:
            password, again = _passwords()
        if not st.form_submit_button("Join", type="primary"):
            return
        try:
            _same(password, again)
            redeem = session.installation().links.redeem_invite
            done = redeem(token, password, session.address(), **names, old=old)
        except ChooseNew as asked:
            if st.session_state[_CHOOSE]:
                _refuse(asked)
                return
            st.session_state[_CHOOSE] = True
            st.rerun()
        except CrmError as refused:
            _refuse(refused)
            return
    forget()
    handover.begin(done.ticket, "/")


def _reset(token: str, shown: LinkShown, forget: Callable[[], None]) -> None:
    st.title("Choose a new password", anchor=False)
    st.text(f"For {shown.email}. Wherever this person is signed in now, they will be signed out.")
    with st.form("reset"):
        password, again = _passwords()
        if not st.form_submit_button("Save new password", type="primary"):
            return
        try:
            _same(password, again)
            session.installation().links.redeem_reset(token, password, session.address())
        except CrmError as refused:
            _refuse(refused)
            return
    forget()
    st.session_state[session.NOTICE] = "Your new password is saved. Sign in with it."
    st.rerun()


_SCREENS = {LinkKind.SETUP: _setup, LinkKind.INVITE: _invite, LinkKind.RESET: _reset}


def _names() -> dict[str, str]:
    first, last = st.columns(2)
    return {
        "first_name": first.text_input("First name", autocomplete="given-name"),
        "last_name": last.text_input("Last name", autocomplete="family-name"),
    }


def _passwords() -> tuple[str, str]:
    left, right = st.columns(2)
    password = left.text_input("New password", type="password", autocomplete="new-password")
    again = right.text_input("The same again", type="password", autocomplete="new-password")
    st.caption(_RULE)
    return password, again


def _same(password: str, again: str) -> None:
    if password != again:
        raise Invalid("The two passwords differ. Type them again.", "password")


def _refuse(refused: CrmError) -> None:
    """Every sentence of a refusal on a line of its own."""
    problems = refused.called(_YOU).problems if isinstance(refused, Invalid) else []
    for sentence in dict.fromkeys(p.sentence for p in problems) or [str(refused)]:
        st.error(say.plain(sentence))
