"""The add and edit dialog, made from the declarations: a widget a field, refusals beside the button."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import streamlit as st

from crm_data import Edit, Field, Kind, Records, Workspace, errors, new_act
from dashboard.parts import amount, clashes, say
from dashboard.parts.acts import announce, attempt, forget_refusal, show_refusal
from dashboard.parts.cells import EARLIEST, LATEST
from dashboard.parts.dialog import dialog
from dashboard.parts.drafts import Choices, Pairs, settled
from dashboard.parts.picker import pick_record

Row = dict[str, Any]


def open_form(place: str, row: Row | None = None) -> None:
    """Prepare the state of a dialog: the row as it is now, and a name for the act so that it happens once."""
    st.session_state[f"{place}.row"] = row
    st.session_state[f"{place}.act"] = new_act()
    st.session_state[f"{place}.state"] = "open"
    for key in [key for key in st.session_state if str(key).startswith(f"{place}.field.")]:
        del st.session_state[key]
    forget_refusal(place)
    clashes.forget(place)


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
    every = [f for f in records.fields.values() if f.form and f.edit]
    fields = [f for f in every if f.kind is not Kind.LINK]
    links = [f for f in every if f.kind is Kind.LINK]
    values = {**(records.new_values() if row is None else {}), **values}

    def submit() -> None:
        if st.session_state.get(f"{place}.state") != "open":
            return  # the second click of two
        new = {field.name: _said(place, field) for field in every}
        if row is None:
            said = {**values, **{name: value for name, value in new.items() if not say.holds_nothing(value)}}
            _store(place, lambda: records.add(said, st.session_state[f"{place}.act"], say.zone()), True)
        else:
            save(row["id"], _changed(row, new, every))

    def save(id_: int, pairs: Pairs) -> None:
        def do() -> int:
            try:
                records.change([Edit(id_, pairs)] if pairs else [], zone=say.zone())
            except errors.Conflict as conflict:
                clashes.remember(place, conflict)
                st.session_state[f"{place}.pairs"] = pairs
                raise
            return id_

        clashes.forget(place)
        _store(place, do, False)

    def _store(place: str, do: Callable[[], int], made: bool) -> None:
        saved = attempt(place, do)
        if saved is not None:
            announce(f"{noun.capitalize()} {'added' if made else 'saved'}.")
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
    # Links stand before the form: finding one among thousands needs a rerun, which a form does not make.
    for at, field in enumerate(links):
        if at % 2 == 0:
            pair = st.columns(2)
        with pair[at % 2]:
            start = row[field.name] if row else values.get(field.name)
            pick_record(my, field, _key(place, field), start, disabled=frozen)
    with st.form(f"{place}.form", border=False, enter_to_submit=False):
        _two_columns(place, [f for f in fields if f.grid or f.required], row, values, members)
        with st.expander("More details"):
            _two_columns(place, [f for f in fields if not (f.grid or f.required)], row, values, members)
        show_refusal(place)
        label = "Save changes" if row else f"Add {noun}"
        st.form_submit_button(label, type="primary", on_click=submit, shortcut="Ctrl+Enter", disabled=frozen)


def _two_columns(
    place: str, fields: list[Field], row: Row | None, values: Mapping[str, Any], members: Mapping[int, str]
) -> None:
    """Short fields side by side, long texts below them at full width."""
    columns = st.columns(2)
    short = [field for field in fields if field.kind is not Kind.LONG_TEXT]
    for at, field in enumerate(short):
        with columns[at % 2]:
            _widget(place, field, row, values, members)
    for field in fields:
        if field.kind is Kind.LONG_TEXT:
            _widget(place, field, row, values, members)


def _key(place: str, field: Field) -> str:
    return f"{place}.field.{field.name}"


def _said(place: str, field: Field) -> Any:
    said = st.session_state.get(_key(place, field))
    return amount.typed(said) if field.kind is Kind.MONEY else said


def _changed(row: Row, new: Mapping[str, Any], fields: list[Field]) -> dict[str, tuple[Any, Any]]:
    """What differs from the row as it was when the dialog opened; the verbs judge the rest."""
    pairs = {}
    for field in fields:
        old, value = row[field.name], new[field.name]
        same = value == _shown(field, old) or (say.holds_nothing(value) and say.holds_nothing(old))
        if not same:
            pairs[field.name] = (old, value)
    return pairs


def _shown(field: Field, value: Any) -> Any:
    """A stored value as its widget holds it."""
    if field.kind is Kind.MONEY:
        return amount.shown(value)
    if field.kind is Kind.MOMENT:
        return None if value is None else value.astimezone(say.zone()).replace(tzinfo=None)
    if field.kind is Kind.TAGS:
        return list(value or [])
    if field.kind in (Kind.TEXT, Kind.LONG_TEXT, Kind.EMAIL, Kind.PHONE, Kind.URL):
        return value or ""
    return value


def _widget(
    place: str, field: Field, row: Row | None, values: Mapping[str, Any], members: Mapping[int, str]
) -> None:
    key, frozen = _key(place, field), clashes.waits(place)
    start = row[field.name] if row else values.get(field.name, field.default)
    if key not in st.session_state:
        st.session_state[key] = _shown(field, start)
    label = f"{field.label} *" if field.required else field.label
    if field.kind is Kind.CHOICE:
        labels = field.choice_labels()
        st.selectbox(
            label, list(labels), key=key, format_func=labels.__getitem__, help=field.help, disabled=frozen
        )
    elif field.kind is Kind.MEMBER:
        options = [*members, *([start] if start is not None and start not in members else [])]
        st.selectbox(
            label,
            options,
            index=None,
            key=key,
            format_func=lambda id_: members.get(id_, "A former colleague"),
            placeholder="Nobody",
            disabled=frozen,
        )
    elif field.kind is Kind.MONEY:
        amount.amount_input(label, key, field.help, frozen)
    elif field.kind is Kind.WHOLE:
        st.number_input(
            label, key=key, min_value=field.low, max_value=field.high, step=1, value=None, disabled=frozen
        )
    elif field.kind is Kind.DAY:
        st.date_input(label, key=key, value=None, min_value=EARLIEST, max_value=LATEST, disabled=frozen)
    elif field.kind is Kind.MOMENT:
        st.datetime_input(label, key=key, value=None, disabled=frozen)
    elif field.kind is Kind.YES_NO:
        st.toggle(label, key=key, disabled=frozen)
    elif field.kind is Kind.TAGS:
        st.multiselect(
            label,
            options=start or [],
            key=key,
            accept_new_options=True,
            placeholder="Type a tag",
            disabled=frozen,
        )
    elif field.kind is Kind.LONG_TEXT:
        st.text_area(label, key=key, height=90, disabled=frozen)
    else:
        st.text_input(label, key=key, max_chars=field.length, help=field.help, disabled=frozen)
