"""What stands on paper and not on the screen: of which company, with which filters, as of when."""

from collections.abc import Sequence

import streamlit as st

from crm_data import Workspace, clock
from dashboard.parts import say


def printed(my: Workspace, what: str, filters: Sequence[str] | None = None) -> None:
    """Draw the line that is seen on paper alone; `filters`: what narrows all that is printed, None where each
    chart says its own.
    """
    now = clock.now().astimezone(say.zone())
    asked = "" if filters is None else f"Filters: {'; '.join(filters)}. " if filters else "No filters. "
    with st.container(key="printed"):
        st.caption(
            say.plain(
                f"{my.scope.company_name}, {what}. {asked}As of {now.day} {now:%b %Y, %H:%M} ({say.zone()})."
            )
        )
