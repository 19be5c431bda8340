"""The customers page's data call against plain sqlite3 that fetches the same rows."""

import sqlite3
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from bench.databases import COMPANY, EMAIL
from bench.rounds import Times, interleave
from bench.section import Line, Section
from crm_data import Query, Workspace
from crm_data.installation import Installation
from crm_data.settings import settings
from crm_data.store.store import Store
from crm_data.tables import Customer
from crm_data.tables.fields import fields_of

CALLS = 20
ROWS = (
    "SELECT {} FROM customers WHERE company_id = ? AND archived_at IS NULL"
    " ORDER BY created_at DESC, id DESC LIMIT 51"
)
COUNT = "SELECT count(*) FROM customers WHERE company_id = ? AND archived_at IS NULL"
NAMES = (
    "SELECT u.id, u.first_name, u.last_name FROM user_companies m JOIN users u ON u.id = m.user_id"
    " WHERE m.company_id = ? ORDER BY u.first_name, u.last_name"
)


def section(even: Path, big: Path, rounds: int) -> Section:
    """Measure on a database of many companies alike, and on one in which a company has half of everything."""
    here, there = _measured(even, rounds), _measured(big, rounds)
    both = _first_pages(even, big, rounds)
    return Section(
        "The customers page's data call",
        "`Workspace.customers.page()`: 50 typed rows, the exact count, colleagues' names, within the walls. "
        "Plain sqlite3 asks the same three questions on an open connection, with the same indexes.",
        [
            Line(
                "the call, one of 100 companies",
                "plain sqlite3, the same questions",
                here.ratio("call", "plain"),
            ),
            Line(
                "the call, one of 100 companies", "plain sqlite3, the rows alone", here.ratio("call", "rows")
            ),
            Line("the call, a company with half of all rows", "plain sqlite3", there.ratio("call", "plain")),
            Line(
                "the call, a company with half of all rows", "one of 100 companies", both.ratio("big", "even")
            ),
            Line("the last page there", "the first page", there.ratio("last", "call"), 1.2),
            Line("a search there", "the first page", there.ratio("search", "call")),
        ],
    )


def workspace(path: Path, email: str = EMAIL) -> tuple[Store, Workspace]:
    """Somebody of the first company at work, its admin unless another one is named, on an open store."""
    store = Store(f"sqlite:///{path}")
    return store, Workspace(store, Installation(store, settings({})).scope(COMPANY, email))


def _measured(path: Path, rounds: int) -> Times:
    store, my = workspace(path)
    connection = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
    columns = ", ".join(["id", *fields_of(Customer)])
    rows = ROWS.format(columns)

    def plain() -> None:
        connection.execute(COUNT, (COMPANY,)).fetchone()
        connection.execute(rows, (COMPANY,)).fetchall()
        connection.execute(NAMES, (COMPANY,)).fetchall()

    try:
        same = [row[0] for row in connection.execute(rows, (COMPANY,))][:50]
        if [row["id"] for row in my.customers.page().rows] != same:
            raise RuntimeError("The page and plain SQL show different rows; the measure means nothing.")
        return interleave(
            {
                "call": many(my.customers.page),
                "last": many(lambda: my.customers.page(Query(last=True))),
                "search": many(lambda: my.customers.page(Query(search="marsh"))),
                "plain": many(plain),
                "rows": many(lambda: connection.execute(rows, (COMPANY,)).fetchall()),
            },
            rounds,
        )
    finally:
        connection.close()
        store.close()


def _first_pages(even: Path, big: Path, rounds: int) -> Times:
    stores = {name: workspace(path) for name, path in (("even", even), ("big", big))}
    try:
        return interleave({name: many(my.customers.page) for name, (_, my) in stores.items()}, rounds)
    finally:
        for store, _ in stores.values():
            store.close()


def many(call: Callable[[], Any], calls: int = CALLS) -> Callable[[], float]:
    """The mean of some calls in a row: one is too short for the clock of a busy machine."""

    def run() -> float:
        begun = time.perf_counter()
        for _ in range(calls):
            call()
        return (time.perf_counter() - begun) / calls

    return run
