"""Merging records: their values side by side, one chosen in each field, and then there is one record."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import streamlit as st

from crm_data import Field, Records, Workspace, new_act
from crm_data.alike.merge import FEWEST, MOST, mergeable
from crm_data.alike.united import fullest, is_chosen, winners
from crm_data.store.lists import MOST_WATCHED
from crm_data.tables import noun
from dashboard.parts import say
from dashboard.parts.acts import attempt, forget_refusal, refuse, show_refusal
from dashboard.parts.dialog import dialog
from dashboard.parts.undo import did

_FEW = 5  # records, or values of a field, that are laid side by side
_KEPT_FIRST, _NEWEST = "The one that stays first", "The newest first"
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
        refuse(place, f"Choose {FEWEST} to {MOST:,} {noun(table, 2)} to merge.")
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
    rows, all_names = _read(records, begun.ids)
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
    first = _first(key) if len(rows) > _FEW else None
    order = sorted(rows, key=lambda id_: (rows[id_]["created_at"], id_), reverse=True)
    newest = order if first == _NEWEST else None
    usual = winners(records.fields, list(rows.values()), keep, my.members(), newest)
    chosen = {}
    for name, field in records.fields.items():
        options = _options(field, rows, usual[name]) if is_chosen(field) else {}
        if len(options) > 1:
            chosen[name] = f"{key}.{keep}.{first or ''}.{name}"
            said = list(options)
            of = (say.plain(field.label), said, said.index(usual[name]))
            worded = _worded(field, rows, options, all_names).__getitem__
            if len(options) > _FEW:  # one of many is looked for by its letters
                st.selectbox(*of, key=chosen[name], format_func=worded)
            else:
                st.radio(*of, key=chosen[name], format_func=worded, horizontal=True)
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


def _read(records: Records, ids: Sequence[int]) -> tuple[dict[int, Row], dict[str, dict[int, str]]]:
    """The records as they are now, and the names of what they name, a thousand at a time."""
    rows: dict[int, Row] = {}
    names: dict[str, dict[int, str]] = {}
    for start in range(0, len(ids), MOST_WATCHED):
        some = dict.fromkeys(ids[start : start + MOST_WATCHED], 0)
        fresh = records.fresh(records.default_query(), some)
        rows |= {row["id"]: row for row in fresh.rows}
        for field, of in fresh.names.items():
            names.setdefault(field, {}).update(of)
    return rows, names


def _first(key: str) -> str | None:
    """Whose value stands first in each field, of many records; each field may still be chosen by itself."""
    return st.segmented_control(
        "Where they differ",
        [_KEPT_FIRST, _NEWEST],
        default=_KEPT_FIRST,
        key=f"{key}.first",
        help="Whose value is taken unless you choose another below; where one says nothing, the next one's.",
        required=True,
    )


def _options(field: Field, rows: Mapping[int, Row], usual: int) -> dict[int, Any]:
    """A record for each value that there is, the usual one for its own."""
    found: dict[str, int] = {}
    for id_ in (usual, *rows):
        found.setdefault(repr(rows[id_][field.name] or None), id_)
    order = {id_: at for at, id_ in enumerate(rows)}
    return {id_: rows[id_][field.name] for id_ in sorted(found.values(), key=order.__getitem__)}


def _worded(field: Field, rows: Mapping[int, Row], ids: Iterable[int], names: Names) -> dict[int, str]:
    """What some of the records say there."""
    return {id_: say.plain(say.value(field, rows[id_][field.name], names.get(field.name))) for id_ in ids}


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
