"""What a screen tells one of our components, as its browser reads it."""

import json
from typing import Any

from streamlit.testing.v1 import AppTest


def told(at: AppTest, name: str) -> list[dict[str, Any]]:
    """The data of each drawing of the component of this name, in the order of the page."""
    drawn = [one.proto for one in at.get("bidi_component")]
    return [json.loads(proto.bytes) for proto in drawn if proto.component_name == f"foyer_{name}"]


def elements(at: AppTest) -> list[str]:
    """The kinds of all elements that the page consists of, boxes and columns around them left out."""
    found: list[str] = []

    def visit(node: Any) -> None:
        for child in getattr(node, "children", {}).values():
            if not hasattr(child, "children"):
                found.append(child.type)
            visit(child)

    for child in at._tree.children.values():
        visit(child)
    return found


def facts(at: AppTest) -> dict[str, str]:
    """Label -> text of the facts of a record."""
    return {fact["label"]: fact["text"] for one in told(at, "facts") for fact in one["facts"]}
