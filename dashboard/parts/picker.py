"""Choosing another record of the company: from a list, by a search where that is long, or a new one."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import streamlit as st

from crm_data import Field, Kind, Records, Workspace, inside
from crm_data.tables import noun
from dashboard.known import known as unchanged
from dashboard.parts import say
from dashboard.parts.widgets import in_order, said, widget

SHORT = 500


def short_list(my: Workspace, field: Field) -> dict[int, str] | None:
    """All that can be chosen for a link field, by id; None when it is more than a list can show."""
    records = my.records(field.to or "")
    found = unchanged(my, f"{records.name}.short", (), lambda: records.choices(limit=SHORT))
    return None if len(found) == SHORT else found


def pick_record(
    my: Workspace,
    field: Field,
    key: str,
    start: Any = None,
    disabled: bool = False,
    known: Mapping[int, str] | None = None,
) -> int | None:
    """Draw the choice for a link field and return the chosen id; `start` is chosen at first.

    `known`: what `short_list` found, where it was asked before; nothing else makes it fit into a form.
    """
    records = my.records(field.to or "")
    label = f"{say.plain(field.label)} *" if field.required else say.plain(field.label)
    found = known if known is not None else short_list(my, field)
    if found is None:
        typed = st.text_input(f"Find the {noun(records.name)}", key=f"{key}.find", live="400ms")
        found = records.choices(typed or "", limit=50)
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


def offer_new(my: Workspace, field: Field, form: str) -> None:
    """Below the choice, for whoever may add such a record: its first fields, to make it in the same act.

    The form around it has a name of its own, so what belongs to the other record says so, as its refusals do.
    """
    records = my.records(field.to or "")
    if not _suffices(records):
        return
    with st.expander(f"New {noun(records.name)}", icon=":material/add:"):
        for one in _first(records):
            widget(_place(form, field), replace(one, label=f"{field.label} {inside(one.label)}"), None, {})


def new_record(my: Workspace, field: Field, form: str) -> tuple[Records, dict[str, Any]] | None:
    """What was typed there: the records to add to, and the values; None when it was left empty."""
    records = my.records(field.to or "")
    typed = {one.name: said(_place(form, field), one) for one in _first(records)}
    if all(say.holds_nothing(value) for value in typed.values()):
        return None
    return records, {**records.new_values(), **typed}


def _place(form: str, field: Field) -> str:
    return f"{form}.new.{field.name}"


def _first(records: Records) -> list[Field]:
    """What it is called and how it is reached."""
    return [f for f in in_order(records) if f.name == records.title or f.kind in (Kind.EMAIL, Kind.PHONE)][:3]


def _suffices(records: Records) -> bool:
    """Whether this person may add one, and nothing is asked for but its name."""
    given = records.new_values()
    asked = [f.name for f in records.fields.values() if f.required and given.get(f.name) is None]
    return asked == [records.title] and records.may("add") and len(_first(records)) > 1
