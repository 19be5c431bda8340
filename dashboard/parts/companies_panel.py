"""The companies of the installation, for its operator: add with a first admin, open or close, plan, admins."""

from collections.abc import Mapping
from datetime import date
from typing import Any

import streamlit as st

from crm_data import words
from crm_data.accounts.companies import CompanyLine
from dashboard import session
from dashboard.components import grid
from dashboard.parts import say
from dashboard.parts.accounts_panel import accounts_panel
from dashboard.parts.acts import announce, attempt, done, show_refusal
from dashboard.parts.company_back_panel import company_back_panel
from dashboard.parts.currencies import currency_choice
from dashboard.parts.links import ONCE, show_link

PLACE = "companies"
START = {"name": "", "email": "", "currency": "USD", "admin": ""}
_FIRST = {"The first admin: E-mail": "E-mail of its first admin"}
STATES = ("active", "inactive", "suspended")


def companies_panel() -> None:
    """Every company with its state, its plan and its number of members; one that comes back; the people."""
    companies, me = session.installation().companies, session.signed().scope
    lines = companies.all(me)
    called = say.apart({line.id: line.name for line in lines})
    grid.table(f"{PLACE}.list", "Companies", [_line(line, called[line.id]) for line in lines])
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
        with small:
            currency_choice("Currency", f"{PLACE}.currency")
        st.text_input("E-mail of its first admin", key=f"{PLACE}.admin", max_chars=255)
        st.button("Add company", type="primary", icon=":material/add:", on_click=_add)
    with two, st.container(border=True):
        _change(lines, called)
    with st.expander("Bring a company back from its file", icon=":material/move_to_inbox:"):
        company_back_panel()
    accounts_panel()


def _line(company: CompanyLine, name: str) -> dict[str, Any]:
    return {
        "Name": name,
        "E-mail": company.email,
        "State": words(company.status),
        "Plan": company.plan or say.NONE,
        "Plan starts": say.day(company.plan_starts),
        "Plan ends": say.day(company.plan_ends),
        "Members": company.members,
    }


def _change(lines: list[CompanyLine], called: Mapping[int, str]) -> None:
    st.markdown("**Change a company**")
    by_id = {line.id: line for line in lines}
    chosen = st.selectbox("Company", list(by_id), format_func=called.__getitem__)
    now, key = by_id[chosen], f"{PLACE}.{chosen}"
    left, right = st.columns(2)
    state = left.selectbox(
        "State", STATES, STATES.index(now.status), key=f"{key}.status", format_func=words,
        help="Nobody can sign in to a company that is not active; open tabs end at the next click.",
    )  # fmt: skip
    plan = right.text_input("Plan", now.plan, key=f"{key}.plan", max_chars=50)
    starts = left.date_input("Plan starts", now.plan_starts, key=f"{key}.starts", **_DAYS)
    ends = right.date_input("Plan ends", now.plan_ends, key=f"{key}.ends", **_DAYS)
    new = {
        "status": (now.status, state),
        "subscription_plan": (now.plan or None, plan.strip() or None),
        "subscription_start": (now.plan_starts, starts),
        "subscription_end": (now.plan_ends, ends),
    }
    changed = {name: pair for name, pair in new.items() if pair[0] != pair[1]}
    st.button("Save company", disabled=not changed, on_click=_save, args=(now, changed))
    email = st.text_input("E-mail of one more admin", key=f"{key}.admin", max_chars=255)
    st.button("Invite as admin", icon=":material/mail:", on_click=_invite, args=(now, email))


_DAYS: dict[str, Any] = {
    "min_value": date(1900, 1, 1),
    "max_value": date(2999, 12, 31),
    "format": "YYYY-MM-DD",
}


def _add() -> None:
    make, me = session.installation().companies.make, session.signed().scope
    said = {name: (st.session_state[f"{PLACE}.{name}"] or "").strip() for name in START}
    profile = {name: said[name] for name in ("name", "email", "currency")}
    made = attempt(PLACE, lambda: make(me, profile, said["admin"] or None), _FIRST)
    if made is None:
        return
    announce(f"{said['name']} was added.")
    if made.invitation:
        note = f"Send this invitation to {said['admin']}, the first admin of {said['name']}. {ONCE}"
        st.session_state[f"{PLACE}.link"] = (note, made.invitation)
    for name, value in START.items():
        st.session_state[f"{PLACE}.{name}"] = value


def _save(company: CompanyLine, changed: dict[str, tuple[Any, Any]]) -> None:
    change = session.installation().companies.change
    if done(PLACE, lambda: change(session.signed().scope, company.id, changed)):
        announce(f"{company.name} was saved.")


def _invite(company: CompanyLine, email: str) -> None:
    def invite() -> str:
        members = session.installation().members_of(session.signed().scope, company.id)
        return members.invite(email, "admin")

    token = attempt(PLACE, invite, {"E-mail": "E-mail of one more admin"})
    if token:
        note = f"Send this invitation to {email}, as an admin of {company.name}. {ONCE}"
        st.session_state[f"{PLACE}.link"] = (note, token)
