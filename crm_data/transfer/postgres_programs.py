"""pg_dump and pg_restore: found, of the right age, and run without a password in sight."""

import logging
import os
import re
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import IO

from psycopg import pq
from sqlalchemy.dialects.postgresql import psycopg as dialect

from crm_data.errors import NotReady, Unavailable
from crm_data.store.connections import postgres_url

log = logging.getLogger("foyer.backups")

PROGRAMS = ("pg_dump", "pg_restore")
_FULL = "The disk is full. Nothing was changed; make room and try again."
_NO_SPACE = ("no space left", "file too large", "disk quota")
_LONGEST = 300


class ProgramFailed(Exception):
    """A program ended badly; its text is the last line it said."""


class Programs:
    """The two programs, in a folder or on the PATH."""

    def __init__(self, folder: str) -> None:
        self._folder = folder

    def demand(self, server: int) -> None:
        """Raise NotReady unless both are there and no older than a server of this major version."""
        for name in PROGRAMS:
            found = _major(self._found(name))
            if found < server:
                raise NotReady(
                    f"{name} is of PostgreSQL {found}, and the server is of {server}. Install the client programs "
                    f"of PostgreSQL {server}, or name their folder in CRM_PG_BIN."
                )

    @contextmanager
    def output(self, name: str, *words: str, url: str = "") -> Iterator[IO[bytes]]:
        """Run a program and read what it writes. Raises ProgramFailed at the end when it ended badly.

        `url` is whom it connects to, told by environment variables: arguments are there for all to see.
        """
        with tempfile.TemporaryFile() as said:
            running = subprocess.Popen(
                [self._found(name), *words],
                env={**os.environ, **(_variables(url) if url else {})},
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=said,
            )
            assert running.stdout is not None
            try:
                with running.stdout as out:
                    yield out
                running.wait()
            finally:
                if running.poll() is None:
                    running.kill()
                    running.wait()
            if running.returncode:
                said.seek(0)
                raise ProgramFailed(_last_line(name, running.returncode, said.read()[-10_000:]))

    def dump(self, url: str, to: str, schema: str, *words: str) -> None:
        """Write everything in a schema into a file of pg_dump's custom form. Raises Unavailable."""
        # Never --enable-row-security: who does not see every row must fail, not dump a part of them.
        given = ("--format=custom", "--encoding=UTF8", "--no-privileges", "--no-password")
        try:
            with self.output(
                "pg_dump", *given, f'--schema="{schema}"', f"--file={to}", *words, url=url
            ) as out:
                out.read()
        except ProgramFailed as error:
            log.error("%s", error)
            if any(sign in str(error).lower() for sign in _NO_SPACE):
                raise Unavailable(_FULL) from error
            raise Unavailable(f"The backup could not be made. Nothing was changed. {error}") from error

    def _found(self, name: str) -> str:
        found = shutil.which(name, path=self._folder or None)
        if found is None:
            where = f"in {self._folder}, the folder of CRM_PG_BIN" if self._folder else "on the PATH"
            raise NotReady(
                f"Backups of PostgreSQL need {name}, and it is not {where}. Install PostgreSQL's client programs, "
                "or name their folder in CRM_PG_BIN."
            )
        return found


@cache
def _major(program: str) -> int:
    """The major version that a program says it is of."""
    try:
        done = subprocess.run([program, "--version"], capture_output=True, text=True, timeout=60, check=True)
    except (OSError, subprocess.SubprocessError) as error:
        raise NotReady(f"{program} cannot be run. Install PostgreSQL's client programs anew.") from error
    found = re.search(r"\b(\d+)(?:\.\d+|devel|beta\d+|rc\d+)", done.stdout)
    return int(found[1]) if found else 0


def _variables(url: str) -> dict[str, str]:
    """How libpq's environment variables say an address; keywords that have none are of no need here."""
    _, keywords = dialect.dialect().create_connect_args(postgres_url(url))  # type: ignore[no-untyped-call]
    names = {known.keyword.decode(): known.envvar for known in pq.Conninfo.get_defaults()}
    return {
        variable.decode(): str(value)
        for keyword, value in keywords.items()
        if value is not None and (variable := names.get(keyword))
    }


def _last_line(name: str, code: int, said: bytes) -> str:
    if code == -signal.SIGXFSZ:
        return f"{name}: file too large"
    if code < 0:
        return f"{name} was stopped ({signal.Signals(-code).name})."
    lines = [line for line in said.decode(errors="replace").splitlines() if line.strip()]
    errors = [line for line in lines if "error:" in line] or lines or [f"{name} ended with code {code}"]
    return re.sub(r"\s+", " ", errors[0])[:_LONGEST]
