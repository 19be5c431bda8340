"""The right end of the header: the search, the company, with a switch for who works in several, the person."""

import streamlit as st

from crm_data.accounts.sessions import Signed
from crm_data.errors import CrmError
from dashboard import session
from dashboard.components.search import search
from dashboard.parts import place, say
from dashboard.sign_in import handover

_ACCOUNT, _OUT = "Account", "Sign out"


def draw(here: Signed) -> None:
    """Show it, and do what was chosen. Switching and signing out end the run."""
    others = [other for other in here.companies if other.id != here.scope.company_id]
    with st.container(key="who", horizontal=True, horizontal_alignment="right", gap="small"):
        search("search")
        chosen = None
        if others:
            chosen = st.menu_button(
                say.plain(here.scope.company_name),
                others,
                key="company_menu",
                type="tertiary",
                icon=":material/apartment:",
                format_func=lambda other: say.plain(other.name),
            )
        else:
            st.text(here.scope.company_name, width="content")
        act = st.menu_button(
            say.plain(here.account.name),
            [_ACCOUNT, _OUT],
            key="person_menu",
            type="tertiary",
            icon=":material/person:",
        )
    if chosen is not None:
        try:
            ticket = session.installation().sessions.switch(here, chosen.id)
        except CrmError as refused:
            st.error(say.plain(str(refused)))
            return
        handover.begin(ticket, "/")
    if act == _OUT:
        handover.end()
    if act == _ACCOUNT:
        place.visit("/account")
