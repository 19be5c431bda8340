"""The Streamlit script: who is here, which company, which screens; runs one of them."""

import streamlit as st

from crm_data.accounts.sessions import Signed
from crm_data.errors import NotAllowed
from dashboard import again, header, keyboard, known, session
from dashboard.components.grid import kept
from dashboard.menu import SCREENS, page
from dashboard.parts import acts, exporting, landing, unsaved
from dashboard.sign_in import handover, screen


def main(here: Signed | None, notice: str | None) -> None:
    """One run. Every screen is registered every time, so that an address survives signing in."""
    link = screen.link_opened()
    inside = here is not None and link is None
    allowed = {s.name for s in SCREENS if here is not None and s.open_to(here.scope)}
    pages = [page(s, s is SCREENS[0], s.in_menu and s.name in allowed) for s in SCREENS]
    current = st.navigation(pages, position="top" if inside else "hidden")
    st.set_page_config(f"{current.title} · Foyer" if inside else "Foyer", layout="wide")
    if link is not None:
        screen.draw_link(link)
    elif here is None:
        notice = notice or st.session_state.pop(session.NOTICE, None)
        screen.draw(notice, moved=notice == session.LOST)
    else:
        header.draw(here)
        if handover.has_moved():
            st.session_state[session.NOTICE] = session.MOVED
        if session.NOTICE in st.session_state:
            acts.announce(st.session_state.pop(session.NOTICE), "info")
        exporting.tell(here)
        unsaved.arrive(current.title)
        known.arrive(current.title)
        landing.arrive(current.title)
        if (current.url_path or SCREENS[0].name) in allowed:
            current.run()
        else:
            st.warning("This page is not open to your role. Ask an admin of your company.")
        unsaved.guard(current.title)
        keyboard.listens()
        kept.only(session.owner())


def run() -> None:
    """Look up who is here, then run."""
    try:
        with session.one_run() as here, again.one_run(), acts.one_run():
            main(here, None)
    except NotAllowed as refused:
        main(None, str(refused))


run()
