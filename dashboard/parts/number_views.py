"""Saved views on a screen of numbers: the filter of the deals, the period, and what it is compared with."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

import streamlit as st

from crm_data import Query, Workspace
from dashboard.parts import place
from dashboard.parts.saved import PARAM, Box, Shelf, shelf

_SETTLED = "views.settled"


def number_shelf(my: Workspace, names: Sequence[str]) -> Shelf:
    """The views of deals, and the one that the address names; none opens by itself.

    `names`: what the address says of days on this screen. Of a view that is opened, by a click or an address, they
    are put there.
    """
    found = shelf(my, my.deals) if place.params().get(PARAM) else replace(shelf(my, my.deals), open=None)
    view, params = found.open, place.params()
    here = (place.params().get("tab"), view.id if view else None)
    if (
        view is not None
        and st.session_state.get(_SETTLED) != here
        and not any(name in params for name in names)
    ):
        days = {name: view.params[name] for name in names if name in view.params}
        if days:
            place.settle(days)
    st.session_state[_SETTLED] = here
    return found


def number_box(
    my: Workspace, found: Shelf, query: Query, keep: tuple[str, ...], beside: Mapping[str, str]
) -> None:
    """Draw the box. `beside`: what the address says, or could say, of those days now."""
    Box(my, my.deals, found, query, None, keep, beside=beside).draw()
