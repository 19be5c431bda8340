"""The search in the header: a button, a field over the page, what answers; it asks a route and reruns nothing."""

from dashboard.components.assets import component

FIND = "/find"
LONGEST = 100  # characters, as `finding.asked` looks for

_component = component("search")


def search(key: str) -> None:
    """Draw it, once a page."""
    _component(key=key, data={"ask": FIND, "longest": LONGEST})
