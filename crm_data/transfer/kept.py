"""The backup engine: what backups need of a database, whichever it is; chosen once from the address."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Protocol

import sqlalchemy as sa

from crm_data.settings import Settings
from crm_data.store.store import Store
from crm_data.transfer.decided import Swapped
from crm_data.transfer.kept_postgres import KeptPostgres
from crm_data.transfer.kept_sqlite import KeptSqlite
from crm_data.transfer.manifest import POSTGRESQL, SQLITE
from crm_data.transfer.verify import Facts, Verified


class Kept(Protocol):
    """One database, to be written into files and put back out of them. All verbs raise CrmErrors only.

    `ending` is that of the files' names. `cannot` is '' or says why this process makes no backup of its own.
    """

    @property
    def ending(self) -> str: ...
    @property
    def cannot(self) -> str: ...

    def demand(self) -> None:
        """Raise NotReady, with what to do, when something is missing that every other verb needs."""

    def is_empty(self) -> bool:
        """Whether there is nothing that could be backed up."""

    def write(self, to: Path) -> None:
        """Write everything, as of one moment and whoever is writing, into a file."""

    def checked(self, to: Path) -> Facts:
        """`write`, then `examine`. Raises BadBackup when what was written could not be restored."""

    def examine(self, path: Path) -> Facts:
        """What a private file holds. Raises BadBackup with the first thing wrong; the database is left alone."""

    def tried(self, copy: Path, verified: Verified) -> Facts:
        """Do with an examined file what `replace` does, in a database of its own that is gone afterwards.

        What stood there; `untried` says why none could be made. Raises BadBackup when it cannot be restored.
        """

    def replace(
        self,
        copy: Path,
        verified: Verified,
        user_id: int | None,
        keep_safe: Callable[[], str],
        alone: bool,
    ) -> Swapped:
        """Put an examined file's content, brought up to date and with nobody signed in, in the place of all.

        Nobody writes meanwhile; a crash leaves the old content or the new. What was decided about security since
        stays (see `decided`). `keep_safe()` is called when writing has stopped, and names the safety backup.
        `alone`: nobody else has the database open. Raises NotReady when nobody would be left to run it all.
        """

    def round(self) -> AbstractContextManager[bool]:
        """Whether this process has the daily round for itself; the others are told False."""

    def clear(self) -> list[str]:
        """Remove what acts that were killed left beside the database; the names removed."""

    def settle(self) -> None:
        """What is tidied after a round or a restore; a refusal goes to the log."""


def kept_by(store: Store, settings: Settings) -> Kept:
    """The one for a store."""
    if store.engines.dialect == "sqlite":
        return KeptSqlite(store, settings.backup_dir)
    return KeptPostgres(store, settings)


def name_of_database(url: str) -> str:
    """What a database is called in the manifests of its backups: its name, or that of its file."""
    return Path(sa.make_url(url).database or "").name


def ending_of(url: str) -> str:
    """How the names of backups of a database end, told by its address alone."""
    return SQLITE if url.startswith("sqlite") else POSTGRESQL
