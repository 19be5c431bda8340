"""The companies of the installation, for its operator: list, add with a first admin, open or close."""

import pandas as pd
import streamlit as st

from crm_data import words
from dashboard import session
from dashboard.parts.acts import announce, attempt, done, show_refusal
from dashboard.parts.links import ONCE, show_link

PLACE = "companies"
START = {"name": "", "email": "", "currency": "USD", "admin": ""}
STATES = ("active", "inactive", "suspended")


def companies_panel() -> None:
    """Every company with its state and its number of members."""
    companies, me = session.installation().companies, session.signed().scope
    lines = companies.all(me)
    table = [
        {"Name": c.name, "E-mail": c.email, "State": words(c.status), "Plan": c.plan, "Members": c.members}
        for c in lines
    ]
    st.dataframe(pd.DataFrame(table), hide_index=True, row_height=34, height=min(38 + 34 * len(table), 360))
    show_refusal(PLACE)
    show_link(PLACE)
    one, two = st.columns(2)
    with one, st.container(border=True):
        st.markdown("**Add a company**")
        for name, value in START.items():
            st.session_state.setdefault(f"{PLACE}.{name}", value)
        st.text_input("Company name *", key=f"{PLACE}.name", max_chars=255)
        wide, small = st.columns([3, 1])
        wide.text_input("Company e-mail *", key=f"{PLACE}.email", max_chars=255)
        small.text_input("Currency", key=f"{PLACE}.currency", max_chars=3, help="Three letters, as USD")
        st.text_input("E-mail of its first admin", key=f"{PLACE}.admin", max_chars=255)
        st.button("Add company", type="primary", icon=":material/add:", on_click=_add)
    with two, st.container(border=True):
        st.markdown("**Open or close a company**")
        by_id = {line.id: line for line in lines}
        chosen = st.selectbox("Company", list(by_id), format_func=lambda id_: by_id[id_].name)
        state = st.selectbox("State", STATES, index=STATES.index(by_id[chosen].status), format_func=words)
        st.caption("Nobody can sign in to a company that is not active; open tabs end at the next click.")
        changed = state != by_id[chosen].status
        st.button("Save state", disabled=not changed, on_click=_set_state, args=(chosen, state))


def _add() -> None:
    make, me = session.installation().companies.make, session.signed().scope
    said = {name: (st.session_state[f"{PLACE}.{name}"] or "").strip() for name in START}
    profile = {name: said[name] for name in ("name", "email", "currency")}
    made = attempt(PLACE, lambda: make(me, profile, said["admin"] or None))
    if made is None:
        return
    announce(f"{said['name']} was added.")
    if made.invitation:
        note = f"Send this invitation to {said['admin']}, the first admin of {said['name']}. {ONCE}"
        st.session_state[f"{PLACE}.link"] = (note, made.invitation)
    for name, value in START.items():
        st.session_state[f"{PLACE}.{name}"] = value


def _set_state(company: int, state: str) -> None:
    change = session.installation().companies.change
    if done(PLACE, lambda: change(session.signed().scope, company, {"status": state})):
        announce(f"The company is now {state}.")
