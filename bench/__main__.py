"""python -m bench [PART ...] [--rounds N] [--scale N]: measure, and write RESULTS.md. A few minutes."""

import argparse
import os
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path

from bench import databases, files, moving, pages, questions, reading, report, screens
from bench.section import Section
from crm_data.settings import ROOT

PARTS = ("reading", "screens", "pages", "moving", "files")
HALF = "a company with half of all rows"


def main() -> int:
    """Everything, or the parts that are named; a part alone is printed and not written."""
    asked = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    asked.add_argument(
        "parts", nargs="*", metavar="PART", help=f"{', '.join(PARTS)}; all of them when none is named"
    )
    asked.add_argument("--rounds", type=int, default=15, help="rounds of each measure (15)")
    asked.add_argument(
        "--scale",
        type=float,
        help="measure the pages at so many times one year's size too; 10 takes many minutes the first time",
    )
    said = asked.parse_args()
    if unknown := [part for part in said.parts if part not in PARTS]:
        asked.error(f"there is no part {unknown[0]}; choose from {', '.join(PARTS)}")
    os.chdir(ROOT)
    parts = said.parts or PARTS
    even = databases.year(1, False, _say)
    big = databases.year(1, True, _say)
    sizes = {"even": even, HALF: big}
    if said.scale:
        sizes[f"{HALF}, {said.scale:g} times as many"] = databases.year(said.scale, True, _say)
    with tempfile.TemporaryDirectory(prefix="foyer-bench-run-") as folder:
        sections = _measure(parts, sizes, Path(folder), said.rounds)
    path = ROOT / "bench" / "RESULTS.md" if not said.parts else Path(os.devnull)
    print(report.write(path, sections))
    return 0


def _measure(
    parts: list[str] | tuple[str, ...], sizes: Mapping[str, Path], folder: Path, rounds: int
) -> list[Section]:
    even, big = sizes["even"], sizes[HALF]
    fewer = max(3, rounds // 3)
    sections: list[Section] = []
    if "reading" in parts:
        _say("the data call")
        sections.append(reading.section(even, big, rounds))
    if "screens" in parts:
        _say("reruns and new sessions")
        sections += screens.sections(even, big, folder, rounds)
    if "pages" in parts:
        _say("every page")
        sections += pages.sections(sizes, folder, max(3, rounds // 2))
        sections.append(questions.section(even, big, rounds))
    if "moving" in parts:
        _say("filling and backups")
        sections.append(moving.section(even, folder, fewer))
    if "files" in parts:
        _say("import and export")
        sections.append(files.section(even, folder, fewer))
    return sections


def _say(what: str) -> None:
    print(f"... {what}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
