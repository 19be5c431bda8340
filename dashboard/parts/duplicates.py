"""Duplicates: records that are likely the same, the most certain first; merged or kept apart from here."""

from collections.abc import Mapping
from typing import Any

import streamlit as st

from crm_data import Group, Records, Workspace, new_act
from crm_data.alike.apart import MOST as MOST_APART
from crm_data.alike.likeness import known_by
from crm_data.tables import noun
from dashboard.known import known
from dashboard.parts import merging, place, say
from dashboard.parts.acts import attempt, show_refusal
from dashboard.parts.heading import empty, heading
from dashboard.parts.undo import did

PLACE = "duplicates"
_SHOWN = 20  # groups at once


def duplicates_screen(my: Workspace, records: Records) -> None:
    """Draw the groups of one kind of record, with what can be done about each."""
    found: list[Group] = known(my, PLACE, (records.name,), lambda: my.alike.groups(records.name))
    told = f"{say.count(len(found), 'group')} of {noun(records.name, 2)} that may be the same"
    with heading("Duplicates", told if found else noun(records.name, 2).capitalize()):
        pass
    show_refusal(PLACE)
    merging.dialog_of(my, PLACE)
    if not found:
        empty("done_all", f"No two {noun(records.name, 2)} look like the same one.")
    key = f"{PLACE}.{records.name}.shown"
    shown = st.session_state.get(key, _SHOWN)
    for group in found[:shown]:
        _one(my, records, group)
    if len(found) > shown:
        st.button(
            f"Show more of {len(found):,}",
            key=f"{PLACE}.more",
            on_click=lambda: st.session_state.update({key: shown + _SHOWN}),
        )


def _one(my: Workspace, records: Records, group: Group) -> None:
    ids, name = group.ids, f"{PLACE}.{records.name}.{group.ids[0]}"
    few = ids[:MOST_APART]
    with st.container(border=True):
        st.text(group.why.capitalize())
        for row in group.rows[:MOST_APART]:
            address = place.record(noun(records.name), row["id"])
            st.link_button(
                say.plain(_said(records, row)), address, type="tertiary", icon=":material/open_in_new:"
            )
        if len(few) < len(ids):
            st.caption(f"The first {len(few)} of {len(ids):,} are named.")
        with st.container(horizontal=True):
            st.button(
                f"Merge {len(ids):,}",
                key=f"{name}.merge",
                icon=":material/merge:",
                on_click=merging.begin,
                args=(PLACE, records.name, ids),
            )
            st.button(
                "Keep apart" if len(few) == len(ids) else f"Keep the first {len(few)} apart",
                key=f"{name}.apart",
                icon=":material/call_split:",
                on_click=_keep_apart,
                args=(my, records, few),
            )


def _said(records: Records, row: Mapping[str, Any]) -> str:
    columns = known_by(records.name)
    assert columns is not None
    said = [str(row[name]) for name in (columns.title, *columns.emails, *columns.phones) if row[name]]
    return ", ".join([*said, f"of {say.moment(row['created_at'])}"])


def _keep_apart(my: Workspace, records: Records, ids: list[int]) -> None:
    act = new_act()
    if attempt(PLACE, lambda: my.alike.keep_apart(records.name, ids, act)) is not None:
        what = say.count(len(ids), noun(records.name))
        undone = f"{what} may be the same again."
        did(my, f"{what} are kept apart.", act, f"{what} kept apart", undone, "call_split")
