"""One value for many ticked rows, in any column: what can be changed is, what is refused is named."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import streamlit as st

from crm_data import Edit, Field, Kind, Records, Workspace, new_act
from crm_data.tables import noun
from crm_data.tables.reading import fold
from dashboard.components.grid.saving import keep
from dashboard.components.grid.wire import Save
from dashboard.parts import say
from dashboard.parts.acts import announce, attempt, refuse
from dashboard.parts.dialog import dialog
from dashboard.parts.move import OPEN_STAGES
from dashboard.parts.picker import pick_record
from dashboard.parts.undo import offer
from dashboard.parts.widgets import key as widget_key
from dashboard.parts.widgets import widget

_NAMED = 3  # of so many refused rows it is said why
_CHOSEN = (Kind.MEMBER, Kind.CHOICE)  # from a list in which nobody stands too
SET, CLEAR, ADD, TAKE = "set", "clear", "add", "take"
_HOW = {SET: "Set", CLEAR: "Clear", ADD: "Add", TAKE: "Take away"}


@dataclass(frozen=True)
class _Asked:
    act: str
    ids: tuple[int, ...]


def begin(place: str, ids: Sequence[int]) -> None:
    """From a callback: open the dialog for these rows."""
    st.session_state[_name(place)] = _Asked(new_act(), tuple(ids))


def choices(records: Records) -> dict[str, Field]:
    """The fields of which many rows may be given one value: owner and status first, then all others."""
    fields = [f for f in records.fields.values() if f.edit and f.kind is not Kind.JSON]
    first = [f for kind in _CHOSEN for f in fields if f.kind is kind and f.grid]
    return {f.name: f for f in [*first, *(f for f in fields if f not in first)]}


def ways(field: Field) -> list[str]:
    """What can be done with a field of many rows."""
    if field.kind is Kind.TAGS:
        return [ADD, TAKE, SET, CLEAR]
    may_be_empty = not field.required and field.default is None and field.kind is not Kind.YES_NO
    return [SET, CLEAR] if may_be_empty and field.kind not in _CHOSEN else [SET]


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
        field = fields[name]
        how = _asked_how(field, f"{state}.{asked.act}.{name}.how")
        key = _value(my, field, members, f"{state}.{asked.act}.{name}") if how != CLEAR else ""
        st.button(
            f"Change {len(asked.ids):,}",
            key=f"{state}.give",
            type="primary",
            disabled=how != CLEAR and say.holds_nothing(st.session_state.get(key)),
            on_click=_give,
            args=(my, records, members, asked, field, key, how),
        )

    show()


def _asked_how(field: Field, key: str) -> str:
    offered = ways(field)
    if len(offered) == 1:
        return offered[0]
    how = st.segmented_control(
        "How", offered, default=offered[0], key=key, format_func=_HOW.__getitem__, required=True
    )
    return str(how)


def _value(my: Workspace, field: Field, members: Mapping[int, str], key: str) -> str:
    """Draw what the rows are given, and return where it is kept."""
    if field.kind in _CHOSEN:
        options = _options(field, members)
        st.selectbox("New value", list(options), None, key=key, format_func=lambda v: options[v])
        return key
    asked = replace(field, label="New value", required=False)
    if field.kind is Kind.LINK:
        pick_record(my, asked, key)
        return key
    widget(key, asked, None, members)
    return widget_key(key, asked)


def _options(field: Field, members: Mapping[int, str]) -> dict[Any, str]:
    """What can be chosen; a deal is closed one by one, since that asks for more."""
    if field.kind is Kind.MEMBER:
        return {**({} if field.required else {0: "Nobody"}), **members}
    labels = field.choice_labels()
    return {value: labels[value] for value in OPEN_STAGES} if field.name == "stage" else labels


def _give(
    my: Workspace,
    records: Records,
    members: Mapping[int, str],
    asked: _Asked,
    field: Field,
    key: str,
    how: str = SET,
) -> None:
    if st.session_state.pop(_name(records.name), None) != asked:
        return  # the second click of two
    value = None if how == CLEAR else st.session_state[key]
    before = rows_of(records, asked.ids)
    edits = [
        Edit(id_, {field.name: (row[field.name], wanted(field, row[field.name], how, value))})
        for id_, row in before.items()
    ]
    result = attempt(records.name, lambda: keep(my, records, Save(asked.act, edits), members, say.zone()))
    if result is None:
        return
    done = [int(id_) for id_ in result["saved"]]
    if done:
        what = f"{field.label} of {say.count(len(done), noun(records.name))}"
        chosen = _options(field, members).get(value) if field.kind in _CHOSEN else None
        announce(f"{what} is {chosen} now." if chosen else f"{what} changed.")
        offer(records.name, what, str(result["act"]), f"{what} is as before.")
    gone = [id_ for id_ in asked.ids if id_ not in before]
    refused = {int(id_): cells for id_, cells in {**result["problems"], **result["clashes"]}.items()}
    if refused or gone:
        refuse(records.name, _refused(records, before, refused, len(gone)))


def wanted(field: Field, held: Any, how: str, value: Any) -> Any:
    """What a row should hold that holds something already."""
    if how in (ADD, TAKE):
        tags, said = list(held or []), list(value or [])
        same = {fold(tag) for tag in (tags if how == ADD else said)}
        new = [tag for tag in said if fold(tag) not in same]
        return [*tags, *new] if how == ADD else [tag for tag in tags if fold(tag) not in same]
    return None if field.kind is Kind.MEMBER and value == 0 else value


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
