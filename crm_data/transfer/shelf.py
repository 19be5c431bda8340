"""The folder of backups: which are there, which may go, and a free name for the next."""

import os
import shutil
import time
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import groupby
from pathlib import Path

from crm_data import clock
from crm_data.errors import BadBackup, NotFound
from crm_data.transfer.manifest import (
    POSTGRESQL,
    SQLITE,
    manifest_path,
    moment_of,
    name_of,
    read_manifest,
)
from crm_data.transfer.trouble import as_trouble
from crm_data.transfer.verify import digest

DAYS_KEPT = 30
_UNFINISHED = ("crm_backup_*.partial", "crm_backup_*.partial-*", "crm_backup_*.json.partial", ".private-*")
_OF_THE_OTHER = {
    SQLITE: "This backup is of PostgreSQL, and this installation runs on SQLite.",
    POSTGRESQL: "This backup is of SQLite, and this installation runs on PostgreSQL.",
}
_NAMELESS = "There is no backup of that name. Choose one from the list."


@dataclass(frozen=True)
class BackupInfo:
    """One backup: `size` in bytes, rows by table. `problem` is '' or says why it is not used.

    `untried` is told of one that was just made: '' or what could not be tried out (see Facts).
    """

    name: str
    made_at: datetime
    size: int
    revision: str = ""
    product: str = ""
    rows: dict[str, int] | None = None
    problem: str = ""
    untried: str = field(default="", compare=False)

    @property
    def total(self) -> int:
        """Rows in all."""
        return sum((self.rows or {}).values())


class Shelf:
    """The folder that backups are kept in; `ending` is that of the database's own kind.

    Knows files; asks nobody's rights.
    """

    def __init__(self, folder: Path, ending: str) -> None:
        self.folder = folder
        self.ending = ending

    def ready(self) -> Path:
        """The folder, made when missing, for its owner alone."""
        with as_trouble():
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        return self.folder

    def infos(self) -> list[BackupInfo]:
        """Every backup, newest first. Cheap: manifests are read, backups are not."""
        found = []
        with as_trouble():
            names = sorted(os.listdir(self.folder), reverse=True) if self.folder.is_dir() else []
        for name in names:
            made_at = moment_of(name)
            if made_at is not None:
                with suppress(FileNotFoundError):  # another process has just pruned it
                    found.append(self._info(self.folder / name, made_at))
        return found

    def path(self, name: str) -> Path:
        """The backup of a name. Raises NotFound for a name that is not one, or that is not here."""
        if moment_of(name) is None or not os.path.lexists(self.folder / name):
            raise NotFound(_NAMELESS)
        return self.folder / name

    def partial(self) -> tuple[Path, Path, datetime]:
        """A new private file to write a backup to, the name it gets when it is done, and the moment."""
        moment = clock.now()
        while True:
            final = self.folder / name_of(moment, self.ending)
            partial = final.with_suffix(".partial")
            try:
                os.close(os.open(partial, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
            except FileExistsError:
                moment += timedelta(seconds=1)
                continue
            # Whoever holds the partial file holds the name.
            if not _taken(final):
                os.chmod(partial, 0o600)
                return partial, final, moment
            partial.unlink()
            moment += timedelta(seconds=1)

    def prune(self, days: int = DAYS_KEPT) -> list[str]:
        """Remove all but the last backup of each of the newest `days` days and those of the last 24 hours.

        The newest one whose bytes are still those of its manifest stays in any case, and so does
        whatever is not a backup of ours. Returns the names removed.
        """
        good = [info for info in self.infos() if not info.problem]
        kept = {info.name for info in good if info.made_at > clock.now() - timedelta(hours=24)}
        last_of_days = [next(of_day) for _, of_day in groupby(good, key=lambda info: info.made_at.date())]
        kept |= {info.name for info in last_of_days[:days]}
        going = [info for info in good if info.name not in kept]
        if going:
            with as_trouble():
                sound = next((info.name for info in good if self._intact(info)), None)
                going = [info for info in going if info.name != sound]
                for info in going:
                    path = self.folder / info.name
                    path.unlink(missing_ok=True)
                    manifest_path(path).unlink(missing_ok=True)
        return [info.name for info in going]

    def tidy(self) -> None:
        """Remove what a killed process left behind: unfinished, a day old, and ours by name."""
        old = time.time() - 86_400
        with as_trouble():
            left = [path for pattern in _UNFINISHED for path in self.folder.glob(pattern)]
            left += [path for path in self.folder.glob("crm_backup_*.json") if _alone(path)]
            for path in left:
                if path.lstat().st_mtime < old:
                    shutil.rmtree(path) if path.is_dir() else path.unlink(missing_ok=True)

    def _info(self, path: Path, made_at: datetime) -> BackupInfo:
        size = path.lstat().st_size
        if path.suffix != self.ending:
            return BackupInfo(path.name, made_at, size, problem=_OF_THE_OTHER[self.ending])
        try:
            manifest = read_manifest(path)
        except BadBackup as error:
            return BackupInfo(path.name, made_at, size, problem=str(error))
        problem = ""
        if path.is_symlink():
            problem = "This backup is a link to another file, so it is not used."
        elif size != manifest.size:
            problem = "This backup is damaged: it is not as long as it was."
        return BackupInfo(
            path.name, made_at, size, manifest.revision, manifest.product, manifest.rows, problem
        )

    def _intact(self, info: BackupInfo) -> bool:
        path = self.folder / info.name
        return digest(path) == read_manifest(path).sha256


def _taken(backup: Path) -> bool:
    """Whether the name is used: by either kind, which would share the manifest."""
    return any(os.path.lexists(backup.with_suffix(ending)) for ending in (SQLITE, POSTGRESQL))


def _alone(manifest: Path) -> bool:
    return moment_of(manifest.with_suffix(SQLITE).name) is not None and not _taken(manifest)
