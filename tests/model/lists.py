"""What a list shows, said plainly: which rows of a dictionary match a query, in which order, and which page."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from decimal import Decimal
from typing import Any

from crm_data import Query
from crm_data.tables.fields import Field, Kind, fields_of
from tests.model.calls import Place
from tests.model.rules import OPEN_TASK, USUAL_DAYS, Tables
from tests.model.waiting import handed_over, mentions, still_open, unplanned, unseen
from tests.model.world import Row
from tests.support.kinds import CLASSES

LAST = {
    Kind.DAY: date(9999, 12, 31),
    Kind.MOMENT: datetime(9999, 12, 31, tzinfo=UTC),
    Kind.MONEY: Decimal(0),
}


def begins(day: date, zone: tzinfo) -> datetime:
    """The moment at which a day begins somewhere."""
    return datetime.combine(day, time(), tzinfo=zone)


def matching(tables: Tables, kind: str, query: Query, user: int, now: datetime) -> list[Row]:
    """The rows of a list, in its order."""
    fields = fields_of(CLASSES[kind].table)
    found = [
        row
        for row in tables[kind].values()
        if (row["archived_at"] is not None) == query.archived
        and searched(fields, row, query.search)
        and all(_holds(fields[name], row[name], wanted, query.zone) for name, wanted in query.where.items())
        and all(
            _preset(tables, kind, row, replace(query, preset=preset), user, now)
            for preset in filter(None, query.preset.split(","))
        )
    ]
    found.sort(key=lambda row: row["id"], reverse=query.sorts[-1][1])
    for name, down in reversed(query.sorts):
        found.sort(key=lambda row, field=fields[name]: key(field, row), reverse=down)  # type: ignore[misc]
    return found


def key(field: Field, row: Row) -> Any:
    """What a row is ordered by."""
    value = row[field.name]
    if value is None:
        return LAST.get(field.kind, "")
    return value.lower() if isinstance(value, str) else value


def searched(fields: Any, row: Row, said: str) -> bool:
    """Whether the search box finds a row."""
    digits = "".join(c for c in said if c.isdigit())
    for name, field in fields.items():
        value = row[name]
        if not field.search or value is None:
            continue
        if said.casefold() in value.casefold():
            return True
        dialled = field.kind is Kind.PHONE and len(digits) >= 4 and not any(c.isalpha() for c in said)
        if dialled and digits in "".join(c for c in value if c not in " -()./+"):
            return True
    return not said


def _holds(field: Field, value: Any, wanted: Any, zone: tzinfo) -> bool:
    if wanted in ((), "", None, (None, None)):
        return True
    if field.kind is Kind.MOMENT:
        low, high = wanted
        return value is not None and (
            (low is None or value >= begins(low, zone))
            and (high is None or value < begins(high + timedelta(days=1), zone))
        )
    if field.kind in (Kind.DAY, Kind.MONEY, Kind.WHOLE):
        low, high = wanted
        return value is not None and (low is None or value >= low) and (high is None or value <= high)
    if field.kind is Kind.TAGS:
        return bool({tag.casefold() for tag in value or ()} & {tag.casefold() for tag in wanted})
    if isinstance(wanted, str):
        return value is not None and wanted.casefold() in value.casefold()
    return value in wanted


def _preset(tables: Tables, kind: str, row: Row, query: Query, user: int, now: datetime) -> bool:
    mine, today = row.get("assigned_to") == user, now.astimezone(query.zone).date()
    if query.preset == "handed_over":
        return still_open(kind, row) and handed_over(tables, kind, row, user, now)
    if query.preset == "unplanned":
        return still_open(kind, row) and unplanned(tables, kind, row, now, query.zone)
    if kind == "activities":
        named = unseen(tables, row["id"], user) if query.preset != "mentioned" else None
        return bool(mentions(tables, row["id"], user)) if named is None else named
    if kind == "leads":
        if query.preset == "converted":
            return row["converted_at"] is not None
        return row["converted_at"] is None and row["status"] != "lost" and (query.preset == "open" or mine)
    if kind == "deals":
        steps = open_tasks(tables, row["id"])
        late = any(t["due_date"] and t["due_date"] < begins(today, query.zone) for t in steps)
        more = {"mine": mine, "without_step": not steps, "overdue_step": late}
        expected = row["expected_close_date"]
        more |= {"undated": expected is None, "open": True, "slipped": bool(expected and expected < today)}
        if query.preset == "stalled":
            stood = today - row["stage_since"].astimezone(query.zone).date()
            more["stalled"] = row["stage"] in USUAL_DAYS and stood.days >= USUAL_DAYS[row["stage"]]
        return row["status"] == "open" and more[query.preset]
    if query.preset == "all":
        return True
    whose = mine or (query.preset != "mine" and bool(query.where.get("assigned_to")))
    return whose and is_open(row) and due(row, query.preset, today, query.zone)


def is_open(task: Row) -> bool:
    """Whether a task is still to be done."""
    return task["status"] in OPEN_TASK and task["archived_at"] is None


def open_tasks(tables: Tables, deal: int) -> list[Row]:
    """The open tasks of a deal."""
    return [t for t in tables["tasks"].values() if t["deal_id"] == deal and is_open(t)]


def due(task: Row, preset: str, today: date, zone: tzinfo) -> bool:
    """Whether a task is due as a preset says."""
    if preset == "mine":
        return True
    if task["due_date"] is None:
        return False
    starts, ends = begins(today, zone), begins(today + timedelta(days=1), zone)
    at = task["due_date"]
    return {"overdue": at < starts, "today": starts <= at < ends, "due": at < ends, "upcoming": at >= ends}[
        preset
    ]


def page(rows: list[Row], query: Query, kind: str, place: Place | None) -> tuple[list[int], int]:
    """(ids, place of the first) of a page of an ordered list."""
    if query.last:
        shown = rows[max(len(rows) - query.size, 0) :]
        return [row["id"] for row in shown], len(rows) - len(shown) + 1 if shown else 0
    if place is None:
        return [row["id"] for row in rows[: query.size]], 1 if rows else 0
    field = fields_of(CLASSES[kind].table)[query.sort]
    here = (key(field, place.row), place.row["id"])
    sign = query.descending != place.forward  # going up in the order of keys
    beyond = [
        r for r in rows if ((key(field, r), r["id"]) > here) == sign and (key(field, r), r["id"]) != here
    ]
    if place.forward:
        shown = beyond[: query.size]
        return [row["id"] for row in shown], place.before + 1 if shown else 0
    shown = beyond[-query.size :]
    start = max(place.before - len(shown), 0) if len(beyond) > query.size else 0
    return [row["id"] for row in shown], start + 1 if shown else 0
