"""What became of the drawn rows: each change with the values before and after, and the act that it is of."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal
from itertools import pairwise
from random import Random
from typing import Any

from crm_data.demo.book import Book, Drawn
from crm_data.demo.diary import life
from crm_data.demo.ledger import Row
from crm_data.demo.timeline import steps
from crm_data.nouns.stages import PROBABILITY, STATUS
from crm_data.tables.deal import DealStatus

Key = tuple[Any, ...]
# What a deal in a stage holds that the stage decides.
_DECIDED = ("stage", "status", "probability", "stage_since", "actual_close_date", "loss_reason")
_PUT_OFF = (0, 1, 2, 3, 4)
_HOW_OFTEN = (52, 26, 13, 6, 3)


@dataclass(frozen=True)
class Change:
    """One change of one row. `act`: those of the same are one act; `action` as the log calls it."""

    table: str
    row: Row
    at: datetime
    by: int
    before: Row
    after: Row
    act: Key
    action: str = "change"


def changes_of(book: Book) -> list[Change]:
    """Every change of the book's rows, whose last values are the rows' own; those of one row in order of time.

    Beside what was drawn already (moves, conversions, tasks done) it draws when a deal's expected close was put
    off, its value changed, and its owner. It draws by itself, so that what the book holds stays as it is.
    """
    random = Random(book.company_id)
    book = replace(book, calendar=replace(book.calendar, random=random))
    worth = {line["deal_id"]: line["deal_value"] for line in reversed(rows_of(book, "deal_stage_history"))}
    about = {table: _about(rows_of(book, table)) for table in ("tasks", "activities")}
    found = [
        change
        for deal in book.deals
        for change in (*_moves(deal), *_edits(book, deal, worth[deal.row["id"]]))
    ]
    found += [change for lead in book.leads for change in _of_lead(lead, about)]
    for task in rows_of(book, "tasks"):
        if task["status"] in ("completed", "cancelled"):
            done = {name: task.get(name) for name in ("status", "completed_at")}
            found.append(_own("tasks", task, task["updated_at"], {"status": "pending"}, done))
    for customer in book.customers:
        if customer.get("archived_at"):
            away = {name: customer[name] for name in ("archived_at", "archived_by")}
            found.append(_own("customers", customer, customer["archived_at"], {}, away, "archive"))
    return sorted(found, key=lambda change: change.at)


def at_first(rows: Sequence[Row], changes: Sequence[Change]) -> dict[int, Row]:
    """Rows of one table as they were when they were made, by id: before all of their changes."""
    first = {row["id"]: dict(row) for row in rows}
    for row in first.values():
        if "updated_at" in row:  # what only grows has none
            row["updated_at"] = row["created_at"]
    for change in reversed(changes):
        first[change.row["id"]] |= change.before
    return first


def _own(table: str, row: Row, at: datetime, before: Row, after: Row, action: str = "change") -> Change:
    """A change that is an act of its own, by whoever the row belongs to."""
    by = after.get("archived_by") or row.get("assigned_to") or row["created_by"]
    was = {name: before.get(name) for name in after}
    return Change(table, row, at, by, was, after, (table, row["id"], at), action)


def _moves(deal: Drawn) -> Iterator[Change]:
    """A deal's way through the stages."""
    row = deal.row
    states = [
        {
            "stage": move.stage.value,
            "status": STATUS.get(move.stage, DealStatus.OPEN).value,
            "probability": PROBABILITY[move.stage],
            "stage_since": move.at,
            "actual_close_date": None,
            "loss_reason": None,
        }
        for move in deal.moves
    ]
    states[-1] = {name: row.get(name) for name in _DECIDED}
    for move, (before, after) in zip(deal.moves[1:], pairwise(states), strict=True):
        names = [name for name in _DECIDED if before[name] != after[name]]
        was, now = ({name: state[name] for name in names} for state in (before, after))
        yield Change("deals", row, move.at, row["assigned_to"], was, now, ("deals", row["id"], move.at))


def _edits(book: Book, deal: Drawn, worth: Decimal) -> Iterator[Change]:
    """What its people changed by hand: the value it began with, the expected close, now and then the owner."""
    random, row = book.random, deal.row
    start, end = life(book, deal)
    if worth != row["deal_value"]:  # the line of the last move has the value that it came to
        at = _amid(book, deal.moves[-2].at, deal.moves[-1].at)
        yield _own("deals", row, at, {"deal_value": worth}, {"deal_value": row["deal_value"]})
    day = row["expected_close_date"]
    often = random.choices(_PUT_OFF, _HOW_OFTEN)[0] if day else 0
    ends = [start + (end - start) * part / (often + 1) for part in range(often + 2)]
    pushes = []
    for since, until in reversed(list(pairwise(ends[:-1]))):
        before = book.calendar.workday(day - timedelta(days=random.choice((7, 14, 14, 21, 30, -10))))
        at = _amid(book, since, until)
        if before > at.date() and start < at:
            was, now = {"expected_close_date": before}, {"expected_close_date": day}
            pushes.append(_own("deals", row, at, was, now))
            day = before
    yield from reversed(pushes)
    others = [seller.user_id for seller in book.sellers if seller.until is None]
    if random.random() < 0.15 and deal.open and len(others) > 1 and end - start > timedelta(days=14):
        giver = random.choice([one for one in others if one != row["assigned_to"]])
        given = {"assigned_to": row["assigned_to"]}
        change = _own("deals", row, _amid(book, start, end), {"assigned_to": giver}, given)
        yield replace(change, by=giver)


def _amid(book: Book, start: datetime, end: datetime) -> datetime:
    """Some office hour between two moments, or the middle of them where there is none."""
    found = book.calendar.between(start, end)
    return found if start < found < end else (start + (end - start) / 2).replace(second=0, microsecond=0)


def _of_lead(lead: Row, about: Mapping[str, Mapping[int, list[Row]]]) -> Iterator[Change]:
    """Its changes of status and, where it became a deal, the conversion with what went to the customer with it."""
    converted = lead.get("converted_at")
    for before, after, at in steps(lead, converted or lead["updated_at"]):
        step = ("leads", lead["id"], at)
        yield Change("leads", lead, at, lead["created_by"], {"status": before}, {"status": after}, step)
    if not converted:
        return
    of_deal = {name: lead[name] for name in ("customer_id", "converted_deal_id", "converted_at")}
    act: Key
    act, by = ("convert", lead["id"]), lead["created_by"]
    yield Change("leads", lead, converted, by, dict.fromkeys(of_deal), of_deal, act)
    carried = {"customer_id": lead["customer_id"]}
    for table, rows in about.items():
        for row in rows.get(lead["id"], ()):
            if row["created_at"] < converted and row.get("customer_id"):
                yield Change(table, row, converted, by, dict.fromkeys(carried), carried, act)


def rows_of(book: Book, table: str) -> list[Row]:
    """The rows of a table that are the book's, as they were drawn."""
    return [row for row in book.ledger.rows[table] if row["company_id"] == book.company_id]


def _about(rows: Sequence[Row]) -> dict[int, list[Row]]:
    """Rows by the lead that they are about."""
    found: dict[int, list[Row]] = defaultdict(list)
    for row in rows:
        if row.get("lead_id"):
            found[row["lead_id"]].append(row)
    return found
