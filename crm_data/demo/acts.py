"""Sorts what was drawn of a book into the acts in which its people did it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from crm_data.demo.book import Book
from crm_data.demo.ledger import Row
from crm_data.demo.past import Change, Key
from crm_data.nouns.submissions import given_title

# The tables in the order in which an act writes them; what only follows comes behind the changes it follows from.
MADE = ("customers", "leads", "deals", "tasks")
FOLLOWING = ("deal_stage_history", "activities", "goals", "submissions")
TOLD = (*MADE, *FOLLOWING)
_PARENTS = {"customer_id": "customers", "lead_id": "leads", "deal_id": "deals", "task_id": "tasks"}


@dataclass
class DemoAct:
    """What one person did at one moment: rows that were made, by table, and changes."""

    at: datetime
    by: int | None
    kind: str = ""
    title: str = ""
    made: dict[str, list[Row]] = field(default_factory=dict)
    changes: list[Change] = field(default_factory=list)


def acts_of(book: Book, rows: Mapping[str, Mapping[int, Row]], changes: Sequence[Change]) -> list[DemoAct]:
    """Every act in order of time; `rows`: table -> id -> the row as it was when it was made."""
    acts: dict[Key, DemoAct] = {}
    moments: dict[tuple[str, int], datetime] = {}
    converted = {lead["customer_id"]: lead for lead in book.leads if lead.get("converted_at")}
    for change in changes:
        acts.setdefault(change.act, DemoAct(change.at, change.by)).changes.append(change)
    for table in TOLD:
        for id_, row in rows[table].items():
            parents = [(_PARENTS[name], row[name]) for name in _PARENTS if row.get(name)]
            made = row.get("created_at") or row["moved_at"]
            at = max([made, *(moments[each] for each in parents)])
            act = acts.setdefault(_key(table, row, rows["deals"], converted), DemoAct(at, _maker(row)))
            act.made.setdefault(table, []).append(row)
            moments[table, id_] = act.at
    for lead in converted.values():
        act = acts["convert", lead["id"]]
        act.kind, act.title = "convert", f"Converted lead {lead['lead_name']}"
    for act in acts.values():
        if goals := act.made.get("goals"):
            act.kind, act.title = "goals", goals_set(goals)
        for given in act.made.get("submissions", ()):
            act.kind, act.title = "forecast", _given(book, given)
        act.at = max([act.at, *(moments[change.table, change.row["id"]] for change in act.changes)])
    return sorted(acts.values(), key=_place)


def goals_set(goals: Sequence[Row]) -> str:
    """What the act is called by which some goals were set."""
    return f"Set goals of {len({goal['user_id'] for goal in goals})} people"


def _given(book: Book, row: Row) -> str:
    """What the act is called by which a number of the forecast was given."""
    if not row["by_manager"]:
        return given_title(row["month"])
    person = next(user for user in book.ledger.rows["users"] if user["id"] == row["user_id"])
    return given_title(row["month"], f"{person['first_name']} {person['last_name']}")


def _place(act: DemoAct) -> tuple[datetime, int]:
    """By time; at one moment what others name stands before them, and what is changed before its change."""
    return act.at, min([TOLD.index(table) for table in act.made], default=len(TOLD))


def _maker(row: Row) -> int | None:
    found: int | None = row["created_by"] if "created_by" in row else row["moved_by"]
    return found


def _key(table: str, row: Row, deals: Mapping[int, Row], converted: Mapping[Any, Row]) -> Key:
    """Of which act a row is: of a conversion, of the change that it follows from, or its own."""
    if table == "goals":
        return (table, row["created_at"])
    if table == "customers":
        lead = converted.get(row["id"])
        with_it = lead is not None and lead["converted_at"] == row["created_at"]
        return ("convert", lead["id"]) if lead and with_it else (table, row["id"])
    if table == "deal_stage_history" and row["from_stage"]:
        return ("deals", row["deal_id"], row["moved_at"])
    if table in ("deals", "deal_stage_history"):
        id_ = row["id"] if table == "deals" else row["deal_id"]
        lead_id = deals[id_].get("lead_id")
        return ("convert", lead_id) if lead_id else ("deals", id_)
    if row.get("activity_type") != "status_change":
        return (table, row["id"])
    if row.get("lead_id"):
        both = row.get("deal_id") is not None
        return ("convert", row["lead_id"]) if both else ("leads", row["lead_id"], row["created_at"])
    return ("deals", row["deal_id"], row["created_at"])
