"""What is unfinished is told from what was left behind, also in the moment between making and locking."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from crm_data.transfer import held
from crm_data.transfer.held import cleared, holding


def _file(path: Path) -> Path:
    path.touch()
    return path


def _folder(path: Path) -> Path:
    path.mkdir()
    return path


@pytest.fixture(params=[_file, _folder], ids=["file", "folder"])
def made(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """An unfinished one, made this very moment."""
    return Path(request.param(tmp_path / "unfinished"))


@pytest.mark.parametrize("make", [_file, _folder])
def test_what_is_gone_before_it_is_locked_is_made_again(tmp_path: Path, make: Callable[[Path], Path]) -> None:
    made: list[Path] = []

    def once_in_vain() -> Path:
        made.append(make(tmp_path / str(len(made))))
        if len(made) == 1:
            os.utime(made[0], (0, 0))
            assert cleared(made[0])
        return made[-1]

    with holding(once_in_vain, lambda path: path) as path:
        assert path == made[1]
        assert path.exists()
        assert not cleared(path), "it is held, so nobody takes it away"
    assert not path.exists()


def test_who_has_just_made_one_is_given_time_to_lock_it(made: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def its_maker() -> Iterator[None]:
        with holding(lambda: made, lambda path: path):
            yield

    maker = its_maker()
    monkeypatch.setattr(held.time, "sleep", lambda _: next(maker))
    assert not cleared(made)
    assert made.exists()
    maker.close()
    assert not made.exists()


def test_what_nobody_locks_goes(made: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    waited: list[float] = []
    monkeypatch.setattr(held.time, "sleep", waited.append)
    assert cleared(made)
    assert not made.exists()
    assert len(waited) == 1


def test_what_is_older_goes_at_once(made: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(held.time, "sleep", lambda _: pytest.fail("nobody is waited for"))
    os.utime(made, (0, 0))
    assert cleared(made)
    assert not made.exists()
