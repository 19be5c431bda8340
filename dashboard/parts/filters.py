"""The one line above a list: search, filters made from the declarations, sort. The URL is the only state."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date
from typing import Any

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from crm_data import CrmError, Field, Kind, Query, Records, words
from crm_data.store.conditions import ANY, EMPTY, NOTHING, RANGES, Except
from dashboard.parts import place, say

NOBODY = -1


def bar(records: Records) -> DeltaGenerator:
    """The line above a list, which wraps where there is no room for all that stands in it."""
    return st.container(horizontal=True, vertical_alignment="center", gap="small", key=f"{records.name}.bar")


def filter_bar(
    records: Records,
    members: Callable[[], Mapping[int, str]],
    keep: tuple[str, ...] = (),
    line: DeltaGenerator | None = None,
    sort: bool = True,
) -> Query:
    """Draw search, filters and sort in `line`, and return the list they mean. A URL that cannot be read says so.

    `members` is asked only while the filters are open. Without `sort` the list is sorted by its own heads.
    """
    try:
        query = _here(records)
    except CrmError as error:
        st.warning(say.plain(str(error)), icon=":material/link_off:")
        query = replace(records.default_query(), zone=say.zone())
    with line or bar(records):
        _search(records, query, keep)
        active = [name for name, wanted in query.where.items() if wanted not in ANY]
        # Its dozen widgets are drawn only while it is open: they are half of what the bar costs. Its label stays
        # the same: with another one it would be another popover, which is shut.
        box = st.popover(
            "Filters", icon=":material/filter_list:", key=f"{records.name}.filters", on_change=place.catch_up
        )
        if box.open:
            colleagues = members()
            with box:
                for field in records.fields.values():
                    if field.filter and field.kind is not Kind.LINK:
                        _filter(records, query, field, colleagues, keep)
                _archived(records, query, keep)
        if sort:
            _sort(records, query, keep)
        if active or query.search or query.archived:
            st.button(
                f"Clear {say.count(len(active), 'filter')}" if active else "Clear",
                key=f"{records.name}.clear",
                type="tertiary",
                on_click=place.go,
                args=({}, keep),
            )
    if also := _also(records, query):
        st.caption(say.plain(f"Only where {'; '.join(also)}."))
    return query


def _here(records: Records) -> Query:
    """The list that the URL means. Raises a CrmError when it cannot be read."""
    return records.query(place.params(), say.zone())


def _also(records: Records, query: Query) -> list[str]:
    """What a number has asked for that none of the filters can show, in words."""
    said = []
    for name, wanted in query.where.items():
        field = records.fields[name]
        if isinstance(wanted, Except):
            said.append(f"{field.label} is none of {say.count(len(wanted.values), 'chosen one')}")
        elif wanted == NOTHING:
            said.append(f"{field.label} is two things at once, so that nothing is listed")
        elif wanted == EMPTY and field.kind in RANGES:
            said.append(f"{field.label} is not filled in")
    for preset in query.preset.split(","):
        named, _, days = preset.partition(":")
        if named in records.behind:
            said.append(records.behind[named] + (f" ({days.replace('..', ' to ')})" if days else ""))
        elif "," in query.preset:
            said.append(f"'{words(preset)}' is chosen too")
    return said


def _go(records: Records, keep: tuple[str, ...], what: Callable[[Query], Query]) -> None:
    """Go to the list that is like the present one but for `what`; a bad URL counts as the first list."""
    place.catch_up()
    try:
        query = _here(records)
    except CrmError:
        query = replace(records.default_query(), zone=say.zone())
    place.go(records.params(what(query).first()), keep)


def _key(records: Records, name: str) -> str:
    return f"{records.name}.filter.{name}"


def _search(records: Records, query: Query, keep: tuple[str, ...]) -> None:
    key = _key(records, "q")
    # A space at the end stays while somebody is still typing.
    if (st.session_state.get(key) or "").strip() != query.search:
        st.session_state[key] = query.search

    def changed() -> None:
        said = (st.session_state[key] or "").strip()[:200]
        _go(records, keep, lambda now: replace(now, search=said))

    searched = ", ".join(f.label.lower() for f in records.fields.values() if f.search)
    st.text_input(
        "Search",
        key=key,
        type="search",
        icon=":material/search:",
        placeholder=f"Search {searched}",
        label_visibility="collapsed",
        live="400ms",
        on_change=changed,
    )


def _sort(records: Records, query: Query, keep: tuple[str, ...]) -> None:
    columns = {name: field.label for name, field in records.fields.items() if field.sort}
    options = [(name, down) for name in columns for down in (False, True)]
    key = _key(records, "sort")
    st.session_state[key] = (query.sort, query.descending)

    def changed() -> None:
        sort, down = st.session_state[key]
        _go(records, keep, lambda now: replace(now, sort=sort, descending=down))

    st.selectbox(
        "Sort by",
        options,
        key=key,
        format_func=lambda option: f"{columns[option[0]]} {'↓' if option[1] else '↑'}",
        label_visibility="collapsed",
        on_change=changed,
        width=150,
    )


def _archived(records: Records, query: Query, keep: tuple[str, ...]) -> None:
    key = _key(records, "archived")
    st.session_state[key] = query.archived

    def changed() -> None:
        wanted = st.session_state[key]
        _go(records, keep, lambda now: replace(now, archived=wanted))

    st.toggle("Archived only", key=key, on_change=changed)


def _filter(
    records: Records, query: Query, field: Field, members: Mapping[int, str], keep: tuple[str, ...]
) -> None:
    """One filter as the field's kind asks for it; what it holds comes from the query alone."""
    key, wanted = _key(records, field.name), query.where.get(field.name)

    def changed() -> None:
        read = _read(field, key)
        _go(records, keep, lambda now: replace(now, where={**now.where, field.name: read}))

    if field.kind is Kind.CHOICE:
        labels = field.choice_labels()
        st.session_state[key] = [value for value in _values(wanted) if value in labels]
        st.multiselect(field.label, list(labels), key=key, format_func=labels.__getitem__, on_change=changed)
    elif field.kind is Kind.MEMBER:
        options = [NOBODY, *members]
        chosen = [NOBODY if id_ is None else id_ for id_ in _values(wanted)]
        st.session_state[key] = [id_ for id_ in chosen if id_ in options]
        st.multiselect(
            field.label,
            options,
            key=key,
            format_func=lambda id_: "Nobody" if id_ == NOBODY else members[id_],
            on_change=changed,
        )
    elif field.kind in RANGES:
        edges = _values(wanted)
        _range(field, key, (edges[0], edges[1]) if len(edges) == 2 else (None, None), changed)
    else:
        st.session_state[key] = wanted if isinstance(wanted, str) else ", ".join(_values(wanted))
        st.text_input(f"{field.label} contains", key=key, on_change=changed)


def _values(wanted: Any) -> tuple[Any, ...]:
    return wanted if isinstance(wanted, tuple) else ()


def _range(field: Field, key: str, wanted: tuple[Any, Any], changed: Any) -> None:
    for column, edge, word, value in zip(st.columns(2), ("low", "high"), ("from", "to"), wanted, strict=True):
        name = f"{key}.{edge}"
        st.session_state[name] = float(value) if field.kind is Kind.MONEY and value is not None else value
        with column:
            if field.kind in (Kind.DAY, Kind.MOMENT):
                st.date_input(
                    f"{field.label} {word}",
                    key=name,
                    value=None,
                    on_change=changed,
                    min_value=date(1900, 1, 1),
                    max_value=date(2200, 12, 31),
                )
            else:
                st.number_input(
                    f"{field.label} {word}",
                    key=name,
                    value=None,
                    min_value=0.0 if field.kind is Kind.MONEY else 0,
                    on_change=changed,
                )


def _read(field: Field, key: str) -> Any:
    if field.kind in RANGES:
        return (st.session_state[f"{key}.low"], st.session_state[f"{key}.high"])
    said = st.session_state[key]
    if field.kind is Kind.MEMBER:
        return tuple(None if id_ == NOBODY else id_ for id_ in said)
    if field.kind is Kind.CHOICE:
        return tuple(said)
    if field.kind is Kind.TAGS:
        return tuple(tag.strip() for tag in said.split(",") if tag.strip())
    return said
