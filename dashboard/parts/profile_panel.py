"""The company's own profile: name, address, currency, fiscal year."""

from typing import Any

import streamlit as st

from crm_data import Kind, Workspace
from dashboard.parts import listed, say
from dashboard.parts.acts import announce, done, show_refusal
from dashboard.parts.currencies import currency_choice

PLACE = "profile"


def profile_panel(my: Workspace) -> None:
    """The profile as a form; saving sends only what was changed."""
    fields, now = my.profile.fields, my.profile.get()

    def save() -> None:
        changed: dict[str, tuple[Any, Any]] = {}
        for name in fields:
            new = listed.said(fields[name], f"{PLACE}.{name}")
            if (new or None) != (now[name] or None):
                changed[name] = (now[name], new)
        if not changed:
            announce("Nothing was changed.", "info")
        elif done(PLACE, lambda: my.profile.change(changed)):
            announce("Company profile saved.")

    with st.form(PLACE, border=False, enter_to_submit=False):
        columns = st.columns(2)
        for at, (name, field) in enumerate(fields.items()):
            label = f"{say.plain(field.label)} *" if field.required else say.plain(field.label)
            key = f"{PLACE}.{name}"
            with columns[at % 2]:
                if field.kind is Kind.LONG_TEXT:
                    st.text_area(label, now[name] or "", key=key, height=80)
                elif name == "country":
                    listed.choice(field, label, key, now[name])
                elif name == "currency":
                    currency_choice(label, key, now[name] or "", help=field.help)
                elif field.kind is Kind.CHOICE:
                    labels = field.choice_labels()
                    at_first = list(labels).index(now[name])
                    st.selectbox(label, list(labels), at_first, labels.__getitem__, key=key, help=field.help)
                else:
                    st.text_input(label, now[name] or "", key=key, max_chars=field.length, help=field.help)
        show_refusal(PLACE)
        st.form_submit_button("Save company profile", type="primary", on_click=save)
