"""Who wrote a cell of a grid and what stood there before."""

from collections.abc import Mapping

import streamlit as st

from crm_data import Records, Workspace
from dashboard.parts import say
from dashboard.parts.dialog import dialog


def begin(place: str, id_: int, field: str) -> None:
    """From a callback: open the dialog for this cell."""
    st.session_state[f"{place}.cell"] = (id_, field)


def dialog_of(my: Workspace, records: Records, members: Mapping[int, str]) -> None:
    """Draw the dialog that was begun."""
    place = f"{records.name}.cell"
    if place not in st.session_state:
        return
    id_, name = st.session_state[place]
    field = records.fields[name]

    @dialog(my, f"History of {say.plain(field.label)}", lambda: st.session_state.pop(place, None))
    def show() -> None:
        row = records.get(id_)
        st.text(str(row[records.title]))
        changes = [change for change in records.history(id_) if change.field == name]
        if not changes:
            st.caption("Nothing was written here since the record was added.")
        for change in changes:
            was, now = (say.value(field, value, members) for value in (change.before, change.after))
            st.text(f"{say.moment(change.at)}, {change.who}: {was or 'nothing'} → {now or 'nothing'}")

    show()
