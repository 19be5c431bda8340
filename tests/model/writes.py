"""What each writing verb makes of a company's tables, said plainly, or by which class it is refused."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from crm_data import Replacing
from crm_data.tables.fields import Field, Kind, fields_of, words
from crm_data.tables.sort_keys import sorted_texts
from tests.model import replacing
from tests.model.calls import Call
from tests.model.rules import (
    OPEN_TASK,
    Tables,
    Wrong,
    check_links,
    judged,
    linked,
    may_add,
    may_change,
)
from tests.model.values import REFUSED, Said, _default
from tests.model.world import UTC, Member, Row, members
from tests.support.kinds import CLASSES


class Writer:
    """One call at work on a copy of the tables of its company.

    `fresh`: kind -> ids that the database gave; `undone`: it was refused, so that there are none.
    """

    def __init__(
        self, call: Call, tables: Tables, now: datetime, fresh: dict[str, list[int]], undone: bool = False
    ) -> None:
        self.call, self.now, self._undone = call, now, undone
        self.tables = {name: dict(table) for name, table in tables.items()}
        self._fresh = fresh

    def run(self) -> Any:
        """What the call answers. Raises Wrong with the class of the refusal."""
        verb = self.call.verb.partition(".")[2]
        name = "_profile" if self.call.verb == "Profile.change" else f"_{verb}"
        return getattr(self, name)(**self.call.said)

    # the parts

    def _fields(self, kind: str) -> dict[str, Field]:
        return dict(fields_of(CLASSES[kind].table))

    def _means(self, kind: str, values: dict[str, Said]) -> Row:
        for value in values.values():
            if value.means is REFUSED:
                raise Wrong("Invalid")
        own = {name: value.means for name, value in values.items()}
        if kind == "deals":  # an empty one is the stage's own, or the company's
            blank = [n for n in ("probability", "currency") if n in values and values[n].raw in (None, "")]
            own |= dict.fromkeys(blank)
        return own

    def _links(self, kind: str) -> dict[str, str]:
        fields = self._fields(kind)
        return {n: str(f.to) for n, f in fields.items() if f.kind in (Kind.MEMBER, Kind.LINK)}

    def _row(self, kind: str, id_: Any) -> Row:
        row = self.tables[kind].get(id_) if type(id_) is int else None
        if row is None:
            raise Wrong("NotFound")
        return row

    def _new(self, kind: str, row: Row) -> int:
        given = self._fresh.get(kind, [])
        assert given or self._undone, f"there is no new row in {kind}"
        id_ = given.pop(0) if given else -len(self.tables[kind]) - 1
        self.tables[kind][id_] = {**row, "id": id_, "company_id": self.call.company}
        return id_

    def _line(self, title: str, description: str | None = None, **about: Any) -> None:
        self._new(
            "activities",
            self._blank("activities")
            | {"activity_type": "status_change", "title": title, "description": description}
            | {"user_id": self.call.user, "activity_date": self.now, **about},
        )

    def _blank(self, kind: str) -> Row:
        table: Any = CLASSES[kind].table
        names = table.__table__.columns.keys()  # the world proves the sort keys by itself
        row = dict.fromkeys(name for name in names if name not in sorted_texts(names))
        for column in table.__table__.columns:  # of the spare ones as well: a yes or no is never empty
            field = column.info.get("field")
            if field is not None and field.default is not None:
                money = field.kind is Kind.MONEY
                default = Decimal(field.default).quantize(Decimal("0.01")) if money else field.default
                row[column.key] = default
        return row | {
            "created_by": self.call.user, "created_at": self.now, "updated_at": self.now, "version": 1,
        }  # fmt: skip

    def _make(self, kind: str, values: Row) -> int:
        check_links(self.tables, self._links(kind), values)
        values = linked(self.tables, kind, values, None)
        id_ = self._new(kind, self._blank(kind) | values)
        if kind == "deals":
            self._moved(None, self.tables[kind][id_])
        return id_

    def _moved(self, was: str | None, deal: Row) -> None:
        self._new(
            "deal_stage_history",
            {
                "deal_id": deal["id"], "from_stage": was, "to_stage": deal["stage"],
                "moved_by": self.call.user, "moved_at": self.now if was else deal["stage_since"],
                "deal_value": deal["deal_value"], "probability": deal["probability"],
            },
        )  # fmt: skip

    def _apply(self, kind: str, before: Row, values: Row, bulk: bool = False) -> bool:
        if not may_change(self.call.role, self.call.user, before):
            raise Wrong("NotAllowed")
        if before["archived_at"] is not None:
            raise Wrong("Invalid")
        differ = {name: value for name, value in values.items() if before[name] != value}
        new = judged(kind, differ, before, self.now, self.call.currency, bulk)
        check_links(self.tables, self._links(kind), new)
        new = linked(self.tables, kind, new, before)
        new = {name: value for name, value in new.items() if before[name] != value}
        if not new:
            return False
        self._touch(kind, before, new)
        after = self.tables[kind][before["id"]]
        if kind == "deals":
            if before["stage"] != after["stage"]:
                self._moved(before["stage"], after)
                title = f"Stage: {words(before['stage'])} to {words(after['stage'])}"
                self._line(title, after["loss_reason"], deal_id=after["id"], customer_id=after["customer_id"])
            if before["customer_id"] != after["customer_id"]:
                self._carry("deal_id", after)
        if kind == "leads":
            about = {"lead_id": after["id"], "customer_id": after["customer_id"]}
            if before["converted_at"] != after["converted_at"]:
                self._line("Converted to a deal", **about, deal_id=after["converted_deal_id"])
            elif before["status"] != after["status"]:
                self._line(f"Status: {words(before['status'])} to {words(after['status'])}", **about)
            if after["customer_id"] not in (None, before["customer_id"]):
                self._carry("lead_id", after)
        return True

    def _touch(self, kind: str, row: Row, new: Row) -> None:
        self.tables[kind][row["id"]] = {**row, **new, "updated_at": self.now, "version": row["version"] + 1}

    def _carry(self, link: str, parent: Row) -> None:
        for kind in ("tasks", "activities"):
            for row in list(self.tables[kind].values()):
                hangs = row[link] == parent["id"] and (link == "deal_id" or row["deal_id"] is None)
                if hangs and row["customer_id"] != parent["customer_id"]:
                    self._touch(kind, row, {"customer_id": parent["customer_id"]})

    def _done(self, kind: str, act: str | None, action: str | None = None, id_: int | None = None) -> Any:
        """The row that an act of this name made before."""
        for line in self.tables["change_log"].values():
            same = (line["act_id"], line["table_name"]) == (act, kind)
            if same and action in (None, line["action"]) and id_ in (None, line["row_id"]):
                return line["row_id"]
        return None

    # records

    def _add(self, kind: str, values: dict[str, Said], act: str | None, forbidden: bool = False) -> int:
        if not may_add(self.call.role, kind):
            raise Wrong("NotAllowed")
        new = self._agreed(kind, values, forbidden)
        done = self._done(kind, act, "add")
        return self._make(kind, new) if done is None else int(done)

    def _add_all(self, kind: str, rows: list[dict[str, Said]]) -> list[int]:
        if not may_add(self.call.role, kind):
            raise Wrong("NotAllowed")
        return [self._make(kind, new) for new in [self._agreed(kind, values, False) for values in rows]]

    def _agreed(self, kind: str, values: dict[str, Said], forbidden: bool) -> Row:
        """The values of a new record, made to agree."""
        new = self._means(kind, values)
        if kind == "tasks" and new.get("assigned_to") is None:
            new["assigned_to"] = self.call.user
        if kind == "activities":
            mine = {"user_id": self.call.user, "activity_date": self.now}
            new |= {name: value for name, value in mine.items() if new.get(name) is None}
        missing = [n for n, f in self._fields(kind).items() if f.required and new.get(n) is None]
        if forbidden or missing:
            raise Wrong("Invalid")
        return judged(kind, new, None, self.now, self.call.currency, False)

    def _change(self, kind: str, edits: list[Any]) -> int:
        wanted = [(id_, seen, self._means(kind, values)) for id_, seen, values in edits]
        for id_, _, _ in wanted:
            self._row(kind, id_)
        for id_, seen, new in wanted:
            row = self.tables[kind][id_]
            if any(row[name] not in (seen[name], new[name]) for name in new):
                raise Wrong("Conflict")
        return sum(self._apply(kind, self.tables[kind][id_], new) for id_, _, new in wanted)

    def _change_many(
        self, kind: str, ids: list[Any], way: str, name: str, value: Said, rest: bool
    ) -> dict[str, Any]:
        new = {} if way in ("archive", "restore") else self._given(kind, way, name, value)
        known = [id_ if type(id_) is int and id_ in self.tables[kind] else None for id_ in dict.fromkeys(ids)]
        refused = known.count(None)
        rows = sorted(id_ for id_ in known if id_ is not None)
        count = 0
        for id_ in rows:
            row = self.tables[kind][id_]
            if way in ("archive", "restore"):
                count += self._put(kind, [id_], way == "archive")
                continue
            try:
                count += self._apply(kind, row, {name: _of(row[name], way, new[name])}, bulk=True)
            except Wrong:
                refused += 1
        if refused and not rest:
            raise Wrong("NotAll")
        return {
            "": "Changed",
            "count": count,
            "same": len(rows) - count - (refused - known.count(None)),
            "refused": refused,
        }

    def _replace_many(self, kind: str, ids: list[Any], asked: Replacing) -> dict[str, Any]:
        """What was shown as refused is not asked for again."""
        return {"": "Changed", "count": self.replaced(kind, ids, asked)[0], "same": 0, "refused": 0}

    def replaced(self, kind: str, ids: list[Any], asked: Replacing) -> tuple[int, int, int]:
        """How many rows are changed, how many hold the text and stay as they are, how many are refused."""
        replacing.judged(kind, asked)
        count = same = refused = 0
        for row in replacing.rows(self.tables, kind, ids):
            try:
                new = replacing.wanted(kind, row, asked)
                did = new is not None and self._apply(kind, row, new, bulk=True)
            except Wrong:
                refused += 1
            else:
                count, same = count + did, same + (new is not None and not did)
        return count, same, refused

    def _given(self, kind: str, way: str, name: str, value: Said) -> Row:
        """What is asked for, which is judged before any row is looked at."""
        field = self._fields(kind)[name]
        if way in ("add", "take"):
            if field.kind is not Kind.TAGS or value.means is REFUSED or not value.means:
                raise Wrong("Invalid")
            return {name: value.means}
        if way == "clear":
            if field.required:
                raise Wrong("Invalid")
            value = Said(None, None if field.kind is Kind.TAGS else _default(field, field.default))
            if field.kind is Kind.YES_NO:
                value = Said(None, False)
        return self._means(kind, {name: value})

    def _put(self, kind: str, ids: list[Any], away: bool) -> int:
        rows = {self._row(kind, id_)["id"]: self._row(kind, id_) for id_ in ids}
        chosen = [row for row in rows.values() if (row["archived_at"] is None) == away]
        for row in chosen:
            stamp = {
                "archived_at": self.now if away else None,
                "archived_by": self.call.user if away else None,
            }
            self._touch(kind, row, stamp)
        return len(chosen)

    _archive = _restore = _put

    # one noun's own

    def _convert(self, id: Any, customer: Any, deal: dict[str, Said], act: str | None) -> Row:
        lead = self._row("leads", id)
        done = self._done("deals", act, "add")
        if done is not None and done == lead["converted_deal_id"]:
            return {"": "Converted", "lead_id": id, "customer_id": lead["customer_id"], "deal_id": done}
        if not (may_change(self.call.role, self.call.user, lead) and may_add(self.call.role, "deals")):
            raise Wrong("NotAllowed")
        if lead["converted_at"] or lead["archived_at"]:
            raise Wrong("Invalid")
        here = members(self.tables)
        owner = lead["assigned_to"]
        owner = owner if owner in here and not here[owner].ended else self.call.user
        client = self._client(lead, owner, customer)
        if client != lead["customer_id"]:
            self._apply("leads", lead, {"customer_id": client})
        new = {"deal_name": lead["lead_name"], "deal_value": lead["estimated_value"], "stage": "qualified"}
        new |= {"assigned_to": owner, **self._means("deals", deal), "customer_id": client, "lead_id": id}
        if new["deal_value"] is None or new["deal_name"] is None:
            raise Wrong("Invalid")
        deal_id = self._make("deals", judged("deals", new, None, self.now, self.call.currency, False))
        done_ = {"status": "qualified", "converted_at": self.now, "converted_deal_id": deal_id}
        self._apply("leads", self.tables["leads"][id], done_)
        return {"": "Converted", "lead_id": id, "customer_id": client, "deal_id": deal_id}

    def _client(self, lead: Row, owner: int, said: Any) -> int:
        if said is None and lead["customer_id"] is not None:
            return int(lead["customer_id"])
        if said is None or isinstance(said, dict):
            own = {name: lead[name] for name in ("email", "phone", "source", "priority") if lead[name]}
            new = {
                "name": lead["lead_name"],
                "assigned_to": owner,
                **own,
                **self._means("customers", said or {}),
            }
            return self._make("customers", new)
        found = self._row("customers", said)
        if found["archived_at"] is not None:
            raise Wrong("Invalid")
        return int(found["id"])

    def _move(
        self, id: Any, stage: str, seen: str, value: Any, day: Any, reason: Any, act: str | None
    ) -> Any:
        if stage == "won" or value == "-1" or day == "2026-02-30":
            raise Wrong("Invalid")
        row = self._row("deals", id)
        if self._done("deals", act, None, id) is not None:
            return self.tables["deals"][id]
        if row["stage"] != seen:
            raise Wrong("Conflict")
        said = {"actual_close_date": day, "loss_reason": reason}
        new = {"stage": stage, **{name: raw for name, raw in said.items() if raw is not None}}
        if value is not None:
            new["deal_value"] = Decimal(value).quantize(Decimal("0.01"))
        self._apply("deals", row, new)
        return self.tables["deals"][id]

    def _complete(self, id: Any) -> bool:
        return self._apply("tasks", self._row("tasks", id), {"status": "completed"})

    def _reopen(self, id: Any) -> bool:
        row = self._row("tasks", id)
        return row["status"] not in OPEN_TASK and self._apply("tasks", row, {"status": "pending"})

    def _pin(self, id: Any, pinned: bool) -> bool:
        row = self._row("activities", id)
        differs = (row["pinned_at"] is not None) != pinned
        return differs and self._apply("activities", row, {"pinned_at": self.now if pinned else None})

    def _reschedule(self, id: Any, due: Any, zone: Any) -> bool:
        if isinstance(due, str):
            raise Wrong("Invalid")
        row = self._row("tasks", id)
        if row["status"] not in OPEN_TASK:
            raise Wrong("Invalid")
        if isinstance(due, date) and not isinstance(due, datetime):
            at = row["due_date"].astimezone(zone).time() if row["due_date"] else datetime.min.time()
            due = datetime.combine(due, at, tzinfo=zone).astimezone(UTC)
        return self._apply("tasks", row, {"due_date": due})

    def _log(self, values: dict[str, Said], word: str, title: str) -> int:
        kind = word.lower()
        said = {"activity_type": Said(word, kind if kind != "dance" else REFUSED)}
        title = title or words(word)
        said["title"] = Said(title, title if len(title) < 256 else REFUSED)
        return self._add("activities", {**values, **said}, None)

    # people

    def _member(self, person: int) -> tuple[Row, dict[int, Member]]:
        found = [row for row in self.tables["user_companies"].values() if row["user_id"] == person]
        if not found or found[0]["ended_at"] is not None:
            raise Wrong("NotFound")
        return found[0], members(self.tables)

    def _demand_other_admin(self, row: Row) -> None:
        others = [
            id_ for id_, member in members(self.tables).items()
            if member.role == "admin" and not member.ended and id_ != row["user_id"]
        ]  # fmt: skip
        if row["role"] == "admin" and not others:
            raise Wrong("Invalid")

    def _change_role(self, person: int, given: list[str]) -> None:
        if given[0] == "owner":
            raise Wrong("Invalid")
        row, _ = self._member(person)
        if given[0] != "admin":
            self._demand_other_admin(row)
        if row["role"] != given[0]:
            self._touch("user_companies", row, {"role": given[0]})

    def _end(self, person: int, to: int | None, close: bool, elsewhere: bool) -> None:
        row, _ = self._member(person)
        self._demand_other_admin(row)
        left = self.open_work(person)
        if to == person:
            raise Wrong("Invalid")
        if to is not None:
            self._member(to)
            for kind, rows in left.items():
                for mine in rows:
                    self._touch(kind, mine, {"assigned_to": to})
        elif any(left.values()):
            raise Wrong("Invalid")
        if not (close or elsewhere):
            raise Wrong("Invalid")
        self._touch("user_companies", row, {"ended_at": self.now})

    def open_work(self, person: int) -> dict[str, list[Row]]:
        """What a person has open, by kind: whatever names an owner, but for what is finished."""
        still = {
            "leads": lambda row: row["status"] != "lost" and row["converted_at"] is None,
            "deals": lambda row: row["status"] == "open",
            "tasks": lambda row: row["status"] in OPEN_TASK,
        }
        return {
            kind: [
                row for row in self.tables[kind].values()
                if row["assigned_to"] == person and row["archived_at"] is None
                and (kind not in still or still[kind](row))
            ]
            for kind in CLASSES if "assigned_to" in self._fields(kind)
        }  # fmt: skip

    def _bring_back(self, person: int, given: list[str]) -> None:
        found = [row for row in self.tables["user_companies"].values() if row["user_id"] == person]
        if not found or found[0]["ended_at"] is None:
            raise Wrong("Invalid")
        self._touch("user_companies", found[0], {"ended_at": None})

    def _profile(self, name: str, seen: Any, new: str) -> None:
        row = self.tables["companies"][self.call.company]
        if name == "status" or new == "EURO":
            raise Wrong("Invalid")
        new = new.upper() if name == "currency" else new
        if row[name] not in (seen, new):
            raise Wrong("Conflict")
        if row[name] != new:
            self._touch("companies", row, {name: new})


def _of(held: Any, way: str, said: Any) -> Any:
    """The tags of a row once some are added or taken away, capitals aside; any other value is the one given."""
    if way not in ("add", "take"):
        return said
    tags = list(held or [])
    lower = {tag.casefold() for tag in (tags if way == "add" else said)}
    rest = [tag for tag in (said if way == "add" else tags) if tag.casefold() not in lower]
    return ([*tags, *rest] if way == "add" else rest) or None
