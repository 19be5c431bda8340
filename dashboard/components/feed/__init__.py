"""The feed: what happened, newest first, day by day; one element on the page however long it is."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import streamlit as st

from dashboard.components.assets import component


@dataclass(frozen=True)
class Link:
    """The way to a record that an entry is about: its kind, what stands on it, its address in the house."""

    kind: str
    text: str
    address: str


@dataclass(frozen=True)
class Pin:
    """A button that pins an activity of this id, or lets go of it where it is pinned."""

    id: int
    pinned: bool


@dataclass(frozen=True)
class Entry:
    """One thing that happened, in words that are ready to show: `at` short, `full` and `moment` (ISO) exact.

    `id`: by which it is known again when the feed is drawn anew. `mentions`: the names of colleagues that are
    marked where the title or the text has them behind an @.
    """

    id: int | str
    icon: str
    title: str
    at: str
    full: str
    moment: str
    facts: str
    text: str
    links: Sequence[Link]
    mentions: Sequence[str] = ()
    pin: Pin | None = None


@dataclass(frozen=True)
class Day:
    """A day and what happened on it."""

    title: str
    entries: Sequence[Entry]


_component = component("feed")


def feed(
    key: str,
    days: Sequence[Day],
    on_more: Callable[[], object] | None = None,
    older: str = "",
    on_pin: Callable[[int, bool], object] | None = None,
) -> None:
    """Draw it. Its links are followed by the browser; `on_more` is called once its end comes into sight.

    `older`: where what is older stands, when no more of it comes here. `on_pin` hears which activity is to be
    pinned, or not any more; what a browser says is checked by the verb.
    """

    def pinned() -> None:
        said = getattr(st.session_state.get(key), "pin", None)
        if on_pin and isinstance(said, dict) and isinstance(said.get("id"), int):
            on_pin(said["id"], bool(said.get("pinned")))

    told = {"days": list(days), "more": on_more is not None, "older": older}
    _component(key=key, data=told, on_more_change=on_more or (lambda: None), on_pin_change=pinned)
