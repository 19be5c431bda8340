"""The customers page's data call against plain SQL that fetches the same rows."""

import time
from collections.abc import Callable
from typing import Any

from bench.databases import COMPANY, EMAIL
from bench.plain import asking
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


def section(even: str, big: str, rounds: int, on: str = "SQLite") -> Section:
    """Measure on a database of many companies alike, and on one in which a company has half of everything."""
    here, there = _measured(even, rounds), _measured(big, rounds)
    both = _first_pages(even, big, rounds)
    return Section(
        f"The customers page's data call, {on}",
        "`Workspace.customers.page()`: 50 typed rows, the exact count, colleagues' names, within the walls. "
        f"{_plainly(on)} asks the same three questions on an open connection, with the same indexes.",
        [
            Line("the call, one of 100 companies", "the same questions", here.ratio("call", "plain")),
            Line("the call, one of 100 companies", "the question for the rows", here.ratio("call", "rows")),
            Line(
                "the call, a company with half of all rows",
                "the same questions",
                there.ratio("call", "plain"),
            ),
            Line(
                "the call, a company with half of all rows", "one of 100 companies", both.ratio("big", "even")
            ),
            Line("the last page there", "the first page", there.ratio("last", "call"), 1.2),
            Line("a search there", "the first page", there.ratio("search", "call")),
        ],
    )


def _plainly(on: str) -> str:
    return "Plain sqlite3" if on == "SQLite" else "Plain psycopg, with the same role under row security,"


def workspace(url: str, email: str = EMAIL) -> tuple[Store, Workspace]:
    """Somebody of the first company at work, its admin unless another one is named, on an open store."""
    store = Store(url)
    return store, at_work(store, email)


def at_work(store: Store, email: str = EMAIL) -> Workspace:
    """The same on a store that is open."""
    return Workspace(store, Installation(store, settings({})).scope(COMPANY, email))


def _measured(url: str, rounds: int) -> Times:
    store, my = workspace(url)
    columns = ", ".join(["id", *fields_of(Customer)])
    rows = ROWS.format(columns)
    with asking(url, COMPANY) as ask:

        def plain() -> None:
            ask(COUNT, COMPANY)
            ask(rows, COMPANY)
            ask(NAMES, COMPANY)

        try:
            same = [row[0] for row in ask(rows, COMPANY)][:50]
            if [row["id"] for row in my.customers.page().rows] != same:
                raise RuntimeError("The page and plain SQL show different rows; the measure means nothing.")
            return interleave(
                {
                    "call": many(my.customers.page),
                    "last": many(lambda: my.customers.page(Query(last=True))),
                    "search": many(lambda: my.customers.page(Query(search="marsh"))),
                    "plain": many(plain),
                    "rows": many(lambda: ask(rows, COMPANY)),
                },
                rounds,
            )
        finally:
            store.close()


def _first_pages(even: str, big: str, rounds: int) -> Times:
    stores = {name: workspace(url) for name, url in (("even", even), ("big", big))}
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
