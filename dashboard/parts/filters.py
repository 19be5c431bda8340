"""The one line above a list: search, sort, and a filter of chips. The URL is the only state."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date
from typing import Any

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from crm_data import CrmError, Field, Kind, Query, Records, inside, words
from crm_data.store import filters as asked
from crm_data.store.conditions import ANY, NOTHING, Except
from crm_data.store.filters import ME, NO_FILTER, OPS, Condition, Filter, Group, Op
from dashboard.again import drawn
from dashboard.components.filters import Asked, Chip, Chips, Choice, filters
from dashboard.parts import filter_words, listed, place, say
from dashboard.parts.saved import EVERYTHING, PARAM, Shelf, says_a_list

_WHERE, _PRESET = "where.", "preset."  # before what a chip outside the filter stands for
Members = Callable[[], Mapping[int, str]]
At = tuple[tuple[str, ...], Shelf | None]  # what of the address is kept, and the views


def bar(records: Records) -> DeltaGenerator:
    """The line above a list, which wraps where there is no room for all that stands in it."""
    return st.container(horizontal=True, vertical_alignment="center", gap="small", key=f"{records.name}.bar")


def filter_bar(
    records: Records,
    members: Members,
    keep: tuple[str, ...] = (),
    line: DeltaGenerator | None = None,
    sort: bool = True,
    shelf: Shelf | None = None,
) -> Query:
    """Draw search, filter and sort in `line`, and return the list they mean. A URL that cannot be read says so.

    Without `sort` the list is sorted by its own heads. `shelf`: the views of the list, one of which may be open.
    """
    query, trouble = asked_for(records, shelf)
    show_trouble(trouble)
    with line or bar(records):
        draw_bar(records, query, members(), (keep, shelf), sort)
    return query


def asked_for(records: Records, shelf: Shelf | None) -> tuple[Query, str]:
    """The list that the URL means, and why it cannot be read, if so."""
    try:
        return _here(records, shelf), ""
    except CrmError as error:
        return replace(records.default_query(), zone=say.zone()), str(error)


def show_trouble(trouble: str) -> None:
    """Say why the URL cannot be read, if so."""
    if trouble:
        st.warning(say.plain(trouble), icon=":material/link_off:")


def draw_bar(records: Records, query: Query, members: Mapping[int, str], at: At, sort: bool) -> None:
    """Search, sort and chips, in the line where one is."""

    def draw() -> None:
        _search(records, query, at)
        if sort:
            _sort(records, query, at)
        _chips(records, query, members, at)

    if _says_names(records, query):  # of records, which are read with them
        draw()
    else:
        drawn(_key(records, "bar"), (query, at, sort, *heard(records), *members.items()), draw)


def heard(records: Records) -> tuple[int, str]:
    """Which question of the browser was heard last, and why it was refused."""
    found: tuple[int, str] = st.session_state.get(_key(records, "asked"), (0, ""))
    return found


def _says_names(records: Records, query: Query) -> bool:
    """Whether a chip says what a record is called."""
    asks = {*query.where, *(each.field for each in query.filter.conditions())}
    return any(records.fields[name].kind is Kind.LINK for name in asks if name in records.fields)


def _here(records: Records, shelf: Shelf | None) -> Query:
    """The list that the URL means. Raises a CrmError when it cannot be read."""
    params = place.params()
    if shelf and shelf.open and not says_a_list(records, params):
        params = {**params, **shelf.open.params}
    return records.query(params, say.zone())


def _now(records: Records, shelf: Shelf | None) -> Query:
    """The same; a bad URL counts as the first list."""
    try:
        return _here(records, shelf)
    except CrmError:
        return replace(records.default_query(), zone=say.zone())


def _go(records: Records, at: At, what: Callable[[Query], Query]) -> None:
    """Go to the list that is like the present one but for `what`."""
    place.catch_up()
    lead(records, at, what(_now(records, at[1])))


def lead(records: Records, at: At, query: Query) -> None:
    """From a callback: go to a list from its beginning, in the view that is open."""
    keep, shelf = at
    params = records.params(query.first())
    if shelf and (shelf.open or shelf.chosen.first):
        params = params or EVERYTHING
    place.go({**params, **({PARAM: str(shelf.open.id)} if shelf and shelf.open else {})}, keep)


def _key(records: Records, name: str) -> str:
    return f"{records.name}.filter.{name}"


def _search(records: Records, query: Query, at: At) -> None:
    key = _key(records, "q")
    # A space at the end stays while somebody is still typing.
    if (st.session_state.get(key) or "").strip() != query.search:
        st.session_state[key] = query.search

    def changed() -> None:
        said = (st.session_state[key] or "").strip()[:200]
        _go(records, at, lambda now: replace(now, search=said))

    searched = ", ".join(inside(f.label) for f in records.fields.values() if f.search)
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


def _sort(records: Records, query: Query, at: At) -> None:
    columns = {
        name: field.label for name, field in records.fields.items() if field.sortable and not field.hidden
    }
    options = [(name, down) for name in columns for down in (False, True)]
    key = _key(records, "sort")
    st.session_state[key] = (query.sort, query.descending)

    def changed() -> None:
        sort, down = st.session_state[key]
        _go(records, at, lambda now: replace(now, sort=sort, descending=down))

    st.selectbox(
        "Sort by",
        options,
        key=key,
        format_func=lambda option: f"{columns[option[0]]} {'↓' if option[1] else '↑'}",
        label_visibility="collapsed",
        on_change=changed,
        width=150,
    )


def _chips(records: Records, query: Query, members: Mapping[int, str], at: At) -> None:
    key, state = f"{records.name}.filters", _key(records, "asked")
    turn, error = heard(records)
    outside = _outside(records, query, members)

    def ask(said: Asked) -> None:
        try:
            _go(records, at, lambda now: _with(records, now, said))
            st.session_state[state] = (said.turn, "")
        except CrmError as refused:
            st.session_state[state] = (said.turn, str(refused))

    filters(
        key,
        _fields(records, members),
        filter_words.ways({field.kind for field in records.fields.values()}),
        filter_words.SPANS,
        outside,
        _told(records, query.filter, members),
        query.archived,
        error,
        turn,
        ask,
    )


def _with(records: Records, now: Query, said: Asked) -> Query:
    """The list with what a browser asks for. Raises a CrmError, and leaves the old one then."""
    wanted = NO_FILTER if said.filter in (None, []) else asked.read(records.fields, said.filter)
    without = [name for name in said.without if name.startswith(_WHERE)]
    where = {name: value for name, value in now.where.items() if f"{_WHERE}{name}" not in without}
    away = {name.removeprefix(_PRESET) for name in said.without if name.startswith(_PRESET)}
    preset = ",".join(name for name in now.preset.split(",") if name not in away)
    found = replace(now, filter=wanted, where=where, preset=preset, archived=said.archived)
    return records.query(records.params(found.first()), now.zone)  # as its address will be read


def _fields(records: Records, members: Mapping[int, str]) -> list[Choice]:
    return [
        Choice(field.name, field.label, field.kind.value, _ways(field), _choices(field, members))
        for field in sorted(records.fields.values(), key=lambda field: not (field.filter or field.grid))
        if not field.hidden
    ]


def _ways(field: Field) -> list[str]:
    """How a column may be compared on the screen: whether it is filled in only where it may be empty."""
    always = field.required or field.default is not None or field.name in ("created_at", "updated_at")
    unfit = {Op.EMPTY, Op.FILLED} if always else set()
    if field.kind is Kind.LINK:  # asked for by its name; its id comes from a link or a number
        unfit |= {Op.ANY, Op.NONE}
    return [op.value for op in OPS[field.kind] if op not in unfit]


def _choices(field: Field, members: Mapping[int, str]) -> list[tuple[Any, str]]:
    if field.kind is Kind.MEMBER:
        return [(ME, "Me"), *members.items(), *([] if field.required else [(None, "Nobody")])]
    return list((field.choice_labels() or listed.offered(field)).items())


def _told(records: Records, filter_: Filter, members: Mapping[int, str], named: bool = True) -> Chips:
    parts = [
        Chips([_chip(records, each, members, named=named) for each in part.parts], part.any)
        if isinstance(part, Group)
        else _chip(records, part, members, named=named)
        for part in filter_.parts
    ]
    return Chips(parts, filter_.any)


def _chip(
    records: Records, condition: Condition, members: Mapping[int, str], key: str = "", named: bool = True
) -> Chip:
    field = records.fields[condition.field]
    names, said = members, asked.say(Filter((condition,)))[0]
    if not named:  # nothing is read for it
        known = all(value in members for value in condition.values if type(value) is int)
        linked = field.kind is Kind.LINK or (field.kind is Kind.MEMBER and not known)
        chosen = linked and condition.op in (Op.ANY, Op.NONE)
        said_so = _of_chosen(field, condition) if chosen else filter_words.told(field, condition, names)
        return Chip(said_so, said, key)
    if field.kind is Kind.MEMBER:  # who left is no choice any more, and named all the same
        left = [value for value in condition.values if type(value) is int and value not in members][:3]
        names = {**members, **{id_: name for value in left for id_, name in _named(records, field, value)}}
    if field.kind is Kind.LINK and condition.op in (Op.ANY, Op.NONE):
        names = {id_: name for value in condition.values[:3] for id_, name in _named(records, field, value)}
        said = [field.name, Op.HAS, next(iter(names.values()), "")]
    return Chip(filter_words.told(field, condition, names), said, key)


def _of_chosen(field: Field, condition: Condition) -> str:
    """A condition on records that are not named."""
    is_not, many = condition.op is Op.NONE, len(condition.values)
    if many == 1:
        return f"{field.label} is {'not ' if is_not else ''}the chosen one"
    return f"{field.label} is {'none' if is_not else 'one'} of {many:,} chosen"


def _named(records: Records, field: Field, value: Any) -> list[tuple[int, str]]:
    return list(records.names({field.name: value}).get(field.name, {}).items())


def _outside(records: Records, query: Query, members: Mapping[int, str], naming: bool = True) -> list[Chip]:
    """What a number or a link has asked for, in words."""
    found = []
    for name, wanted in query.where.items():
        if wanted not in ANY:
            field, key = records.fields[name], f"{_WHERE}{name}"
            condition = asked.of_where(field, wanted)
            plain = Chip(f"{field.label} {_plainly(wanted)}", key=key)
            found.append(_chip(records, condition, members, key, naming) if condition else plain)
    for preset in filter(None, query.preset.split(",")):
        named, _, days = preset.partition(":")
        if named in records.behind:
            span = _span(days)
            period = f" ({span})" if span else ""
            found.append(Chip(f"{records.behind[named].capitalize()}{period}", key=f"{_PRESET}{preset}"))
        elif "," in query.preset:
            found.append(Chip(words(preset), key=f"{_PRESET}{preset}"))
    return found


def _span(said: str) -> str:
    """What stands behind the name of a selection, as a person reads it: days, or '3 or more'."""
    return ", ".join(filter(None, map(_piece, said.split(":"))))


def _piece(said: str) -> str:
    first, dots, last = said.partition("..")
    if not dots:
        day = _day_of(said)
        return say.day(day) if day else said.replace("_", " ")
    days = [_day_of(edge) for edge in (first, last)]
    if any(days):
        return say.span(*days)
    if first and last:
        return f"{first} to {last}"
    return f"{first} or more" if first else f"up to {last}" if last else ""


def _day_of(said: str) -> date | None:
    try:
        return date.fromisoformat(said) if len(said) == len("2026-11-02") else None
    except ValueError:
        return None


def in_words(records: Records, query: Query, members: Mapping[int, str], named: bool = True) -> list[str]:
    """All that narrows a list, each part as a person reads it.

    Without `named` nothing is read: records, and people who are not in `members`, are counted.
    """
    found = [f"{query.search} is in it"] if query.search else []
    if query.preset in records.presets:
        found.append(words(query.preset).lower())
    found += [chip.words for chip in _outside(records, query, members, named)]
    told = _told(records, query.filter, members, named)
    found += [_together(part) for part in ([told] if told.any else told.parts)] if told.parts else []
    return [*found, "archived"] if query.archived else found


def _together(part: Chip | Chips) -> str:
    if isinstance(part, Chip):
        return part.words
    return (" or " if part.any else " and ").join(_together(each) for each in part.parts)


def _plainly(wanted: Any) -> str:
    """What no condition of a filter says."""
    if wanted == NOTHING:
        return "is two things at once, so that nothing is listed"
    if isinstance(wanted, Except):
        return f"is none of {say.count(len(wanted.values), 'chosen one')}"
    return f"is {' or '.join('empty' if value is None else str(value) for value in wanted)}"
