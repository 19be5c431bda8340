"""What a chart is taken away as: a picture of it as it stands on the screen, and its numbers as CSV."""

from dashboard.components import room
from dashboard.components.assets import component

_component = component("picture")


def take_away(key: str, name: str, drawn: bool, csv: str) -> None:
    """Draw the line of links. `name`: what the files are called; `drawn`: whether there is a picture above;
    `csv`: the address of the numbers, '' where this person may not take them away."""
    _component(key=room.key("line", 1, f"picture.{key}"), data={"name": name, "drawn": drawn, "csv": csv})
