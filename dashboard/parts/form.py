"""The add and edit dialog, made from the declarations: a widget a field, refusals beside the button."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import streamlit as st

from crm_data import Edit, Field, Kind, Records, Workspace, errors, new_act
from crm_data.tables.mention import SaidIn
from dashboard.parts import clashes, merging, say, twins
from dashboard.parts.acts import attempt, forget_refusal, show_refusal
from dashboard.parts.clashes import Choices, Pairs, settled
from dashboard.parts.dialog import dialog
from dashboard.parts.mentioning import offer_names
from dashboard.parts.picker import new_record, offer_new, pick_record, short_list
from dashboard.parts.undo import did
from dashboard.parts.widgets import down_then_across, in_order, in_sections, key, said, shown, widget

Row = dict[str, Any]


def open_form(place: str, row: Row | None = None) -> None:
    """Prepare the state of a dialog: the row as it is now, and a name for the act so that it happens once."""
    st.session_state[f"{place}.row"] = row
    st.session_state[f"{place}.act"] = new_act()
    st.session_state[f"{place}.state"] = "open"
    for name in [
        name for name in st.session_state if str(name).startswith((f"{place}.field.", f"{place}.new."))
    ]:
        del st.session_state[name]
    forget_refusal(place)
    clashes.forget(place)
    twins.forget(place)


def form_dialog(
    my: Workspace,
    records: Records,
    members: Mapping[int, str],
    place: str,
    noun: str,
    values: Mapping[str, Any] | None = None,
    on_saved: Callable[[int], None] | None = None,
) -> None:
    """Draw the dialog when `open_form(place)` was called and nothing has closed it since.

    `values` fill a new record's fields beforehand. `on_saved` is called with the record's id.
    """
    merging.dialog_of(my, place)
    if st.session_state.get(f"{place}.state") != "open":
        return
    row = st.session_state[f"{place}.row"]

    def closed() -> None:
        st.session_state[f"{place}.state"] = "closed"

    @dialog(my, f"Edit {noun}" if row else f"New {noun}", closed, "large")
    def show() -> None:
        if st.session_state.get(f"{place}.state") != "open":
            st.rerun()
        _body(my, records, members, place, noun, row, values or {}, on_saved)

    show()


def _body(
    my: Workspace,
    records: Records,
    members: Mapping[int, str],
    place: str,
    noun: str,
    row: Row | None,
    values: Mapping[str, Any],
    on_saved: Callable[[int], None] | None,
) -> None:
    every = in_order(records)
    values = {**(records.new_values() if row is None else {}), **values}
    choices = {f.name: short_list(my, f) for f in every if f.kind is Kind.LINK}

    def submit(then_merge: bool = False) -> None:
        if st.session_state.get(f"{place}.state") != "open":
            return  # the second click of two
        new = {field.name: said(place, field) for field in every}
        if row is None:
            wanted = {name: raw for name, raw in values.items() if name not in new}
            # What was emptied is empty, whatever the form began with; what was never filled in has its default.
            wanted |= {
                n: raw for n, raw in new.items() if not (say.holds_nothing(raw) and values.get(n) is None)
            }
            also = {name: made for name in choices if (made := new_record(my, records.fields[name], place))}
            every_new = [(records, wanted, None), *((made, said_, None) for made, said_ in also.values())]
            if twins.known(my, place, every_new):
                return  # said who is like them; the second press makes it all the same
            act, despite = st.session_state[f"{place}.act"], twins.although(place)
            _store(place, lambda: records.add(wanted, act, say.zone(), also, despite), act, True, then_merge)
        else:
            pairs = _changed(row, new, every)
            if twins.known(my, place, [(records, twins.changed(records, row, pairs), row["id"])]):
                return
            save(row["id"], pairs, then_merge)

    def save(id_: int, pairs: Pairs, then_merge: bool = False) -> None:
        act = new_act()

        def do() -> int:
            try:
                edits, despite = [Edit(id_, pairs)] if pairs else [], twins.although(place)
                records.change(edits, act, say.zone(), although=despite)
            except errors.Conflict as conflict:
                clashes.remember(place, conflict)
                st.session_state[f"{place}.pairs"] = pairs
                raise
            return id_

        clashes.forget(place)
        _store(place, do, act, False, then_merge)

    def _store(place: str, do: Callable[[], int], act: str, made: bool, then_merge: bool) -> None:
        saved = attempt(place, do)
        if saved is not None:
            if then_merge:
                merging.begin(place, records.name, [saved, *twins.of_kind(place, records.name)])
            did(my, f"{noun.capitalize()} {'added' if made else 'saved'}.", act)
            st.session_state[f"{place}.state"] = "saved"
            if on_saved:
                on_saved(saved)
        elif clashes.waits(place):
            forget_refusal(place)  # the box that asks says the same

    if row is not None:

        def settle(found: Sequence[errors.Clash], chosen: Choices) -> None:
            save(row["id"], settled(row["id"], st.session_state[f"{place}.pairs"], found, chosen))

        clashes.ask(place, records, {row["id"]: row}, {"assigned_to": members}, settle)
    # What would be typed while there is something to choose between would not be saved with the choice.
    frozen = clashes.waits(place)

    def draw(field: Field) -> None:
        start = row[field.name] if row else values.get(field.name, field.default)
        if field.kind is Kind.LINK:
            pick_record(my, field, key(place, field), start, frozen, choices[field.name])
            if row is None:
                offer_new(my, field, place)
        else:
            widget(place, field, start, members, frozen)

    # One among thousands is found before the form: that needs a rerun, which a form does not make.
    long = [field for field in every if field.kind is Kind.LINK and choices[field.name] is None]
    down_then_across(long, draw)
    fields = [field for field in every if field not in long]
    with st.form(f"{place}.form", border=False, enter_to_submit=False):
        first, rest, sections = in_sections(fields)
        down_then_across(first, draw)
        for section, some in sections.items():
            st.subheader(say.plain(section))
            down_then_across(some, draw)
        with st.expander("More details"):
            down_then_across(rest, draw)
        show_refusal(place)
        label = "Save changes" if row else f"Add {noun}"
        label += " all the same" if twins.warn(place) else ""
        with st.container(horizontal=True):
            st.form_submit_button(
                label, type="primary", on_click=submit, shortcut="Ctrl+Enter", disabled=frozen
            )
            if twins.of_kind(place, records.name) and merging.may_merge(records):
                word = "Save" if row else "Add"
                st.form_submit_button(f"{word} and merge", on_click=submit, args=(True,), disabled=frozen)
    if records.name == my.activities.name:
        offer_names(my, place, *(key(place, records.fields[text]) for text in SaidIn))


def _changed(row: Row, new: Mapping[str, Any], fields: list[Field]) -> dict[str, tuple[Any, Any]]:
    """What differs from the row as it was when the dialog opened; the verbs judge the rest."""
    pairs = {}
    for field in fields:
        old, value = row[field.name], new[field.name]
        same = value == shown(field, old) or (say.holds_nothing(value) and say.holds_nothing(old))
        if not same:
            pairs[field.name] = (old, value)
    return pairs
