"""Numbers of all currencies in one against the same in one currency: what the look-ups of rates cost."""

import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from bench import databases
from bench.databases import COMPANY
from bench.reading import at_work, many
from bench.rounds import interleave
from bench.section import Line, Section
from crm_data import Query, Workspace
from crm_data.store.store import Store

CALLS = 5
MONTHS = 24  # of rates that are kept, one a month
ALIKE = "UPDATE deals SET currency = (SELECT currency FROM companies WHERE id = ?) WHERE company_id = ?"
# Two of three deals are in another currency, so that a rate is looked up for them.
ELSEWHERE = (
    "UPDATE deals SET currency = CASE id % 3 WHEN 1 THEN 'CHF' ELSE 'XTS' END"
    " WHERE company_id = ? AND id % 3 > 0"
)
WORDS = ("the overview", "the board", "the tiles of a year", "the forecast")


def section(even: Path, folder: Path, rounds: int) -> Section:
    """On two copies of its own: the deals of one company in its currency, and in two more beside it with rates."""
    alike, mixed = (databases.copy(even, folder / f"rates_{name}.db") for name in ("alike", "mixed"))
    try:
        for live, statements in ((alike, 1), (mixed, 2)):
            with closing(sqlite3.connect(live)) as connection, connection:
                connection.create_function("app_company_id", 0, lambda: COMPANY)
                for sentence, values in ((ALIKE, (COMPANY, COMPANY)), (ELSEWHERE, (COMPANY,)))[:statements]:
                    connection.execute(sentence, values)
                connection.execute("ANALYZE")
        return _measured(alike, mixed, rounds)
    finally:
        databases.remove(alike)
        databases.remove(mixed)


def _measured(alike: Path, mixed: Path, rounds: int) -> Section:
    with (
        closing(Store(databases.address(alike))) as plain,
        closing(Store(databases.address(mixed))) as told,
    ):
        mine, theirs, one = at_work(plain), at_work(told), Query(preset="converted")
        _keep_rates(theirs)
        if theirs.numbers.standing(one)[0].count != mine.numbers.standing()[0].count:
            raise RuntimeError("Not all deals are told in one currency; the measure means nothing.")
        works = {f"{name}, plain": work for name, work in _works(mine, Query()).items()}
        works |= {f"{name}, told": work for name, work in _works(theirs, one).items()}
        times = interleave(works, rounds)
    return Section(
        "All currencies in one",
        f"Two of three deals of a company are in two other currencies with {MONTHS} rates each, told in its "
        "own: each looks up the rate of its day. Beside it the same deals, all in its own currency.",
        [Line(name, "in one currency", times.ratio(f"{name}, told", f"{name}, plain")) for name in WORDS],
    )


def _keep_rates(my: Workspace) -> None:
    today = datetime.now(UTC).date()
    for currency in ("CHF", "XTS"):
        for n in range(MONTHS):
            day: date = (today - timedelta(days=31 * n)).replace(day=1)
            my.exchange_rates.set(currency, day, f"1.{100 + n}")


def _works(my: Workspace, query: Query) -> dict[str, Callable[[], float]]:
    year = my.numbers.period("365_days")
    calls: tuple[Callable[[], object], ...] = (
        lambda: my.numbers.overview(converted=bool(query.preset)),
        lambda: my.numbers.board(query),
        lambda: my.numbers.tiles(query, year),
        lambda: my.numbers.forecast(query, year),
    )
    return {name: many(call, CALLS) for name, call in zip(WORDS, calls, strict=True)}
