"""Countries and currencies are chosen from a list with search, in forms, grids, filters and for many rows at once.

They are texts all the same: what there is in no list can be typed, and what stands in a record stays. What is
typed by another name of a country or currency of the list is kept by the one that the list has.
"""

from collections.abc import Mapping
from functools import cache
from typing import Any

import streamlit as st

from crm_data import Field, Kind
from crm_data.alike.countries import countries, region
from crm_data.tables.reading import reading_order
from dashboard.parts.currencies import called

APART = " · "  # between the names of one


def offered(field: Field) -> Mapping[str, str]:
    """What is kept -> all that it is called, in the order of the list; nothing for a field that has no list."""
    lists = {"country": _countries, "currency": _currencies}
    return lists[field.name]() if field.kind is Kind.TEXT and field.name in lists else {}


def meant(field: Field, said: Any) -> Any:
    """What is kept of what was typed, pasted or chosen: 'Deutschland' and 'DE' are 'Germany', 'euro' is 'EUR'.

    What names none of the list is as it was said, and is the verbs' to judge.
    """
    if not isinstance(said, str) or not said.strip() or said in (every := offered(field)) or not every:
        return said
    if field.name == "country":
        code = region(said)
        return countries()[code][0] if code else said
    return _by_name().get(reading_order(said.strip()), said)


def said(field: Field, key: str) -> Any:
    """What is kept of what the widget holds; what it began with is nobody's wish, and stays as it is."""
    now = st.session_state.get(key)
    return now if now == st.session_state.get(f"{key}.start") else meant(field, now)


def choice(field: Field, label: str, key: str, start: str | None = None, disabled: bool = False) -> None:
    """Draw the list; what is not in it can be typed. `start`: what is chosen where the state says nothing yet."""
    here = st.session_state.get(key, start) or None
    st.session_state.update({key: here, f"{key}.start": start or None})
    every = offered(field)
    st.selectbox(
        label,
        list(dict.fromkeys([*([here] if here else []), *every])),
        index=None,
        key=key,
        format_func=lambda one: every.get(one, one),
        accept_new_options=True,
        placeholder="Choose, or type it",
        help=field.help,
        disabled=disabled,
    )


@cache
def _countries() -> Mapping[str, str]:
    return {
        english: APART.join(dict.fromkeys((english, home, code)))
        for code, (english, home) in countries().items()
    }


@cache
def _currencies() -> Mapping[str, str]:
    return {code: said.replace(", ", APART, 1) for code, said in called().items()}


@cache
def _by_name() -> Mapping[str, str]:
    # A name that two have names neither.
    found: dict[str, str | None] = {}
    for code, said in called().items():
        for name in {reading_order(code), reading_order(said.partition(", ")[2])} - {""}:
            found[name] = None if name in found else code
    return {name: code for name, code in found.items() if code}
