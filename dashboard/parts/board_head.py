"""What the head of a board's column says: number, value and weighted value, each as the link to its rows."""

from crm_data import Totals, Workspace
from dashboard.components.board import Head
from dashboard.parts import figures


def head(my: Workspace, totals: Totals) -> Head:
    """What it says of one currency."""
    return Head(
        figures.link(my, totals.count), figures.link(my, totals.value), figures.link(my, totals.weighted)
    )
