"""Changes since a day, the board as of one, forecast accuracy: 10,000 open deals, a million lines of history."""

import json
import sqlite3
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from bench import databases
from bench.databases import COMPANY
from bench.plain import asking
from bench.reading import at_work
from bench.rounds import interleave
from bench.section import Line, Section
from crm_data import Period, Query, Workspace
from crm_data.nouns.since import Bucket
from crm_data.store.store import Store

DEALS, LINES = 10_000, 1_000_000
MOST = 0.15  # seconds
AGO = (30, 180)  # days
STAGES = ("prospect", "qualified", "proposal", "negotiation")
DEAL = (
    "INSERT INTO deals (id, company_id, customer_id, deal_name, deal_value, currency, stage, probability,"
    " expected_close_date, status, assigned_to, created_at, stage_since)"
    " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, 'open', ?, ?, ?)"
)
SAID = (
    "INSERT INTO change_log (company_id, act_id, at, user_id, action, table_name, row_id, before, after)"
    " VALUES (?, ?, ?, ?, 'change', 'deals', ?, ?, ?)"
)
MOVE = (
    "INSERT INTO deal_stage_history (company_id, deal_id, from_stage, to_stage, moved_by, moved_at, deal_value)"
    " VALUES (?, ?, ?, ?, ?, ?, 1000)"
)


def section(even: Path, folder: Path, rounds: int) -> Section:
    """On a copy of its own, whose first company gets the deals and their history."""
    live = databases.copy(even, folder / "history.db")
    try:
        fill(live, LINES)
        return measured(live, rounds)
    finally:
        databases.remove(live)


def measured(live: Path, rounds: int) -> Section:
    """The calls on a database that has them."""
    url = databases.address(live)
    with closing(Store(url)) as store:
        works = _works(at_work(store, databases.manager(url).email))
        times = interleave(works, rounds)
    return Section(
        "Changes and forecast accuracy",
        f"{DEALS:,} open deals of one company with {LINES:,} lines of the log, spread over a year; "
        "warm. Seconds are those of this process's processor.",
        [Line(name, "150 ms", times.median(name) / MOST, 1.0) for name in works],
    )


def _works(my: Workspace) -> dict[str, Callable[[], float]]:
    works: dict[str, Callable[[], float]] = {}
    query, today = my.deals.default_query(), datetime.now(UTC).date()
    every = my.numbers.period("all", query.zone)

    def add(name: str, call: Callable[[], object]) -> None:
        def seconds() -> float:
            begun = time.process_time()
            call()
            return time.process_time() - begun

        works[name] = seconds

    def since(days: int, day: date) -> None:
        behind = Query(preset=f"since:{Bucket.RAISED}:{day.isoformat()}:..")
        add(f"the board as of {days} days ago", lambda: my.numbers.board_then(query, day))
        add(f"changes since {days} days ago", lambda: my.numbers.bridge(query, day, every))
        add(f"each deal then and now, {days} days", lambda: my.numbers.then_and_now(query, day, every))
        add(f"the list behind Raised, {days} days", lambda: my.deals.page(behind))

    for days in AGO:
        since(days, today - timedelta(days=days))
    last = today.replace(day=1) - timedelta(days=1)
    month = Period(last.replace(day=1), last)
    add("forecast accuracy of a month, three lines", lambda: my.numbers.accuracy(query, month))
    return works


def fill(live: Path, lines: int) -> None:
    """The deals, and lines about one field of one of them each, with the moves that they tell of."""
    with asking(databases.address(live), COMPANY) as ask:
        first = (
            1 + int(ask("SELECT max(id) FROM deals WHERE company_id = ?", COMPANY)[0][0] or 0) + 10_000_000
        )
        (customer,) = ask("SELECT min(id) FROM customers WHERE company_id = ?", COMPANY)[0]
        (currency,) = ask("SELECT min(currency) FROM deals WHERE company_id = ?", COMPANY)[0]
        (member,) = ask("SELECT min(user_id) FROM user_companies WHERE company_id = ?", COMPANY)[0]
    now = datetime.now(UTC).replace(tzinfo=None, microsecond=0)
    long_ago, said = str(now - timedelta(days=500)), now - timedelta(days=365)

    def deals() -> Iterator[Sequence[Any]]:
        for n in range(DEALS):
            due, stage = str((now + timedelta(days=n % 180)).date()), STAGES[n % 4]
            worth = (f"Deal {n}", 1000 + n % 9000, currency, stage, n % 100, due)
            yield (first + n, COMPANY, customer, *worth, member, long_ago, long_ago)

    def told(moves: bool) -> Iterator[Sequence[Any]]:
        for n in range(lines):
            at, deal, turn = (
                str(said + n * timedelta(days=365) / lines)[:19],
                first + n % DEALS,
                n // DEALS % 5,
            )
            if moves and turn == 2:
                yield COMPANY, deal, STAGES[n % 4], STAGES[(n + 1) % 4], member, at
            elif not moves:
                was, now_ = _field(turn, n), _field(turn, n + 7)
                yield COMPANY, f"a{n // 100}", at, member, deal, json.dumps(was), json.dumps(now_)

    with closing(sqlite3.connect(live)) as connection, connection:
        connection.create_function("app_company_id", 0, lambda: COMPANY)
        for sentence, rows in ((DEAL, deals()), (SAID, told(False)), (MOVE, told(True))):
            connection.executemany(sentence, rows)
        connection.execute("ANALYZE")


def _field(turn: int, n: int) -> dict[str, Any]:
    return (
        {"deal_value": f"{1000 + n % 9000}.00"},
        {"expected_close_date": str(date(2026, 1, 1) + timedelta(days=n % 700))},
        {"stage": STAGES[n % 4], "probability": n % 100},
        {"deal_name": f"Deal {n}"},
        {"notes": f"Note {n}"},
    )[turn]
