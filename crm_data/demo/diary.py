"""Draws tasks: the next step of most deals and leads, and what was done over the last nine months."""

from datetime import datetime, timedelta
from typing import Any

from crm_data.demo.book import Book, Drawn
from crm_data.demo.ledger import Row
from crm_data.demo.words import TASKS

DAYS = 270
KINDS = tuple(TASKS)


def draw_tasks(book: Book) -> list[Row]:
    """All tasks of the book. A few open deals have none on purpose: somebody should see that."""
    tasks = [_next_step(book, deal) for deal in book.deals if deal.open and _has_step(book, deal)]
    for lead in book.leads:
        if lead["status"] in ("new", "contacted") and lead["assigned_to"] and book.random.random() < 0.45:
            what, about = lead["lead_name"], {"lead_id": lead["id"], "customer_id": lead.get("customer_id")}
            tasks.append(_open_task(book, what, lead["assigned_to"], lead["created_at"], 0.2, **about))
    for customer in _some_customers(book, round(book.plan.tasks * 0.06)):
        about = {"customer_id": customer["id"]}
        owner, made = customer["assigned_to"], customer["created_at"]
        tasks.append(_open_task(book, customer["name"], owner, made, 0.1, **about))
    while len(tasks) < book.plan.tasks:
        tasks.append(_done(book))
    return tasks


def _has_step(book: Book, deal: Drawn) -> bool:
    return book.random.random() < (0.3 if deal.stalls else 0.88)


def _next_step(book: Book, deal: Drawn) -> Row:
    about = {"deal_id": deal.row["id"], "customer_id": deal.row["customer_id"]}
    owner, since = deal.row["assigned_to"], deal.moves[-1].at
    return _open_task(book, deal.customer["name"], owner, since, 1.0 if deal.stalls else 0.2, **about)


def _open_task(book: Book, what: str, owner: int, since: datetime, overdue: float, **about: Any) -> Row:
    """A task that waits: overdue with that chance, else due today or within the next weeks."""
    random, calendar = book.random, book.calendar
    drawn = random.random()
    if drawn < overdue:
        due = calendar.past(random.randint(1, 12))
    elif drawn < overdue + 0.14:
        due = calendar.at(
            calendar.today, calendar.opens + random.randrange(8), random.choice((0, 15, 30, 45))
        )
    else:
        due = calendar.moment(calendar.today + timedelta(days=round(random.triangular(1, 24, 4))))
    made = calendar.between(max(since, calendar.past(21)), calendar.until)
    made = min(made, due - timedelta(hours=2))
    late = due < calendar.until
    kind = random.choices(KINDS, (34, 30, 20, 16))[0]
    return book.add(
        "tasks",
        made,
        owner,
        title=random.choice(TASKS[kind]).format(what=what),
        task_type=kind,
        priority=random.choices(("low", "medium", "high", "urgent"), (10, 50, 30, 25 if late else 6))[0],
        status=random.choices(("pending", "in_progress"), (80, 20))[0],
        due_date=due,
        assigned_to=owner,
        **about,
    )


def _done(book: Book) -> Row:
    """A task of the past, finished about when it was due; a few were called off."""
    random, calendar = book.random, book.calendar
    what, owner, start, end, about = _something_past(book)
    due = calendar.between(max(start, calendar.past(DAYS)), end)
    made = max(start, due - timedelta(days=random.randint(1, 9)))
    finished = calendar.moment((due + timedelta(days=random.choice((-1, 0, 0, 0, 1, 2)))).date())
    if not made < finished <= calendar.until:
        finished = calendar.between(made + timedelta(minutes=20), calendar.until)
    called_off = random.random() < 0.06
    kind = random.choices(KINDS, (34, 30, 20, 16))[0]
    return book.add(
        "tasks",
        made,
        owner,
        title=random.choice(TASKS[kind]).format(what=what),
        task_type=kind,
        priority=random.choices(("low", "medium", "high", "urgent"), (15, 55, 25, 5))[0],
        status="cancelled" if called_off else "completed",
        due_date=due,
        completed_at=None if called_off else finished,
        updated_at=finished,
        assigned_to=owner,
        **about,
    )


def _something_past(book: Book) -> tuple[str, int, datetime, datetime, dict[str, Any]]:
    """A deal or a customer of the last nine months: name, owner, from when to when, and the references."""
    deals = [d for d in book.deals if life(book, d)[1] > book.calendar.past(DAYS)]
    if deals and book.random.random() < 0.75:
        deal = book.random.choice(deals)
        start, end = life(book, deal)
        about = {"deal_id": deal.row["id"], "customer_id": deal.row["customer_id"]}
        return deal.customer["name"], deal.row["assigned_to"], start, end, about
    customer = _some_customers(book, 1)[0]
    about = {"customer_id": customer["id"]}
    return customer["name"], customer["assigned_to"], customer["created_at"], book.calendar.until, about


def life(book: Book, deal: Drawn) -> tuple[datetime, datetime]:
    """From when to when somebody worked on the deal."""
    last = deal.moves[-1].at
    if not deal.open:
        return deal.moves[0].at, last
    end = last + timedelta(days=4) if deal.stalls else book.calendar.until
    return deal.moves[0].at, min(end, book.calendar.until)


def _some_customers(book: Book, count: int) -> list[Row]:
    """Customers that belong to somebody and are not archived."""
    return book.random.choices(
        [c for c in book.customers if c["assigned_to"] and not c.get("archived_at")], k=count
    )
