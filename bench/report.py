"""RESULTS.md: every ratio, its target where there is one, and what machine it was."""

import os
import platform
import sqlite3
from collections.abc import Sequence
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

from bench.section import Line, Section

PACKAGES = ("streamlit", "pandas", "SQLAlchemy", "uvicorn")
HEAD = """# Measured

Written by `make bench`. Every number is a ratio of two medians from one interleaved run (each round runs
everybody once, in shuffled order); in brackets the middle half of the rounds. Below 1 is faster than what it is
held against. Ratios of different runs differ by up to 1.5 on a busy machine.
"""


def write(path: Path, sections: Sequence[Section]) -> str:
    """Write the file; returns what was written."""
    text = "\n".join([HEAD, _machine(), *(table(section) for section in sections)])
    path.write_text(text, encoding="utf-8")
    return text


def _machine() -> str:
    """Cores and versions; nothing that names the machine."""
    parts = [f"{os.cpu_count()} cores", platform.system(), f"Python {platform.python_version()}"]
    parts += [f"SQLite {sqlite3.sqlite_version}", *(f"{name} {version(name)}" for name in PACKAGES)]
    return f"{datetime.now(UTC):%Y-%m-%d}, {', '.join(parts)}.\n"


def table(section: Section) -> str:
    """A section as Markdown."""
    if not section.lines:
        return f"## {section.title}\n\n{section.note}\n"
    rows = [
        f"## {section.title}",
        "",
        section.note,
        "",
        "| what | against | ratio | target |",
        "| --- | --- | --- | --- |",
    ]
    rows += [
        f"| {line.what} | {line.against} | {_number(line)} | {_target(line)} |" for line in section.lines
    ]
    return "\n".join(rows) + "\n"


def _number(line: Line) -> str:
    return f"{line.ratio:.2g}" if isinstance(line.ratio, float) else str(line.ratio)


def _target(line: Line) -> str:
    if line.most is None:
        return ""
    return f"at most {line.most:g}{'' if line.middle <= line.most else ', missed'}"
