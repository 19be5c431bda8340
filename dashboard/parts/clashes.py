"""When two people changed the same value: both are shown beside the original, and one person chooses."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import streamlit as st

from crm_data import Change, CrmError, Records, errors
from dashboard.parts import say
from dashboard.parts.acts import forget_refusal

MINE, THEIRS = "Mine", "Theirs"
Choices = Mapping[tuple[int, str], str]  # (record, field) -> side
Pairs = Mapping[str, tuple[Any, Any]]  # field -> the value seen, the value wanted
_TOLD = 20  # of so many records who changed them is looked up
Names = Mapping[str, Mapping[int, str]]
# Called with what clashed and the side chosen for each.
Settle = Callable[[Sequence[errors.Clash], Choices], None]


def remember(place: str, conflict: errors.Conflict) -> None:
    """Keep what clashed until the person has chosen."""
    st.session_state[_kept(place)] = conflict.clashes


def forget(place: str) -> None:
    """There is nothing to choose any more."""
    for clash in st.session_state.pop(_kept(place), ()):
        st.session_state.pop(_key(place, clash), None)


def waits(place: str) -> bool:
    """Whether somebody has still to choose here."""
    return bool(st.session_state.get(_kept(place)))


def ask(place: str, records: Records, rows: Mapping[int | None, Any], names: Names, settle: Settle) -> None:
    """Show every clash with its choice and one button; draws nothing when there is none.

    `rows` by id tell what the records are called.
    """
    clashes: list[errors.Clash] = st.session_state.get(_kept(place)) or []
    if not clashes:
        return

    def chosen() -> None:
        sides = {(clash.id, clash.field): st.session_state[_key(place, clash)] for clash in clashes}
        forget(place)
        forget_refusal(place)
        settle(clashes, sides)

    with st.container(border=True, key=f"{place}.clashbox"):
        st.markdown(
            "**Changed by somebody else meanwhile.** Nothing was saved yet; choose which value stays."
        )
        histories = {id_: _history(records, id_) for id_ in list({c.id: None for c in clashes})[:_TOLD]}
        sides = [_one(place, records, rows, names, c, histories.get(c.id, ())) for c in clashes]
        st.button(
            "Save my choices",
            key=f"{place}.choose",
            type="primary",
            on_click=chosen,
            disabled=None in sides,
        )


def settled(
    id_: int, fields: Pairs, clashes: Sequence[errors.Clash], chosen: Choices
) -> dict[str, tuple[Any, Any]]:
    """What is to be saved of one record: theirs lets go of the edit, mine now stands on what theirs is."""
    left = dict(fields)
    for clash in clashes:
        if clash.id != id_ or clash.field not in left:
            continue
        if chosen[id_, clash.field] == THEIRS:
            del left[clash.field]
        else:
            left[clash.field] = (clash.theirs, left[clash.field][1])
    return left


def _kept(place: str) -> str:
    return f"{place}.clashes"


def _key(place: str, clash: errors.Clash) -> str:
    return f"{place}.clash.{clash.id}.{clash.field}"


def _history(records: Records, id_: int) -> Sequence[Change]:
    try:
        return records.history(id_)
    except CrmError:  # the record is gone meanwhile; saving will say so
        return ()


def _one(
    place: str,
    records: Records,
    rows: Mapping[int | None, Any],
    names: Names,
    clash: errors.Clash,
    history: Sequence[Change],
) -> str | None:
    field = records.fields[clash.field]

    def shown(value: Any) -> str:
        return say.value(field, value, names.get(clash.field, {}))

    last = next((change for change in history if change.field == clash.field), None)
    by = f" ({last.who}, {say.moment(last.at)})" if last else ""
    words = {MINE: f"Mine: {shown(clash.mine)}", THEIRS: f"Theirs: {shown(clash.theirs)}{by}"}
    title = rows[clash.id][records.title] if clash.id in rows else f"#{clash.id}"
    return st.radio(
        say.plain(f"{title}: {field.label}, which was {shown(clash.original)}"),
        [THEIRS, MINE],
        index=None,
        key=_key(place, clash),
        format_func=lambda side: say.plain(words[side]),
        horizontal=True,
    )
