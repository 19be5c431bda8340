"""Draws the forecasts that people give: for a month long before it, then twice again, surer each time, and now."""

from calendar import monthrange
from datetime import date, timedelta
from decimal import Decimal
from random import Random
from typing import Any

from crm_data.demo.book import Book
from crm_data.demo.team import Seller
from crm_data.nouns.goals import months_from
from crm_data.nouns.submissions import MEASURED
from crm_data.tables.deal import Stage

SINCE = 146  # days ago: before that they had no Foyer to give a number in
PAST, AHEAD = 4, 2  # months that are over, and this one with those to come
STEP = 500
# A few days before each day on which a month is measured: how far off a number is commonly.
_EARLIER = 4
_OFF = dict(zip(MEASURED, (0.35, 0.22, 0.12), strict=True))
_NOTES = (
    "One large order is not signed yet.",
    "Without the two that were put off.",
    "All of commit, and a little.",
)
_OVER = ("Two of these slip every quarter.", "They have asked for more time.", "More is in it than is said.")


def draw_promises(book: Book) -> None:
    """Three numbers a month and seller, and in most months the manager's over one of them.

    It draws by itself, so that what the book holds stays as it is.
    """
    random, first = Random(book.company_id * 31), book.calendar.today.replace(day=1)
    for _ in range(PAST):
        first = (first - timedelta(days=1)).replace(day=1)
    boss = min((s for s in book.sellers if s.until is None), key=lambda seller: seller.share)
    for month in months_from(first, PAST + AHEAD):
        last = month.replace(day=monthrange(month.year, month.month)[1])
        for seller in book.sellers:
            base = _base(book, seller, month)
            for days in MEASURED:
                said = _about(random, base, _OFF[days])
                _give(
                    book, random, seller, month, last - timedelta(days=days + _EARLIER), said, seller.user_id
                )
        over = random.choice([s for s in book.sellers if s is not boss])
        said = _about(random, _base(book, over, month) * 0.95, 0.08)
        day = last - timedelta(days=MEASURED[-1] + 2)
        _give(book, random, over, month, day, said, boss.user_id, by_manager=True)
    today = book.calendar.today
    for seller in book.sellers[1:]:  # all but one have looked at it anew this week
        said = _about(random, _base(book, seller, today.replace(day=1)), _OFF[MEASURED[-1]])
        day = today - timedelta(days=random.randint(2, 5))
        _give(book, random, seller, today.replace(day=1), day, said, seller.user_id)


def _base(book: Book, seller: Seller, month: date) -> float:
    """What a seller expects: of a month that is over between what they won and their goal for it.

    Of a later one part of the goal, but no less than most of what is won in it or as good as agreed.
    """
    mine = [deal.row for deal in book.deals if deal.row["assigned_to"] == seller.user_id]
    won = _worth(mine, "won", "actual_close_date", month)
    goals = (
        float(goal["amount"])
        for goal in book.ledger.rows["goals"]
        if goal["company_id"] == book.company_id
        and (goal["user_id"], goal["month"]) == (seller.user_id, month)
    )
    goal = next(goals, 0.0)
    if month < book.calendar.today.replace(day=1):
        return 0.8 * won + 0.2 * goal
    agreed = [row for row in mine if row["stage"] == Stage.NEGOTIATION]
    return max(0.7 * goal, 0.9 * (won + _worth(agreed, "open", "expected_close_date", month)))


def _worth(rows: list[dict[str, Any]], status: str, day: str, month: date) -> float:
    return sum(
        float(row["deal_value"])
        for row in rows
        if row["status"] == status and row.get(day) and row[day].replace(day=1) == month
    )


def _about(random: Random, base: float, off: float) -> Decimal:
    return Decimal(max(round(base * (1 + random.gauss(0, off)) / STEP), 1) * STEP)


def _give(
    book: Book,
    random: Random,
    seller: Seller,
    month: date,
    day: date,
    amount: Decimal,
    by: int,
    by_manager: bool = False,
) -> None:
    calendar = book.calendar
    at = calendar.at(calendar.workday(day), calendar.opens + 1, random.randrange(60))
    note = random.choice(_OVER if by_manager else (*_NOTES, None, None, None))
    here = seller.until is None or at < seller.until
    if not here or at > calendar.until or day < calendar.today - timedelta(days=SINCE):
        return
    said: dict[str, Any] = {"user_id": seller.user_id, "month": month, "currency": book.currency}
    said |= {"by_manager": by_manager, "amount": amount, "note": note}
    stamps = {"created_at": at, "updated_at": at, "created_by": by}
    book.ledger.add("submissions", company_id=book.company_id, **said, **stamps)
