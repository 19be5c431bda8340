"""The rules of the product said a second time, on dictionaries: who may, and what a write makes of a row."""

from datetime import datetime, time
from decimal import Decimal

from tests.model.world import UTC, Member, Row, Table, members

Tables = dict[str, Table]
RANK = {"user": 0, "sales_rep": 1, "manager": 2, "admin": 3}
OPEN = ("prospect", "qualified", "proposal", "negotiation")
CHANCES = {
    "prospect": 10,
    "qualified": 25,
    "proposal": 50,
    "negotiation": 75,
    "closed_won": 100,
    "closed_lost": 0,
}
# Days in a stage from which on an open deal is stalled.
USUAL_DAYS = {"prospect": 14, "qualified": 14, "proposal": 10, "negotiation": 10}
OPEN_TASK = ("pending", "in_progress")
# What a role must be at least, by verb; verbs that are not here are everybody's, or by record.
AT_LEAST = {
    "ExchangeRates.remove": "admin",
    "ExchangeRates.set": "admin",
    "Goals.set": "manager",
    "Records.change_many": "manager",
    "Records.replaceable": "manager",
    "Records.replace_many": "manager",
    "Records.archive": "manager",
    "Records.restore": "manager",
    "Records.walk": "manager",
    "Workspace.export": "manager",
    "Workspace.export_breakdown": "manager",
    "Workspace.export_changes": "manager",
    "Workspace.export_chart": "manager",
    "Workspace.export_own": "manager",
    "Workspace.rehearse": "manager",
    "Workspace.strangers": "manager",
    "Workspace.kept_import": "manager",
    "Workspace.commit_import": "manager",
    "Workspace.take_away": "admin",
    "Changes.export": "manager",
    "Changes.events": "admin",
    "Changes.verify": "manager",
    "Trash.counts": "manager",
    "Trash.page": "manager",
    "Trash.look": "admin",
    "Trash.erase": "admin",
    "Changes.since": "admin",
    "Changes.go_back": "admin",
    "Workspace.company_file": "admin",
    "Members.invite": "admin",
    "Members.invitations": "admin",
    "Members.withdraw": "admin",
    "Members.change_role": "admin",
    "Members.open_work": "admin",
    "Members.end": "admin",
    "Members.bring_back": "admin",
    "Members.reset_link": "admin",
    "Profile.change": "admin",
}


class Wrong(Exception):
    """What the product must refuse, and by which class: NotAllowed, NotFound, Invalid, Conflict."""


def may_call(verb: str, role: str) -> bool:
    """Whether a role may call a verb at all."""
    return RANK[role] >= RANK[AT_LEAST.get(verb, "user")]


def may_add(role: str, kind: str) -> bool:
    """Everybody adds tasks and activities."""
    return kind in ("tasks", "activities") or RANK[role] >= 1


def may_change(role: str, user: int, row: Row) -> bool:
    """One's own; nobody's from sales rep on; everything from manager on."""
    owner = row["user_id"] if "user_id" in row else row["assigned_to"]
    if RANK[role] >= 2 or user in (owner, row["created_by"]):
        return True
    return owner is None and RANK[role] == 1


def judged(kind: str, values: Row, before: Row | None, now: datetime, currency: str, bulk: bool) -> Row:
    """What is written, made to agree with itself."""
    types = (values.get("activity_type"), (before or {}).get("activity_type"))
    if kind == "activities" and values and "status_change" in types:
        raise Wrong("Invalid")
    if kind == "leads" and before and before["converted_at"] and {"status", "customer_id"} & set(values):
        raise Wrong("Invalid")
    if kind == "tasks" and "status" in values:
        if values["status"] == "completed":
            return values | {"completed_at": values.get("completed_at") or now}
        return values | ({"completed_at": None} if before else {})
    return _deal(values, before, now, currency, bulk) if kind == "deals" else values


def _deal(values: Row, before: Row | None, now: datetime, currency: str, bulk: bool) -> Row:
    was = before["stage"] if before else None
    stage = values.get("stage") or was or "prospect"
    moved, closed, new = stage != was, stage not in OPEN, dict(values)
    after = {**(before or {}), **values}
    if moved and was and bulk and (closed or was not in OPEN):
        raise Wrong("Invalid")

    def asked(name: str) -> bool:
        return moved or name in values

    if moved:
        new |= {"stage": stage, "status": {"closed_won": "won", "closed_lost": "lost"}.get(stage, "open")}
    if closed and values.get("probability") not in (None, CHANCES[stage]):
        raise Wrong("Invalid")
    if asked("probability") and (closed or values.get("probability") is None):
        new["probability"] = CHANCES[stage]
    day = values.get("actual_close_date")
    if not closed and day is not None:
        raise Wrong("Invalid")
    if closed and moved:
        new["actual_close_date"] = day or now.date()
    elif closed and asked("actual_close_date") and day is None:
        raise Wrong("Invalid")
    elif not closed and moved and before:
        new["actual_close_date"] = None
    if stage == "closed_won" and asked("deal_value") and not after.get("deal_value"):
        raise Wrong("Invalid")
    if stage != "closed_lost":
        if values.get("loss_reason"):
            raise Wrong("Invalid")
        if moved and before:
            new["loss_reason"] = None
    elif asked("loss_reason") and (not after.get("loss_reason") or after["loss_reason"] == "Other"):
        raise Wrong("Invalid")
    if moved:
        new["stage_since"] = now
        closing = new.get("actual_close_date")
        if before is None and closing and closing != now.date():
            new["stage_since"] = datetime.combine(closing, time(12), tzinfo=UTC)
    if before is None or "currency" in values:
        new["currency"] = (values.get("currency") or currency).upper()
        if len(new["currency"]) != 3 or not (new["currency"].isascii() and new["currency"].isalpha()):
            raise Wrong("Invalid")
    return new


# What a link says of the record that names it: (filled in, only not contradicted).
_SAYS: dict[str, tuple[str, tuple[str, ...], tuple[str, ...]]] = {
    "task_id": ("tasks", ("deal_id", "lead_id", "customer_id"), ()),
    "deal_id": ("deals", ("customer_id",), ("lead_id",)),
    "lead_id": ("leads", ("customer_id",), ()),
}
_LINKS = {
    "tasks": ("deal_id", "lead_id"),
    "activities": ("task_id", "deal_id", "lead_id"),
    "deals": ("lead_id",),
}


def linked(tables: Tables, kind: str, values: Row, before: Row | None) -> Row:
    """The links that follow from others; Wrong where two contradict."""
    names = _LINKS.get(kind, ())
    if not any(name in values for name in (*names, "customer_id")) or not names:
        return values
    if kind == "deals" and values.get("lead_id") is None:
        return values
    old, new = before or {}, dict(values)
    now = {name: values.get(name, old.get(name)) for name in (*_SAYS, "customer_id")}
    now = {name: id_ if name in (*names, "customer_id") else None for name, id_ in now.items()}
    follow = False
    for name in _SAYS:
        table, fills, agrees = _SAYS[name]
        # A link that came with another is asked in its turn.
        parent = tables[table].get(now[name] or 0)
        for up in (*fills, *agrees) if parent else ():
            known = parent[up]  # type: ignore[index]
            if known is None or known == now[up]:
                continue
            follow = name in values and old.get(name) is not None and up not in values
            if up in fills and (now[up] is None or follow):
                now[up] = new[up] = known
            elif up in fills or now[up] is not None:
                raise Wrong("Invalid")
    return new


def check_links(tables: Tables, links: dict[str, str], values: Row) -> None:
    """Whoever and whatever is named is of this company. `links`: field -> table."""
    here: dict[int, Member] = members(tables)
    for name, table in links.items():
        id_ = values.get(name)
        if id_ is None:
            continue
        known = id_ in here and not here[id_].ended if table == "users" else id_ in tables[table]
        if not known:
            raise Wrong("Invalid")


def cents(amount: Decimal) -> int:
    """An amount in whole cents."""
    return int(amount.scaleb(2))
