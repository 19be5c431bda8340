"""A dialog that asks who is here each time, since Streamlit runs it again without the script around it; and that
asks before what was typed in it is thrown away."""

from collections.abc import Callable
from pathlib import Path
from typing import Literal

import streamlit as st

from crm_data import Workspace
from dashboard import session

_HERE = Path(__file__).parent
_keeper = st.components.v2.component(
    "foyer_keeper",
    js=(_HERE / "keeper.js").read_text(encoding="utf-8"),
    css=(_HERE / "keeper.css").read_text(encoding="utf-8"),
)


def dialog(
    my: Workspace,
    title: str,
    on_dismiss: Callable[[], None],
    width: Literal["small", "large"] = "small",
    asks: bool = True,
) -> Callable[[Callable[[], None]], Callable[[], None]]:
    """As `st.dialog`, for a body that shows what the person behind `my` may see.

    `asks`: whether what is typed in it is work that is not thrown away unasked.
    """

    def around(body: Callable[[], None]) -> Callable[[], None]:
        @st.dialog(title, width=width, on_dismiss=on_dismiss)
        def asked() -> None:
            session.demand_here(my)
            body()
            if asks:
                _keeper(key="keeper")

        return asked

    return around
