"""Draws activities: calls, e-mails, meetings and notes, and the moves that the product itself notes down."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

from crm_data.demo.book import Book
from crm_data.demo.diary import DAYS, life
from crm_data.demo.ledger import Row
from crm_data.demo.words import DURATION, SERVICE, TALKS
from crm_data.nouns.stages import move_title
from crm_data.tables.fields import words

KINDS = tuple(TALKS)


def draw_activities(book: Book, tasks: list[Row]) -> None:
    """What people noted about deals, leads and customers, as many as planned, and every change of status."""
    noted = 0
    for task in tasks:
        if task["status"] == "completed" and task["task_type"] in KINDS and noted < book.plan.activities / 3:
            _from_task(book, task)
            noted += 1
    first = book.calendar.past(DAYS)
    subjects = [s for s in (*_of_deals(book), *_of_leads(book)) if s[3] > first]
    while noted < book.plan.activities:
        if subjects and book.random.random() < 0.8:
            what, owner, start, end, about = book.random.choice(subjects)
            _talk(book, TALKS, what, owner, book.calendar.between(max(start, first), end), about)
        else:
            _service(book, first)
        noted += 1
    _moves(book)


Subject = tuple[str, int, datetime, datetime, dict[str, Any]]


def _of_deals(book: Book) -> Iterator[Subject]:
    for deal in book.deals:
        start, end = life(book, deal)
        about = {"deal_id": deal.row["id"], "customer_id": deal.row["customer_id"]}
        yield deal.customer["name"], deal.row["assigned_to"], start, end, about


def _of_leads(book: Book) -> Iterator[Subject]:
    for lead in book.leads:
        if lead["status"] != "new" and lead["assigned_to"]:
            end = lead.get("converted_at") or max(lead["updated_at"], lead["created_at"])
            about = {"lead_id": lead["id"], "customer_id": lead.get("customer_id")}
            yield lead["lead_name"], lead["assigned_to"], lead["created_at"], end, about


def _from_task(book: Book, task: Row) -> None:
    about = {key: task.get(key) for key in ("customer_id", "lead_id", "deal_id")} | {"task_id": task["id"]}
    kind, at = task["task_type"], task["completed_at"]
    _, text, outcome = book.random.choice(TALKS[kind])
    _note(book, kind, task["title"], text, outcome, task["assigned_to"], at, about)


def _talk(book: Book, what_is_said: Any, what: str, owner: int, at: datetime, about: dict[str, Any]) -> None:
    kind = book.random.choices(KINDS, (36, 34, 15, 15))[0]
    title, text, outcome = book.random.choice(what_is_said[kind])
    _note(book, kind, title.format(what=what), text, outcome, owner, at, about)


def _service(book: Book, first: datetime) -> None:
    customer = book.random.choice(
        [c for c in book.customers if c["assigned_to"] and not c.get("archived_at")]
    )
    at = book.calendar.between(max(customer["created_at"], first), book.calendar.until)
    who = customer["assigned_to"]
    if book.helpers and book.random.random() < 0.3:
        who = book.random.choice(list(book.helpers))
    _talk(book, SERVICE, customer["name"], who, at, {"customer_id": customer["id"]})


def _note(
    book: Book,
    kind: str,
    title: str,
    text: str,
    outcome: str | None,
    who: int,
    at: datetime,
    about: dict[str, Any],
) -> None:
    span = DURATION[kind]
    minutes = book.random.randint(*span) if span and outcome != "No answer" else None
    book.add(
        "activities",
        at,
        who,
        activity_type=kind,
        title=title,
        description=text,
        duration=minutes,
        outcome=outcome,
        user_id=who,
        activity_date=at,
        **about,
    )


def _moves(book: Book) -> None:
    """What the product notes by itself: a deal's moves, a lead's changes of status and its conversion."""
    for deal in book.deals:
        about = {"deal_id": deal.row["id"], "customer_id": deal.row["customer_id"]}
        for move in deal.moves[1:]:
            title = move_title(move.before or "", move.stage)
            reason = deal.row["loss_reason"] if move is deal.moves[-1] else None
            _status_change(book, title, deal.row["assigned_to"], move.at, **about, description=reason)
    for lead in book.leads:
        about = {"lead_id": lead["id"], "customer_id": lead.get("customer_id")}
        who, converted = lead["created_by"], lead.get("converted_at")
        for before, after, at in steps(lead, converted or lead["updated_at"]):
            _status_change(book, f"Status: {words(before)} to {words(after)}", who, at, **about)
        if converted:
            about["deal_id"] = lead["converted_deal_id"]
            _status_change(book, "Converted to a deal", who, converted, **about)


def steps(lead: Row, end: datetime) -> Iterator[tuple[str, str, datetime]]:
    """A lead's changes of status, from and to, evenly over the time that it took."""
    way = ["new", "contacted", "qualified"] if lead["status"] == "qualified" else ["new", lead["status"]]
    span = (end - lead["created_at"]) / (len(way) - 1)
    for step, (before, after) in enumerate(pairwise(way), start=1):
        if before != after:
            at = lead["created_at"] + step * span - timedelta(minutes=1)
            yield before, after, at


def _status_change(book: Book, title: str, who: int, at: datetime, **values: Any) -> None:
    book.add(
        "activities",
        at,
        who,
        activity_type="status_change",
        title=title,
        user_id=who,
        activity_date=at,
        **values,
    )
