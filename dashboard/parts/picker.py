"""Choosing another record of the company: a list while it is short, a search when it is long."""

from typing import Any

import streamlit as st

from crm_data import Field, Workspace
from dashboard.parts import place

SHORT = 500


def pick_record(
    my: Workspace, field: Field, key: str, start: Any = None, disabled: bool = False
) -> int | None:
    """Draw the choice for a link field and return the chosen id; `start` is chosen at first."""
    records = my.records(field.to or "")
    label = f"{field.label} *" if field.required else field.label
    found = records.choices(limit=SHORT)
    if len(found) == SHORT:
        said = st.text_input(f"Find the {place.KIND_OF[records.name]}", key=f"{key}.find", live="400ms")
        found = records.choices(said or "", limit=50)
    if start is not None and start not in found:
        found = {int(start): str(records.get(start)[records.title]), **found}
    if key not in st.session_state:
        st.session_state[key] = start
    elif st.session_state[key] not in found:
        st.session_state[key] = None
    return st.selectbox(
        label,
        list(found),
        index=None,
        key=key,
        format_func=found.__getitem__,
        placeholder="None",
        disabled=disabled,
    )
