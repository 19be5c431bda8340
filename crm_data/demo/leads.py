"""Draws leads: those that became a deal, and those that are still being talked to or were lost."""

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from crm_data.demo.book import Book, Drawn
from crm_data.demo.ledger import Row
from crm_data.demo.names import address_of, domain_of
from crm_data.demo.words import SOURCES

# How many days ago a lead of each status was made, at the least and at the most.
SPANS = {"new": (1, 18), "contacted": (4, 55), "qualified": (9, 60), "lost": (25, 270)}


def draw_converted_lead(book: Book, deal: Drawn) -> Row:
    """The lead that the deal came from; it was converted when the deal was made."""
    start: datetime = deal.row["created_at"]
    made = book.calendar.moment(start.date() - timedelta(days=book.random.randint(4, 30)))
    made = min(made, start - timedelta(hours=30))
    firm = deal.customer["name"] if deal.customer["customer_type"] == "business" else ""
    person = "" if firm else deal.customer["name"]
    return _draw(
        book,
        made,
        firm,
        person,
        id=deal.row["lead_id"],
        status="qualified",
        customer_id=deal.customer["id"],
        converted_deal_id=deal.row["id"],
        converted_at=start,
        source=deal.customer["source"],
        assigned_to=deal.row["assigned_to"],
        estimated_value=deal.row["deal_value"],
    )


def draw_other_leads(book: Book) -> None:
    """The leads without a deal: new, contacted, qualified and lost ones."""
    for _ in range(book.plan.leads - len(book.leads)):
        status = book.random.choices(tuple(SPANS), (30, 28, 12, 30))[0]
        made = book.calendar.past(book.random.uniform(*SPANS[status]))
        known = [c for c in book.customers if c["created_at"] <= made and book.random.random() < 0.1]
        firm = book.names.firm()[0] if book.random.random() < book.trade.firms else ""
        changed = book.calendar.between(
            made + timedelta(days=1), min(made + timedelta(days=15), book.calendar.until)
        )
        _draw(
            book,
            made,
            known[0]["name"] if known else firm,
            status=status,
            customer_id=known[0]["id"] if known else None,
            source=book.random.choice(SOURCES),
            assigned_to=_owner(book, made, status),
            estimated_value=_guess(book),
            updated_at=made if status == "new" else min(changed, book.calendar.until),
        )


def _draw(book: Book, at: datetime, firm: str, person: str = "", **values: Any) -> Row:
    name = person or book.names.person()
    row = book.add(
        "leads",
        at,
        values["assigned_to"] or book.sellers[0].user_id,
        lead_name=f"{name}, {firm}" if firm and firm != name else name,
        email=address_of(name, domain_of(firm) if firm else "mail.example"),
        phone=book.names.phone(),
        priority=book.random.choices(("low", "medium", "high"), (30, 50, 20))[0],
        **values,
    )
    book.leads.append(row)
    return row


def _owner(book: Book, at: datetime, status: str) -> int | None:
    """Some of the new ones have found nobody yet."""
    if status == "new" and book.random.random() < 0.3 and not book.source:
        return None
    return book.owner(at).user_id


def _guess(book: Book) -> Decimal | None:
    if book.random.random() < 0.1:
        return None
    return Decimal(round(book.random.triangular(500, 30_000, 4_000) / 100) * 100)
