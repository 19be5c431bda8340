"""Folders in which files are made: private, gone at the end, and cleared after whoever was killed there."""

import os
import signal
import stat
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from crm_data.transfer import held
from crm_data.transfer.held import clear_workplaces, workplace

_KILLED = """
import os, signal
from pathlib import Path
from crm_data.transfer.held import workplace
with workplace() as folder:
    Path(folder, "rows.xlsx").write_text("kittiwake")
    os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.fixture
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr(tempfile, "tempdir", None)
    return tmp_path


def test_it_is_private_and_gone_whatever_happens(temporary: Path) -> None:
    def breaks() -> None:
        with workplace() as folder:
            assert folder.parent == temporary
            assert stat.S_IMODE(folder.stat().st_mode) == 0o700
            (folder / "rows.xlsx").write_text("kittiwake")
            raise KeyError

    with pytest.raises(KeyError):
        breaks()
    assert list(temporary.iterdir()) == []


@pytest.mark.slow
def test_what_a_killed_process_left_is_cleared_and_nothing_else(temporary: Path) -> None:
    ended = subprocess.run([sys.executable, "-c", _KILLED], check=False)
    assert ended.returncode == -signal.SIGKILL
    (left,) = temporary.iterdir()
    assert (left / "rows.xlsx").read_text() == "kittiwake"
    (temporary / "foyer-notes").mkdir()
    with workplace() as alive:
        assert clear_workplaces() == 1
        assert set(temporary.iterdir()) == {alive, temporary / "foyer-notes"}
        assert clear_workplaces() == 0


def test_another_persons_folder_is_left_alone(temporary: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    theirs = temporary / f"{held._WORK}theirs"
    theirs.mkdir()
    monkeypatch.setattr(os, "getuid", lambda: theirs.stat().st_uid + 1)
    assert clear_workplaces() == 0
    assert theirs.is_dir()
