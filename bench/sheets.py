"""What the grid asks for: windows of a long list as one scrolls, and a block that was pasted and is saved."""

import sqlite3
import time
from collections.abc import Callable
from contextlib import ExitStack, closing
from itertools import count
from pathlib import Path

from sqlalchemy import event

from bench import databases
from bench.databases import COMPANY
from bench.reading import workspace
from bench.rounds import interleave
from bench.section import Line, Section
from crm_data import Edit, Query, Workspace
from crm_data.store.store import Store

SIZES = (10_000, 100_000)
ROWS = 200
SCROLLED = 10  # windows one after the other
WINDOW, PASTE, MOST_SENT = 0.015, 0.5, 6  # seconds, seconds, statements
FIELDS = ("name", "email", "phone", "address", "city", "state", "country", "zip_code", "industry", "notes")
INSERT = "INSERT INTO customers (company_id, created_by, name, city) VALUES (?, 1, ?, ?)"


def section(even: Path, folder: Path, rounds: int) -> Section:
    """On copies of their own, in which the first company has so many customers."""
    works: dict[str, Callable[[], float]] = {}
    with ExitStack() as stack:
        for size in SIZES:
            live = databases.copy(even, folder / f"sheet-{size}.db")
            stack.callback(databases.remove, live)
            _fill(live, size)
            store, my = workspace(databases.address(live), databases.manager(databases.address(live)).email)
            stack.callback(store.close)
            works[f"scroll {size}"] = _scrolling(my)
            if size == SIZES[0]:
                works["paste"] = _pasting(my)
                works["paste"]()
                sent = _sent(store, works["paste"])
        times = interleave(works, rounds)
    few, many = (f"scroll {size}" for size in SIZES)
    return Section(
        "The grid's questions",
        f"A window of {ROWS} rows as one scrolls on from the middle of a list, and the save of {ROWS} rows of"
        f" {len(FIELDS)} fields each that were pasted, judged and logged: {sent} statements. Seconds are those of"
        " this process's processor.",
        [
            Line(f"a window, {SIZES[0]:,} rows", "15 ms", times.median(few) / WINDOW, 1.0),
            Line(f"a window, {SIZES[1]:,} rows", "15 ms", times.median(many) / WINDOW, 1.0),
            Line(f"a window, {SIZES[1]:,} rows", f"{SIZES[0]:,} rows", times.ratio(many, few), 1.2),
            Line("a paste, saved", "half a second", times.median("paste") / PASTE, 1.0),
            Line("the statements of a paste", f"{MOST_SENT}", sent / MOST_SENT, 1.0),
        ],
    )


def _fill(live: Path, size: int) -> None:
    """So many customers in all: the rows that are lacking, as they stand in the table."""
    with closing(sqlite3.connect(live)) as connection, connection:
        connection.create_function("app_company_id", 0, lambda: COMPANY)
        asked = "SELECT count(*) FROM customers WHERE company_id = ?"
        (there,) = connection.execute(asked, (COMPANY,)).fetchone()
        rows = ((COMPANY, f"Customer {n}", f"City {n % 50}") for n in range(there, size))
        connection.executemany(INSERT, rows)
        connection.execute("ANALYZE")


def _scrolling(my: Workspace) -> Callable[[], float]:
    """Seconds of one window: of some in a row, behind one in the middle that is not counted."""
    query = Query()

    def scroll() -> float:
        window = my.customers.window(query, 0, ROWS)
        window = my.customers.window(query, window.total // 2, ROWS, window.ruler)
        begun = time.process_time()
        for _ in range(SCROLLED):
            window = my.customers.window(query, window.start + ROWS, ROWS, window.ruler)
        took = (time.process_time() - begun) / SCROLLED
        if len(window.rows) != ROWS:
            raise RuntimeError(f"A window of {len(window.rows)} rows came.")
        return took

    return scroll


def _pasting(my: Workspace) -> Callable[[], float]:
    """Seconds of the save alone; each time every cell is another."""
    turns = count()

    def paste() -> float:
        n = next(turns)
        rows = my.customers.page(Query(size=ROWS)).rows
        edits = [Edit(row["id"], {f: (row[f], _cell(f, n, row["id"])) for f in FIELDS}) for row in rows]
        begun = time.process_time()
        changed = my.customers.change(edits)
        took = time.process_time() - begun
        if changed != ROWS:
            raise RuntimeError(f"{changed} rows were changed.")
        return took

    return paste


def _cell(field: str, n: int, id_: int) -> str:
    said = {"email": f"a{n}.{id_}@mail.example", "phone": f"+43 1 {n:04}{id_:06}"}
    return said.get(field, f"{n} {id_}")


def _sent(store: Store, work: Callable[[], float]) -> int:
    """How many statements of the writer go out, those that frame a transaction left out."""
    found: list[str] = []

    def note(connection: object, cursor: object, statement: str, *rest: object) -> None:
        found.append(statement)

    engine = store.engines.write
    event.listen(engine, "before_cursor_execute", note)
    try:
        work()
    finally:
        event.remove(engine, "before_cursor_execute", note)
    framing = ("BEGIN", "COMMIT", "ROLLBACK", "SAVEPOINT", "RELEASE", "PRAGMA", "SET")
    return sum(not said.lstrip().startswith(framing) for said in found)
