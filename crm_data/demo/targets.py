"""Draws goals: what each who sells is to win in a month, set a quarter at a time."""

from datetime import date, datetime, timedelta
from decimal import Decimal

from crm_data.demo.book import Book
from crm_data.nouns.goals import months_from

MONTHS = 18  # from a year ago to the half year that the forecast looks ahead
STEP = 500


def draw_goals(book: Book) -> None:
    """A goal a month for each seller: by their share and skill, of a little more than the company has won a month.

    Those of a quarter are set before it begins, and those of the quarters to come in the last days, by whoever
    has sold least: the managers, who have others to look after.
    """
    calendar = book.calendar
    first = calendar.today.replace(day=1)
    first = first.replace(year=first.year - 1)
    won = sum((deal.row["deal_value"] for deal in book.deals if deal.row["status"] == "won"), Decimal(0))
    whole = sum(seller.share * seller.skill for seller in book.sellers)
    by = min((s for s in book.sellers if s.until is None), key=lambda seller: seller.share).user_id
    for month in months_from(first, MONTHS):
        at = _set_at(book, month)
        season = book.trade.season[month.month - 1]
        for seller in book.sellers:
            part = seller.share * seller.skill / whole * season * 1.1 * float(won) / 13
            if seller.until is None or month <= seller.until.date():
                book.ledger.add(
                    "goals",
                    company_id=book.company_id,
                    user_id=seller.user_id,
                    month=month,
                    currency=book.currency,
                    amount=Decimal(max(round(part / STEP), 1) * STEP),
                    created_at=at,
                    updated_at=at,
                    created_by=by,
                )


def _set_at(book: Book, month: date) -> datetime:
    """When the goals of a month's quarter were set: in the week before it begins, or lately."""
    quarter = month.replace(month=month.month - (month.month - 1) % 3, day=1)
    calendar = book.calendar
    day = calendar.workday(quarter - timedelta(days=9))
    return min(calendar.at(day, calendar.opens + 1), calendar.until)
