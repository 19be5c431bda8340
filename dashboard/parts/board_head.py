"""What the head of a board's column says: number, value and weighted value, each as the link to its rows."""

from crm_data import Totals, Workspace
from dashboard.components.board import Head
from dashboard.parts.figures import explained


def head(my: Workspace, totals: Totals) -> Head:
    """What it says of one currency; on pointing at a number also how it is made."""
    return Head(*(explained(my, figure) for figure in (totals.count, totals.value, totals.weighted)))
