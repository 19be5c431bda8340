"""Who calls, and what with: a call, and the scene by chance that it is made from."""

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, tzinfo
from functools import cached_property
from typing import Any
from zoneinfo import ZoneInfo

from crm_data import Query, Workspace
from tests.model.values import Around
from tests.model.world import CANARIES, NOBODY, Dump, Row, Table, World, members
from tests.support.kinds import KINDS

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
LONG_ACT = 12  # letters in the name of an act, when it is ours: the product's own names are longer


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

    @cached_property
    def around(self) -> Around:
        """What values may name; worked out once a call."""
        others = [tables for id_, tables in self.dump.items() if id_ != self.company]
        own = {kind: list(self.own[kind]) for kind in KINDS}
        foreign = {kind: [id_ for tables in others for id_ in tables[kind]] for kind in KINDS}
        here = members(self.own)
        own["users"] = [id_ for id_, member in here.items() if not member.ended]
        foreign["users"] = [
            id_ for tables in others for id_ in members(tables) if id_ not in own["users"]
        ] + [id_ for id_, member in here.items() if member.ended]
        return Around(self.canary, own, foreign, self.moment.date())

    def kind(self) -> str:
        """A kind of records."""
        return self.dice.choice(KINDS)

    def person(self) -> int:
        """Somebody who works here or did; at times a stranger, or nobody."""
        here, there = list(members(self.own)), self.around.foreign["users"]
        return self.dice.choice([*here, self.dice.choice(there), NOBODY])

    def id(self, kind: str) -> Any:
        """An id of a table: mostly one's own, at times a foreign one or nothing's."""
        around, chance = self.around, self.dice.random()
        if chance < 0.8 and around.own[kind]:
            return self.dice.choice(around.own[kind][-30:])
        if chance < 0.95:
            return self.dice.choice(around.foreign[kind])
        return self.dice.choice([NOBODY, 0, -1, 2**63, "x", "٣", None, True, "1; DROP TABLE customers"])

    def ids(self, kind: str) -> list[Any]:
        """A few ids; a foreign one may hide among one's own."""
        own, count = self.around.own[kind][-30:], self.dice.choice([1, 1, 2, 4])
        if self.dice.random() < 0.85 and own:
            return self.dice.choices(own, k=count)
        return [self.id(kind) for _ in range(count)]

    def act(self, kind: str) -> str | None:
        """A name for an act: none, a new one, or one that was done before."""
        if self.dice.random() < 0.9:
            return None
        log = self.own["change_log"].values()
        done = [row["act_id"] for row in log if row["table_name"] == kind and len(row["act_id"]) == LONG_ACT]
        made = f"{self.dice.randrange(10**LONG_ACT):0{LONG_ACT}d}"
        return self.dice.choice(done[-20:]) if done and self.dice.random() < 0.5 else made


def scene(world: World, dump: Dump, dice: random.Random, places: list[Place]) -> Scene:
    """Somebody who works somewhere, about to do something."""
    company = dice.choice(list(world.companies))
    here = {id_: member for id_, member in members(dump[company]).items() if not member.ended}
    roles = sorted({member.role for member in here.values()})
    role = dice.choices(roles, [{"admin": 4, "manager": 3}.get(role, 2) for role in roles])[0]
    user = dice.choice([id_ for id_, member in here.items() if member.role == role])
    return Scene(dice, dump, world.moment, world.companies[company], company, user, role, places)


def simply(do: Callable[[Workspace], Any], writes: bool = False) -> Callable[[Scene], Call]:
    """The same call whenever it is made."""
    return lambda here: Call("", do, writes=writes)
