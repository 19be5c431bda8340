"""The dialog of many at once: one value for ticked rows or all of a list; what is refused is named, with why."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import streamlit as st

from crm_data import All, Changed, Field, Given, Kind, Records, Refused, Way, Workspace, errors, new_act
from crm_data.store.at_once import CHUNK
from crm_data.tables import noun
from dashboard.components import grid
from dashboard.parts import listed, say
from dashboard.parts.acts import announce, attempt, forget_refusal, show_refusal
from dashboard.parts.dialog import dialog
from dashboard.parts.move import OPEN_STAGES
from dashboard.parts.picker import pick_record
from dashboard.parts.undo import did
from dashboard.parts.widgets import key as widget_key
from dashboard.parts.widgets import widget

_SHOWN = 200  # refused rows
_CHOSEN = (Kind.MEMBER, Kind.CHOICE)  # from a list in which nobody stands too
_HOW = {Way.SET: "Set", Way.CLEAR: "Clear", Way.ADD: "Add", Way.TAKE: "Take away"}
_ELSE = {True: "Change the rest", False: "Change none"}
Which = Sequence[int] | All


@dataclass(frozen=True)
class _Asked:
    """An act in the dialog: upon which rows, what it gives where that is not asked, and which rows stay."""

    act: str
    which: tuple[int, ...] | All
    given: Given | None = None
    verb: str = "Change"
    stays: tuple[Refused, ...] = ()
    done: bool = False

    @property
    def count(self) -> int:
        return self.which.count if isinstance(self.which, All) else len(self.which)


def begin(place: str, which: Which, given: Given | None = None, verb: str = "Change") -> None:
    """From a callback: open the dialog for these rows. `given`: what they are given is known, and is `verb`."""
    ids = which if isinstance(which, All) else tuple(which)
    st.session_state[_name(place)] = _Asked(new_act(), ids, given, verb)
    forget_refusal(_name(place))


def choices(records: Records) -> dict[str, Field]:
    """The fields of which many rows may be given one value: owner and status first, then all others."""
    fields = [f for f in records.fields.values() if f.edit and f.kind is not Kind.JSON]
    first = [f for kind in _CHOSEN for f in fields if f.kind is kind and f.grid]
    return {f.name: f for f in [*first, *(f for f in fields if f not in first)]}


def ways(field: Field) -> list[Way]:
    """What can be done with a field of many rows."""
    if field.kind is Kind.TAGS:
        return [Way.ADD, Way.TAKE, Way.SET, Way.CLEAR]
    may_be_empty = not field.required and field.default is None and field.kind is not Kind.YES_NO
    return [Way.SET, Way.CLEAR] if may_be_empty and field.kind is not Kind.MEMBER else [Way.SET]


def dialog_of(my: Workspace, records: Records, members: Mapping[int, str]) -> None:
    """Draw the dialog that was begun."""
    state = _name(records.name)
    asked: _Asked | None = st.session_state.get(state)
    if asked is None:
        return

    def forget() -> None:
        st.session_state.pop(state, None)

    @dialog(my, f"{say.plain(asked.verb)} {say.count(asked.count, noun(records.name))}", forget)
    def show() -> None:
        now: _Asked | None = st.session_state.get(state)
        if now is None or now.act != asked.act:
            st.rerun()
        if now.done:
            stayed(records, now.stays)
            st.button("Done", key=f"{state}.done", type="primary", on_click=forget)
            return
        if isinstance(now.which, All):
            st.caption("All that match the list as it is searched and filtered.")
        given = now.given or _ask(my, records, members, now)
        rest = st.segmented_control(
            "If some cannot be changed",
            list(_ELSE),
            default=True,
            key=f"{state}.{now.act}.rest",
            format_func=_ELSE.__getitem__,
            required=True,
        )
        show_refusal(state)
        stayed(records, now.stays)
        label = say.plain(f"{now.verb} {now.count:,}")
        if st.button(label, key=f"{state}.give", type="primary", disabled=given is None) and given:
            give(my, records, members, now, given, bool(rest))
            st.rerun()

    show()


def _ask(my: Workspace, records: Records, members: Mapping[int, str], asked: _Asked) -> Given | None:
    """Draw what is asked; None while there is no value yet."""
    fields, place = choices(records), f"{_name(records.name)}.{asked.act}"
    name = st.selectbox("What", list(fields), key=f"{place}.what", format_func=lambda n: fields[n].label)
    field = fields[name]
    way = ways(field)[0]
    if len(ways(field)) > 1:
        key = f"{place}.{name}.how"
        way = st.segmented_control(
            "How", ways(field), default=way, key=key, format_func=_HOW.__getitem__, required=True
        )
    if way is Way.CLEAR:
        return Given(way, name)
    value = listed.meant(field, st.session_state.get(_value(my, field, members, f"{place}.{name}")))
    return None if say.holds_nothing(value) else Given(way, name, value)


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


def give(
    my: Workspace, records: Records, members: Mapping[int, str], asked: _Asked, given: Given, rest: bool
) -> None:
    """Do it, with a bar while it takes long; the dialog stays for what was refused."""
    state = _name(records.name)
    now: _Asked | None = st.session_state.get(state)
    if now is None or now.act != asked.act or now.done:
        return  # the second click of two
    bar = (
        st.progress(0.0, "Changing. If you close this, nothing is changed.") if asked.count > CHUNK else None
    )
    nobody = records.fields.get(given.field) is not None and given.value == 0
    meant = (
        replace(given, value=None) if nobody and records.fields[given.field].kind is Kind.MEMBER else given
    )

    def told(done: int) -> None:
        if bar is not None:
            bar.progress(min(done / max(asked.count, 1), 1.0))

    def do() -> Changed:
        try:
            return records.change_many(asked.which, meant, rest, asked.act, say.zone(), told)
        except errors.Recounted as other:
            assert isinstance(asked.which, All)
            now = replace(asked, which=replace(asked.which, count=other.count))
            st.session_state[state] = now
            raise
        except errors.NotAll as refused:
            st.session_state[state] = replace(asked, stays=tuple(refused.refused))
            raise

    made = attempt(state, do)
    if made is None:
        return
    if made.refused:
        st.session_state[state] = replace(asked, stays=made.refused, done=True)
    else:
        st.session_state.pop(state, None)
    if not made.count:
        announce("Nothing was changed." if made.refused else "They have it so already.", "info")
        return
    what, said, undone = _words(records, members, given, made.count)
    did(my, said, asked.act, what, undone)


def _words(records: Records, members: Mapping[int, str], given: Given, count: int) -> tuple[str, str, str]:
    """What it was done to, that it was done, and what is said once it was undone."""
    rows = say.count(count, noun(records.name))
    field = records.fields.get(given.field)
    if field is None:
        was = "restored" if given.way is Way.ARCHIVE else "archived"
        return f"{rows} {given.way}d", f"{rows} {given.way}d.", f"{rows} {was}."
    what = f"{field.label} of {rows}"
    chosen = _options(field, members).get(given.value) if field.kind in _CHOSEN else None
    return what, f"{what} is {chosen} now." if chosen else f"{what} changed.", f"{what} is as before."


def stayed(records: Records, refused: Sequence[Refused]) -> None:
    """Which rows are refused, and why."""
    if not refused:
        return
    st.text(f"{say.count(len(refused), noun(records.name))} not changed:")
    lines = [{"Record": one.name or "–", "Why": one.sentence} for one in refused[:_SHOWN]]
    grid.table(f"{_name(records.name)}.stays", "Not changed", lines)
    if len(refused) > _SHOWN:
        st.caption(f"The first {_SHOWN}.")


def rows_of(records: Records, ids: Sequence[int]) -> dict[int, Mapping[str, Any]]:
    """The rows of these ids that are still in use."""
    return {row["id"]: row for row in records.fresh(records.default_query(), dict.fromkeys(ids, 0)).rows}


def _name(place: str) -> str:
    return f"{place}.many"
