"""The servers that are measured, each a process of its own on 127.0.0.1, stopped at the end."""

import http.client
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from crm_data.installation import Installation
from crm_data.settings import ROOT, settings
from crm_data.store.store import Store
from dashboard.web import cookie

START = 90.0  # seconds
EMPTY_PAGE = ROOT / "bench" / "empty_page.py"


@dataclass(frozen=True)
class Served:
    """A running server. `cookie` is the header of somebody who is signed in there."""

    port: int
    process: subprocess.Popen[bytes]
    cookie: str = ""

    @property
    def url(self) -> str:
        """Where it answers."""
        return f"http://127.0.0.1:{self.port}"

    def cpu(self) -> float:
        """Seconds of processor that all its threads have used; 0.0 where the system does not say."""
        try:
            return time.clock_gettime(~self.process.pid << 3 | 2)  # Linux: the clock of another process
        except OSError:
            return 0.0


@contextmanager
def product(database: Path, folder: Path, email: str, password: str, *command: str) -> Iterator[Served]:
    """`python -m dashboard`, or another `-m` command, on a database, with somebody signed in."""
    port = free_port()
    variables = {
        "DATABASE_URL": f"sqlite:///{database}",
        "CRM_HOST": "127.0.0.1",
        "CRM_PORT": str(port),
        "CRM_BACKUP_DIR": str(folder / "backups"),
    }
    line = [sys.executable, "-m", *(command or ("dashboard",))]
    with _started(line, variables, ROOT, port, "/healthz", folder) as process:
        yield Served(port, process, _signed_in(variables, email, password))


@contextmanager
def streamlit_run(
    folder: Path, script: Path = EMPTY_PAGE, variables: Mapping[str, str] | None = None
) -> Iterator[Served]:
    """`streamlit run`, of the empty page unless another is named, in a folder without settings of ours.

    Files are not watched.
    """
    port = free_port()
    line = [sys.executable, "-m", "streamlit", "run", str(script), "--server.port", str(port)]
    line += ["--server.address", "127.0.0.1", "--server.headless", "true", "--server.fileWatcherType", "none"]
    line += ["--browser.gatherUsageStats", "false"]
    with _started(line, variables or {}, folder, port, "/_stcore/health", folder) as process:
        yield Served(port, process)


def free_port() -> int:
    """A port that nobody listens on just now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def quiet(servers: Sequence[Served], longest: float = 40.0) -> None:
    """Wait until they rest: what a server does after its start must not fall into the measuring."""
    until = time.monotonic() + longest
    while time.monotonic() < until:
        before = sum(server.cpu() for server in servers)
        time.sleep(1.0)
        if sum(server.cpu() for server in servers) - before <= 0.03:
            return


def _signed_in(variables: dict[str, str], email: str, password: str) -> str:
    """The Cookie header of a new session, made the way a sign-in makes it."""
    here = settings(variables)
    store = Store(here.database_url)
    try:
        installation = Installation(store, here)
        token = installation.sessions.open(installation.sign_in(email, password, "127.0.0.1"))
    finally:
        store.close()
    return f"{cookie.name(here)}={token}"


@contextmanager
def _started(
    line: Sequence[str], variables: Mapping[str, str], cwd: Path, port: int, health: str, folder: Path
) -> Iterator[subprocess.Popen[bytes]]:
    paths = f"{ROOT}{os.pathsep}{os.environ.get('PYTHONPATH', '')}"
    with open(folder / f"{port}.log", "wb") as log:
        process = subprocess.Popen(
            line,
            cwd=cwd,
            env={**os.environ, **variables, "PYTHONPATH": paths},
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
        )
    try:
        _wait(process, port, health, folder / f"{port}.log")
        yield process
    finally:
        process.terminate()
        try:
            process.wait(15)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _wait(process: subprocess.Popen[bytes], port: int, health: str, log: Path) -> None:
    until = time.monotonic() + START
    while time.monotonic() < until and process.poll() is None:
        asked = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
        try:
            asked.request("GET", health)
            if asked.getresponse().status == 200:
                return
        except OSError:
            pass
        finally:
            asked.close()
        time.sleep(0.1)
    raise RuntimeError(f"A server did not start:\n{log.read_text(errors='replace')[-2000:]}")
