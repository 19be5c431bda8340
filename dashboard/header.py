"""The right end of the header: the search, the company, with a switch for who works in several, the person."""

from typing import Any

import streamlit as st

from crm_data.accounts.sessions import Signed, Workplace
from crm_data.errors import CrmError
from crm_data.rights import Act, Person, may
from dashboard import session
from dashboard.again import drawn
from dashboard.components.search import search
from dashboard.parts import place, say
from dashboard.sign_in import handover

_ACCOUNT, _EXPORTS, _OUT = "Account", "Exports", "Sign out"


def draw(here: Signed) -> None:
    """Show it, and do what was chosen. Switching and signing out end the run."""
    others = [other for other in here.companies if other.id != here.scope.company_id]
    said: dict[str, Any] = {}
    drawn(
        "who",
        (here.scope.company_name, here.account, here.companies, _exports(here)),
        lambda: said.update(_who(here, others)),
    )
    chosen, act = said.get("company"), said.get("person")
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
    if act == _EXPORTS:
        place.visit("/exports")


def _exports(here: Signed) -> bool:
    return may(Person(here.scope.role, here.scope.operator), Act.EXPORT)


def _who(here: Signed, others: list[Workplace]) -> dict[str, Any]:
    """Draw it; what was chosen in which menu."""
    said: dict[str, Any] = {}
    tag, name = here.account.portrait, say.plain(here.account.name)
    if tag:  # as Markdown has a picture
        name = f"![](/portrait/{here.account.id:d}?{int(tag, 16):d}) {say.plain(here.account.name)}"
    called = say.apart({company.id: company.name for company in here.companies})
    company_name = called.get(here.scope.company_id, here.scope.company_name)
    with st.container(key="who", horizontal=True, horizontal_alignment="right", gap="small"):
        search("search")
        if others:
            said["company"] = st.menu_button(
                say.plain(company_name),
                others,
                key="company_menu",
                type="tertiary",
                icon=":material/apartment:",
                format_func=lambda other: say.plain(called[other.id]),
            )
        else:
            st.text(company_name, width="content")
        said["person"] = st.menu_button(
            name,
            [_ACCOUNT, *([_EXPORTS] if _exports(here) else []), _OUT],
            key="person_menu",
            type="tertiary",
            icon=None if here.account.portrait else ":material/person:",
        )
    return said
