"""One value for many ticked rows, as another owner or stage: what can be changed is, what is refused is named."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import streamlit as st

from crm_data import Edit, Field, Kind, Records, Workspace, new_act
from crm_data.tables import noun
from dashboard.components.grid.saving import keep
from dashboard.components.grid.wire import Save
from dashboard.parts import say
from dashboard.parts.acts import announce, attempt, refuse
from dashboard.parts.dialog import dialog
from dashboard.parts.move import OPEN_STAGES
from dashboard.parts.undo import offer

_NAMED = 3  # of so many refused rows it is said why


@dataclass(frozen=True)
class _Asked:
    act: str
    ids: tuple[int, ...]


def begin(place: str, ids: Sequence[int]) -> None:
    """From a callback: open the dialog for these rows."""
    st.session_state[_name(place)] = _Asked(new_act(), tuple(ids))


def choices(records: Records) -> dict[str, Field]:
    """The fields of which many rows may be given one value: whose they are, and what is chosen from a list."""
    shown = [f for f in records.fields.values() if f.edit and f.grid]
    return {f.name: f for kind in (Kind.MEMBER, Kind.CHOICE) for f in shown if f.kind is kind}


def dialog_of(my: Workspace, records: Records, members: Mapping[int, str]) -> None:
    """Draw the dialog that was begun."""
    state = _name(records.name)
    asked: _Asked | None = st.session_state.get(state)
    if asked is None:
        return

    def forget() -> None:
        st.session_state.pop(state, None)

    @dialog(my, f"Change {say.count(len(asked.ids), noun(records.name))}", forget)
    def show() -> None:
        if st.session_state.get(state) != asked:
            st.rerun()
        fields = choices(records)
        name = st.selectbox(
            "What", list(fields), key=f"{state}.{asked.act}.what", format_func=lambda n: fields[n].label
        )
        options = _options(fields[name], members)
        key = f"{state}.{asked.act}.{name}"
        st.selectbox("New value", list(options), None, key=key, format_func=lambda v: options[v])
        st.button(
            f"Change {len(asked.ids):,}",
            key=f"{state}.give",
            type="primary",
            disabled=st.session_state.get(key) is None,
            on_click=_give,
            args=(my, records, members, asked, fields[name], key),
        )

    show()


def _options(field: Field, members: Mapping[int, str]) -> dict[Any, str]:
    """What can be chosen; a deal is closed one by one, since that asks for more."""
    if field.kind is Kind.MEMBER:
        return {**({} if field.required else {0: "Nobody"}), **members}
    labels = field.choice_labels()
    return {value: labels[value] for value in OPEN_STAGES} if field.name == "stage" else labels


def _give(
    my: Workspace, records: Records, members: Mapping[int, str], asked: _Asked, field: Field, key: str
) -> None:
    if st.session_state.pop(_name(records.name), None) != asked:
        return  # the second click of two
    value = st.session_state[key]
    wanted = None if value == 0 else value
    before = rows_of(records, asked.ids)
    edits = [Edit(id_, {field.name: (row[field.name], wanted)}) for id_, row in before.items()]
    result = attempt(records.name, lambda: keep(my, records, Save(asked.act, edits), members, say.zone()))
    if result is None:
        return
    done = [int(id_) for id_ in result["saved"]]
    if done:
        what = f"{field.label} of {say.count(len(done), noun(records.name))}"
        announce(f"{what} is {_options(field, members)[value]} now.")
        offer(records.name, what, str(result["act"]), f"{what} is as before.")
    gone = [id_ for id_ in asked.ids if id_ not in before]
    refused = {int(id_): cells for id_, cells in {**result["problems"], **result["clashes"]}.items()}
    if refused or gone:
        refuse(records.name, _refused(records, before, refused, len(gone)))


def _refused(
    records: Records,
    rows: Mapping[int, Mapping[str, Any]],
    refused: Mapping[int, Mapping[str, Any]],
    gone: int,
) -> str:
    """Which rows stay as they are, and why."""
    said = []
    for id_, cells in list(refused.items())[:_NAMED]:
        why = next(iter(cells.values()))
        sentence = why if isinstance(why, str) else "a colleague has changed it meanwhile."
        said.append(f"{rows[id_][records.title]}: {sentence}")
    if len(refused) > len(said):
        said.append(f"And {len(refused) - len(said):,} more.")
    if gone:
        said.append(f"{gone:,} no longer in the list.")
    return f"{say.count(len(refused) + gone, noun(records.name))} not changed. {' '.join(said)}"


def rows_of(records: Records, ids: Sequence[int]) -> dict[int, Mapping[str, Any]]:
    """The rows of these ids that are still in use."""
    return {row["id"]: row for row in records.fresh(records.default_query(), dict.fromkeys(ids, 0)).rows}


def _name(place: str) -> str:
    return f"{place}.many"
