"""A dialog that asks who is here each time: Streamlit runs it again and again without the script around it."""

from collections.abc import Callable
from typing import Literal

import streamlit as st

from crm_data import Workspace
from dashboard import session


def dialog(
    my: Workspace, title: str, on_dismiss: Callable[[], None], width: Literal["small", "large"] = "small"
) -> Callable[[Callable[[], None]], Callable[[], None]]:
    """As `st.dialog`, for a body that shows what the person behind `my` may see."""

    def around(body: Callable[[], None]) -> Callable[[], None]:
        @st.dialog(title, width=width, on_dismiss=on_dismiss)
        def asked() -> None:
            session.demand_here(my)
            body()

        return asked

    return around
