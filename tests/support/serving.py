"""A Foyer of a test's own: `python -m dashboard` on a free port, with its own database and backup folder."""

import os
import resource
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx

from tests.support import run
from tests.support.ports import free_port

ROOT = Path(__file__).resolve().parents[2]
WAIT = 120.0  # seconds; a start takes two on a quiet machine


@dataclass(frozen=True)
class Served:
    """A running server: where it answers, its process, and the file its output goes to."""

    url: str
    process: subprocess.Popen[bytes]
    log: Path

    def said(self) -> str:
        """Everything it has printed and logged so far."""
        return self.log.read_text(errors="replace")


@contextmanager
def serving(
    database_url: str, environment: Mapping[str, str] | None = None, descriptors: int = 0
) -> Iterator[Served]:
    """Start Foyer on `database_url`, wait until /healthz answers, and stop it at the end.

    `descriptors`: how many files and connections it may have open; 0 leaves it the machine's own limit.
    """

    def limited() -> None:
        resource.setrlimit(resource.RLIMIT_NOFILE, (descriptors, descriptors))

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
    with open(folder / "log", "wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "dashboard"],
            cwd=ROOT, env=variables, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
            preexec_fn=limited if descriptors else None,
        )  # fmt: skip
    served = Served(f"http://127.0.0.1:{port}", process, folder / "log")
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


def refused(**environment: str) -> str:
    """Start it where it must not start; returns the sentence that it says and leaves with."""
    done = subprocess.run(
        [sys.executable, "-m", "dashboard"],
        cwd=ROOT,
        env={**os.environ, "CRM_PORT": str(free_port()), **environment},
        capture_output=True,
        text=True,
        timeout=WAIT,
        check=False,
    )
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    return done.stderr.strip()


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
