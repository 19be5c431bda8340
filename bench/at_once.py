"""Ten thousand rows changed at once and put back, against plain sqlite3 that writes the same rows and log."""

import json
import sqlite3
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from bench import databases
from bench.databases import COMPANY
from bench.reading import workspace
from bench.rounds import Times, interleave
from bench.section import Line, Section
from crm_data import Given, Query, Way

ROWS = 10_000
ONE_SECOND = "one second"
LOG = (
    "INSERT INTO change_log (company_id, act_id, user_id, action, table_name, row_id, before, after)"
    " VALUES (?, 'plain', ?, 'change', 'leads', ?, ?, ?)"
)


def section(big: Path, folder: Path, rounds: int) -> Section:
    """On a copy of its own, of the company with half of all rows."""
    times, rows = _measured(big, folder / "at-once.db", rounds)
    share = ROWS / rows
    return Section(
        "Many at once",
        f"{rows:,} leads are given one owner, archived, and put back by the undo. One second is what ten thousand"
        " may take, and fewer rows their share of it; the barest way is one UPDATE and a row in the log for each,"
        " by executemany. Seconds are those of this process's processor.",
        [
            Line("an owner for all of them", ONE_SECOND, times.median("give") * share, 1.0),
            Line("the undo of it", ONE_SECOND, times.median("undo") * share, 1.0),
            Line("all of them archived", ONE_SECOND, times.median("archive") * share, 1.0),
            Line("an owner for all of them", "the barest way", times.ratio("give", "plain")),
            Line("the undo of it", "the barest way", times.ratio("undo", "plain")),
        ],
    )


def _measured(big: Path, live: Path, rounds: int) -> tuple[Times, int]:
    databases.copy(big, live)
    url = databases.address(live)
    manager = databases.manager(url)
    store, my = workspace(url, manager.email)
    ids = my.leads.ids(Query(), 1_000_000)[:ROWS]

    def timed(work: Callable[[], object]) -> float:
        begun = time.process_time()
        work()
        return time.process_time() - begun

    def undo() -> None:
        my.changes.undo(my.changes.page()[0][0].id)

    def give() -> float:
        took = timed(lambda: my.leads.change_many(ids, Given(Way.SET, "assigned_to", manager.id)))
        undo()
        return took

    def undone() -> float:
        my.leads.change_many(ids, Given(Way.SET, "assigned_to", manager.id))
        return timed(undo)

    def archive() -> float:
        took = timed(lambda: my.leads.change_many(ids, Given(Way.ARCHIVE)))
        undo()
        return took

    try:
        works = {
            "give": give,
            "undo": undone,
            "archive": archive,
            "plain": lambda: _plain(live, ids, manager.id),
        }
        return interleave(works, rounds), len(ids)
    finally:
        store.close()
        databases.remove(live)


def _plain(live: Path, ids: list[int], owner: int) -> float:
    """The same on an open connection, taken back again."""
    with closing(sqlite3.connect(live, isolation_level=None)) as connection:
        connection.execute("PRAGMA foreign_keys=ON")
        connection.create_function("app_company_id", 0, lambda: COMPANY)
        begun = time.process_time()
        connection.execute("BEGIN IMMEDIATE")
        held = connection.execute(
            "SELECT id, assigned_to FROM leads WHERE company_id = ? AND id <= ?", (COMPANY, max(ids))
        ).fetchall()
        connection.execute(
            "UPDATE leads SET assigned_to = ?, version = version + 1 WHERE company_id = ? AND id <= ?",
            (owner, COMPANY, max(ids)),
        )
        after = json.dumps({"assigned_to": owner})
        lines = [(COMPANY, owner, id_, json.dumps({"assigned_to": was}), after) for id_, was in held]
        connection.executemany(LOG, lines)
        took = time.process_time() - begun
        connection.execute("ROLLBACK")
        return took
