"""A widget a field, made from its declaration; and where the fields of a form stand: down, then across."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from itertools import groupby
from typing import Any

import streamlit as st

from crm_data import Field, Kind, Records
from dashboard.parts import amount, listed, say
from dashboard.parts.currencies import currency_choice

EARLIEST, LATEST = date(1900, 1, 1), date(2200, 12, 31)
_TEXTS = (Kind.TEXT, Kind.LONG_TEXT, Kind.EMAIL, Kind.PHONE, Kind.URL)


def in_order(records: Records) -> list[Field]:
    """The fields of a form as one thinks of them: what it is called, how it is reached, then as declared."""
    fields = [field for field in records.fields.values() if field.form and field.edit]
    first = [[f for f in fields if f.name == records.title]]
    first += [[f for f in fields if f.kind is kind and f.grid] for kind in (Kind.EMAIL, Kind.PHONE)]
    led = [field for some in first for field in some]
    return [*led, *(field for field in fields if field not in led)]


def in_sections(fields: Sequence[Field]) -> tuple[list[Field], list[Field], dict[str, list[Field]]]:
    """The fields of a form: those that come first, those below "More details", and those of each section."""
    first = [f for f in fields if not f.section and (f.grid or f.required)]
    rest = [f for f in fields if not f.section and not (f.grid or f.required)]
    sections: dict[str, list[Field]] = {}
    for field in fields:
        if field.section:
            sections.setdefault(field.section, []).append(field)
    return first, rest, sections


def down_then_across(fields: Sequence[Field], draw: Callable[[Field], None]) -> None:
    """Short fields in two columns, one below the other in each; a long text at full width where it comes.

    So they follow each other for the Tab key and on a phone as they do to the eye.
    """
    for long, some in groupby(fields, lambda field: field.kind is Kind.LONG_TEXT):
        group = list(some)
        if long:
            for field in group:
                draw(field)
            continue
        half = -(-len(group) // 2)
        for column, part in zip(st.columns(2), (group[:half], group[half:]), strict=True):
            with column:
                for field in part:
                    draw(field)


def key(place: str, field: Field) -> str:
    """Where the widget of a field keeps what is typed."""
    return f"{place}.field.{field.name}"


def said(place: str, field: Field) -> Any:
    """What is typed there; the verbs read it."""
    return listed.said(field, key(place, field))


def shown(field: Field, value: Any) -> Any:
    """A stored value as its widget holds it."""
    if field.kind is Kind.MONEY:
        return amount.shown(value)
    if field.kind is Kind.NUMBER:
        return None if value is None else str(value)
    if field.kind is Kind.MOMENT:
        return None if value is None else value.astimezone(say.zone()).replace(tzinfo=None)
    if field.kind is Kind.TAGS:
        return list(value or [])
    if field.kind in _TEXTS:
        return value or ""
    return value


def widget(
    place: str,
    field: Field,
    start: Any,
    members: Mapping[int, str],
    frozen: bool = False,
    suggested: Sequence[str] = (),
) -> None:
    """Draw it, with `start` in it at first; a link to another record has its own, `picker.pick_record`.

    `suggested` is offered beside what can be typed.
    """
    at = key(place, field)
    if at not in st.session_state:
        st.session_state[at] = shown(field, start)
    label = f"{say.plain(field.label)} *" if field.required else say.plain(field.label)
    if suggested:
        st.session_state[at] = st.session_state[at] or None
        st.selectbox(
            label,
            suggested,
            index=None,
            key=at,
            accept_new_options=True,
            placeholder="Choose, or type it",
            disabled=frozen,
        )
    elif field.name == "country" and listed.offered(field):
        listed.choice(field, label, at, start, frozen)
    elif field.name == "currency":
        currency_choice(label, at, nothing="The company's", help=field.help, disabled=frozen)
    elif field.kind is Kind.CHOICE:
        labels = field.choice_labels()
        labels |= {} if start in labels or start is None else {start: field.words_for(start)}
        must = field.required or field.default is not None
        st.selectbox(
            label,
            list(labels),
            index=0 if must else None,
            key=at,
            format_func=labels.__getitem__,
            placeholder="Nothing",
            help=field.help,
            disabled=frozen,
        )
    elif field.kind is Kind.MEMBER:
        options = [*members, *([start] if start is not None and start not in members else [])]
        st.selectbox(
            label,
            options,
            index=None,
            key=at,
            format_func=lambda id_: members.get(id_, "A former colleague"),
            placeholder="Nobody",
            disabled=frozen,
        )
    elif field.kind is Kind.MONEY:
        amount.amount_input(label, at, field.help, frozen)
    elif field.kind is Kind.NUMBER:
        st.text_input(label, key=at, placeholder="0.0", help=field.help, disabled=frozen)
    elif field.kind is Kind.WHOLE:
        st.number_input(
            label, key=at, min_value=field.low, max_value=field.high, step=1, value=None, disabled=frozen
        )
    elif field.kind is Kind.DAY:
        st.date_input(label, key=at, value=None, min_value=EARLIEST, max_value=LATEST, disabled=frozen)
    elif field.kind is Kind.MOMENT:
        st.datetime_input(label, key=at, value=None, disabled=frozen)
    elif field.kind is Kind.YES_NO:
        st.toggle(label, key=at, disabled=frozen)
    elif field.kind is Kind.TAGS:
        st.multiselect(
            label,
            options=start or [],
            key=at,
            accept_new_options=True,
            placeholder="Type a tag",
            disabled=frozen,
        )
    elif field.kind is Kind.LONG_TEXT:
        st.text_area(label, key=at, height=90, disabled=frozen)
    else:
        st.text_input(label, key=at, max_chars=field.length, help=field.help, disabled=frozen)
