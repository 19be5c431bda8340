"""What axe-core finds on a page, in sentences: names, headings, roles; and the contrast of every text."""

from importlib.resources import files
from pathlib import Path
from typing import Any

from playwright.sync_api import Page

_AXE = (files("axe_playwright_python") / "axe.min.js").read_text(encoding="utf-8")
# `incomplete` of contrast is what axe could not measure; of text on plain grounds there is none.
_RUN = (
    "() => axe.run(document, { resultTypes: ['violations'], rules: {'empty-table-header': {enabled: true}} })"
)


def faults(page: Page) -> list[str]:
    """Every fault on the page as it is, with its rule and the element; empty when there is none."""
    if not page.evaluate("() => typeof window.axe === 'object'"):
        page.evaluate(_AXE)
    found: dict[str, Any] = page.evaluate(_RUN)
    return [
        f"{rule['id']} ({rule['impact']}): {node['html'][:300]} {_why(node)}"
        for rule in found["violations"]
        for node in rule["nodes"]
    ]


# axe leaves out what screen readers do not hear, as the hint of a key on a button; eyes read it all the same.
_FAINT = (Path(__file__).parent / "faint.js").read_text(encoding="utf-8").split("\n", 1)[1]
LEAST = 4.5  # AA, for text of the usual size


def faint(page: Page) -> list[str]:
    """Every text and placeholder with less contrast than AA asks, and how much; what is disabled may be faint."""
    found: list[str] = page.evaluate(_FAINT, LEAST)
    return found


def _why(node: dict[str, Any]) -> str:
    return " ".join(check["message"] for check in [*node["any"], *node["all"], *node["none"]])[:300]
