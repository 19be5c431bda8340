"""Words of a file for choices and colleagues: those that were understood, and a meaning for the others."""

from collections import Counter
from collections.abc import Mapping, Sequence

import streamlit as st

from crm_data import Field, Kind, Plan, Records, Workspace
from crm_data.transfer.mapping import importable
from crm_data.transfer.plan import Column, Unmatched
from dashboard.parts import say

_MOST_WORDS = 30
_MOST_SAID = 6  # in a line


def unknown_words(
    my: Workspace, records: Records, plan: Plan, unknown: Mapping[str, Mapping[str, int]], place: str
) -> None:
    """Words of the file that name no choice or colleague: what they mean here, each by itself or all at once."""
    fields = importable(records)
    for heading, words in unknown.items():
        column = next((c for c in plan.columns if c.heading == heading), None)
        field = fields.get(column.to) if column else None
        if column is None or field is None or field.kind not in (Kind.CHOICE, Kind.MEMBER):
            continue
        with st.expander(f"Words in {say.plain(heading)} that are not known ({len(words):,})", expanded=True):
            _all_at_once(column, field, words, place)
            _each(my, field, heading, words, place)


def known_words(my: Workspace, field: Field, column: Column, cells: Sequence[str], place: str) -> None:
    """Words of the file that name a choice otherwise than we do: how each is read, and a way to change that."""
    rows = Counter(cell for cell in map(str.strip, cells) if cell in column.values)
    if not rows:  # and no colleague need be asked for
        return
    named = _labels(my, field)
    labels = {**named, "": "kept beside"}
    rows = Counter({word: n for word, n in rows.items() if column.values[word] in labels})
    said = [
        f"{say.plain(word)} as {say.plain(labels[column.values[word]])}" for word in list(rows)[:_MOST_SAID]
    ]
    more = ", …" if len(rows) > _MOST_SAID else ""
    with st.expander(
        f"{say.plain(column.heading)} reads {', '.join(said)}{more}", icon=":material/translate:"
    ):
        _each(my, field, column.heading, rows, place, column.values)


def _all_at_once(column: Column, field: Field, words: Mapping[str, int], place: str) -> None:
    with st.container(horizontal=True):
        key = f"{place}.words.all.{column.heading}"
        if field.kind is Kind.CHOICE:
            nothing = (place, column.heading, dict.fromkeys(words, ""))
            st.button("Keep all beside", key=key, on_click=_keep_words, args=nothing)
            return
        for label, meant in (
            ("Add all as former colleagues", Unmatched.FORMER),
            ("Keep all beside", Unmatched.EMPTY),
        ):
            told = (f"{place}.as.{column.heading}.{column.to}.unmatched", meant)
            st.button(label, key=f"{key}.{meant}", on_click=_set, args=told)


def _each(
    my: Workspace,
    field: Field,
    heading: str,
    words: Mapping[str, int],
    place: str,
    meant: Mapping[str, str] | None = None,
) -> None:
    """A choice a word; `meant`: what each is read as if nobody chooses another meaning."""
    labels = _labels(my, field)
    # What becomes of all unknown colleagues is chosen above; a word of its own wins over that.
    undecided = "Not decided" if field.kind is Kind.CHOICE else "As chosen above"
    labels[""] = "Keep it beside the record"
    kept = dict(st.session_state.get(f"{place}.words.{heading}") or {})
    shown = list(words.items())[:_MOST_WORDS]
    with st.container(height=260 if len(shown) > 6 else "content", border=False):
        for at, (word, rows) in enumerate(shown):
            if at % 2 == 0:
                pair = st.columns(2)
            with pair[at % 2]:
                kept[word] = st.selectbox(
                    f"{say.plain(word)}: {say.count(rows, 'row')}",
                    list(labels),
                    index=list(labels).index(meant[word]) if meant else None,
                    format_func=labels.__getitem__,
                    placeholder=undecided,
                    key=f"{place}.word.{heading}.{word}",
                )
    told, which = (place, heading, kept), "known" if meant else "go"
    st.button("Use these meanings", key=f"{place}.words.{which}.{heading}", on_click=_keep_words, args=told)


def _labels(my: Workspace, field: Field) -> dict[str, str]:
    """What a word may mean: the choices of a field, or the colleagues."""
    if field.kind is Kind.CHOICE:
        return dict(field.choice_labels())
    return {str(id_): name for id_, name in my.members().items()}


def _keep_words(place: str, heading: str, meanings: dict[str, str | None]) -> None:
    known = st.session_state.get(f"{place}.words.{heading}") or {}
    st.session_state[f"{place}.words.{heading}"] = {**known, **meanings}


def _set(key: str, value: str) -> None:
    st.session_state[key] = value
