"""Draws customers, and what their deals say about them afterwards."""

from datetime import datetime
from decimal import Decimal

from crm_data.demo.book import Book
from crm_data.demo.ledger import Row
from crm_data.demo.names import address_of, domain_of
from crm_data.demo.words import CUSTOMER_NOTES, SOURCES


def draw_customers(book: Book) -> None:
    """The customers that were there before any deal of the book, over two years."""
    for _ in range(book.plan.customers - book.plan.converted):
        draw_customer(book, book.calendar.past(book.random.triangular(20, 760, 420)))


def draw_customer(book: Book, at: datetime, owner: int | None = None) -> Row:
    """One customer, a firm or a person, made at that moment."""
    random, place = book.random, book.names.place()
    owner = owner or book.owner(at).user_id
    values: Row = {"secondary_phone": book.names.phone() if random.random() < 0.15 else None}
    if random.random() < book.trade.firms:
        name, industry = book.names.firm()
        domain = domain_of(name)
        values |= {"customer_type": "business", "industry": industry, "company_name": name}
        values |= {"email": f"office@{domain}", "website": f"https://{domain}"}
        values["credit_limit"] = Decimal(random.choice((0, 1_000, 2_500, 5_000, 10_000, 25_000)))
    else:
        name = book.names.person()
        values |= {"customer_type": "individual", "email": address_of(name, "mail.example")}
    if random.random() < 0.07:
        values["email"] = None
    row = book.add(
        "customers",
        at,
        owner,
        name=name,
        customer_code=f"{book.code}-{len(book.customers) + 1:04d}" if book.code else None,
        priority=random.choices(("low", "medium", "high"), (25, 55, 20))[0],
        source=random.choices(SOURCES, (30, 26, 14, 10, 12, 8))[0],
        tags=random.sample(book.trade.tags, random.choice((0, 0, 1, 1, 2))) or None,
        notes=random.choice(CUSTOMER_NOTES) if random.random() < 0.3 else None,
        assigned_to=owner if book.source or random.random() > 0.04 else None,
        **(values | place),
    )
    book.customers.append(row)
    return row


def settle_customers(book: Book) -> None:
    """Each customer's status from their deals; a few without any were archived."""
    ends: dict[int, list[str]] = {}
    for deal in book.deals:
        ends.setdefault(deal.row["customer_id"], []).append(deal.row["status"])
    archived = 0
    for customer in book.customers:
        known = ends.get(customer["id"], [])
        customer["status"] = _status(book, known)
        if not known and customer["status"] == "inactive" and archived < book.plan.customers // 45:
            archived += 1
            at = book.calendar.between(customer["created_at"], book.calendar.until)
            customer |= {"archived_at": at, "archived_by": customer["created_by"], "updated_at": at}


def _status(book: Book, known: list[str]) -> str:
    if "won" in known:
        return book.random.choices(("active", "inactive"), (95, 5))[0]
    if "open" in known:
        return "prospect"
    if "lost" in known:
        return book.random.choice(("lost", "prospect", "active"))
    return book.random.choices(("active", "inactive"), (70, 30))[0]
