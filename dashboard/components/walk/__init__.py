"""The bar over a record that stands beside its list: to the one before, the next, its own page, and away."""

from collections.abc import Callable

from dashboard.components.assets import component

_component = component("walk")


def walk(key: str, address: str, on_close: Callable[[], None]) -> None:
    """Draw it. The grid on the same screen does the walking; `address` is the record's own page."""
    _component(key=key, data={"address": address}, on_close_change=on_close)
