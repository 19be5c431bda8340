"""What an engine cannot do to a SQLite file: a snapshot, a look at a doubtful copy, a copy put in place."""

import re
import sqlite3
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from urllib.parse import quote

from crm_data.errors import Unavailable

BUSY_SECONDS = 30.0
# The first callback must come before the last page: the smallest database of ours has over a hundred pages.
_STEP = 32
_HELD = (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)


class Moved(Exception):
    """Somebody committed between the safety backup and the moment the copy was put in place."""


@contextmanager
def opened(path: Path, write: bool = False, wait: float = BUSY_SECONDS) -> Iterator[sqlite3.Connection]:
    """A plain connection to a database that may be in use; every statement commits by itself."""
    mode = "rw" if write else "ro"
    uri = f"file:{quote(str(path))}?mode={mode}"
    with closing(sqlite3.connect(uri, uri=True, isolation_level=None, timeout=wait)) as connection:
        yield connection


@contextmanager
def opened_untrusted(path: Path) -> Iterator[sqlite3.Connection]:
    """A private copy that nobody else has open, read with every guard that SQLite offers."""
    uri = f"file:{quote(str(path))}?mode=ro&immutable=1"
    with closing(sqlite3.connect(uri, uri=True, isolation_level=None)) as connection:
        if sys.version_info >= (3, 12):
            connection.setconfig(sqlite3.SQLITE_DBCONFIG_DEFENSIVE, True)
        for pragma in ("cell_size_check=ON", "query_only=ON", "mmap_size=0", "trusted_schema=OFF"):
            connection.execute(f"PRAGMA {pragma}")
        try:
            connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
        except sqlite3.DatabaseError as error:
            if not re.search(r"unsafe use of json_(valid|extract)\(\)", str(error)):
                raise
            # Older SQLite calls these, which our own checks and indexes use, unsafe. This connection has no
            # function of ours and loads no extension, so the built-in ones are all a schema could call.
            connection.execute("PRAGMA trusted_schema=ON")
        yield connection


def snapshot(live: Path, to: Path) -> None:
    """Copy a live database as of one moment into one plain file, whoever is writing."""
    with opened(live) as source, opened(to, write=True) as target:
        # In one step: stepwise, every commit of another process starts the copy anew.
        source.backup(target, pages=-1, progress=_patience("copied"))
        target.execute("PRAGMA journal_mode=DELETE")


def replace_content(
    live: Path, copy: Path, unchanged: Callable[[], bool], begun: Callable[[], object] = int
) -> None:
    """Put a copy's content in the place of the live database's, in one transaction of SQLite's own.

    Whoever has the database open goes on with it; a crash leaves the old content or the new.
    `unchanged` is asked once the write lock is held; False raises Moved and changes nothing. Then comes `begun`.
    """
    wait_no_longer, asked = _patience("restored"), False

    def watch(status: int, remaining: int, total: int) -> None:
        nonlocal asked
        wait_no_longer(status, remaining, total)
        if status not in _HELD and not asked:
            asked = True
            if not unchanged():
                raise Moved
            begun()

    with opened(copy) as source, opened(live, write=True) as target:
        log_ahead(target)
        target.execute("PRAGMA synchronous=FULL")
        source.backup(target, pages=_STEP, progress=watch)


def log_ahead(connection: sqlite3.Connection) -> None:
    """Turn the write-ahead log on, waiting like any write for whoever holds the file.

    Where it is off, SQLite answers "locked" at once while somebody writes, whatever `busy_timeout` says: of
    processes that made a database together, one failed now and then.
    """
    deadline = time.monotonic() + BUSY_SECONDS
    while True:
        try:
            connection.execute("PRAGMA journal_mode=WAL")
            return
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode != sqlite3.SQLITE_BUSY or time.monotonic() > deadline:
                raise
        time.sleep(0.02)


def _patience(done: str) -> Callable[[int, int, int], None]:
    """What ends a copy that somebody's lock holds up: by itself the driver would try for ever."""
    deadline = time.monotonic() + BUSY_SECONDS

    def watch(status: int, remaining: int, total: int) -> None:
        if status in _HELD and time.monotonic() > deadline:
            raise Unavailable(f"The database is busy. Nothing was {done}; try again in a moment.")

    return watch


def checkpoint(live: Path, wait: float = 1.0) -> bool:
    """Bring the write-ahead log home and cut it to nothing; False when somebody was reading meanwhile."""
    deadline = time.monotonic() + wait
    # A short wait: while it waits for readers, it holds up the writers.
    with opened(live, write=True, wait=wait) as connection:
        while True:
            busy: int = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]
            if not busy or time.monotonic() > deadline:
                return not busy
            time.sleep(0.005)  # a writer was bringing a part of it home, for which SQLite does not wait


def wal_path(live: Path) -> Path:
    """The write-ahead log beside a database."""
    return live.with_name(live.name + "-wal")
