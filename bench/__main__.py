"""python -m bench [PART ...] [--rounds N] [--year SHARE] [--scale N]: measure, and write RESULTS.md.

Each part is printed as it ends. A whole run takes some twenty minutes on a machine that does nothing else; with
`--year 0.05 --rounds 3` it shows within a few that every part still measures what it should.
"""

import argparse
import os
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path

from bench import (
    at_once,
    costs,
    crowd,
    databases,
    files,
    history,
    moving,
    pages,
    questions,
    rates,
    reading,
    report,
    screens,
    searching,
    sheets,
    visit,
    walls,
)
from bench.databases import address
from bench.ground import MISSING, filled, ground, has_postgres
from bench.pages import Size
from bench.section import Section
from crm_data.settings import ROOT
from dashboard.warm_up import settle

PARTS = (
    "costs",
    "reading",
    "screens",
    "pages",
    "sheets",
    "crowd",
    "visit",
    "walls",
    "moving",
    "files",
    "many",
    "history",
    "rates",
)
ONE = "one of 100 companies"
HALF = "a company with half of all rows"


def main() -> int:
    """Everything, or the parts that are named; a part alone is printed and not written."""
    asked = argparse.ArgumentParser(prog="python -m bench", description=str(__doc__).partition("\n")[0])
    asked.add_argument(
        "parts", nargs="*", metavar="PART", help=f"{', '.join(PARTS)}; all of them when none is named"
    )
    asked.add_argument("--rounds", type=int, default=15, help="rounds of each measure (15)")
    asked.add_argument(
        "--year", type=float, default=1.0, help="the size of the databases, as a share of a year's (1)"
    )
    asked.add_argument(
        "--scale",
        type=float,
        help="measure the pages in a database so many times as large too; 10 takes many minutes the first time",
    )
    said = asked.parse_args()
    if unknown := [part for part in said.parts if part not in PARTS]:
        asked.error(f"there is no part {unknown[0]}; choose from {', '.join(PARTS)}")
    os.chdir(ROOT)
    parts = said.parts or PARTS
    sizes = [
        Size(ONE, databases.year(said.year, False, _say)),
        Size(HALF, databases.year(said.year, True, _say), ONE),
    ]
    if n := said.scale:
        sizes += [
            Size(f"one of {100 * n:g}, all {n:g} times as much", databases.year(n, False, _say), ONE, False),
            Size(f"half of all, {n:g} times as much", databases.year(n, True, _say), HALF, False),
        ]
    settle()  # as the server does before it serves
    sections: list[Section] = []
    with tempfile.TemporaryDirectory(prefix="foyer-bench-run-") as folder:
        for section in _measure(parts, sizes, Path(folder), said.rounds):
            sections.append(section)
            print(report.table(section), flush=True)  # whoever stops the run has what was measured until then
    if not said.parts and said.year == 1:  # what is written is of a whole year
        report.write(ROOT / "bench" / "RESULTS.md", sections)
    return 0


def _measure(parts: Sequence[str], sizes: Sequence[Size], folder: Path, rounds: int) -> Iterator[Section]:
    """The sections of the named parts, each once it is measured."""
    even, big = sizes[0].path, sizes[1].path
    fewer = max(3, rounds // 3)
    if "costs" in parts:
        _say("what a rerun costs")
        yield costs.section(even, folder, rounds)
    if "reading" in parts:
        _say("the data calls")
        for part in (reading, questions, searching):
            yield part.section(address(even), address(big), rounds)
    if "screens" in parts:
        _say("reruns and new sessions")
        yield from screens.sections(even, big, folder, rounds)
    if "pages" in parts:
        _say("every page")
        yield from pages.sections(sizes, folder, max(3, rounds // 2))
    if "sheets" in parts:
        _say("the grid's questions")
        yield sheets.section(even, folder, fewer)
    if "crowd" in parts:
        _say("a crowd")
        yield crowd.section(even, folder)
    if "visit" in parts:
        _say("a first visit")
        yield visit.section(even, folder, fewer)
    if "reading" in parts or "walls" in parts:
        yield from _on_both(parts, rounds)
    if "moving" in parts:
        _say("filling and backups")
        yield moving.section(even, folder, fewer)
    if "files" in parts:
        _say("import and export")
        yield files.section(even, folder, fewer)
    if "many" in parts:
        _say("many at once")
        yield at_once.section(big, folder, fewer)
    if "history" in parts:
        _say("changes and forecast accuracy")
        yield history.section(even, folder, fewer)
    if "rates" in parts:
        _say("all currencies in one")
        yield rates.section(even, folder, fewer)


def _on_both(parts: Sequence[str], rounds: int) -> list[Section]:
    """The data calls on PostgreSQL too, and the walls on both; one sentence where there is no PostgreSQL."""
    sections: list[Section] = []
    with ground():
        there = has_postgres(_say)
        if "reading" in parts:
            sections += _on_postgres(rounds) if there else [Section("The data calls, PostgreSQL", MISSING)]
        if "walls" in parts:
            _say("the walls")
            sections.append(walls.section("sqlite", rounds))
            missing = Section("What the walls cost, PostgreSQL", MISSING)
            sections.append(walls.section("postgresql", rounds) if there else missing)
    return sections


def _on_postgres(rounds: int) -> list[Section]:
    with ExitStack() as stack:
        _say("filling a PostgreSQL, twice")
        urls = [stack.enter_context(filled("postgresql", 1, big)).url for big in (False, True)]
        _say("the data calls on PostgreSQL")
        return [part.section(*urls, rounds, "PostgreSQL") for part in (reading, questions, searching)]


def _say(what: str) -> None:
    print(f"... {what}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
