"""Thousands of operations on SQLite and PostgreSQL side by side: the same answers, refusals, ids and rows."""

import sqlite3
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

import psycopg
import pytest
import sqlalchemy as sa

from crm_data.tables import Base, company
from tests.model.calls import VERBS, Call, Place, make, scene
from tests.model.results import Answer, answer, plain
from tests.model.world import Row, World, new_world
from tests.support import chance
from tests.support.databases import Database
from tests.support.kinds import KINDS
from tests.support.soak import size

RARELY = {
    "company_file": 0.2, "take_away": 0.1, "overview": 0.3, "export": 0.4, "tiles": 0.4, "by_owner": 0.4,
    "by_month": 0.4,
}  # fmt: skip
OPERATIONS = size(2_500, 100_000)
# How often the calls are made from what the databases hold by now, and how often all of it is compared.
LOOK, COMPARE = 20, OPERATIONS // 4
TRIES = 300  # of a verb that did nothing by chance
# Verbs that read a whole company come less often than the others, and each often enough.
WEIGHTS = [RARELY.get(verb.partition(".")[2], 1.0) for verb in VERBS]


class Side:
    """A world on one engine, and its database by plain ways."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.world: World = new_world(database.url)

    def rows(self) -> dict[str, list[Row]]:
        """Every row of every table, but for what chance made."""
        found = {}
        with self.world.store.system("both sides are compared", write=False) as session:
            for name, table in Base.metadata.tables.items():
                rows = session.execute(sa.select(table).order_by(table.c.id)).mappings().all()
                found[name] = [_settled(dict(row)) for row in rows]
        # In which order a statement meets its rows, and its triggers note them, is each engine's own.
        due = [{**row, "id": None} for row in found["search_due"]]
        found["search_due"] = sorted(due, key=repr)
        return found


def _settled(row: Row) -> Row:
    row = dict(plain(row))
    if "token_hash" in row:
        assert len(row["token_hash"]) == 64
        row["token_hash"] = "by chance"
    return row


class Sequences:
    """PostgreSQL never gives an id again, even one of a transaction that was undone; here it has to."""

    def __init__(self, lite: Database, post: Database) -> None:
        self._lite = sqlite3.connect(lite.url.removeprefix("sqlite:///"))
        self._post = psycopg.connect(post.admin_url, autocommit=True)

    def align(self) -> None:
        """The next ids of PostgreSQL are those of SQLite."""
        last = self._lite.execute("SELECT name, seq FROM sqlite_sequence WHERE seq > 0").fetchall()
        self._post.execute(
            "SELECT setval(pg_get_serial_sequence(name, 'id'), seq)"
            " FROM unnest(%s::text[], %s::int[]) AS t (name, seq)",
            ([name for name, _ in last], [number for _, number in last]),
        )

    def close(self) -> None:
        """Both connections."""
        self._lite.close()
        self._post.close()


@pytest.fixture
def sides(
    new_database: Callable[[str], Database], monkeypatch: pytest.MonkeyPatch
) -> Iterator[tuple[Side, Side]]:
    """The same world twice; its clock is that of both, and so are the marks that its companies' exports bear."""

    def side(engine: str) -> Side:
        monkeypatch.setattr(company, "secrets", chance.dice(5))
        return Side(new_database(engine))

    made = side("sqlite"), side("postgresql")
    yield made
    for side in made:
        side.world.close()


@pytest.fixture
def sequences(sides: tuple[Side, Side]) -> Iterator[Sequences]:
    """The ids that each side gives next."""
    made = Sequences(*(side.database for side in sides))
    yield made
    made.close()


def same(call: Call, lite: Answer, post: Answer) -> None:
    """The same answer, in the same order; or the same refusal, word for word."""
    assert post.refused is lite.refused, f"{call.verb} {call.said}: {lite.sentence} {post.sentence}"
    assert post.sentence == lite.sentence, f"{call.verb} {call.said}"
    assert post.value == lite.value, f"{call.verb} {call.said}"
    if isinstance(lite.value, dict):
        assert list(post.value) == list(lite.value)


def compare(sides: tuple[Side, Side]) -> None:
    """Every table, row for row."""
    for side in sides:
        for kind in KINDS:
            side.world.restamp(kind)
    lite, post = (side.rows() for side in sides)
    for name, rows in lite.items():
        assert len(post[name]) == len(rows), name
        for one, other in zip(rows, post[name], strict=True):
            assert other == one, name


class Twins:
    """Both worlds, to which the same is done, and what was seen to do something or to be refused."""

    def __init__(self, sides: tuple[Side, Side], sequences: Sequences) -> None:
        self.worlds = [side.world for side in sides]
        self.seen: Counter[tuple[str, bool]] = Counter()
        self._sequences = sequences
        self._dice = chance.dice(17)
        lite, post = self.worlds
        assert post.companies == lite.companies
        self._places: dict[int, list[Place]] = {id_: [] for id_ in lite.companies}
        self._dump, self._written = lite.dump(), 0

    def step(self, verb: str = "") -> None:
        """A call of the verb, or of one that chance chooses; both answer the same."""
        seconds = self._dice.randint(1, 5_000)
        for world in self.worlds:
            world.tick(seconds)
        here = scene(self.worlds[0], self._dump, self._dice, [])
        here.places = self._places[here.company]
        call = make(verb or self._dice.choices(list(VERBS), WEIGHTS)[0], here)
        answers = [answer(world, call) for world in self.worlds]
        same(call, *answers)
        allowed = answers[0].refused is None
        self.seen[call.verb, allowed] += 1
        if call.writes and not allowed:
            self._sequences.align()
        self._written += call.writes and allowed
        if call.verb == "Records.page" and allowed:
            _keep(here.places, call, answers[0].raw)
        if call.writes and allowed and self._written % LOOK == 0:
            self._dump = self.worlds[0].dump()

    def never(self) -> list[str]:
        """The verbs that have not done anything so far."""
        return [verb for verb in VERBS if not self.seen[verb, True] and verb != "Workspace.records"]


@pytest.mark.slow
@pytest.mark.postgres
@pytest.mark.timeout(1200)  # some thousand calls, each twice
def test_both_engines_do_the_same(sides: tuple[Side, Side], sequences: Sequences) -> None:
    compare(sides)
    twins = Twins(sides, sequences)
    for number in range(1, OPERATIONS + 1):
        twins.step()
        if number % COMPARE == 0:
            compare(sides)
    for verb in twins.never():  # chance left it out: tried on what there is, and on what is made meanwhile
        for _ in range(TRIES):
            if twins.seen[verb, True]:
                break
            twins.step(verb)
            twins.step("Records.archive")
            twins.step()
    compare(sides)
    assert twins.never() == [], "each verb did something"


def _keep(places: list[Place], call: Call, page: Any) -> None:
    for word, forward in ((page.next, True), (page.previous, False)):
        if word:
            places.append(Place(call.said["kind"], call.said["query"].first(), word, {}, 0, forward))
    del places[:-6]
