"""How a SQLite database is written into a backup, examined, and put back."""

import fcntl
import logging
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from crm_data.store.connections import private_file, sqlite_path
from crm_data.store.sqlite_file import checkpoint, opened, snapshot
from crm_data.store.store import Store
from crm_data.transfer.decided import Swapped
from crm_data.transfer.examine_sqlite import examine
from crm_data.transfer.held import cleared
from crm_data.transfer.manifest import SQLITE
from crm_data.transfer.memory import logged_only
from crm_data.transfer.restore_sqlite import prepare, put_in_place, restoring
from crm_data.transfer.trouble import as_trouble
from crm_data.transfer.verify import Facts, Verified

log = logging.getLogger("foyer.backups")


class KeptSqlite:
    """The file of a store, by SQLite's own backup API. See Kept for what each verb promises."""

    ending = SQLITE
    cannot = ""

    def __init__(self, store: Store, folder: Path) -> None:
        self._store = store
        self._folder = folder

    @property
    def _live(self) -> Path:
        return sqlite_path(self._store.url)

    def demand(self) -> None:
        """SQLite brings all that is needed."""

    def is_empty(self) -> bool:
        """Whether there is no table at all."""
        with opened(self._live) as connection:
            found = connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
        return bool(found == (0,))

    def write(self, to: Path) -> None:
        """A snapshot in one plain file."""
        snapshot(self._live, to)

    def checked(self, to: Path) -> Facts:
        """A snapshot, and what it holds."""
        self.write(to)
        return self.examine(to)

    def examine(self, path: Path) -> Facts:
        """What a file holds; SQLite's own check, references, and nothing foreign."""
        return examine(path)

    def tried(self, copy: Path, verified: Verified) -> Facts:
        """A file beside the copy, empty first, into which it is restored."""
        with as_trouble():
            private_file(scratch := copy.with_name("scratch.db"))
            store = Store(f"sqlite:///{scratch}")
            try:
                KeptSqlite(store, self._folder).replace(copy, verified, None, str, alone=True)
            finally:
                store.close()
            return examine(scratch)

    def replace(
        self,
        copy: Path,
        verified: Verified,
        user_id: int | None,
        keep_safe: Callable[[], str],
        alone: bool,
    ) -> Swapped:
        """Prepare the copy, then write it over the live content in one transaction of SQLite's own."""
        prepare(copy, verified.older, user_id, verified.name)
        done = put_in_place(self._store, copy, keep_safe, alone, verified.name, user_id)
        self.settle()
        return done

    @contextmanager
    def round(self) -> Iterator[bool]:
        """A lock on the folder of backups, which another process on this machine sees."""
        with as_trouble():
            held = os.open(self._folder, os.O_RDONLY)
        try:
            try:
                fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                yield False
            else:
                yield True
        finally:
            os.close(held)

    def clear(self) -> list[str]:
        """The new content of a restore that was killed before it took the place of a damaged file."""
        with as_trouble():
            return [path.name for path in restoring(self._live) if cleared(path)]

    def settle(self) -> None:
        """Cut the write-ahead log."""
        with logged_only(), as_trouble():
            if not checkpoint(self._live):
                log.info("the write-ahead log was in use and is cut the next time")
