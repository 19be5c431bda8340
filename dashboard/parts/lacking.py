"""What a Save cannot do without: closing a deal as lost needs a reason, which is asked for where one stands."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import streamlit as st

from crm_data import CrmError, Edit, Field, Workspace, new_act
from dashboard.components.grid import Grid
from dashboard.components.grid.wire import Save
from dashboard.parts import say, widgets
from dashboard.parts.acts import forget_refusal, refuse, show_refusal
from dashboard.parts.dialog import dialog
from dashboard.parts.undo import did

_MOST = 20  # so many are asked for at once; the others by the next Save


@dataclass(frozen=True)
class _Asked:
    """Edits that wait for a value of another field, by record."""

    act: str
    edits: Mapping[int, Edit]
    lacks: Mapping[int, Sequence[str]]


def begin(place: str, save: Save, lacks: Mapping[int, Sequence[str]]) -> None:
    """From a callback: open the dialog for what these records of a Save lack."""
    edits = {edit.id: edit for edit in save.edits if edit.id in lacks}
    some = {id_: names for id_, names in list(lacks.items())[:_MOST] if id_ in edits}
    st.session_state[_name(place)] = _Asked(new_act(), edits, some)
    forget_refusal(_name(place))


def dialog_of(my: Workspace, grid: Grid) -> None:
    """Draw the dialog that was begun. Dismissed, what was typed waits in the grid as before."""
    place, records = _name(grid.key), grid.records
    if st.session_state.get(place) is None:
        return

    def forget() -> None:
        st.session_state.pop(place, None)

    @dialog(my, "What is still needed", forget)
    def show() -> None:
        asked: _Asked | None = st.session_state.get(place)
        if asked is None:
            st.rerun()
        with st.form(f"{place}.{asked.act}", border=False, enter_to_submit=False):
            for id_, names in asked.lacks.items():
                row = _row(grid, id_)
                st.text(f"{row.get(records.title, f'#{id_}')}: {_wanted(grid, asked.edits[id_])}")
                for name in names:
                    widgets.widget(
                        _key(place, asked, id_),
                        records.fields[name],
                        row.get(name),
                        grid.members,
                        suggested=records.suggestions.get(name, ()),
                    )
            show_refusal(place)
            count = sum(len(asked.edits[id_].fields) for id_ in asked.lacks)
            st.form_submit_button(
                f"Save {say.count(count, 'change')}", type="primary", on_click=_give, args=(grid, asked)
            )

    show()


def _give(grid: Grid, asked: _Asked) -> None:
    place = _name(grid.key)
    if st.session_state.get(place) != asked:
        return  # the second click of two
    edits = []
    for id_, names in asked.lacks.items():
        row = _row(grid, id_)
        given = {name: widgets.said(_key(place, asked, id_), grid.records.fields[name]) for name in names}
        also = {name: (row.get(name), value) for name, value in given.items() if not say.holds_nothing(value)}
        edits.append(replace(asked.edits[id_], fields={**asked.edits[id_].fields, **also}))
    result = grid.answer(Save(new_act(), edits))
    result.pop("lacks", None)
    forget_refusal(place)
    if not result["problems"] and not result["clashes"]:
        st.session_state.pop(place, None)
        did(grid.my, result["words"], result["act"])
    elif result["clashes"]:  # the cells say what a colleague wrote
        st.session_state.pop(place, None)
    else:
        told = [sentence for cells in result["problems"].values() for sentence in cells.values()]
        refuse(place, " ".join(dict.fromkeys(told)))


def _row(grid: Grid, id_: int) -> Mapping[str, Any]:
    try:
        return grid.records.get(id_)
    except CrmError:  # it is gone meanwhile; saving will say so
        return {}


def _wanted(grid: Grid, edit: Edit) -> str:
    fields = grid.records.fields
    return ", ".join(
        f"{fields[name].label} {_said(fields[name], grid, pair[1])}" for name, pair in edit.fields.items()
    )


def _said(field: Field, grid: Grid, wanted: Any) -> str:
    return say.value(field, wanted, grid.members if isinstance(wanted, int) else {})


def _key(place: str, asked: _Asked, id_: int) -> str:
    return f"{place}.{asked.act}.{id_}"


def _name(key: str) -> str:
    return f"{key}.lacking"
