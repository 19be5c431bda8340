"""Numbers as links to their rows: as tiles, in a line of text, or in a table; one element on the page."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from dashboard.components import room
from dashboard.components.assets import component


@dataclass(frozen=True)
class Link:
    """A number as words, the address of its rows in the house, and what it is exactly."""

    text: str
    address: str
    exact: str


FEW = 4  # columns of a table that a phone is wide enough for, as the script has it
_component = component("figures")


def draw(
    key: str, kind: str, items: Sequence[Any], heads: Sequence[str] = (), means: Sequence[str] = ()
) -> None:
    """Draw 'tiles', a 'line' or a 'table' with these heads. Its links are followed by the browser.

    `means`: what stands at the question mark of each head; '' where it has none.
    """
    room_of = "wide" if len(heads) > FEW else kind
    _component(
        key=room.key(room_of, len(items), f"figures.{key}"),
        data={"kind": kind, "items": list(items), "heads": list(heads), "means": list(means)},
    )
