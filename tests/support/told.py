"""What a screen tells one of our components, as its browser reads it."""

import json
from typing import Any

from streamlit.testing.v1 import AppTest


def told(at: AppTest, name: str) -> list[dict[str, Any]]:
    """The data of each drawing of the component of this name, in the order of the page."""
    drawn = [one.proto for one in at.get("bidi_component")]
    return [json.loads(json.loads(proto.json)) for proto in drawn if proto.component_name == f"foyer_{name}"]


def facts(at: AppTest) -> dict[str, str]:
    """Label -> text of the facts of a record."""
    return {fact["label"]: fact["text"] for one in told(at, "facts") for fact in one["facts"]}
