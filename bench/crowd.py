"""Many people at once, each with a tab, who go on after some seconds: how long one waits, and the memory."""

import os
import random
import statistics
import threading
import time
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path

from bench import databases
from bench.databases import PASSWORD
from bench.section import Line, Section
from bench.served import Served, product, quiet
from bench.ws import RunFailed, Tab

SIZES = (40, 200)
THINK = 4.0  # seconds on average between two clicks of one person
FOR = 40.0  # seconds
# What people look at, the lists oftener than the rest.
PAGES = (
    ("customers", ""),
    ("pipeline", "tab=deals"),
    ("tasks", ""),
    ("customers", ""),
    ("timeline", ""),
    ("", ""),
)


def section(path: Path, folder: Path, sizes: Sequence[int] = SIZES, seconds: float = FOR) -> Section:
    """Each size of a crowd on a server of its own, held against one person alone on it before they come."""
    made = Section(
        "A crowd",
        f"Each has a tab of their own on one of the pages, and asks for it again after {THINK:g} seconds on "
        "average. The one who measures runs on the same processors. ",
    )
    me = databases.manager(databases.address(path))
    for n in sizes:
        with product(path, folder, me.email, PASSWORD) as server, ExitStack() as stack:
            quiet([server])
            alone = _alone(server)
            before = memory(server)
            tabs = [stack.enter_context(Tab(server.url, *_of(server, at))) for at in range(n)]
            waited, wrong = _live(tabs, seconds)
            middle, late = statistics.median(waited), statistics.quantiles(waited, n=20)[-1]
            made.lines += [
                Line(f"{n} people, the middle of {len(waited):,} runs", "one person alone", middle / alone),
                Line(f"{n} people, the slowest twentieth (p95)", "one person alone", late / alone),
            ]
            made.note += f"{n} people: p95 {1000 * late:.0f} ms, errors {wrong}"
            made.note += f", memory {before:.0f} MB before they came and {memory(server):.0f} MB after. "
    return made


def _of(server: Served, at: int) -> tuple[str, str, str]:
    page, query = PAGES[at % len(PAGES)]
    return page, server.cookie, query


def _alone(server: Served) -> float:
    """The middle of some runs of each page by the first who comes."""
    took = []
    for at in range(len(PAGES)):
        with Tab(server.url, *_of(server, at)) as tab:
            tab.run()
            took += [tab.run() for _ in range(5)]
    return statistics.median(took)


def _live(tabs: Sequence[Tab], seconds: float) -> tuple[list[float], int]:
    """Seconds of every run but each tab's first, and how many failed."""
    until = time.monotonic() + seconds
    waited: list[float] = []
    wrong: list[str] = []

    def live(tab: Tab, chance: random.Random) -> None:
        try:
            time.sleep(chance.uniform(0, THINK))
            tab.run()
            while time.monotonic() < until:
                time.sleep(chance.uniform(0, 2 * THINK))
                waited.append(tab.run())
        except (RunFailed, TimeoutError, OSError) as failed:
            wrong.append(str(failed))

    threads = [threading.Thread(target=live, args=(tab, random.Random(at))) for at, tab in enumerate(tabs)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return waited, len(wrong)


def memory(server: Served) -> float:
    """Megabytes that a server holds; 0.0 where the system does not say."""
    try:
        pages = int(Path(f"/proc/{server.process.pid}/statm").read_text().split()[1])
    except OSError:
        return 0.0
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6
