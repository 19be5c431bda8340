"""Facts of a record: what each field is called and what it holds; one element on the page however many."""

from collections.abc import Sequence
from dataclasses import dataclass

from dashboard.components import room
from dashboard.components.assets import component

_ABREAST = 4  # at most, where a record has the width of a screen


@dataclass(frozen=True)
class Chip:
    """A tag or a choice, and how it is coloured, if it is."""

    text: str
    colour: str = ""


@dataclass(frozen=True)
class Fact:
    """A field by its label and its value in words that are ready to show.

    `address`: where the value leads, in the house or by `tel:`, `mailto:` or `https:`. `chips` stand in place of
    the text.
    """

    label: str
    text: str
    address: str = ""
    chips: Sequence[Chip] = ()


_component = component("facts", "chips")


def facts(key: str, some: Sequence[Fact], note: str = "") -> None:
    """Draw them, and a note below. Links are followed by the browser; `key` is one on its screen."""
    rows = -(-len(some) // _ABREAST)
    _component(key=room.key("facts", rows, f"facts.{key}"), data={"facts": list(some), "note": note})
