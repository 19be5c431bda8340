"""Draws deals with the history of their stages; what stage, status, dates and probability say agrees."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal

from crm_data.demo.book import Book, Drawn
from crm_data.demo.customers import draw_customer
from crm_data.demo.journey import Move, journey
from crm_data.demo.leads import draw_converted_lead
from crm_data.demo.team import Seller
from crm_data.demo.words import LOSS_WEIGHTS
from crm_data.nouns.stages import LOSS_REASONS, PROBABILITY, STATUS
from crm_data.tables.deal import DealStatus, Stage

DAYS = 400


def draw_deals(book: Book) -> None:
    """All deals of the book, in the order in which they were made; some come from a lead."""
    starts = _starts(book)
    from_lead = book.random.sample(range(len(starts)), book.plan.converted)
    for index, start in enumerate(starts):
        _draw(book, start, index in from_lead)


def _starts(book: Book) -> list[datetime]:
    """When the deals were made: by the season, with some growth, more of them lately."""
    calendar = book.calendar
    days = {back: calendar.today - timedelta(days=back) for back in range(2, DAYS)}
    weights = [
        book.trade.season[day.month - 1] * (1.5 - back / DAYS) * (1.7 if back < 75 else 1.0)
        for back, day in days.items()
    ]
    drawn = book.random.choices(list(days.values()), weights, k=book.plan.deals)
    return sorted(calendar.done(calendar.moment(day)) for day in drawn)


def _draw(book: Book, start: datetime, with_lead: bool) -> None:
    random = book.random
    stalls = 40 < (book.calendar.today - start.date()).days < 200 and random.random() < 0.14
    seller = book.owner(start, book.calendar.until)
    moves = journey(book.calendar, start, not stalls and book.wins(seller), book.trade.pace, stalls)
    stage, last = moves[-1].stage, moves[-1].at
    if seller.until and (stage not in STATUS or last >= seller.until):
        seller = book.owner(start)  # what was open was handed over when they left
    if with_lead:
        customer = draw_customer(book, start, seller.user_id)
    else:
        customer = random.choice([c for c in book.customers if c["created_at"] <= start])
    product, low, high = random.choice(book.trade.products)
    deal = book.add(
        "deals",
        start,
        seller.user_id,
        customer_id=customer["id"],
        lead_id=book.ledger.new_id("leads") if with_lead else None,
        deal_name=f"{customer['name']}: {product}",
        deal_value=Decimal(round(low * (high / low) ** random.betavariate(2, 2.6) / 50) * 50),
        currency=book.currency,
        stage=stage.value,
        status=STATUS.get(stage, DealStatus.OPEN).value,
        probability=_probability(book, stage),
        expected_close_date=_expected(book, moves, stalls),
        actual_close_date=last.date() if stage in STATUS else None,
        loss_reason=_reason(book) if stage is Stage.CLOSED_LOST else None,
        assigned_to=seller.user_id,
        stage_since=last,
        updated_at=last,
    )
    drawn = Drawn(deal, customer, moves, stalls)
    book.deals.append(drawn)
    _write_history(book, drawn, seller)
    if with_lead:
        draw_converted_lead(book, drawn)


def _write_history(book: Book, deal: Drawn, seller: Seller) -> None:
    first = deal.row["deal_value"]
    if book.random.random() < 0.25:  # the first guess was another one
        first = Decimal(round(int(first) * book.random.choice((0.8, 0.9, 1.15)) / 50) * 50)
    for move in deal.moves:
        now = move is deal.moves[-1]
        book.ledger.add(
            "deal_stage_history",
            company_id=book.company_id,
            deal_id=deal.row["id"],
            from_stage=move.before.value if move.before else None,
            to_stage=move.stage.value,
            moved_by=seller.user_id,
            moved_at=move.at,
            deal_value=deal.row["deal_value"] if now else first,
            probability=deal.row["probability"] if now else PROBABILITY[move.stage],
        )


def _probability(book: Book, stage: Stage) -> int:
    """The stage's own; now and then somebody knew better."""
    if stage in STATUS or book.random.random() > 0.15:
        return PROBABILITY[stage]
    return max(5, min(95, PROBABILITY[stage] + book.random.choice((-15, -10, 10, 15))))


def _expected(book: Book, moves: Sequence[Move], stalls: bool) -> date | None:
    """The day it was to close: near the real one, or some weeks ahead; now and then past or not set."""
    random, calendar, last = book.random, book.calendar, moves[-1]
    if last.stage in STATUS:
        return calendar.workday(last.at.date() + timedelta(days=random.randint(-12, 15)))
    if random.random() < 0.06:
        return None
    if stalls or random.random() < 0.08:
        return calendar.workday(calendar.today - timedelta(days=random.randint(3, 25)))
    left = 20 + (100 - PROBABILITY[last.stage]) * book.trade.pace
    return calendar.workday(calendar.today + timedelta(days=round(random.uniform(4, left))))


def _reason(book: Book) -> str:
    return book.random.choices(LOSS_REASONS[: len(LOSS_WEIGHTS)], LOSS_WEIGHTS)[0]
