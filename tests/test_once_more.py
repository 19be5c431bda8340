"""What failed in a browser gets one more run, and nothing else does."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.once_more import MOST

ROOT = Path(__file__).parents[1]
_LATE = """
@pytest.mark.{mark}
def test_{name}():
    seen = pathlib.Path("{name}.seen")
    there = seen.exists()
    seen.touch()
    assert there and {passes}
"""


def ran(folder: Path, *tests: tuple[str, bool]) -> tuple[int, str]:
    """The answer after a run of tests that fail at first: each with its mark, and whether it passes then."""
    lines = [
        _LATE.format(mark=mark, name=f"{mark}{at}", passes=passes) for at, (mark, passes) in enumerate(tests)
    ]
    (folder / "test_late.py").write_text("import pathlib\n\nimport pytest\n" + "".join(lines))
    (folder / "pytest.ini").write_text("[pytest]\nmarkers =\n  browser: x\n  slow: x\n")
    there = {"cwd": folder, "env": {**os.environ, "PYTHONPATH": str(ROOT)}, "capture_output": True}
    assert subprocess.run([sys.executable, "-m", "pytest", "-q"], **there).returncode == 1  # type: ignore[call-overload]
    again = subprocess.run([sys.executable, "-m", "tests.support.once_more"], **there)  # type: ignore[call-overload]
    return again.returncode, again.stdout.decode()


@pytest.mark.slow
def test_a_browser_that_was_late_is_named_and_passes(tmp_path: Path) -> None:
    code, said = ran(tmp_path, ("browser", True))
    assert code == 0
    assert "Passed the second time" in said
    assert "test_late.py::test_browser0" in said


@pytest.mark.slow
@pytest.mark.parametrize(
    "tests",
    [
        [("browser", False)],
        [("slow", True)],
        [("browser", True), ("slow", True)],
        [("browser", True)] * (MOST + 1),
    ],
    ids=["again", "no browser", "not all in a browser", "too many"],
)
def test_any_other_failure_stands(tmp_path: Path, tests: list[tuple[str, bool]]) -> None:
    assert ran(tmp_path, *tests)[0] == 1


def test_without_a_run_before_there_is_nothing_to_repeat(tmp_path: Path) -> None:
    there = {**os.environ, "PYTHONPATH": str(ROOT)}
    assert subprocess.run(
        [sys.executable, "-m", "tests.support.once_more"], cwd=tmp_path, env=there
    ).returncode
