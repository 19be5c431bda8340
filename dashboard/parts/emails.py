"""A warning before a record is made with an e-mail that another has: who that is, and a second press makes it."""

from collections.abc import Mapping, Sequence
from typing import Any

import streamlit as st

from crm_data import Kind, Records, Workspace
from crm_data.tables import noun
from dashboard.parts import place, say
from dashboard.parts.acts import forget_refusal


def known(my: Workspace, form: str, wanted: Sequence[tuple[Records, Mapping[str, Any]]]) -> bool:
    """Whether to ask first: somebody has an e-mail of what is to be made, and was not named yet."""
    typed = {
        values[name]
        for records, values in wanted
        for name, field in records.fields.items()
        if field.kind is Kind.EMAIL and values.get(name)
    }
    found = my.known_by_email(typed) if typed else []
    named = st.session_state.get(_key(form), [])
    st.session_state[_key(form)] = found
    if not found or found == named:
        return False
    forget_refusal(form)  # another press, another answer
    return True


def warn(form: str) -> bool:
    """Say who has them, each a link that opens beside this screen; whether anybody has."""
    found = st.session_state.get(_key(form), [])
    with st.container():  # its place is kept
        if found:
            st.warning(
                "This e-mail is known here already. Look whether it is the same, or press once more.",
                icon=":material/group:",
            )
        for one in found:
            who = f"{one.title}, {noun(one.table)}{' (archived)' if one.archived else ''}: {one.email}"
            address = place.record(place.KIND_OF[one.table], one.id)
            st.link_button(say.plain(who), address, icon=":material/open_in_new:")
    return bool(found)


def forget(form: str) -> None:
    """Nobody was named yet."""
    st.session_state.pop(_key(form), None)


def _key(form: str) -> str:
    return f"{form}.known"
