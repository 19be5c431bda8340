"""Members of the company: invite, change a role, hand over and end, bring back, make a reset link."""

import streamlit as st

from crm_data import Workspace, words
from crm_data.accounts.members import Member
from dashboard.components import grid
from dashboard.parts import say
from dashboard.parts.acts import announce, attempt, done, show_refusal
from dashboard.parts.links import ONCE, show_link

PLACE = "people"


def people_panel(my: Workspace) -> None:
    """The list of members with what an admin can do with each."""
    members = my.people.all()
    here = [member for member in members if member.ended_at is None]
    grid.table(f"{PLACE}.list", "Members", [_line(member) for member in members])
    show_refusal(PLACE)
    show_link(PLACE)
    one, two = st.columns(2)
    with one:
        _invite(my)
    with two:
        _change(my, members, here)
    _invitations(my)


def _line(member: Member) -> dict[str, str]:
    state = "Former" if member.ended_at else "Active" if member.active else "Cannot sign in"
    return {
        "Name": member.name,
        "E-mail": member.email,
        "Role": words(member.role),
        "State": state,
        "Joined": say.moment(member.joined_at),
        "Last sign-in": say.moment(member.last_login),
    }


def _invite(my: Workspace) -> None:
    def act() -> None:
        email, role = st.session_state[f"{PLACE}.email"], st.session_state[f"{PLACE}.role"]
        token = attempt(PLACE, lambda: my.people.invite(email, role), {"E-mail": "E-mail of the colleague"})
        if token:
            st.session_state[f"{PLACE}.link"] = (f"Send this invitation to {email}. {ONCE}", token)
            st.session_state[f"{PLACE}.email"] = ""

    with st.container(border=True):
        st.markdown("**Invite a colleague**")
        st.text_input("E-mail of the colleague", key=f"{PLACE}.email", max_chars=255)
        st.selectbox("Role", my.people.roles, index=0, key=f"{PLACE}.role", format_func=words)
        st.button("Make an invitation", type="primary", icon=":material/mail:", on_click=act)


def _change(my: Workspace, members: list[Member], here: list[Member]) -> None:
    by_id = {member.user_id: member for member in members}
    with st.container(border=True):
        st.markdown("**Change a member**")
        chosen = st.selectbox("Member", list(by_id), format_func=lambda id_: by_id[id_].name)
        member = by_id[chosen]
        if member.ended_at is not None:
            st.caption(f"{say.plain(member.name)} left {say.moment(member.ended_at)}.")
            st.button(f"Bring {say.plain(member.name)} back", on_click=_bring_back, args=(my, member))
            return
        at = my.people.roles.index(member.role)
        role = st.selectbox("Role of the member", my.people.roles, index=at, format_func=words)
        with st.container(horizontal=True):
            st.button("Save role", disabled=role == member.role, on_click=_set_role, args=(my, member, role))
            st.button("Make a reset link", icon=":material/key:", on_click=_reset, args=(my, member))
        with st.expander(f"End the membership of {say.plain(member.name)}"):
            _end(my, member, here)


def _set_role(my: Workspace, member: Member, role: str) -> None:
    if done(PLACE, lambda: my.people.change_role(member.user_id, role)):
        announce(f"{member.name} is now {words(role).lower()}.")


def _bring_back(my: Workspace, member: Member) -> None:
    if done(PLACE, lambda: my.people.bring_back(member.user_id)):
        announce(f"{member.name} works here again.")


def _reset(my: Workspace, member: Member) -> None:
    token = attempt(PLACE, lambda: my.people.reset_link(member.user_id))
    if token:
        note = f"Give this link to {member.name}, and nobody else. It works once, within an hour."
        st.session_state[f"{PLACE}.link"] = (note, token)


def _end(my: Workspace, member: Member, here: list[Member]) -> None:
    work = my.people.open_work(member.user_id)
    others = {other.user_id: other.name for other in here if other.user_id != member.user_id and other.active}
    to = None
    if work.total:
        st.write(f"Open work: {say.plain(str(work))}. Who takes it over?")
        to = st.selectbox("Taken over by", list(others), index=None, format_func=others.__getitem__)

    close = st.checkbox(
        "If this is their only company here, their account closes too", value=True, key=f"{PLACE}.close"
    )

    def act() -> None:
        if done(PLACE, lambda: my.people.end(member.user_id, to, close)):
            announce(f"{member.name} no longer works here.")

    st.caption(
        "Closed deals and what they logged keep their name. They are signed out of this company at once. "
        "A closed account opens again when a company takes them back."
    )
    st.button(f"End the membership of {say.plain(member.name)}", key=f"{PLACE}.end", on_click=act)


def _invitations(my: Workspace) -> None:
    waiting = my.people.invitations()
    if not waiting:
        return
    st.markdown("**Open invitations**")
    for invitation in waiting:
        with st.container(horizontal=True, vertical_alignment="center"):
            st.text(
                f"{invitation.email}, {words(invitation.role)}, until {say.moment(invitation.expires_at)}"
            )
            st.button(
                "Withdraw",
                key=f"{PLACE}.withdraw.{invitation.email}",
                type="tertiary",
                on_click=_withdraw,
                args=(my, invitation.email),
            )


def _withdraw(my: Workspace, email: str) -> None:
    if done(PLACE, lambda: my.people.withdraw(email)):
        announce("Invitation withdrawn.")
