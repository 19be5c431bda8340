"""Which files of tests go first, and which took longest: with the long ones last, one worker would wait."""

from collections import Counter
from collections.abc import Iterable
from typing import Any

import pytest

SHOWN = 20
_LONG = ("slow", "browser")  # marks; such a test counts as many as SLOW others
SLOW = 20


def order(items: list[pytest.Item]) -> None:
    """Put the files with the most and the slowest tests in front; what is in a file stays in its order."""
    weights = Counter[str]()
    for item in items:
        slow = any(item.get_closest_marker(mark) for mark in _LONG)
        weights[file_of(item.nodeid)] += SLOW if slow else 1
    items.sort(key=lambda item: (-weights[file_of(item.nodeid)], file_of(item.nodeid)))


def by_file(reports: Iterable[Any]) -> list[tuple[str, float, int]]:
    """Each file with the seconds of its tests (setting up and taking down too) and their number, longest first."""
    seconds, tests = Counter[str](), Counter[str]()
    for report in reports:
        if isinstance(report, pytest.TestReport):
            file = file_of(report.nodeid)
            seconds[file] += report.duration  # type: ignore[assignment]
            tests[file] += report.when == "call"
    return [(file, took, tests[file]) for file, took in seconds.most_common()]


def summary(terminalreporter: Any) -> None:
    """Say after a run which files took longest."""
    reports = [report for kind in terminalreporter.stats.values() for report in kind]
    found = [line for line in by_file(reports) if line[1] >= 1][:SHOWN]
    if len(found) > 1:
        terminalreporter.section("slowest files")
        for file, took, tests in found:
            terminalreporter.write_line(f"{took:7.1f}s  {tests:4d} tests  {file}")


def file_of(nodeid: str) -> str:
    """The file of a test."""
    return nodeid.partition("::")[0]
