"""How a column of a file writes dates and numbers: guessed from all its cells. Pure."""

from collections.abc import Iterable
from typing import Final

from crm_data.store import amounts, days
from crm_data.store.amounts import COMMA, POINT
from crm_data.store.days import ANY, DAY_FIRST
from crm_data.tables.fields import Kind
from crm_data.tables.types import PLACES

DATES = {ANY: "each as it can be read", **days.DATES}
NUMBERS = amounts.NUMBERS
# Of what a column of numbers is -> how many places there can be behind the point.
DECIMALS: Final = {Kind.MONEY: 2, Kind.NUMBER: PLACES, Kind.WHOLE: 0}

# What files put where they have nothing; offered for each column that holds one, never assumed.
EMPTY_WORDS = frozenset(
    {"null", "na", "n/a", "#n/a", "nan", "none", "nil", "-", "--", "?", "(empty)", "(blank)", "\\n"}
)


def guess_dates(cells: Iterable[str]) -> tuple[str, bool]:
    """The order in which most of a column's dates can be read, and whether it is sure: 03/04/2026 has two.

    ANY where no date leaves a choice.
    """
    short = [cell for cell in cells if not days.sure(cell)]
    fits = [orders for cell in short if (orders := days.orders(cell))]
    if not fits:
        return ANY, True
    scores = {order: sum(order in orders for orders in fits) for order in days.DATES}
    most = max(scores.values())
    best = [order for order, score in scores.items() if score == most]
    if len(best) == 1:
        return best[0], True
    chosen = DAY_FIRST if DAY_FIRST in best else best[0]
    return chosen, chosen == DAY_FIRST and most == len(fits) and all(map(days.dotted, short))


def guess_numbers(cells: Iterable[str], places: int) -> tuple[str, bool]:
    """The way in which a column's numbers of at most `places` decimals are written, and whether it is sure."""
    certain, likely = {POINT: 0, COMMA: 0}, {POINT: 0, COMMA: 0}
    for cell in {cell.strip() for cell in cells} - {""}:
        found = amounts.readings(cell)
        fitting = [style for style, (_, decimals) in found.items() if decimals <= places]
        if len({value for value, _ in found.values()}) == 1 and len(found) == 2:
            continue  # the same number either way
        for style in fitting:
            (certain if len(found) == 1 else likely)[style] += 1
    for votes in (certain, likely):
        if votes[POINT] != votes[COMMA]:
            style = POINT if votes[POINT] > votes[COMMA] else COMMA
            other = COMMA if style == POINT else POINT
            return style, not (likely[other] or (certain[other] and sum(likely.values())))
    return POINT, not sum(likely.values())
