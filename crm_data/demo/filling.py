"""Fills an empty database with two companies, or a new company with a little to look at."""

from datetime import date, timedelta
from random import Random

import sqlalchemy as sa
from sqlalchemy.orm import Session

from crm_data import clock
from crm_data.accounts.passwords import hashed, judged
from crm_data.demo.book import Book, Plan
from crm_data.demo.calendar import Calendar
from crm_data.demo.customers import draw_customers, settle_customers
from crm_data.demo.deals import draw_deals
from crm_data.demo.diary import draw_tasks
from crm_data.demo.leads import draw_other_leads
from crm_data.demo.ledger import Ledger
from crm_data.demo.names import address_of
from crm_data.demo.promises import draw_promises
from crm_data.demo.targets import draw_goals
from crm_data.demo.team import FIRMS, DemoPerson, Firm, Seller
from crm_data.demo.telling import tell
from crm_data.demo.timeline import draw_activities
from crm_data.demo.trades import SERVICES
from crm_data.errors import CrmError, NotFound
from crm_data.store.scope import CompanyScope
from crm_data.store.store import Store
from crm_data.tables import Company, Membership
from crm_data.tables.fields import words

PLAN = Plan(customers=140, leads=120, deals=160, tasks=220, activities=600)
SAMPLE = Plan(customers=40, leads=30, deals=40, tasks=50, activities=120)
SAMPLE_SOURCE = "Sample data"
YEARS = 800  # days that the firms have been there
MOVED_IN = 150  # days since they keep their records here


def fill(store: Store, password: str, today: date | None = None, seed: int = 7) -> list[DemoPerson]:
    """Two made-up companies with people in every role, one of them in both; the first is also the operator.

    Everything is dated relative to `today`, and the same for the same seed and day. The first company has
    140 customers, 120 leads, 160 deals, 220 tasks and 600 activities, the second 60 % of that; the changes of
    status that the product notes by itself come on top, and a goal and forecasts a month for each who sells. The
    log tells the last five months act by act, and what was there before as imports. Returns who can sign in, all
    by `password`. Raises CrmError when the database is not empty, Invalid when the password cannot be used.
    """
    random, today = Random(seed), today or clock.now().date()
    secret = hashed(judged(password))
    with store.system("demo data") as session:
        refuse_unless_empty(session)
        ledger = Ledger(session.connection())
        people: list[DemoPerson] = []
        users: dict[str, int] = {}
        books = []
        for firm in FIRMS:
            calendar = Calendar(today, firm.trade.opens, random)
            books.append(_book(ledger, calendar, firm, secret, users, people))
            draw(books[-1])
            draw_goals(books[-1])
            draw_promises(books[-1])
        ledger.write(("companies", "users", "user_companies"))
    for book in books:
        with store.write(CompanyScope(book.company_id, None, "admin")) as session:
            tell(session, book, book.calendar.past(MOVED_IN))
    with store.system("demo data") as session:
        analyze(session)
    return people


def sample(store: Store, company_id: int, user_id: int, today: date | None = None) -> dict[str, int]:
    """A little data for a new company, all of it that member's, each row with the source 'Sample data'.

    About 40 customers, 30 leads, 40 deals, 50 tasks and 120 activities. Returns the rows by table.
    Raises NotFound when the person is no member of the company.
    """
    scope = CompanyScope(company_id, user_id, "admin")
    calendar = Calendar(today or clock.now().date(), SERVICES.opens, Random(company_id))
    with store.write(scope) as session:
        member = sa.select(Membership.id).where(Membership.user_id == user_id, Membership.ended_at.is_(None))
        company = session.get(Company, company_id)
        if company is None or session.scalar(member) is None:
            raise NotFound
        ledger = Ledger(session.core())
        sellers = [Seller(user_id, 1.0, 0.42)]
        draw(
            Book(
                ledger,
                calendar,
                SERVICES,
                company_id,
                company.currency,
                sellers,
                SAMPLE,
                source=SAMPLE_SOURCE,
            )
        )
        return {table: count for table, count in ledger.write().items() if count}


def draw(book: Book) -> None:
    """Everything in a book, in the order in which one thing needs another."""
    draw_customers(book)
    draw_deals(book)
    draw_other_leads(book)
    settle_customers(book)
    draw_activities(book, draw_tasks(book))


def refuse_unless_empty(session: Session) -> None:
    """Raise CrmError when there is any company: made-up data never goes among real data."""
    if session.scalar(sa.select(sa.func.count()).select_from(Company)):
        raise CrmError(
            "This database already holds a company, so no demo data was added."
            " Choose a database that is empty in DATABASE_URL."
        )


def analyze(session: Session) -> None:
    """Let the database count what it holds, so that its plans are good from the first click."""
    session.connection().exec_driver_sql("ANALYZE")


def _book(
    ledger: Ledger,
    calendar: Calendar,
    firm: Firm,
    secret: str,
    users: dict[str, int],
    people: list[DemoPerson],
) -> Book:
    """The company, its people and their memberships; answers with the book that is to be drawn for it."""
    began = calendar.past(YEARS)
    company = ledger.add(
        "companies",
        name=firm.name,
        email=f"office@{firm.domain}",
        website=f"https://{firm.domain}",
        phone=firm.phone,
        city=firm.city,
        state=firm.state,
        country=firm.country,
        industry=firm.industry,
        company_size=firm.size,
        currency=firm.currency,
        subscription_plan="Team",
        subscription_start=began.date(),
        created_at=began,
        updated_at=began,
    )
    sellers, helpers = [], []
    for number, seat in enumerate(firm.seats):
        name, joined = f"{seat.first} {seat.last}", began + timedelta(days=14 * number, minutes=number)
        new = name not in users
        email = address_of(name, firm.domain)
        if new:
            users[name] = ledger.add(
                "users",
                email=email,
                password_hash=secret,
                first_name=seat.first,
                last_name=seat.last,
                role="super_admin" if seat.operator else seat.role,
                is_active=seat.left is None,
                is_verified=seat.operator,
                created_at=joined,
                updated_at=joined,
            )["id"]
        ended = calendar.past(seat.left) if seat.left else None
        ledger.add(
            "user_companies",
            company_id=company["id"],
            user_id=users[name],
            role=seat.role,
            is_primary=new,
            joined_at=joined,
            ended_at=ended,
            created_at=joined,
            updated_at=ended or joined,
        )
        if seat.share:
            sellers.append(Seller(users[name], seat.share, seat.skill, ended))
        elif not ended:
            helpers.append(users[name])
        if not ended:
            email = next((p.email for p in people if p.name == name), email)
            role = f"{words(seat.role)}, operator" if seat.operator else words(seat.role)
            people.append(DemoPerson(email, name, firm.name, role))
    return Book(
        ledger,
        calendar,
        firm.trade,
        company["id"],
        firm.currency,
        sellers,
        PLAN.times(firm.much),
        helpers=helpers,
        code=firm.code,
    )
