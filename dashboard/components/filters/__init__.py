"""The chips of a filter: what is asked of a list in words, and a box to ask more; one element on the page."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import streamlit as st

from dashboard.components.assets import component


@dataclass(frozen=True)
class Choice:
    """A column that can be asked: by these ways, of these values where there is a list of them."""

    name: str
    label: str
    kind: str
    ops: Sequence[str]
    choices: Sequence[tuple[Any, str]] = ()


@dataclass(frozen=True)
class Chip:
    """One condition: its words, and what it says, by which it is changed; `key` names one that stands outside the
    filter that is made here, and can only be taken away or taken over.
    """

    words: str
    said: Sequence[Any] | None = None
    key: str = ""


@dataclass(frozen=True)
class Chips:
    """Conditions in a row, or in a group: all must hold, or any."""

    parts: Sequence["Chip | Chips"]
    any: bool = False


@dataclass(frozen=True)
class Asked:
    """What a browser asks for: the filter as JSON, the keys of chips to take away, and of which records."""

    filter: Any
    without: Sequence[str]
    archived: bool
    turn: int


_component = component("filters")


def filters(
    key: str,
    fields: Sequence[Choice],
    ops: Mapping[str, Mapping[str, str]],
    spans: Mapping[str, str],
    outside: Sequence[Chip],
    chips: Chips,
    archived: bool | None,
    error: str,
    turn: int,
    on_asked: Callable[[Asked], None],
) -> None:
    """Draw them. `ops`: kind -> way -> words; `archived` None where nothing is put away.

    `on_asked` is called from a callback; what a browser says is judged there. `turn` and `error`: which question
    was heard last, and why it was refused.
    """

    def heard() -> None:
        said = getattr(st.session_state.get(key), "asked", None)
        if isinstance(said, dict):
            turn, without = said.get("turn"), said.get("without")
            on_asked(
                Asked(
                    said.get("filter"),
                    [str(name) for name in without][:100] if isinstance(without, list) else [],
                    said.get("archived") is True,
                    turn if isinstance(turn, int) else 0,
                )
            )

    told: dict[str, Any] = {
        "fields": list(fields),
        "ops": ops,
        "spans": list(spans.items()),
        "outside": list(outside),
    }
    told |= {"chips": chips, "archived": archived, "error": error, "turn": turn}
    _component(key=key, data=told, width="content", on_asked_change=heard)
