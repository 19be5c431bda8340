"""The write-ahead log kept short: by itself SQLite lets it grow as long as somebody reads while others write."""

import logging
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from crm_data.store.sqlite_file import checkpoint, wal_path

log = logging.getLogger("foyer.store")

LONG = 16 << 20
_STEP = 8 << 20


class LogLength:
    """Measures the log of one database after each write, and brings it home once it is long."""

    def __init__(self, live: Path) -> None:
        self._live = live
        self._wal = wal_path(live)
        self._at = LONG
        self._cutting = threading.Lock()

    @contextmanager
    def kept(self) -> Iterator[None]:
        """Around one write. What was written stays written whatever becomes of the log."""
        yield
        if self._size() > self._at and self._cutting.acquire(blocking=False):
            try:
                self._cut()
            finally:
                self._cutting.release()

    def _cut(self) -> None:
        try:
            done = checkpoint(self._live)
        except sqlite3.Error as error:
            log.warning("the write-ahead log could not be cut: %s", error)
            done = False
        # Somebody reads for long: not every write waits for them, only one for each step that the log grows.
        self._at = LONG if done else self._size() + _STEP

    def _size(self) -> int:
        try:
            return self._wal.stat().st_size
        except OSError:
            return 0
