"""A person's own account: name, telephone, time zone and picture, the password, and where they are signed in."""

import streamlit as st

from crm_data.accounts.portraits import MOST_BYTES
from crm_data.accounts.sessions import OpenSession, Signed
from crm_data.store.zones import zones
from dashboard import session
from dashboard.components import grid
from dashboard.parts import say
from dashboard.parts.acts import announce, done, show_refusal
from dashboard.sign_in import handover

PLACE = "own"
_PASSWORD = {"The password": "The new password"}
_BROWSERS = ("Firefox", "Edg", "OPR", "Chrome", "Safari")
_PICTURES = ("jpg", "jpeg", "png", "webp")
_NAMES = {"Edg": "Edge", "OPR": "Opera"}


def profile_panel(here: Signed) -> None:
    """One's own name, telephone and time zone; saving sends only what was changed."""
    installation = session.installation()
    fields, now = installation.profile_fields, installation.profile(here)

    def save() -> None:
        said = {name: st.session_state[f"{PLACE}.{name}"].strip() or None for name in fields}
        changed = {name: (now[name], new) for name, new in said.items() if new != now[name]}
        if not changed:
            announce("Nothing was changed.", "info")
        elif done(f"{PLACE}.profile", lambda: installation.change_profile(session.signed(), changed)):
            announce("Your account is saved.")

    with st.form(f"{PLACE}.profile", enter_to_submit=False):
        st.markdown("**You**")
        st.text_input("E-mail", here.account.email, disabled=True, help="You sign in with it; it stays")
        for name, field in fields.items():
            label = f"{say.plain(field.label)} *" if field.required else say.plain(field.label)
            if name == "time_zone":
                _time_zone(label, now[name])
                continue
            st.text_input(
                label, now[name] or "", key=f"{PLACE}.{name}", max_chars=field.length, help=field.help
            )
        show_refusal(f"{PLACE}.profile")
        st.form_submit_button("Save account", type="primary", on_click=save)


def portrait_panel(here: Signed) -> None:
    """One's picture, which colleagues see; another one, or none."""
    account = here.account

    def keep(raw: bytes | None) -> None:
        if done(f"{PLACE}.portrait", lambda: session.installation().change_portrait(session.signed(), raw)):
            announce("Your picture is saved." if raw is not None else "Your picture is gone.")

    with st.container(border=True):
        st.markdown("**Picture**")
        now = session.installation().portrait(here, account.id) if account.portrait else None
        if now:
            st.image(now.data, width=72)
        else:
            st.caption("None yet. Colleagues see it beside your name.")
        with st.container(horizontal=True):
            # Named after the picture, so that it is shut once another one is shown.
            box = st.popover("Choose a picture", key=f"{PLACE}.portrait.{account.portrait}")
            none = account.portrait and st.button("Take it away", key=f"{PLACE}.portrait.none")
        with box, st.form(f"{PLACE}.portrait", clear_on_submit=True, enter_to_submit=False, border=False):
            file = st.file_uploader(
                "JPEG, PNG or WebP",
                list(_PICTURES),
                max_upload_size=MOST_BYTES // 1024**2,
                help="Kept as a small square; colleagues see it",
            )
            asked = st.form_submit_button("Use this picture", type="primary")
        if none:
            keep(None)
        elif asked and file is not None:
            keep(file.getvalue())
        elif asked:
            st.warning("Choose a file first.")
        show_refusal(f"{PLACE}.portrait")
    if none or (asked and file is not None):
        st.rerun()


def _time_zone(label: str, now: str | None) -> None:
    """Choose one by its name; what is typed narrows the list."""
    browser = f"As this browser: {st.context.timezone or 'UTC'}"
    offered = ["", *({now} - set(zones()) if now else ()), *zones()]
    st.selectbox(
        label,
        offered,
        offered.index(now or ""),
        format_func=lambda zone: zone.replace("_", " ") or browser,
        key=f"{PLACE}.time_zone",
        help="In which you are shown every moment, and mean what you type",
    )


def password_panel(here: Signed) -> None:
    """A new password, after the old one."""
    with st.form(f"{PLACE}.password", clear_on_submit=True):
        st.markdown("**Change password**")
        old = st.text_input("Old password", type="password", autocomplete="current-password")
        new = st.text_input(
            "New password", type="password", autocomplete="new-password", help="At least 12 characters"
        )
        again = st.text_input("The same again", type="password", autocomplete="new-password")
        asked = st.form_submit_button("Change password", type="primary")
    if asked and new != again:
        st.error("The two new passwords differ. Type them again.")
    elif asked:
        change = session.installation().change_password
        if done(PLACE, lambda: change(here, old, new, session.address()), _PASSWORD):
            st.success("Your password is changed. Everywhere else you are signed out.")
    show_refusal(PLACE)


def sessions_panel(here: Signed) -> None:
    """Where this person is signed in, with what ends one of them or all."""
    found = session.installation().sessions.of(here)
    with st.container(border=True):
        st.markdown("**Where you are signed in**")
        lines = [
            {
                "Browser": browser(one.agent) + (", here" if one.here else ""),
                "Company": one.company,
                "Address": one.address,
                "Last used": say.moment(one.last_seen_at),
                "Since": say.moment(one.created_at),
            }
            for one in found
        ]
        grid.table(f"{PLACE}.sessions", "Where you are signed in", lines)
        others = [one for one in found if not one.here]
        with st.container(horizontal=True):
            st.button(
                f"Sign out in {say.count(len(others), 'other place')}",
                disabled=not others,
                on_click=_end,
                args=(here, others),
            )
            if st.button("Sign out everywhere"):
                session.installation().sessions.end_everywhere(here)
                handover.end()


def _end(here: Signed, others: list[OpenSession]) -> None:
    for one in others:
        session.installation().sessions.end_one(here, one.id)
    announce("You are signed in here only.")


def browser(agent: str) -> str:
    """The browser of a User-Agent header, in a word."""
    found = next((name for name in _BROWSERS if f"{name}/" in agent), "")
    return _NAMES.get(found, found) or "Another program"
