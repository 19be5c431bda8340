"""Calls of every public verb, made by chance: who calls, what with, and how it is done on a Workspace."""

import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta, tzinfo
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from crm_data import Edit, Given, Layout, Own, Query, Wanted, Way, Workspace, clock
from crm_data.nouns.goals import months_from
from crm_data.numbers.numbers import CHARTS
from crm_data.numbers.period import Period
from crm_data.rights import ROLES
from crm_data.store.summary import groups_by
from crm_data.tables import ChangeLog, ChangeSet
from crm_data.tables.fields import Field, Kind, fields_of
from crm_data.transfer.csv_out import Form
from tests.model import files
from tests.model.values import Around, Said, said
from tests.model.world import CANARIES, NOBODY, Dump, Row, Table, World, members
from tests.support.kinds import CLASSES, KINDS, TITLES

ZONES: tuple[tzinfo, ...] = (UTC, UTC, ZoneInfo("Pacific/Auckland"), ZoneInfo("America/New_York"))
SEARCHES = (
    "",
    "",
    "",
    "acme",
    "BOLT",
    "50%",
    "_",
    "émile",
    "ÉMILE",
    "東",
    "+41 44",
    "4144",
    "zzz",
    *CANARIES,
)

_ACT = 12  # letters in the name of an act, when it is ours: the product's own names are longer


@dataclass
class Call:
    """One call. `do` makes it; `said` is what a model needs to know of it. `writes`: it may change something."""

    verb: str
    do: Callable[[Workspace], Any]
    said: dict[str, Any] = field(default_factory=dict)
    writes: bool = False
    company: int = 0
    user: int = 0
    role: str = ""
    currency: str = "USD"


@dataclass(frozen=True)
class Place:
    """A cursor that a page handed out: of which list, and where it stands."""

    kind: str
    query: Query
    word: str
    row: Row
    before: int
    forward: bool


@dataclass
class Scene:
    """What a call is made from: chance, and the world as it stands for one person in one company."""

    dice: random.Random
    dump: Dump
    moment: datetime
    canary: str
    company: int
    user: int
    role: str
    places: list[Place]

    @property
    def own(self) -> dict[str, Table]:
        """The company's tables."""
        return self.dump[self.company]

    def around(self) -> Around:
        """What values may name."""
        others = [tables for id_, tables in self.dump.items() if id_ != self.company]
        own = {kind: list(self.own[kind]) for kind in KINDS}
        foreign = {kind: [id_ for tables in others for id_ in tables[kind]] for kind in KINDS}
        here = members(self.own)
        own["users"] = [id_ for id_, member in here.items() if not member.ended]
        foreign["users"] = [
            id_ for tables in others for id_ in members(tables) if id_ not in own["users"]
        ] + [id_ for id_, member in here.items() if member.ended]
        return Around(self.canary, own, foreign, self.moment.date())

    def id(self, kind: str) -> Any:
        """An id of a table: mostly one's own, at times a foreign one or nothing's."""
        around, chance = self.around(), self.dice.random()
        if chance < 0.8 and around.own[kind]:
            return self.dice.choice(around.own[kind][-30:])
        if chance < 0.95:
            return self.dice.choice(around.foreign[kind])
        return self.dice.choice([NOBODY, 0, -1, 2**63, "x", "٣", None, True, "1; DROP TABLE customers"])

    def ids(self, kind: str) -> list[Any]:
        """A few ids; a foreign one may hide among one's own."""
        own, count = self.around().own[kind][-30:], self.dice.choice([1, 1, 2, 4])
        if self.dice.random() < 0.85 and own:
            return self.dice.choices(own, k=count)
        return [self.id(kind) for _ in range(count)]

    def act(self, kind: str) -> str | None:
        """A name for an act: none, a new one, or one that was done before."""
        if self.dice.random() < 0.9:
            return None
        log = self.own["change_log"].values()
        done = [row["act_id"] for row in log if row["table_name"] == kind and len(row["act_id"]) == _ACT]
        made = f"{self.dice.randrange(10**_ACT):0{_ACT}d}"
        return self.dice.choice(done[-20:]) if done and self.dice.random() < 0.5 else made


def scene(world: World, dump: Dump, dice: random.Random, places: list[Place]) -> Scene:
    """Somebody who works somewhere, about to do something."""
    company = dice.choice(list(world.companies))
    here = {id_: member for id_, member in members(dump[company]).items() if not member.ended}
    roles = sorted({member.role for member in here.values()})
    role = dice.choices(roles, [{"admin": 4, "manager": 3}.get(role, 2) for role in roles])[0]
    user = dice.choice([id_ for id_, member in here.items() if member.role == role])
    return Scene(dice, dump, world.moment, world.companies[company], company, user, role, places)


def make(verb: str, here: Scene) -> Call:
    """A call of one verb."""
    call = VERBS[verb](here)
    call.verb, call.company, call.user, call.role = verb, here.company, here.user, here.role
    call.currency = here.own["companies"][here.company]["currency"]
    return call


def values(here: Scene, kind: str, few: bool, wrong: float = 0.04) -> dict[str, Said]:
    """Values for a record: all that it needs and some more, or a few of any."""
    fields = {name: f for name, f in fields_of(CLASSES[kind].table).items() if f.edit}
    names = list(fields)
    chosen = here.dice.sample(names, here.dice.randint(1, 3) if few else here.dice.randint(0, len(names)))
    if not few:
        needed = [name for name, f in fields.items() if f.required]
        drop = here.dice.choice(needed) if here.dice.random() < 0.03 else None
        chosen = [name for name in dict.fromkeys([*needed, *chosen]) if name != drop]
    around = here.around()
    return {name: _said(here, kind, fields[name], around, wrong) for name in chosen}


def _said(here: Scene, kind: str, field: Field, around: Around, wrong: float) -> Said:
    if kind == "activities" and field.name == "activity_type" and here.dice.random() < 0.95:
        word = here.dice.choice(["call", "email", "meeting", "note"])
        return Said(word, word)
    no_choice = kind == "deals" and field.name in ("actual_close_date", "loss_reason", "probability")
    if no_choice and here.dice.random() < 0.7:  # most stages leave none
        return Said("", None)
    if field.kind is Kind.LINK and not field.required and here.dice.random() < 0.6:
        return Said(None, None)
    return said(here.dice, field, around, wrong)


def raw(values: Mapping[str, Said]) -> dict[str, Any]:
    """The values as they are typed."""
    return {name: value.raw for name, value in values.items()}


def query(here: Scene, kind: str, presets: bool = True) -> Query:
    """A list, by chance."""
    dice, table = here.dice, CLASSES[kind]
    fields = fields_of(table.table)
    where = {}
    for name in dice.sample([n for n, f in fields.items() if f.filter], dice.choice([0, 0, 1, 2])):
        where[name] = _condition(here, fields[name])
    return Query(
        search=dice.choice(SEARCHES),
        preset=dice.choice(["", "", *table.presets]) if presets else "",
        where=where,
        sort=dice.choice([n for n, f in fields.items() if f.sort]),
        descending=dice.random() < 0.5,
        archived=dice.random() < 0.15,
        size=dice.choice([1, 3, 7, 50]),
        zone=dice.choice(ZONES),
    )


def _condition(here: Scene, field: Field) -> Any:
    dice, around = here.dice, here.around()
    if field.kind in (Kind.MONEY, Kind.WHOLE):
        low, high = sorted(dice.sample([0, 1, 100, 5_000, 10**6], 2))
        return dice.choice([(low, high), (low, None), (None, high), (None, None)])
    if field.kind in (Kind.DAY, Kind.MOMENT):
        days = [around.today + timedelta(days=dice.randint(-60, 60)) for _ in range(2)]
        low_day, high_day = min(days), max(days)
        return dice.choice([(low_day, high_day), (low_day, None), (None, high_day)])
    if field.kind in (Kind.MEMBER, Kind.LINK):
        table = "users" if field.kind is Kind.MEMBER else str(field.to)
        ids = [*around.own[table][-5:], *around.foreign[table][:2], None]
        return tuple(dice.sample(ids, dice.randint(1, len(ids))))
    if field.kind is Kind.CHOICE:
        coded = list(field.choice_labels())
        return tuple(dice.sample(coded, dice.randint(1, len(coded))))
    if field.kind is Kind.TAGS:
        return tuple(dice.sample(["vip", "émile", here.canary, "none"], 2))
    return dice.choice(["acme", "USD", "50%", here.canary, ""])


# --------------------------------------------------------------------------------------------- of every record


def _kind(here: Scene) -> str:
    return here.dice.choice(KINDS)


def _page(here: Scene) -> Call:
    kind = _kind(here)
    if here.places and here.dice.random() < 0.5:
        place = here.dice.choice(here.places)
        edge = {"after": place.word} if place.forward else {"before": place.word}
        wanted = replace(place.query, **edge, last=False)
        return Call(
            "",
            lambda my: my.records(place.kind).page(wanted),
            {"kind": place.kind, "query": wanted, "place": place},
        )
    wanted = replace(query(here, kind), last=here.dice.random() < 0.15)
    said_ = {"kind": kind, "query": wanted, "place": None}
    if here.dice.random() < 0.05:
        word = here.dice.choice(["", "x", "W10", "bnVsbA", "ñ" * 5, "A" * 5000])
        broken = replace(wanted, **{here.dice.choice(["sort", "preset", "after"]): word or "password_hash"})
        broken = replace(broken, last=False)
        return Call("", lambda my: my.records(kind).page(broken), said_ | {"broken": True})
    return Call("", lambda my: my.records(kind).page(wanted), said_)


def _reading(verb: str, presets: bool = True) -> Callable[[Scene], Call]:
    def made(here: Scene) -> Call:
        kind = _kind(here)
        wanted = query(here, kind, presets)
        return Call("", lambda my: getattr(my.records(kind), verb)(wanted), {"kind": kind, "query": wanted})

    return made


def _window(here: Scene) -> Call:
    kind = _kind(here)
    wanted = query(here, kind)
    more = [name for name, f in fields_of(CLASSES[kind].table).items() if f.sort and name != wanted.sort]
    by = [(name, here.dice.random() < 0.5) for name in here.dice.sample(more, here.dice.choice([0, 1, 2]))]
    search = "" if wanted.search in CANARIES else wanted.search  # a ruler repeats what was asked
    wanted = replace(wanted, then=tuple(by), search=search)
    starts = [here.dice.choice([0, 1, 7, 10**9, -5]) for _ in range(2)]
    n = here.dice.choice([1, 3, 50])

    def do(my: Workspace) -> Any:
        first = my.records(kind).window(wanted, starts[0], n)
        return first, my.records(kind).window(wanted, starts[1], n, first.ruler)

    return Call("", do, {"kind": kind, "query": wanted, "starts": starts, "n": n})


def _fresh(here: Scene) -> Call:
    kind = _kind(here)
    wanted = query(here, kind)
    ids = [id_ for id_ in here.ids(kind) if type(id_) is int]
    seen = {id_: here.own[kind].get(id_, {}).get("version", 1) - here.dice.choice([0, 1]) for id_ in ids}
    return Call(
        "",
        lambda my: my.records(kind).fresh(wanted, seen),
        {"kind": kind, "query": wanted, "seen": seen},
    )


def _ids(here: Scene) -> Call:
    kind = _kind(here)
    wanted = query(here, kind)
    return Call("", lambda my: my.records(kind).ids(wanted, 100_000), {"kind": kind, "query": wanted})


def _find(here: Scene) -> Call:
    kind = _kind(here)
    wanted, word = query(here, kind), here.dice.choice(SEARCHES)
    after, back = here.dice.choice([-1, 0, 2, 10**9]), here.dice.random() < 0.5
    said_ = {"kind": kind, "query": wanted, "word": word, "after": after, "back": back}

    def do(my: Workspace) -> Any:
        records = my.records(kind)
        return records.find(wanted, [records.title], word, after, back)

    return Call("", do, said_)


def _footers(here: Scene) -> Call:
    kind = _kind(here)
    wanted, measures = query(here, kind), {}
    for name, f in fields_of(CLASSES[kind].table).items():
        fit = ["count", "empty"] * (f.kind is not Kind.JSON) + ["sum", "average"] * (f.kind is Kind.MONEY)
        fit += ["unique"] * (f.kind not in (Kind.JSON, Kind.TAGS))
        if fit and here.dice.random() < 0.3:
            measures[name] = here.dice.choice(fit)
    said_ = {"kind": kind, "query": wanted, "measures": measures}
    return Call("", lambda my: my.records(kind).footers(wanted, measures), said_)


def _groups(here: Scene) -> Call:
    kind = _kind(here)
    wanted, fields = query(here, kind), fields_of(CLASSES[kind].table)
    can = groups_by(fields)
    by = here.dice.sample(can, here.dice.randint(1, min(3, len(can))))
    sums = [name for name, f in fields.items() if f.kind is Kind.MONEY]
    said_ = {"kind": kind, "query": wanted, "by": by, "sums": sums}
    return Call("", lambda my: my.records(kind).groups(wanted, by, sums), said_)


def _one(verb: str) -> Callable[[Scene], Call]:
    def made(here: Scene) -> Call:
        kind = _kind(here)
        id_ = here.id(kind)
        return Call("", lambda my: getattr(my.records(kind), verb)(id_), {"kind": kind, "id": id_})

    return made


def _look(here: Scene) -> Call:
    made = _one("look")(here)
    return replace(made, writes=True)


def _choices(here: Scene) -> Call:
    kind, word, limit = _kind(here), here.dice.choice(SEARCHES), here.dice.choice([1, 5, 50])
    return Call(
        "", lambda my: my.records(kind).choices(word, limit), {"kind": kind, "search": word, "limit": limit}
    )


def _names(here: Scene) -> Call:
    kind = _kind(here)
    fields = fields_of(CLASSES[kind].table)
    row = {n: here.id(str(f.to)) for n, f in fields.items() if f.kind is Kind.LINK}
    row = {name: id_ if type(id_) is int and 0 < id_ < 2**31 else None for name, id_ in row.items()}
    return Call("", lambda my: my.records(kind).names(row), {"kind": kind, "row": row})


def _add(here: Scene) -> Call:
    kind = _kind(here)
    new, act = values(here, kind, few=False), here.act(kind)
    call = Call("", lambda my: my.records(kind).add(raw(new), act), {"kind": kind, "values": new, "act": act})
    if here.dice.random() < 0.02:
        name = here.dice.choice(
            ["company_id", "id", "created_by", "password_hash", "version", "converted_at"]
        )
        bad = raw(new) | {name: next(iter(here.dump))}
        return Call("", lambda my: my.records(kind).add(bad), call.said | {"forbidden": True}, writes=True)
    call.writes = True
    return call


def _change(here: Scene) -> Call:
    kind = _kind(here)
    edits, wanted = [], []
    for id_ in dict.fromkeys(i for i in here.ids(kind) if i is not True and i is not None):
        new = values(here, kind, few=True, wrong=0.02)
        row = here.own[kind].get(id_, {}) if isinstance(id_, int) else {}
        stale = here.dice.random() < 0.05
        seen = {name: (None if stale else row.get(name)) for name in new}
        edits.append(Edit(id_, {name: (seen[name], new[name].raw) for name in new}))
        wanted.append((id_, seen, new))
    return Call("", lambda my: my.records(kind).change(edits), {"kind": kind, "edits": wanted}, writes=True)


def _add_all(here: Scene) -> Call:
    kind = _kind(here)
    new = [values(here, kind, few=False, wrong=0.01) for _ in range(here.dice.choice([0, 1, 2, 3]))]
    said_ = {"kind": kind, "rows": new}
    return Call("", lambda my: my.records(kind).add_all([raw(one) for one in new]), said_, writes=True)


def _change_many(here: Scene) -> Call:
    kind, dice = _kind(here), here.dice
    ids, way, rest = here.ids(kind), dice.choice(list(Way)), dice.random() < 0.7
    fields = {name: f for name, f in fields_of(CLASSES[kind].table).items() if f.edit}
    tags = [name for name, f in fields.items() if f.kind is Kind.TAGS]
    if way in (Way.ADD, Way.TAKE) and not tags and dice.random() < 0.9:
        way = Way.SET
    name = dice.choice(tags if way in (Way.ADD, Way.TAKE) and tags else list(fields))
    value = _said(here, kind, fields[name], here.around(), 0.02)
    given = Given(way, name, value.raw)
    said_ = {"kind": kind, "ids": ids, "way": way, "name": name, "value": value, "rest": rest}
    return Call("", lambda my: my.records(kind).change_many(ids, given, rest), said_, writes=True)


def _put(verb: str) -> Callable[[Scene], Call]:
    def made(here: Scene) -> Call:
        kind = _kind(here)
        ids = here.ids(kind)
        if verb == "restore":
            away = [id_ for id_, row in here.own[kind].items() if row["archived_at"]]
            ids = [*ids, *away[-2:]] if here.dice.random() < 0.3 else away[-2:] or ids
        said_ = {"kind": kind, "ids": ids, "away": verb == "archive"}
        return Call("", lambda my: getattr(my.records(kind), verb)(ids), said_, writes=True)

    return made


# --------------------------------------------------------------------------------------------- of one noun


def _lookalikes(here: Scene) -> Call:
    """What is typed is what some record holds, here or in another company, or a little of two of them."""
    kind = here.dice.choice(("customers", "leads"))
    names = {"title": TITLES[kind], "email": "email", "phone": "phone"}
    rows = [
        *((kind, row) for row in here.own[kind].values()),
        *(
            (other, r)
            for t in here.dump.values()
            for other in ("customers", "leads")
            for r in t[other].values()
        ),
    ]
    of, row = here.dice.choice(rows)
    sought = {}
    for name in here.dice.sample(list(names), 2):
        value = row[TITLES[of] if name == "title" else name]
        sought[names[name]] = value.upper() if value and here.dice.random() < 0.3 else value
    id_ = row["id"] if of == kind and here.dice.random() < 0.3 else None
    said_ = {"kind": kind, "values": sought, "own": id_}
    return Call("", lambda my: my.alike.lookalikes(kind, sought, id_), said_)


def _lookalikes_of(here: Scene) -> Call:
    """Several at once, each as one alone."""
    kind = here.dice.choice(("customers", "leads"))
    rows = list(here.own[kind].values())[:3]
    wanted = [({"email": row["email"], TITLES[kind]: row[TITLES[kind]]}, row["id"]) for row in rows]
    said_ = {"kind": kind, "wanted": wanted}
    return Call("", lambda my: my.alike.lookalikes_of(kind, wanted), said_)


def _convert(here: Scene) -> Call:
    open_ = [id_ for id_, row in here.own["leads"].items() if not row["converted_at"]]
    id_ = here.dice.choice(open_) if open_ and here.dice.random() < 0.7 else here.id("leads")
    customer: Any = None
    said_customer: Any = None
    chance = here.dice.random()
    if chance < 0.35:
        customer = said_customer = here.id("customers")
    elif chance < 0.6:
        said_customer = values(here, "customers", few=True, wrong=0.02)
        customer = raw(said_customer)
    deal = values(here, "deals", few=True, wrong=0.02) if here.dice.random() < 0.5 else {}
    if here.dice.random() < 0.7:
        deal["deal_value"] = Said("99.90", Decimal("99.90"))
    deal.pop("lead_id", None)
    deal.pop("customer_id", None)
    act = here.act("deals")
    return Call(
        "",
        lambda my: my.leads.convert(id_, customer, raw(deal), act, second=True),
        {"id": id_, "customer": said_customer, "deal": deal, "act": act},
        writes=True,
    )


def _move(here: Scene) -> Call:
    id_ = here.id("deals")
    stage = here.dice.choice(
        ["prospect", "qualified", "proposal", "negotiation", "closed_won", "closed_lost", "won"]
    )
    row = here.own["deals"].get(id_) if isinstance(id_, int) else None
    seen = row["stage"] if row and here.dice.random() < 0.95 else "prospect"
    value: str | None = None
    day: Any = None
    reason = f"Price {here.canary}" if stage == "closed_lost" else None
    if here.dice.random() < 0.3:
        value = here.dice.choice([None, "12.34", "0", "-1"])
        day = here.dice.choice([None, here.moment.date(), "2026-02-30"])
        reason = here.dice.choice([None, f"Price {here.canary}", "Other"])
    act = here.act("deals")
    said_ = {
        "id": id_,
        "stage": stage,
        "seen": seen,
        "value": value,
        "day": day,
        "reason": reason,
        "act": act,
    }
    return Call("", lambda my: my.deals.move(id_, stage, seen, value, day, reason, act), said_, writes=True)


def _moves(here: Scene) -> Call:
    id_ = here.id("deals")
    return Call("", lambda my: my.deals.moves(id_), {"id": id_})


def _reviewed(here: Scene) -> Call:
    id_ = here.id("deals")
    return Call("", lambda my: my.deals.reviewed(id_), {"id": id_})


def _task(verb: str) -> Callable[[Scene], Call]:
    def made(here: Scene) -> Call:
        id_, act = here.id("tasks"), here.act("tasks")
        said_ = {"id": id_}
        return Call("", lambda my: getattr(my.tasks, verb)(id_, act), said_, writes=True)

    return made


def _reschedule(here: Scene) -> Call:
    id_, day = here.id("tasks"), here.moment.date() + timedelta(days=here.dice.randint(-3, 30))
    due = here.dice.choice([day, None, here.moment + timedelta(hours=5), "2026-02-30", "soon"])
    zone = here.dice.choice(ZONES)
    said_ = {"id": id_, "due": due, "zone": zone}
    return Call("", lambda my: my.tasks.reschedule(id_, due, zone=zone), said_, writes=True)


def _counts(here: Scene) -> Call:
    wanted = query(here, "tasks", presets=False)
    return Call("", lambda my: my.tasks.counts(wanted), {"query": wanted})


def _log(here: Scene) -> Call:
    new = values(here, "activities", few=False, wrong=0.02)
    for name in ("activity_type", "title", "source"):
        new.pop(name, None)
    word = here.dice.choice(["call", "email", "meeting", "note", "Call", "status_change", "dance"])
    title = here.dice.choice(["", f"{here.canary} talked", "x" * 300])
    given = {("at" if name == "activity_date" else name): value.raw for name, value in new.items()}
    said_ = {"values": new, "word": word, "title": title}
    return Call("", lambda my: my.activities.log(word, title, **given), said_, writes=True)


def _pin(here: Scene) -> Call:
    id_, pinned = here.id("activities"), here.dice.random() < 0.7
    said_ = {"id": id_, "pinned": pinned}
    return Call("", lambda my: my.activities.pin(id_, pinned), said_, writes=True)


def _mentioned(here: Scene) -> Call:
    ids = [here.id("activities") for _ in range(here.dice.choice([0, 1, 5]))]
    return Call("", lambda my: my.activities.mentioned(ids), {"ids": ids})


def _goals(here: Scene) -> Call:
    """Goals of a few people, as they are seen or as they were not; of a stranger at times."""
    cells, currency = [], here.dice.choice(["", "", "EUR", "XXX"])
    for _ in range(here.dice.choice([1, 1, 2, 5])):
        first, months = date(2026, here.dice.choice([1, 4, 10]), 1), here.dice.choice([1, 1, 3, 12, 2])
        user, typed = _person(here), here.dice.choice(["1200", "99.99", "0.01", "0", "", "x", "7,000.55"])
        of_user = [
            Decimal(row["amount"])
            for row in here.own["goals"].values()
            if row["user_id"] == user
            and row["currency"] == (currency or here.own["companies"][here.company]["currency"])
            and row["amount"] is not None
            and row["month"] in months_from(first, months)
        ]
        seen = sum(of_user, Decimal(0)) if of_user else None
        cells.append(Wanted(user, first, months, seen if here.dice.random() < 0.9 else "5", typed))
    act = here.act("goals")
    return Call("", lambda my: my.goals.set(cells, currency, act), {"cells": cells}, writes=True)


def _give(here: Scene) -> Call:
    """A number of this month or another, one's own or over that of somebody, seen as it is or as it was not."""
    first = clock.now().date().replace(day=1)
    month, over = here.dice.choice([first, first, date(2020, 1, 1)]), here.dice.choice([None, _person(here)])
    typed, user = here.dice.choice(["1200", "0", "", "x", "7,000.55"]), over or here.user
    given = [
        id_
        for id_, row in here.own["submissions"].items()
        if (row["user_id"], row["month"], row["by_manager"]) == (user, month, over is not None)
    ]
    seen, act = max(given, default=None) if here.dice.random() < 0.9 else 5, here.act("submissions")
    return Call(
        "",
        lambda my: my.submissions.give(month, typed, "sure", over, seen, act_id=act),
        {"month": month},
        writes=True,
    )


def _given(here: Scene) -> Call:
    month, money = clock.now().date().replace(day=1), here.dice.choice(["USD", "EUR"])
    return Call("", lambda my: my.submissions.of_month(month, money), {"month": month})


def _goal_year(here: Scene) -> Call:
    first, money = date(2026, here.dice.choice([1, 4]), 1), here.dice.choice(["USD", "EUR"])
    return Call("", lambda my: my.goals.year(first, money), {"first": first})


# --------------------------------------------------------------------------------------------- of the rest


def _number(verb: str, kind: str = "deals", **more: Callable[[Scene], Any]) -> Callable[[Scene], Call]:
    def made(here: Scene) -> Call:
        wanted = query(here, kind) if here.dice.random() < 0.7 else None
        if wanted is not None and wanted.search in CANARIES:
            wanted = replace(wanted, search="")  # figures repeat what was asked
        given = {name: made(here) for name, made in more.items()}
        said_ = {"kind": kind, "query": wanted, "given": given}
        return Call("", lambda my: getattr(my.numbers, verb)(wanted, **given), said_)

    return made


def _currency(here: Scene) -> str | None:
    return here.dice.choice([None, None, "EUR", "usd", "XXX"])


def _period(here: Scene) -> Period | None:
    day = here.moment.date() - timedelta(days=here.dice.randint(0, 60))
    return here.dice.choice([None, Period(day, here.moment.date()), Period.month_of(day)])


def _chart(here: Scene) -> Call:
    made = _number("chart", period=_period, currency=_currency)(here)
    name = here.dice.choice([*CHARTS, "none"])
    wanted, given = made.said["query"], made.said["given"]
    return Call("", lambda my: my.numbers.chart(name, wanted, **given), {"name": name, **made.said})


def _own(here: Scene) -> Call:
    """A chart of one's own: of a column that there is, or of one that cannot be grouped by."""
    kind = here.dice.choice(["deals", "leads", "customers", "tasks", "activities", "users"])
    by = here.dice.choice(["stage", "status", "assigned_to", "source", "created_at:month", "notes"])
    own = Own(kind, by, here.dice.choice(["count", "sum:deal_value", "average:estimated_value"]))
    return Call("", lambda my: my.numbers.own(own), {"own": own})


def _overview(here: Scene) -> Call:
    zone, rows = here.dice.choice(ZONES), here.dice.choice([1, 5])
    return Call("", lambda my: my.numbers.overview(zone, rows), {"zone": zone, "rows": rows})


def _person(here: Scene) -> int:
    around = here.around()
    here_, there = list(members(here.own)), around.foreign["users"]
    return here.dice.choice([*here_, here.dice.choice(there), NOBODY])


def _members(verb: str, role: bool = False, writes: bool = True) -> Callable[[Scene], Call]:
    def made(here: Scene) -> Call:
        person = _person(here)
        given: list[Any] = [here.dice.choice([*ROLES, "admin", "owner"])] * role
        said_ = {"person": person, "given": given}
        return Call("", lambda my: getattr(my.people, verb)(person, *given), said_, writes=writes)

    return made


def _end(here: Scene) -> Call:
    person = _person(here)
    to = here.dice.choice([None, _person(here), _person(here), person])
    close = here.dice.random() < 0.8
    elsewhere = any(
        person in members(tables) and not members(tables)[person].ended
        for id_, tables in here.dump.items()
        if id_ != here.company
    )
    said_ = {"person": person, "to": to, "close": close, "elsewhere": elsewhere}
    return Call("", lambda my: my.people.end(person, to, close), said_, writes=True)


def _invite(here: Scene) -> Call:
    own = [
        f"new{here.dice.randrange(5)}@example.com",
        f"admin@{here.canary}.example",
        "both@example.com",
        "no",
    ]
    email, role = here.dice.choice(own), here.dice.choice(["user", "admin", "owner"])
    said_ = {"email": email, "role": role}
    return Call("", lambda my: my.people.invite(email, role), said_, writes=True)


def _withdraw(here: Scene) -> Call:
    email = f"new{here.dice.randrange(5)}@example.com"
    return Call("", lambda my: my.people.withdraw(email), {"email": email}, writes=True)


def _profile(here: Scene) -> Call:
    row = here.own["companies"][here.company]
    name = here.dice.choice(["city", "industry", "name", "currency", "address", "status"])
    new = f"{here.canary} {here.dice.randrange(9)}"
    if name == "currency":
        new = here.dice.choice(["USD", "EUR", "eur", "EURO"])
    seen = row[name] if here.dice.random() < 0.9 else "something else"
    said_ = {"name": name, "seen": seen, "new": new}
    return Call("", lambda my: my.profile.change({name: (seen, new)}), said_, writes=True)


def _import(verb: str) -> Callable[[Scene], Call]:
    def made(here: Scene) -> Call:
        kind = _kind(here)
        data = files.some(here.dice, kind, here.around())
        act = f"{here.dice.randrange(10**_ACT):0{_ACT}d}"

        def do(my: Workspace) -> Any:
            records = my.records(kind)
            sheet = my.read_file(data, f"{kind}.csv")
            plan = my.guess(sheet, records)
            if verb != "commit":
                return getattr(my, verb)(records, sheet, plan)
            return my.commit_import(records, sheet, plan, act_id=act)

        return Call("", do, {"kind": kind, "data": data}, writes=verb == "commit")

    return made


def _act(do: Callable[[Workspace, Any], Any], writes: bool = False) -> Callable[[Scene], Call]:
    """A verb about one change set: mostly one of the last ones, at times another company's or none."""

    def made(here: Scene) -> Call:
        own = list(here.own["change_sets"])[-20:]
        others = [id_ for tables in here.dump.values() for id_ in tables["change_sets"]]
        id_ = here.dice.choice([*own, *own, *others[-3:], NOBODY, 0, "x", None])
        return Call("", lambda my: do(my, id_), {"kind": "change_sets", "id": id_}, writes)

    return made


def _back(do: Callable[..., Any], writes: bool = False) -> Callable[[Scene], Call]:
    """A verb about the acts between two: the last ones mostly."""

    def made(here: Scene) -> Call:
        own = list(here.own["change_sets"])[-12:]
        others = [id_ for tables in here.dump.values() for id_ in tables["change_sets"]]
        first = here.dice.choice([*own, *own, *others[-3:], NOBODY, 0, "x", None])
        last = here.dice.choice([*own[-1:], *own[-1:], *own, NOBODY, None])
        return Call("", lambda my: do(my, first, last), {"first": first, "last": last}, writes)

    return made


def _since(here: Scene) -> Call:
    moments = [one["at"] for one in list(here.own["change_sets"].values())[-12:]]
    moment = here.dice.choice([*moments, datetime(2000, 1, 1, tzinfo=UTC), datetime(2999, 1, 1, tzinfo=UTC)])
    return Call("", lambda my: my.changes.since(moment).counts(), {"moment": moment})


def _put_back(here: Scene) -> Call:
    """Mostly a change of the last ones, in a field of it or in all; at times whatever line, or none."""
    kind, log = _kind(here), here.own["change_log"]
    id_ = here.id(kind)
    lines = [at for at, line in log.items() if (line["table_name"], line["row_id"]) == (kind, id_)]
    line, names = here.dice.choice(lines or [NOBODY]), list(fields_of(CLASSES[kind].table))
    changes = [at for at, one in log.items() if one["action"] == "change" and one["table_name"] in KINDS]
    if changes and here.dice.random() < 0.8:
        line = here.dice.choice(changes[-30:])
        kind, id_, names = log[line]["table_name"], log[line]["row_id"], list(log[line]["after"] or {})
    field_ = here.dice.choice([None, *names])
    said_ = {"kind": kind, "id": id_, "line": line}
    return Call(
        "",
        lambda my: my.changes.put_back(kind, id_, _act_of(my, ChangeLog, line), field_),
        said_,
        writes=True,
    )


def _act_of(my: Workspace, table: Any, id_: int) -> str:
    """The name of the act behind a row: given by chance, so that it is another one on each engine."""
    with my._store.read(my._scope) as session:
        return session.scalar(sa.select(table.act_id).where(table.id == id_)) or "none"


def _feed(here: Scene) -> Call:
    kind, n = _kind(here), here.dice.choice([1, 50])
    id_, sorts = here.id(kind), here.dice.choice([[], ["change"], ["task", "move"]])
    said_ = {"kind": kind, "id": id_, "sorts": sorts, "n": n}
    return Call("", lambda my: my.changes.feed(kind, id_, sorts, n=n), said_)


def _find_act(here: Scene) -> Call:
    id_ = here.dice.choice([*list(here.own["change_sets"])[-9:], NOBODY])
    return Call("", lambda my: my.changes.find(_act_of(my, ChangeSet, id_)), {"set": id_})


def _steps(here: Scene) -> Call:
    kind = _kind(here)
    return Call("", lambda my: my.changes.steps(kind), {"kind": kind})


def _away(here: Scene) -> Call:
    kind = _kind(here)
    return Call("", lambda my: my.trash.page(kind), {"kind": kind})


def _away_for_good(here: Scene) -> Call:
    kind = _kind(here)
    id_ = here.id(kind)
    return Call("", lambda my: my.trash.look(kind, [id_]), {"kind": kind, "id": id_})


def _erased(here: Scene) -> Call:
    """With whatever goes, as somebody at the command line would, who is asked for no password."""
    kind = _kind(here)
    away = [row["id"] for row in here.own[kind].values() if row["archived_at"] is not None]
    id_ = here.dice.choice(away) if away and here.dice.random() < 0.8 else here.id(kind)

    def do(my: Workspace) -> Any:
        there = Workspace(my._store, replace(my.scope, via="command"))
        return there.trash.erase(kind, [id_], there.trash.look(kind, [id_]).mark, "")

    return Call("", do, {"kind": kind, "id": id_}, writes=True)


def _layout(here: Scene) -> Call:
    kind = _kind(here)
    return Call("", lambda my: my.layouts.get(my.records(kind)), {"kind": kind})


def _keep_layout(here: Scene) -> Call:
    dice, kind = here.dice, _kind(here)
    fields = fields_of(CLASSES[kind].table)
    names = dice.sample(list(fields), 4)
    said_ = {"order": names, "hidden": names[:1], "widths": {names[1]: dice.randint(40, 1_000)}, "pinned": 2}
    layout = Layout.read(said_, fields)
    return Call(
        "", lambda my: my.layouts.keep(my.records(kind), layout), {"kind": kind, "layout": layout}, True
    )


def _read_file(here: Scene) -> Call:
    kind = _kind(here)
    data = files.some(here.dice, kind, here.around())
    if here.dice.random() < 0.3:
        data = here.dice.choice(
            [b"", b"PK\x03\x04", data[: len(data) // 2], data.replace(b",", b";"), b'a,"b']
        )

    def do(my: Workspace) -> Any:
        sheet = my.read_file(data, "x.csv")
        return sheet, my.guess(sheet, my.records(kind))

    return Call("", do, {"kind": kind})


def _export(here: Scene) -> Call:
    kind = _kind(here)
    wanted = query(here, kind)
    form = here.dice.choice(list(Form))
    detail = {"kind": kind, "query": wanted, "form": form}
    return Call("", lambda my: my.export(my.records(kind), wanted, form=form), detail, writes=True)


def _simply(do: Callable[[Workspace], Any], writes: bool = False) -> Callable[[Scene], Call]:
    return lambda here: Call("", do, writes=writes)


VERBS: dict[str, Callable[[Scene], Call]] = {
    "Records.page": _page,
    "Records.count": _reading("count"),
    "Records.walk": _reading("walk"),
    "Records.window": _window,
    "Records.fresh": _fresh,
    "Records.last_change": _simply(lambda my: my.customers.last_change()),
    "Records.ids": _ids,
    "Records.find": _find,
    "Records.footers": _footers,
    "Records.groups": _groups,
    "Records.get": _one("get"),
    "Records.history": _one("history"),
    "Records.choices": _choices,
    "Records.names": _names,
    "Records.add": _add,
    "Records.add_all": _add_all,
    "Records.change": _change,
    "Records.change_many": _change_many,
    "Records.archive": _put("archive"),
    "Records.restore": _put("restore"),
    "Records.look": _look,
    "Leads.convert": _convert,
    "Deals.move": _move,
    "Activities.mentioned": _mentioned,
    "Activities.pin": _pin,
    "Deals.moves": _moves,
    "Deals.reviewed": _reviewed,
    "Tasks.complete": _task("complete"),
    "Tasks.reopen": _task("reopen"),
    "Tasks.reschedule": _reschedule,
    "Tasks.counts": _counts,
    "Activities.log": _log,
    "Goals.set": _goals,
    "Goals.year": _goal_year,
    "Numbers.against_goals": _number("against_goals", period=_period, currency=_currency),
    "Submissions.give": _give,
    "Submissions.of_month": _given,
    "Numbers.accuracy": _number("accuracy", period=_period, currency=_currency),
    "Numbers.submitted": _number("submitted", currency=_currency),
    "Numbers.goal_year": _number("goal_year", currency=_currency),
    "Numbers.board": _number("board"),
    "Numbers.by_stage": _number("by_stage", currency=_currency),
    "Numbers.by_month": _number("by_month", period=_period, currency=_currency),
    "Numbers.closed_days": _number("closed_days", currency=_currency),
    "Numbers.period": _simply(lambda my: my.numbers.period("this_year")),
    "Numbers.by_owner": _number("by_owner", period=_period, currency=_currency),
    "Numbers.tiles": _number("tiles", period=_period, currency=_currency),
    "Numbers.chart": _chart,
    "Numbers.own": _own,
    "Numbers.leads_of": _number("leads_of"),
    "Numbers.review": _number("review"),
    "Numbers.standing": _number("standing", currency=_currency),
    "Numbers.forecast": _number("forecast", period=_period, currency=_currency),
    "Numbers.bridge": _number("bridge", closing=_period, currency=_currency),
    "Numbers.then_and_now": _number("then_and_now", closing=_period, currency=_currency),
    "Numbers.funnel": _number("funnel", period=_period),
    "Numbers.stage_rates": _number("stage_rates"),
    "Numbers.stage_days": _number("stage_days", period=_period),
    "Numbers.losses": _number("losses", period=_period),
    "Numbers.sources": _number("sources", "leads", period=_period),
    "Numbers.ages": _number("ages", currency=_currency),
    "Numbers.put_off": _number("put_off", currency=_currency),
    "Numbers.tasks": _number("tasks", "tasks"),
    "Numbers.conversion": _number("conversion", "leads", period=_period),
    "Numbers.currency": _number("currency", currency=_currency),
    "Numbers.overview": _overview,
    "Members.all": _simply(lambda my: my.people.all()),
    "Members.invite": _invite,
    "Members.invitations": _simply(lambda my: my.people.invitations()),
    "Members.withdraw": _withdraw,
    "Members.change_role": _members("change_role", role=True),
    "Members.open_work": _members("open_work", writes=False),
    "Members.end": _end,
    "Members.bring_back": _members("bring_back"),
    "Members.reset_link": _members("reset_link"),
    "Profile.get": _simply(lambda my: my.profile.get()),
    "Profile.change": _profile,
    "Changes.events": _simply(lambda my: my.changes.events()),
    "Changes.export": _simply(lambda my: my.changes.export(), writes=True),
    "Changes.feed": _feed,
    "Changes.find": _find_act,
    "Changes.get": _act(lambda my, id_: my.changes.get(id_)),
    "Changes.lines": _act(lambda my, id_: my.changes.lines(id_)),
    "Changes.page": _simply(lambda my: my.changes.page()),
    "Changes.go_back": _back(lambda my, *ids: my.changes.go_back(*ids, rest=True), writes=True),
    "Changes.since": _since,
    "Changes.preview": _act(lambda my, id_: my.changes.preview(id_)),
    "Alike.lookalikes": _lookalikes,
    "Alike.lookalikes_of": _lookalikes_of,
    "Changes.put_back": _put_back,
    "Changes.steps": _steps,
    "Changes.undo": _act(lambda my, id_: my.changes.undo(id_, rest=True), writes=True),
    "Fields.get": _simply(lambda my: my.own_fields.get().each),
    "Stages.get": _simply(lambda my: my.stages.get().each),
    "Changes.verify": _simply(lambda my: my.changes.verify()),
    "Trash.counts": _simply(lambda my: my.trash.counts()),
    "Trash.rule": _simply(lambda my: my.trash.rule()),
    "Trash.outlook": _simply(lambda my: my.trash.outlook(90).counts),
    "Trash.page": _away,
    "Trash.look": _away_for_good,
    "Trash.erase": _erased,
    "Layouts.get": _layout,
    "Layouts.keep": _keep_layout,
    "Workspace.members": _simply(lambda my: my.members()),
    "Workspace.may": _simply(lambda my: {act: my.may(act) for act in ("add", "export", "members", "backup")}),
    "Workspace.records": _simply(lambda my: my.records("security_log")),
    "Workspace.export": _export,
    "Workspace.export_chart": _simply(lambda my: my.export_chart("month"), writes=True),
    "Workspace.export_changes": _simply(
        lambda my: my.export_changes(None, date(2026, 1, 1), Period(date(2026, 1, 1), date(2026, 12, 31))),
        writes=True,
    ),
    "Workspace.export_own": _simply(lambda my: my.export_own(Own()), writes=True),
    "Workspace.company_file": _simply(lambda my: my.company_file(), writes=True),
    "Workspace.take_away": _simply(lambda my: my.take_away(), writes=True),
    "Workspace.read_file": _read_file,
    "Workspace.guess": _read_file,
    "Workspace.rehearse": _import("rehearse"),
    "Workspace.strangers": _import("strangers"),
    "Workspace.kept_import": _import("kept_import"),
    "Workspace.commit_import": _import("commit"),
}
