"""Which files of tests go first, and which took longest: with the long ones last, one worker would wait."""

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

import pytest

SHOWN = 20
# What is known of a file that never ran here: so many seconds a test, in the middle, and of one marked as long.
USUAL, LONG = 0.1, 3.0
_LONG = ("slow", "browser")  # marks
# Seconds of the files that take longest, of two workers on two processors. Where nothing is known yet, a file with
# one test of a minute would else go last, and one worker wait for the other.
MEASURED = {
    "tests/browser/test_every_screen.py": 169,
    "tests/numbers/test_figures.py": 165,
    "tests/bench/test_parts.py": 116,
    "tests/browser/test_full_load.py": 88,
    "tests/browser/test_forms.py": 88,
    "tests/model/test_differential.py": 86,
    "tests/transfer/test_backup_under_load.py": 76,
    "tests/browser/test_openers.py": 63,
    "tests/browser/test_customers.py": 60,
    "tests/walls/test_mutants.py": 56,
    "tests/lost/test_points.py": 55,
    "tests/walls/test_matrix.py": 55,
    "tests/browser/test_day.py": 53,
    "tests/transfer/test_backup_postgresql.py": 52,
    "tests/dashboard/test_sign_in_browser.py": 51,
    "tests/migrations/test_up_and_down.py": 49,
    "tests/attack/test_forged_components.py": 49,
    "tests/test_add_an_entity.py": 45,
    "tests/browser/test_mention.py": 44,
    "tests/browser/test_board.py": 43,
}  # fmt: skip
# In pytest's cache: file -> its seconds and its number of tests, when it last ran whole.
KEPT = "foyer/seconds"

Known = Mapping[str, tuple[float, int]]


def known(config: pytest.Config) -> Known:
    """How long each file took; told by who began the run, so that all of its workers hold the same."""
    told = getattr(config, "workerinput", {}).get(KEPT)
    return told if told is not None else _cached(config)


def order(items: list[pytest.Item], took: Known) -> None:
    """Put the longest files in front; what is in a file stays in its order."""
    seconds = Counter[str]()
    for item in items:
        long = any(item.get_closest_marker(mark) for mark in _LONG)
        seconds[file_of(item.nodeid)] += LONG if long else USUAL  # type: ignore[assignment]
    for file in seconds.keys() & {*MEASURED, *took}:
        seconds[file] = took[file][0] if file in took else MEASURED[file]  # type: ignore[assignment]
    items.sort(key=lambda item: (-seconds[file_of(item.nodeid)], file_of(item.nodeid)))


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
    """Say after a run which files took longest, and keep it for the next run."""
    found = by_file(report for kind in terminalreporter.stats.values() for report in kind)
    _keep(terminalreporter.config, found)
    found = [line for line in found if line[1] >= 1][:SHOWN]
    if len(found) > 1:
        terminalreporter.section("slowest files")
        for file, took, tests in found:
            terminalreporter.write_line(f"{took:7.1f}s  {tests:4d} tests  {file}")


def file_of(nodeid: str) -> str:
    """The file of a test."""
    return nodeid.partition("::")[0]


def whole(before: Known, found: Iterable[tuple[str, float, int]]) -> dict[str, tuple[float, int]]:
    """What is known after a run: a run of a few tests of a file says nothing of the file."""
    kept = dict(before)
    for file, took, tests in found:
        if 2 * tests > kept.get(file, (0, 0))[1]:
            kept[file] = (round(took, 1), tests)
    return kept


def _keep(config: pytest.Config, found: Iterable[tuple[str, float, int]]) -> None:
    if (
        config.option.markexpr or config.option.keyword
    ):  # as in `make check`, which leaves a file's slow ones out
        return
    if config.pluginmanager.hasplugin("cacheprovider"):
        config.cache.set(KEPT, whole(_cached(config), found))  # type: ignore[union-attr]


def _cached(config: pytest.Config) -> Known:
    if not config.pluginmanager.hasplugin("cacheprovider"):
        return {}
    return config.cache.get(KEPT, None) or {}  # type: ignore[union-attr]
