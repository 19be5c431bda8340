"""A warm process that forks a child for each mutant: the child changes one text of the product as it is imported.

Nothing in the tree is touched. `python -m tests.walls.nursery` reads an order a line on stdin and answers each
with pytest's exit code and the file that holds what pytest said; the product is imported in the children alone.
"""

import contextlib
import gc
import importlib
import json
import os
import signal
import subprocess
import sys
import threading
import traceback
from importlib.machinery import SourceFileLoader
from pathlib import Path
from types import CodeType
from typing import Any

from tests.support import run

ROOT = Path(__file__).resolve().parents[2]  # settings.ROOT, without importing the product
LONGEST = 180  # seconds that a child may take, on a machine that is busy
FAILED, PASSED = 1, 0  # of pytest's exit codes
# What takes the longest to import of all that a test of the product brings in.
_WARM = (
    "sqlalchemy.orm",
    "sqlalchemy.dialects.sqlite.pysqlite",
    "sqlalchemy.dialects.postgresql.psycopg",
    "alembic.command",
    "pytest",
    "playwright.sync_api",
    "pandas",
    "bcrypt",
    "httpx",
    "streamlit.testing.v1",
    "streamlit.web.server.starlette",
    "streamlit.components.v2.manifest_scanner",
    "hypothesis",
    "psycopg",
    "babel.numbers",
    "charset_normalizer",
    "uvicorn",
    "websockets.sync.client",
    "starlette.applications",
)
_QUIETLY = ("-q", "-x", "-o", "addopts=", "-p", "no:cacheprovider", "-p", "no:unraisableexception")
_NO_LIMIT = ("-p", "pytest_timeout", "-o", "timeout=0")  # the limit of a child is LONGEST


class Nursery:
    """The other end: starts the warm process and gives it orders."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", __spec__.name],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=ROOT,
        )

    def tried(
        self, nodes: list[str], file: str = "", old: str = "", new: str = "", anew: bool = False
    ) -> tuple[int, str]:
        """Run tests with a text of a file changed; pytest's exit code and what it said.

        `anew`: with databases of its own, migrated under the change.
        """
        order = {"nodes": nodes, "file": file, "old": old, "new": new, "anew": anew}
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.write(json.dumps(order) + "\n")
        self._process.stdin.flush()
        answer = json.loads(self._process.stdout.readline())
        return answer["code"], Path(answer["said"]).read_text(errors="replace")

    def close(self) -> None:
        """Let it go."""
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.close()
        self._process.wait(timeout=30)
        self._process.stdout.close()


def once(text: str, old: str, file: str) -> None:
    """Raise unless the text to be changed is there, and there only: a mutant must not silently change nothing."""
    if (found := text.count(old)) != 1:
        raise LookupError(f"{file} has {found} times, and not once: {old}")


def mutate(file: str, old: str, new: str) -> None:
    """From now on this process imports the file with another text, whoever imports it and however."""
    path, plain = ROOT / file, SourceFileLoader.get_code

    def changed(loader: Any, name: str) -> CodeType | None:
        if Path(loader.path) != path:
            return plain(loader, name)
        text = path.read_text(encoding="utf-8")
        once(text, old, file)
        return compile(text.replace(old, new), str(path), "exec", dont_inherit=True)

    SourceFileLoader.get_code = changed  # type: ignore[assignment, method-assign]


def _born(order: dict[str, Any], number: int) -> dict[str, Any]:
    """Fork a child, wait for it, and tell how it ended; a negative code is a signal."""
    said = run.folder() / f"mutant-{number}.txt"
    child = os.fork()
    if not child:
        try:
            os._exit(_live(order, number, said))
        finally:
            traceback.print_exc()
            sys.stderr.flush()
            os._exit(70)  # whatever it was, it is no answer of pytest's
    _, status = os.waitpid(child, 0)
    return {"code": os.waitstatus_to_exitcode(status), "said": str(said)}


def _live(order: dict[str, Any], number: int, said: Path) -> int:
    signal.alarm(LONGEST)
    with open(said, "w") as out:
        for stream in (1, 2):
            os.dup2(out.fileno(), stream)
    if order["file"]:
        mutate(order["file"], order["old"], order["new"])
    if order["anew"]:
        os.environ[run.FOLDER] = str(run.within(f"mutant{number}"))
    os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"
    import pytest

    code = int(pytest.main([*_QUIETLY, *_NO_LIMIT, *order["nodes"]]))
    sys.stdout.flush()
    return code


def main() -> None:
    """Warm up, then answer orders until there are no more."""
    _warm_up()
    answers = os.fdopen(os.dup(1), "w")
    for number, line in enumerate(sys.stdin):
        answers.write(json.dumps(_born(json.loads(line), number)) + "\n")
        answers.flush()


def _warm_up() -> None:
    """Import what the children need and mutants do not change. A thread would not survive a fork."""
    for name in _WARM:
        with contextlib.suppress(ImportError):
            importlib.import_module(name)
    assert threading.active_count() == 1
    product = ("crm_data", "dashboard", "pages", "migrations")
    ours = [name for name in sys.modules if name.partition(".")[0] in product]
    assert not ours, ours
    gc.collect()
    gc.disable()  # a child ends before it would pay
    gc.freeze()


if __name__ == "__main__":
    main()
