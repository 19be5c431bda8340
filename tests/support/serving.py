"""A Foyer of a test's own: `python -m dashboard` on a free port, with its own database and backup folder."""

import os
import resource
import runpy
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing.process import BaseProcess
from pathlib import Path

import httpx

from tests.support import run
from tests.support.children import child
from tests.support.ports import free_port

ROOT = Path(__file__).resolve().parents[2]
WAIT = 120.0  # seconds; a start takes two on a quiet machine


@dataclass(frozen=True)
class Forked:
    """A server's process, asked and told as one of `subprocess` is."""

    process: BaseProcess

    @property
    def pid(self) -> int:
        assert self.process.pid
        return self.process.pid

    def poll(self) -> int | None:
        return self.process.exitcode

    def wait(self, timeout: float | None = None) -> int:
        self.process.join(timeout)
        if self.process.exitcode is None:
            raise subprocess.TimeoutExpired("dashboard", timeout or 0)
        return self.process.exitcode

    def send_signal(self, number: int) -> None:
        os.kill(self.pid, number)

    def terminate(self) -> None:
        self.process.terminate()

    def kill(self) -> None:
        self.process.kill()


@dataclass(frozen=True)
class Served:
    """A running server: where it answers, its process, and the file its output goes to."""

    url: str
    process: "subprocess.Popen[bytes] | Forked"
    log: Path

    def said(self) -> str:
        """Everything it has printed and logged so far."""
        return self.log.read_text(errors="replace")


@contextmanager
def serving(
    database_url: str,
    environment: Mapping[str, str] | None = None,
    descriptors: int = 0,
    by_command: bool = False,
) -> Iterator[Served]:
    """Start Foyer on `database_url`, wait until /healthz answers, and stop it at the end.

    `descriptors`: how many files and connections it may have open; 0 leaves it the machine's own limit.
    `by_command`: by Python's own command, with all it takes to import; otherwise forked from a process that has.
    """
    port = free_port()
    folder = run.folder() / "served" / str(port)
    folder.mkdir(parents=True, exist_ok=True)
    variables = {
        **os.environ,
        "DATABASE_URL": database_url,
        "CRM_HOST": "127.0.0.1",
        "CRM_PORT": str(port),
        "CRM_BACKUP_DIR": str(folder / "backups"),
        "TMPDIR": str(folder),
        **(environment or {}),
    }
    log = folder / "log"
    log.touch()
    with (_by_command if by_command else forked)(variables, log, descriptors) as process:
        served = Served(f"http://127.0.0.1:{port}", process, log)
        try:
            _wait_until_up(served)
            yield served
        finally:
            process.terminate()
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


@contextmanager
def _by_command(
    variables: Mapping[str, str], log: Path, descriptors: int
) -> "Iterator[subprocess.Popen[bytes]]":
    with open(log, "wb") as said:
        yield subprocess.Popen(
            [sys.executable, "-m", "dashboard"],
            cwd=ROOT, env=variables, stdin=subprocess.DEVNULL, stdout=said, stderr=said,
            preexec_fn=(lambda: _limit(descriptors)) if descriptors else None,
        )  # fmt: skip


@contextmanager
def forked(
    variables: Mapping[str, str], log: Path, descriptors: int = 0, words: Sequence[str] = ("dashboard",)
) -> Iterator[Forked]:
    """What `python -m` with these words does, in a process forked from one that has imported the product."""
    with child(_module, dict(variables), str(log), descriptors, tuple(words)) as process:
        yield Forked(process)


def _module(variables: dict[str, str], log: str, descriptors: int, words: tuple[str, ...]) -> None:
    said = os.open(log, os.O_WRONLY | os.O_APPEND)
    for stream in (sys.stdout, sys.stderr):
        os.dup2(said, stream.fileno())
    os.environ.clear()
    os.environ.update(variables)
    time.tzset()
    tempfile.tempdir = None  # it is worked out once
    signal.signal(signal.SIGINT, signal.default_int_handler)
    if descriptors:
        _limit(descriptors)
    sys.argv = list(words)
    runpy.run_module(words[0], run_name="__main__", alter_sys=True)


def _limit(descriptors: int) -> None:
    resource.setrlimit(resource.RLIMIT_NOFILE, (descriptors, descriptors))


def refused(**environment: str) -> str:
    """Start it where it must not start; returns the sentence that it says and leaves with."""
    port = free_port()
    log = run.folder() / "served" / f"{port}-refused"
    log.parent.mkdir(exist_ok=True)
    log.touch()
    with forked({**os.environ, "CRM_PORT": str(port), **environment}, log) as process:
        assert process.wait(WAIT) == 1
    said = log.read_text(errors="replace")
    assert "Traceback" not in said
    return said.strip()


def _wait_until_up(served: Served) -> None:
    until = time.monotonic() + WAIT
    while time.monotonic() < until and served.process.poll() is None:
        try:
            if httpx.get(f"{served.url}/healthz", timeout=2).status_code == 200:
                return
        except httpx.TransportError:
            pass
        time.sleep(0.1)
    raise RuntimeError(f"The server did not come up on {served.url}:\n{served.said()}")
