"""When two people changed the same value: both are shown beside the original, and one person chooses."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import streamlit as st

from crm_data import Edit, Page, Records, errors
from dashboard.parts import say
from dashboard.parts.acts import forget_refusal

MINE, THEIRS = "Mine", "Theirs"


def remember(place: str, conflict: errors.Conflict, edits: Sequence[Edit]) -> None:
    """Keep what clashed, and all that was to be saved, until the person has chosen."""
    st.session_state[f"{place}.clashes"] = (conflict.clashes, list(edits))


def ask(place: str, records: Records, page: Page, save: Callable[[list[Edit]], None]) -> None:
    """Show every clash with its choice and one button; draws nothing when there is none."""
    kept = st.session_state.get(f"{place}.clashes")
    if not kept:
        return
    clashes, edits = kept
    with st.container(border=True, key=f"{place}.clashbox"):
        st.markdown(
            "**Changed by somebody else meanwhile.** Nothing was saved yet; choose which value stays."
        )
        for clash in clashes:
            _one(place, records, page, clash)
        st.button(
            "Save my choices",
            key=f"{place}.choose",
            type="primary",
            on_click=_chosen,
            args=(place, clashes, edits, save),
        )


def _key(place: str, clash: errors.Clash) -> str:
    return f"{place}.clash.{clash.id}.{clash.field}"


def _one(place: str, records: Records, page: Page, clash: errors.Clash) -> None:
    field = records.fields[clash.field]
    names = page.names.get(clash.field, {})

    def shown(value: Any) -> str:
        return say.value(field, value, names)

    title = next((str(row.get(records.title)) for row in page.rows if row["id"] == clash.id), f"#{clash.id}")
    st.radio(
        say.plain(f"{title}: {field.label}, which was {shown(clash.original)}"),
        [THEIRS, MINE],
        key=_key(place, clash),
        format_func=lambda side: say.plain(f"{side}: {shown(clash.mine if side == MINE else clash.theirs)}"),
        horizontal=True,
    )


def _chosen(
    place: str, clashes: list[errors.Clash], edits: list[Edit], save: Callable[[list[Edit]], None]
) -> None:
    """Mine now stands on what was seen of theirs; theirs means this value is not saved at all."""
    chosen = {(clash.id, clash.field): (st.session_state[_key(place, clash)], clash) for clash in clashes}
    kept = []
    for edit in edits:
        pairs = {}
        for name, (old, new) in edit.fields.items():
            side, clash = chosen.get((edit.id, name), (None, None))
            if side != THEIRS:
                pairs[name] = (clash.theirs if clash else old, new)
        if pairs:
            kept.append(replace(edit, fields=pairs))
    st.session_state.pop(f"{place}.clashes", None)
    forget_refusal(place)
    save(kept)
