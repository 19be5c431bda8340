"""A button that shows an icon alone: its words are on hover, and there for whoever cannot see the icon."""

from collections.abc import Callable
from typing import Any, Literal

import streamlit as st


def icon_button(
    words: str,
    icon: str,
    key: str,
    on_click: Callable[..., Any],
    args: tuple[Any, ...] = (),
    disabled: bool = False,
    type: Literal["secondary", "tertiary"] = "tertiary",
) -> None:
    """Draw it. The words are its label, which the stylesheet hides from sight by the key."""
    st.button(
        words,
        icon=f":material/{icon}:",
        key=f"icon.{key}",
        help=words,
        type=type,
        disabled=disabled,
        on_click=on_click,
        args=args,
    )
