"""A browser for the tests: installed where it is missing, and a clear failure where it cannot be had."""

from pathlib import Path

import pytest

from tests.support import browser as chromium


@pytest.mark.slow
def test_a_missing_browser_is_installed_by_the_system(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    program(tmp_path / "apt-get")

    def install(*command: str) -> None:
        if command[:2] == ("apt-get", "install"):
            program(tmp_path / "chromium")

    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(chromium, "MAC", tmp_path / "none")
    monkeypatch.setattr("os.geteuid", lambda: 0)
    monkeypatch.setattr(chromium, "_run", install)
    assert chromium.ensure() == str(tmp_path / "chromium")


@pytest.mark.slow
def test_a_browser_that_cannot_be_had_is_a_failure_with_a_sentence(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    tried: list[str] = []
    monkeypatch.setattr("os.geteuid", lambda: 1000)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setenv("PLAYWRIGHT_BROWSERS_PATH", str(tmp_path))
    monkeypatch.setattr(chromium, "MAC", tmp_path / "none")
    monkeypatch.setattr(chromium, "_run", lambda *command: tried.append(" ".join(command[1:])))
    with pytest.raises(SystemExit, match="need Chromium or Chrome, and none could be found or installed"):
        chromium.ensure()
    assert tried == ["-m playwright install chromium"]


def program(path: Path) -> None:
    """A program that does nothing, successfully."""
    path.write_text("#!/bin/sh\nexit 0\n")
    path.chmod(0o755)


def test_the_browser_without_windows_comes_first(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in ("chromium", chromium.SHELL):
        program(tmp_path / name)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert chromium.find() == str(tmp_path / chromium.SHELL)
