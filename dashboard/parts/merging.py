"""Merging records: their values side by side, one chosen in each field, and then there is one record."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import streamlit as st

from crm_data import Field, Records, Workspace, new_act
from crm_data.alike.merge import FEWEST, MOST, mergeable
from crm_data.alike.united import fullest, is_chosen, winners
from crm_data.tables import noun
from dashboard.parts import say
from dashboard.parts.acts import attempt, forget_refusal, refuse, show_refusal
from dashboard.parts.dialog import dialog
from dashboard.parts.undo import did

Row = Mapping[str, Any]
Names = Mapping[str, Mapping[int, str]]


@dataclass(frozen=True)
class _Begun:
    act: str
    table: str
    ids: tuple[int, ...]


def may_merge(records: Records) -> bool:
    """Whether this person may merge records of this kind at all."""
    return mergeable(records.name) and records.may("archive")


def begin(place: str, table: str, ids: Sequence[int]) -> None:
    """From a callback: open the dialog for these records, or say why not."""
    forget_refusal(place)
    if not FEWEST <= len(ids) <= MOST:
        refuse(place, f"Choose {FEWEST} to {MOST} {noun(table, 2)} to merge.")
        return
    st.session_state[_name(place)] = _Begun(new_act(), table, tuple(ids))


def dialog_of(my: Workspace, place: str) -> None:
    """Draw the dialog that was begun."""
    begun: _Begun | None = st.session_state.get(_name(place))
    if begun is None:
        return

    def forget() -> None:
        st.session_state.pop(_name(place), None)

    @dialog(my, f"Merge {say.count(len(begun.ids), noun(begun.table))}", forget, "large")
    def show() -> None:
        if st.session_state.get(_name(place)) != begun:
            st.rerun()
        _body(my, place, begun)

    show()


def _body(my: Workspace, place: str, begun: _Begun) -> None:
    records = my.records(begun.table)
    fresh = records.fresh(records.default_query(), dict.fromkeys(begun.ids, 0))
    rows = {row["id"]: row for row in fresh.rows}
    show_refusal(place)
    if len(rows) < FEWEST:
        st.text("These are no longer here. Close this and look again.")
        return
    key = f"{_name(place)}.{begun.act}"
    keep = st.selectbox(
        "The one that stays",
        fullest(records.fields, list(rows.values())),
        key=f"{key}.keep",
        format_func=lambda id_: f"{rows[id_][records.title]} (of {say.moment(rows[id_]['created_at'])})",
        help="The one that says most comes first. Links to the others will lead to it.",
    )
    usual = winners(records.fields, list(rows.values()), keep, my.members())
    chosen = {}
    for name, field in records.fields.items():
        options = _options(field, rows, usual[name]) if is_chosen(field) else {}
        if len(options) > 1:
            chosen[name] = f"{key}.{keep}.{name}"
            st.radio(
                say.plain(field.label),
                list(options),
                list(options).index(usual[name]),
                key=chosen[name],
                format_func=_worded(field, rows, fresh.names).__getitem__,
                horizontal=True,
            )
    st.caption(
        "Whatever belongs to the others moves to it. Tags and notes of all are kept, further e-mails and numbers"
        " in the notes. The others are archived. History takes all of it apart again."
    )
    st.button(
        f"Merge {say.count(len(rows), noun(begun.table))}",
        key=f"{key}.do",
        type="primary",
        on_click=_merge,
        args=(my, place, begun, keep, chosen, {id_: row["version"] for id_, row in rows.items()}),
    )


def _options(field: Field, rows: Mapping[int, Row], usual: int) -> dict[int, Any]:
    """A record for each value that there is, the usual one for its own."""
    found: dict[str, int] = {}
    for id_ in (usual, *rows):
        found.setdefault(repr(rows[id_][field.name] or None), id_)
    order = list(rows)
    return {id_: rows[id_][field.name] for id_ in sorted(found.values(), key=order.index)}


def _worded(field: Field, rows: Mapping[int, Row], names: Names) -> dict[int, str]:
    """What each record says there."""
    return {
        id_: say.plain(say.value(field, row[field.name], names.get(field.name))) for id_, row in rows.items()
    }


def _merge(
    my: Workspace, place: str, begun: _Begun, keep: int, keys: Mapping[str, str], seen: Mapping[int, int]
) -> None:
    if st.session_state.get(_name(place)) != begun:
        return  # the second click of two
    chosen = {name: st.session_state[key] for name, key in keys.items()}
    done = attempt(
        place, lambda: my.alike.merge(begun.table, list(seen), keep, chosen, seen, begun.act, say.zone())
    )
    if done is not None:
        st.session_state.pop(_name(place), None)
        what = say.count(len(seen), noun(begun.table))
        did(my, f"{what} are one now.", begun.act, f"{what} merged", f"{what} as before.", "merge")


def _name(place: str) -> str:
    return f"{place}.merging"
