"""The theme's colours, computed: everything can be read, and the stages can be told apart by every eye."""

import math
import tomllib
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parent.parent
CONFIG = tomllib.loads((ROOT / ".streamlit" / "config.toml").read_text())
FADED = 0.6  # how Streamlit writes captions and icons: the text colour at this opacity

# How the missing cone of each kind of colour blindness mixes red, green and blue (Machado and others, 2009).
EYES = {
    "all cones": ((1, 0, 0), (0, 1, 0), (0, 0, 1)),
    "no red": ((0.152, 1.053, -0.205), (0.115, 0.786, 0.099), (-0.004, -0.048, 1.052)),
    "no green": ((0.367, 0.861, -0.228), (0.280, 0.673, 0.047), (-0.012, 0.043, 0.969)),
    "no blue": ((1.256, -0.077, -0.179), (-0.078, 0.931, 0.148), (0.005, 0.691, 0.304)),
}


def light_of(colour: str) -> list[float]:
    """Linear red, green, blue of "#rrggbb", each 0 to 1."""
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    return [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]


def contrast(one: str, other: str) -> float:
    """The WCAG contrast of two colours, 1 to 21."""
    weights = (0.2126, 0.7152, 0.0722)
    found = [sum(w * part for w, part in zip(weights, light_of(c), strict=True)) for c in (one, other)]
    return (max(found) + 0.05) / (min(found) + 0.05)


def faded(colour: str, ground: str) -> str:
    """The colour at FADED opacity over a ground."""
    pairs = [(int(colour[i : i + 2], 16), int(ground[i : i + 2], 16)) for i in (1, 3, 5)]
    return "#" + "".join(f"{round(top * FADED + below * (1 - FADED)):02x}" for top, below in pairs)


def seen(colour: str, eye: str) -> list[float]:
    """Where the colour stands in Oklab, in which distance is difference as seen."""
    parts = light_of(colour)
    red, green, blue = (
        max(0.0, sum(w * part for w, part in zip(row, parts, strict=True))) for row in EYES[eye]
    )
    long = math.cbrt(0.4122 * red + 0.5363 * green + 0.0514 * blue)
    middle = math.cbrt(0.2119 * red + 0.6807 * green + 0.1074 * blue)
    short = math.cbrt(0.0883 * red + 0.2817 * green + 0.6300 * blue)
    return [
        0.2105 * long + 0.7936 * middle - 0.0041 * short,
        1.9780 * long - 2.4286 * middle + 0.4506 * short,
        0.0259 * long + 0.7828 * middle - 0.8087 * short,
    ]


@pytest.fixture(params=["light", "dark"])
def theme(request: pytest.FixtureRequest) -> dict[str, Any]:
    """One of the two themes."""
    found: dict[str, Any] = CONFIG["theme"][request.param]
    return found


def test_text_can_be_read(theme: dict[str, Any]) -> None:
    for ground in (theme["backgroundColor"], theme["secondaryBackgroundColor"]):
        for text in (theme["textColor"], theme["linkColor"], faded(theme["textColor"], ground)):
            assert contrast(text, ground) >= 4.5, (text, ground)
    assert contrast(theme["dataframeHeaderTextColor"], theme["dataframeHeaderBackgroundColor"]) >= 4.5
    assert contrast(theme["grayTextColor"], theme["grayBackgroundColor"]) >= 4.5
    assert contrast("#ffffff", theme["primaryColor"]) >= 4.5


def test_marks_can_be_seen(theme: dict[str, Any]) -> None:
    for mark in (theme["primaryColor"], theme["grayColor"], *theme["chartCategoricalColors"]):
        assert contrast(mark, theme["backgroundColor"]) >= 3, mark


@pytest.mark.parametrize("eye", EYES)
def test_stages_can_be_told_apart(theme: dict[str, Any], eye: str) -> None:
    stages = theme["chartCategoricalColors"][:5]
    for one, other in combinations(stages, 2):
        assert math.dist(seen(one, eye), seen(other, eye)) >= 0.07, (one, other)


def test_both_themes_set_the_same_colours() -> None:
    assert CONFIG["theme"]["light"].keys() == CONFIG["theme"]["dark"].keys()
