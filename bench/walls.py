"""What each wall between companies costs: the same act with all of them, and with one left out.

The walls are left out as tests/walls leave them out to see what each one holds by itself.
"""

import io
import time
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from itertools import count

from bench import files
from bench.ground import filled
from bench.reading import at_work, many
from bench.rounds import Times, Work, interleave
from bench.section import Line, Section
from crm_data import Edit, Query, Workspace
from crm_data.store.store import Store
from crm_data.transfer import csv_in, csv_read
from crm_data.transfer.mapping import guess
from tests.walls.without import DATABASE, KEYS, SESSION, WALLS, store_with

# One company of the size that one of 100 has. It is alone, so that without a wall the same rows are found.
ALONE = 0.01
CELLS = 20
IMPORTED = 1_000
CALLS, SAVES = 10, 3
ALL = "all"
SETS = {ALL: frozenset(WALLS), "none": frozenset[str]()} | {wall: frozenset(WALLS) - {wall} for wall in WALLS}
ACTS = {"page": "a page of customers", "save": "a save of 20 cells", "import": "an import of 1,000 rows"}
NOTES = {
    "sqlite": "Keys can be left out all together only: the composite ones with those of the schema document.",
    "postgresql": "Only the composite keys are left out. The server of the tests does not wait for the disk.",
}


@dataclass(frozen=True)
class Held:
    """A store with some of the walls, and somebody at work on it."""

    store: Store
    my: Workspace


def section(kind: str, rounds: int) -> Section:
    """Measure on 'sqlite' or 'postgresql', each set of walls on a database of its own."""
    with ExitStack() as stack:
        held: dict[str, Held] = {}
        for name, walls in SETS.items():
            store = store_with(walls, stack.enter_context(filled(kind, ALONE)))
            stack.callback(store.close)
            held[name] = Held(store, at_work(store))
        times = {
            act: interleave({name: work(here) for name, here in held.items()}, rounds)
            for act, work in {"page": _page, "save": _save, "import": _import}.items()
        }
        opened = interleave(_opening(held), rounds)
    name = "SQLite" if kind == "sqlite" else "PostgreSQL"
    return Section(
        f"What the walls cost, {name}",
        "The same act with all the walls, and with one left out. One company of 100 customers is alone in the "
        f"database, so that the same rows are found whatever is left out. {NOTES[kind]}",
        [*_lines(kind, times), *_connections(kind, opened)],
    )


def _lines(kind: str, times: Mapping[str, Times]) -> list[Line]:
    lines = []
    for act, words in ACTS.items():
        without = {SESSION: "without the session's filter", KEYS: "without keys"}
        if act == "page":
            del without[KEYS]
        by_itself = "row security"
        if kind == "sqlite":
            by_itself = "views and authorizer" if act == "page" else "triggers"
        without |= {DATABASE: f"without {by_itself}", "none": "without any"}
        lines += [
            Line(f"{words}, all walls", said, times[act].ratio(ALL, left_out))
            for left_out, said in without.items()
        ]
    return lines


def _connections(kind: str, times: Times) -> list[Line]:
    lines = [Line("a page on a new connection", "on one that is open", times.ratio("new", "open"))]
    if kind == "sqlite":  # on PostgreSQL nothing is installed on a connection
        lines += [
            Line(
                "a new connection that reads",
                "without views and authorizer",
                times.ratio("reads", "reads, bare"),
            ),
            Line("a new connection that writes", "without triggers", times.ratio("writes", "writes, bare")),
        ]
    return lines


def _page(here: Held) -> Work:
    return many(here.my.customers.page, CALLS)


def _save(here: Held) -> Work:
    """Another value in one cell of each row, every time."""
    rows, number = here.my.customers.page(Query(size=CELLS)).rows, count(1)

    def save() -> None:
        city = f"Town {next(number)}"
        edits = [Edit(row["id"], {"city": (row["city"], city)}) for row in rows]
        if here.my.customers.change(edits) != CELLS:
            raise RuntimeError("Not every cell was changed; the measure means nothing.")
        for row in rows:
            row["city"] = city

    return many(save, SAVES)


def _import(here: Held) -> Work:
    """Rows that are new every time; the file is written and read before the clock begins."""
    first = count(0, IMPORTED)

    def bring_in() -> float:
        written, at = io.StringIO(newline=""), next(first)
        files.write(written, range(at, at + IMPORTED))
        sheet = csv_read.read(written.getvalue().encode(), "walls.csv")
        plan = guess(sheet, here.my.customers)
        begun = time.perf_counter()
        report = csv_in.commit(here.my.customers, sheet, plan)
        took = time.perf_counter() - begun
        if report.created != IMPORTED:
            raise RuntimeError("Not every row was imported; the measure means nothing.")
        return took

    return bring_in


def _opening(held: Mapping[str, Held]) -> dict[str, Work]:
    here, bare = held[ALL], held[DATABASE]

    def anew() -> None:
        here.store.engines.dispose()
        here.my.customers.page()

    def connected(store: Store, writing: bool) -> Callable[[], None]:
        engine = store.engines.write if writing else store.engines.read

        def connect() -> None:
            engine.dispose()
            engine.connect().close()

        return connect

    return {
        "new": many(anew, CALLS),
        "open": many(here.my.customers.page, CALLS),
        "reads": many(connected(here.store, False), CALLS),
        "reads, bare": many(connected(bare.store, False), CALLS),
        "writes": many(connected(here.store, True), CALLS),
        "writes, bare": many(connected(bare.store, True), CALLS),
    }
