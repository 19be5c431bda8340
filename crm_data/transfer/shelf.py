"""The folder of backups and their retention: which are there, which may go, and a free name for the next."""

import os
from collections.abc import Mapping
from contextlib import AbstractContextManager, suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from crm_data import clock
from crm_data.errors import BadBackup, NotFound
from crm_data.transfer.held import cleared, cleared_of_age, holding
from crm_data.transfer.manifest import (
    POSTGRESQL,
    SQLITE,
    manifest_path,
    moment_of,
    name_of,
    read_manifest,
)
from crm_data.transfer.proofs import Proof, proof_path, read_proof
from crm_data.transfer.retention import Retention
from crm_data.transfer.trouble import as_trouble
from crm_data.transfer.verify import PRIVATE, digest

# The private file that is written, the name it will get, and the moment.
Unfinished = tuple[Path, Path, datetime]
_UNFINISHED = ("crm_backup_*[0-9].partial", f"{PRIVATE}*")
_UNHELD = ("crm_backup_*.partial-*", "crm_backup_*.json.partial", "crm_backup_*.proof.partial")
_OF_THE_OTHER = {
    SQLITE: "This backup is of PostgreSQL, and this installation runs on SQLite.",
    POSTGRESQL: "This backup is of SQLite, and this installation runs on PostgreSQL.",
}
_NAMELESS = "There is no backup of that name. Choose one from the list."


@dataclass(frozen=True)
class BackupInfo:
    """One backup: `size` in bytes, rows by table. `problem` is '' or says why it is not used.

    `of` is the name of the database, '' where an old manifest does not tell it.
    `untried` is told of one that was just made: '' or what could not be tried out (see Facts).
    `heads`: where the log of each company ended, by its id; {} where an old manifest does not tell it.
    `proof`: what is kept of its last restore into a database of its own; None where it was never proved.
    """

    name: str
    made_at: datetime
    size: int
    revision: str = ""
    product: str = ""
    rows: dict[str, int] | None = None
    problem: str = ""
    untried: str = field(default="", compare=False)
    of: str = field(default="", compare=False)
    heads: Mapping[str, str] = field(default_factory=dict, compare=False)
    proof: Proof | None = field(default=None, compare=False)

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

    def info(self, name: str) -> BackupInfo:
        """One of them. Raises NotFound."""
        path, made_at = self.path(name), moment_of(name)
        if made_at is None:
            raise NotFound(_NAMELESS)
        return self._info(path, made_at)

    def path(self, name: str) -> Path:
        """The backup of a name. Raises NotFound for a name that is not one, or that is not here."""
        if moment_of(name) is None or not os.path.lexists(self.folder / name):
            raise NotFound(_NAMELESS)
        return self.folder / name

    def partial(self) -> AbstractContextManager[Unfinished]:
        """A new private file to write a backup to, the name it gets when it is done, and the moment.

        It is held while it is written (see held.py), and gone afterwards unless it got its name.
        """
        return holding(self._partial, lambda made: made[0])

    def _partial(self) -> Unfinished:
        moment = clock.now()
        while True:
            final = self.folder / name_of(moment, self.ending)
            partial = final.with_suffix(".partial")
            try:
                made = os.open(partial, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600)
            except FileExistsError:
                moment += timedelta(seconds=1)
                continue
            os.fchmod(made, 0o600)
            os.close(made)
            # Whoever holds the partial file holds the name.
            if not _taken(final):
                return partial, final, moment
            partial.unlink(missing_ok=True)
            moment += timedelta(seconds=1)

    def prune(self, retention: Retention) -> list[str]:
        """Remove what the retention does not keep; those of the last 24 hours stay.

        The newest one whose bytes are still those of its manifest stays in any case, so does the newest proved one
        of these, and whatever is not a backup of ours. Returns the names removed.
        """
        good = [info for info in self.infos() if not info.problem]
        kept = retention.keeps([info.made_at for info in good])
        yesterday = clock.now() - timedelta(hours=24)
        going = [info for info in good if info.made_at not in kept and info.made_at <= yesterday]
        if going:
            with as_trouble():
                sound = next((info.name for info in good if self._intact(info)), None)
                proved = next((info.name for info in good if info.proof and self._intact(info)), None)
                going = [info for info in going if info.name not in (sound, proved)]
                for info in going:
                    self.remove(info.name)
        return [info.name for info in going]

    def remove(self, name: str) -> None:
        """A backup and what lies beside it, the backup first: what is left then is nobody's."""
        path = self.folder / name
        for gone in (path, manifest_path(path), proof_path(path)):
            gone.unlink(missing_ok=True)

    def tidy(self) -> list[str]:
        """Remove what a killed process left behind: unfinished, ours by name, and held by nobody who lives.

        What nobody can hold (a manifest without its backup may be one that is just being copied here) goes after
        a day. Returns the names removed.
        """
        with as_trouble():
            gone = []
            for path in [path for pattern in _UNFINISHED for path in self.folder.glob(pattern)]:
                if cleared(path):
                    gone += [path, *(other for other in _beside(path) if cleared(other))]
            unheld = [path for pattern in _UNHELD for path in self.folder.glob(pattern)]
            for ending in (".json", ".proof"):
                unheld += [path for path in self.folder.glob(f"crm_backup_*{ending}") if _alone(path)]
            gone += [path for path in unheld if cleared_of_age(path)]
        return sorted(path.name for path in gone)

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
            path.name,
            made_at,
            size,
            manifest.revision,
            manifest.product,
            manifest.rows,
            problem,
            of=manifest.of,
            heads=manifest.heads or {},
            proof=read_proof(path, manifest.sha256),
        )

    def _intact(self, info: BackupInfo) -> bool:
        path = self.folder / info.name
        return digest(path) == read_manifest(path).sha256


def _taken(backup: Path) -> bool:
    """Whether the name is used: by either kind, which would share the manifest."""
    return any(os.path.lexists(backup.with_suffix(ending)) for ending in (SQLITE, POSTGRESQL))


def _beside(partial: Path) -> list[Path]:
    """What belongs to a backup's unfinished file: SQLite's own files, and a manifest whose backup has no name."""
    manifest = partial.with_suffix(".json")
    found = [*partial.parent.glob(f"{partial.name}-*"), partial.with_suffix(".json.partial")]
    return [*found, *([manifest] if manifest.exists() and _alone(manifest) else [])]


def _alone(manifest: Path) -> bool:
    return moment_of(manifest.with_suffix(SQLITE).name) is not None and not _taken(manifest)
