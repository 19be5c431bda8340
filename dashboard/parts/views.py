"""Several views of one screen, one of them drawn; which one stands in the URL."""

from collections.abc import Mapping

import streamlit as st

from dashboard.parts import place


def choose_view(
    name: str,
    labels: Mapping[str, str],
    default: str | None = None,
    label: str = "View",
    keep: bool = False,
    named: bool = False,
) -> str:
    """Draw the choice and return the view that the URL's parameter `name` names, or the first.

    Choosing another leaves what else the URL says behind, unless one is to `keep` it. `named`: the first is named
    in the URL too, where an address without a name can lead elsewhere.
    """
    first = default or next(iter(labels))
    asked = place.params().get(name, first)
    current = asked if asked in labels else first
    st.session_state[f"view.{name}"] = current

    def changed() -> None:
        chosen = st.session_state[f"view.{name}"] or first
        rest = {other: said for other, said in place.params().items() if keep and other != name}
        place.go(rest if chosen == first and not named else {**rest, name: chosen})

    st.segmented_control(
        label,
        list(labels),
        key=f"view.{name}",
        format_func=labels.__getitem__,
        label_visibility="collapsed",
        on_change=changed,
        required=True,
    )
    return current
