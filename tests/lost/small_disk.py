"""The product's verbs on a disk that is full: in a process of its own, no file of which may grow beyond a size."""

import resource
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path

from crm_data import Workspace
from crm_data.errors import CrmError
from crm_data.settings import settings
from crm_data.store.connections import sqlite_path
from crm_data.store.scope import CompanyScope
from crm_data.store.store import Store
from crm_data.transfer import checksums
from crm_data.transfer.backups import Backups
from crm_data.transfer.copying import copy, is_begun
from tests.lost import acts
from tests.lost.whole import digest
from tests.support.plain import Plain

PAGE, FRAME, HEADER = 4096, 4096 + 24, 32


@contextmanager
def room(size: int) -> Iterator[None]:
    """No file is written beyond `size` bytes: the write call that would fails."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


class Place:
    """An installation in this process, and what can be tried on it."""

    def __init__(self, url: str, folder: Path, scope: CompanyScope, scripts: Path) -> None:
        self.path, self.folder, self.scripts = sqlite_path(url), folder, scripts
        self.store = Store(url)
        self.my = Workspace(self.store, scope)
        self.backups = Backups(self.store, settings({"DATABASE_URL": url, "CRM_BACKUP_DIR": str(folder)}))
        self.made = self.backups.make(None).name if folder.exists() else ""
        self.count = 0

    def save(self) -> None:
        self.count += 1
        self.my.customers.add({"name": f"Firm {self.count}", "notes": "x" * 30_000})

    def bring(self) -> None:
        self.count += 1
        sheet = acts.sheet_of(self.my, f"x{self.count}")
        report = self.my.commit_import(self.my.deals, sheet, self.my.guess(sheet, self.my.deals))
        assert report.created == acts.IMPORTED

    def back_up(self) -> None:
        self.backups.make(None)

    def put_back(self) -> None:
        self.backups.restore(self.made, None)

    def migrate(self) -> None:
        acts.upgraded(self.store.url, self.scripts)

    def seen(self) -> str:
        """A number for all that is kept, the schema with it; the log is brought home first."""
        with closing(sqlite3.connect(self.path, isolation_level=None, timeout=30)) as connection:
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
            schema = connection.execute("SELECT count(*), sum(length(sql)) FROM sqlite_master").fetchone()
            return f"{schema} {digest(Plain('sqlite', connection))}"


def tries(
    act: str, url: str, folder: Path, scope: CompanyScope, scripts: Path, sizes: Sequence[int]
) -> list[str]:
    """What a person is told at each size, '' when it was done. Nothing is ever half done, and with room again
    the same process does it.
    """
    place = Place(url, folder, scope, scripts)
    do: Callable[[], None] = getattr(place, act)
    told = []
    for size in sizes:
        before, files = place.seen(), set(folder.glob("*"))
        try:
            with room(size):
                do()
        except CrmError as error:
            told.append(str(error))
            assert place.seen() == before, f"half done with room for {size} bytes"
            left = set(folder.glob("*")) - files
            whole = {folder / info.name for info in place.backups.list(None) if not info.problem}
            assert {path.with_suffix(".db") for path in left} <= whole, (
                f"left behind with room for {size} bytes"
            )
        else:
            told.append("")
    do()
    place.save()
    return told


def moves(source: str, target: str, sizes: Sequence[int]) -> list[str]:
    """What whoever copies an installation is told at each size, and whether there is half of one; '' when done."""
    checksums.ROWS, told = 7, []
    for size in sizes:
        try:
            with room(size):
                copy(source, target)
        except CrmError as error:
            told.append(f"{error}{' half' * is_begun(target)}")
        else:
            told.append("")
            break
    return told


def bare(place: Place) -> None:
    """Close every connection and bring the log home, so that the file alone is the database."""
    place.store.close()
    for path in place.path.parent.glob(f"{place.path.name}-*"):
        path.unlink()
