"""A currency is chosen from a list with search, by its code or its name, wherever one is asked for."""

from collections.abc import Callable
from functools import cache
from typing import Any

import streamlit as st
from babel.core import Locale

from crm_data.store.currencies import codes

FIRST = ("USD", "EUR", "GBP", "CHF", "JPY", "CAD", "AUD")  # those that are asked for most; then by code


@cache
def called() -> dict[str, str]:
    """Code -> 'USD, US Dollar', in the order of the list; a code that has no name is by itself."""
    names: Any = Locale("en").currencies
    order = [*FIRST, *sorted(codes() - set(FIRST))]
    return {code: f"{code}, {names[code]}" if code in names else code for code in order}


def currency_choice(
    label: str,
    key: str,
    start: str = "",
    nothing: str = "",
    first: str = "",
    label_visibility: Any = "visible",
    width: Any = "stretch",
    help: str | None = None,
    disabled: bool = False,
    on_change: Callable[[], None] | None = None,
) -> str:
    """Draw the list and return the code that is chosen, '' for none.

    `start`: what is chosen at first, where the state says nothing yet. `nothing`: what it means to choose none,
    where one may. `first`: the code on top, as the company's own. A code that there is not is offered where it
    stands.
    """
    here = str(st.session_state.get(key, start) or "").upper()
    options = list(dict.fromkeys([*filter(None, (first, here)), *called()]))
    st.session_state[key] = here or (None if nothing else options[0])
    chosen = st.selectbox(
        label,
        options,
        index=None,
        key=key,
        format_func=lambda code: called().get(code, code),
        placeholder=nothing or "Choose a currency",
        label_visibility=label_visibility,
        width=width,
        help=help,
        disabled=disabled,
        on_change=on_change,
    )
    return chosen or ""
