"""What failed in a browser or among the slow tests gets one more run, and nothing else does."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.once_more import MOST

ROOT = Path(__file__).parents[1]
_ALONE = {"PYTHONPATH": str(ROOT), "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
_LATE = """
{mark}
def test_{name}():
    seen = pathlib.Path("{name}.seen")
    there = seen.exists()
    seen.touch()
    assert there and {passes}
"""


def ran(folder: Path, *tests: tuple[str, bool]) -> tuple[int, str]:
    """The answer after a run of tests that fail at first: each with its kind, and whether it passes then."""
    lines = [
        _LATE.format(
            mark=f"@pytest.mark.{kind}" if kind in ("browser", "slow") else "",
            name=f"{kind}{at}",
            passes=passes,
        )
        for at, (kind, passes) in enumerate(tests)
    ]
    (folder / "test_late.py").write_text("import pathlib\n\nimport pytest\n" + "".join(lines))
    (folder / "pytest.ini").write_text("[pytest]\nmarkers =\n  browser: x\n  slow: x\n")
    there = {"cwd": folder, "env": os.environ | _ALONE, "capture_output": True}
    assert subprocess.run([sys.executable, "-m", "pytest", "-q"], **there).returncode == 1  # type: ignore[call-overload]
    again = subprocess.run([sys.executable, "-m", "tests.support.once_more"], **there)  # type: ignore[call-overload]
    return again.returncode, again.stdout.decode()


@pytest.mark.slow
def test_what_was_late_is_named_and_passes(tmp_path: Path) -> None:
    code, said = ran(tmp_path, ("browser", True), ("slow", True))
    assert code == 0
    assert "Passed the second time" in said
    for name in ("test_browser0", "test_slow1"):
        assert said.count(f"test_late.py::{name}") >= 2


@pytest.mark.slow
@pytest.mark.parametrize(
    "tests",
    [
        [("slow", True), ("browser", False)],
        [("browser", True), ("quick", True)],
        [("browser", True)] * (MOST + 1),
    ],
    ids=["one of them again", "one of them quick", "too many"],
)
def test_any_other_failure_stands(tmp_path: Path, tests: list[tuple[str, bool]]) -> None:
    assert ran(tmp_path, *tests)[0] == 1


def test_without_a_run_before_there_is_nothing_to_repeat(tmp_path: Path) -> None:
    assert subprocess.run(
        [sys.executable, "-m", "tests.support.once_more"], cwd=tmp_path, env=os.environ | _ALONE
    ).returncode
