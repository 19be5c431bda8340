"""Unfinished files and folders: those that a living process holds, told from those that a dead one left behind.

Who makes one holds a lock on it (flock), which the kernel gives back when the process ends, however it ends.
"""

import fcntl
import os
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import TypeVar

T = TypeVar("T")
_A_DAY = 86_400
_A_MOMENT = 0.5  # from making to locking, at most, on a busy machine
_WORK = "foyer-work-"


@contextmanager
def holding(make: Callable[[], T], path_of: Callable[[T], Path]) -> Iterator[T]:
    """What `make` makes, held to the end; removed then, if it still bears its name."""
    while True:
        made = make()
        try:
            lock = _locked(path_of(made))
        except FileNotFoundError:
            lock = None
        except OSError:  # a file system without locks: then age alone tells
            lock = os.open(os.devnull, os.O_RDONLY)
        if lock is not None:  # else somebody took it for left behind between making and locking
            break
    try:
        yield made
    finally:
        _remove(path_of(made))
        os.close(lock)


def workplace() -> AbstractContextManager[Path]:
    """A private folder among the temporary files, in which a file is made; held, and gone at the end."""
    return holding(lambda: Path(tempfile.mkdtemp(prefix=_WORK)), lambda folder: folder)


def clear_workplaces() -> int:
    """Remove the workplaces that processes of ours left behind when they were killed; how many."""
    there = Path(tempfile.gettempdir()).glob(f"{_WORK}*")
    return sum(cleared(folder) for folder in there if _is_ours(folder))


def _is_ours(path: Path) -> bool:
    try:
        return path.lstat().st_uid == os.getuid()
    except FileNotFoundError:
        return False


def cleared(path: Path) -> bool:
    """Remove an unfinished file or folder unless a living process holds it; whether it was removed.

    One that was made this very moment is given the time to be locked by its maker.
    """
    try:
        lock = _locked(path)
        if lock is not None and _just_made(lock):
            os.close(lock)
            time.sleep(_A_MOMENT)
            lock = _locked(path)
    except FileNotFoundError:
        return False
    except OSError:
        return cleared_of_age(path)
    if lock is None:
        return False
    try:
        _remove(path)
    finally:
        os.close(lock)
    return True


def cleared_of_age(path: Path) -> bool:
    """Remove what nobody could hold once it is a day old; whether it was removed."""
    try:
        old = path.lstat().st_mtime < time.time() - _A_DAY
    except FileNotFoundError:
        return False
    if old:
        _remove(path)
    return old


def _locked(path: Path) -> int | None:
    """A descriptor that holds the lock; None when another process does, or the path is another file by now."""
    held = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    try:
        fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        if os.path.samestat(os.fstat(held), os.lstat(path)):
            return held
    except (BlockingIOError, FileNotFoundError):
        pass
    except OSError:
        os.close(held)
        raise
    os.close(held)
    return None


def _just_made(held: int) -> bool:
    return time.time() - os.fstat(held).st_mtime < _A_MOMENT


def _remove(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path, ignore_errors=True)
    else:
        path.unlink(missing_ok=True)
