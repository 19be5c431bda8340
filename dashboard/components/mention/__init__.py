"""The names that are offered while one types @: beside text boxes of Streamlit's, which keep what is typed.

Without its script, or in a browser that has no popovers, the boxes are as they were.
"""

import re
from collections.abc import Sequence

from crm_data.nouns.mentions import Called
from dashboard.components.assets import component

KEY = "mention_names"
# The list is named by the box's attributes, which cannot see into a tree of its own.
_component = component("mention", isolated=False)


def mention(place: str, boxes: Sequence[str], names: Sequence[Called]) -> None:
    """Draw it, unseen. `boxes`: the keys of the text boxes beside which names are offered."""
    _component(key=f"{KEY}.{place}", data={"boxes": [_class(box) for box in boxes], "names": names})


def _class(key: str) -> str:
    """By which the page knows the widget of a key."""
    return "st-key-" + re.sub(r"[^a-zA-Z0-9_-]", "-", key.strip())
