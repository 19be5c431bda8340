"""Processes forked from one that has imported the product already: there in milliseconds, free to be killed."""

import multiprocessing
import os
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from multiprocessing.process import BaseProcess
from pathlib import Path
from types import ModuleType
from typing import Any, TypeVar

T = TypeVar("T")
_PRELOADED = [
    "alembic.command",
    "crm_data.installation",
    "crm_data.workspace",
    "sqlalchemy.dialects.sqlite.pysqlite",
    "sqlalchemy.dialects.postgresql.psycopg",
    "psycopg",
    "tests.lost.acts",
    "tests.support.empty",
    # of a server: what it imports before it answers
    "dashboard.server",
    "altair",
    "babel.numbers",
    "bcrypt",
    "pandas",
    "pyarrow",
    "streamlit.components.v2.manifest_scanner",
    "streamlit.delta_generator",
    "streamlit.web.server.starlette",
]
_forking = multiprocessing.get_context("forkserver")
_forking.set_forkserver_preload(_PRELOADED)


@contextmanager
def child(act: Callable[..., object], *given: object) -> Iterator[BaseProcess]:
    """A process that calls `act`; it is killed with -9 at the end, if it still runs."""
    process = _forking.Process(target=act, args=given, daemon=True)
    with _no_main():
        process.start()
    try:
        yield process
    finally:
        process.kill()
        process.join()


def in_child(act: Callable[..., T], *given: object) -> T:
    """What `act` returns or raises in a process of its own."""
    return in_children((act, *given))[0]


def in_children(*acts: tuple[Any, ...]) -> list[Any]:
    """What each act, a function and what it is given, returns or raises in a process of its own, all at once."""
    with ProcessPoolExecutor(len(acts), mp_context=_forking) as pool:
        with _no_main():
            futures = [pool.submit(*act) for act in acts]
        return [future.result() for future in futures]


def end_of(script: str, *words: str, **variables: str) -> int:
    """The exit code of a process that runs a Python script with these words behind its name; below zero a signal.

    `variables` are of its environment, beside those of ours.
    """
    with child(_script, script, words, variables) as process:
        process.join()
        assert process.exitcode is not None
        return process.exitcode


def _script(script: str, words: tuple[str, ...], variables: dict[str, str]) -> None:
    os.environ.update(variables)
    tempfile.tempdir = None  # it is worked out once
    sys.argv = ["-c", *words]
    exec(compile(script, "a script", "exec"), {"__name__": "__main__"})


@contextmanager
def _no_main() -> Iterator[None]:
    """A child runs the file of `__main__` first; a test of a page leaves one there that is long gone."""
    main = sys.modules["__main__"]
    sys.modules["__main__"] = ModuleType("__main__")
    try:
        yield
    finally:
        sys.modules["__main__"] = main


def wait_for_lines(process: BaseProcess, file: Path, count: int, seconds: float = 60) -> None:
    """Wait until a process has written so many lines to a file. A process that ends before is an error."""
    end = time.monotonic() + seconds
    while file.read_bytes().count(b"\n") < count:
        assert process.is_alive(), f"the process ended by itself with {process.exitcode}"
        assert time.monotonic() < end, f"no line {count} after {seconds} seconds"
        time.sleep(0.001)


def lines(file: Path) -> list[str]:
    """The whole lines of a file; one that a kill cut short does not count."""
    return [line.decode() for line in file.read_bytes().split(b"\n")[:-1]]
