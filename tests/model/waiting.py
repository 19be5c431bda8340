"""What waits for a person, said plainly from a company's tables: in which order, for which reason, since when."""

from datetime import datetime, timedelta, tzinfo
from typing import Any

from tests.model.rules import OPEN_TASK, USUAL_DAYS, Tables
from tests.model.world import Row

REASONS = ["overdue", "today", "handed_over", "mentioned", "new", "stalled", "without_step"]
LINKS = {"customers": "customer_id", "leads": "lead_id", "deals": "deal_id", "tasks": "task_id"}


def gifts(tables: Tables, kind: str, row: Row, me: int, now: datetime) -> list[Row]:
    """The lines of the log in which a colleague made a row mine, within 30 days."""
    return [
        line
        for line in tables["change_log"].values()
        if (line["table_name"], line["row_id"], line["action"]) == (kind, row["id"], "change")
        and line["at"] >= now - timedelta(days=30)
        and line["user_id"] not in (None, me)
        and (line["after"] or {}).get("assigned_to") == me
    ]


def handed_over(tables: Tables, kind: str, row: Row, me: int, now: datetime) -> bool:
    """Whether a row was handed to me, and I have neither seen it nor done anything with it."""
    if row.get("assigned_to") != me:
        return False
    for gift in gifts(tables, kind, row, me, now):
        changed = any(
            (line["table_name"], line["row_id"], line["user_id"]) == (kind, row["id"], me)
            and line["id"] > gift["id"]
            for line in tables["change_log"].values()
        )
        looked = any(
            (look["user_id"], look["table_name"], look["row_id"]) == (me, kind, row["id"])
            and look["at"] >= gift["at"]
            for look in tables["looks"].values()
        )
        about = any(
            one.get(LINKS[kind]) == row["id"] and one["created_by"] == me and one["created_at"] >= gift["at"]
            for table in ("activities", "tasks")
            for one in tables[table].values()
        )
        if not (changed or looked or about):
            return True
    return False


def unplanned(tables: Tables, kind: str, row: Row, now: datetime, zone: tzinfo) -> bool:
    """Whether no open task about a row is due after today."""
    return not any(
        task[LINKS[kind]] == row["id"]
        and task["status"] in OPEN_TASK
        and task["archived_at"] is None
        and task["due_date"] is not None
        and task["due_date"].astimezone(zone).date() > now.astimezone(zone).date()
        for task in tables["tasks"].values()
    )


def reasons(tables: Tables, kind: str, row: Row, me: int, now: datetime, zone: tzinfo) -> dict[str, datetime]:
    """Why a row waits for me, and since when for each reason."""
    found: dict[str, Any] = {}
    today = now.astimezone(zone).date()
    if row["archived_at"] is not None or row.get("assigned_to") != me or not still_open(kind, row):
        return found
    if kind == "tasks" and row["due_date"] is not None:
        days = (row["due_date"].astimezone(zone).date() - today).days
        if days <= 0:
            found["overdue" if days < 0 else "today"] = row["due_date"]
    if handed_over(tables, kind, row, me, now):
        found["handed_over"] = max(line["at"] for line in gifts(tables, kind, row, me, now))
    free = kind in ("leads", "deals") and unplanned(tables, kind, row, now, zone)
    if kind == "leads" and row["status"] == "new" and free:
        found["new"] = row["created_at"]
    if kind == "deals":
        stood = today - row["stage_since"].astimezone(zone).date()
        if stood.days >= USUAL_DAYS[row["stage"]] and free:
            found["stalled"] = row["stage_since"]
        steps = [t for t in tables["tasks"].values() if t["deal_id"] == row["id"]]
        if not any(t["status"] in OPEN_TASK and t["archived_at"] is None for t in steps):
            found["without_step"] = row["stage_since"]
    return found


def still_open(kind: str, row: Row) -> bool:
    """Whether there is anything left to do with it."""
    if kind == "tasks":
        return row["status"] in OPEN_TASK
    if kind == "leads":
        return bool(row["status"] != "lost" and row["converted_at"] is None)
    return kind != "deals" or bool(row["status"] == "open")


def mentions(tables: Tables, activity: int, me: int) -> list[Row]:
    """The rows that say that an activity names me."""
    return [m for m in tables["mentions"].values() if (m["activity_id"], m["user_id"]) == (activity, me)]


def unseen(tables: Tables, activity: int, me: int) -> bool:
    """Whether one of them is younger than my last look at it."""
    looks = [
        look["at"]
        for look in tables["looks"].values()
        if (look["user_id"], look["table_name"], look["row_id"]) == (me, "activities", activity)
    ]
    return any(not looks or max(looks) < m["created_at"] for m in mentions(tables, activity, me))


def queue(tables: Tables, me: int, now: datetime, zone: tzinfo) -> list[tuple[int, datetime, str, int]]:
    """The whole queue in order: rank of the first reason, since when, kind and id."""
    found = []
    for kind in LINKS:
        for row in tables[kind].values():
            why = reasons(tables, kind, row, me, now, zone)
            if why:
                first = min(why, key=REASONS.index)
                found.append((REASONS.index(first), why[first], kind, row["id"]))
    for row in tables["activities"].values():
        if row["archived_at"] is None and unseen(tables, row["id"], me):
            at = max(m["created_at"] for m in mentions(tables, row["id"], me))
            found.append((REASONS.index("mentioned"), at, "activities", row["id"]))
    return sorted(found)
