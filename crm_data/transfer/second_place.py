"""The second place: a folder on another disk, where each backup lies once more, encrypted before it leaves."""

import io
import os
import tarfile
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from crm_data.errors import BadBackup, NotFound, NotReady, Unavailable
from crm_data.settings import Settings
from crm_data.store.connections import sqlite_path
from crm_data.transfer.held import cleared, holding
from crm_data.transfer.manifest import manifest_path, moment_of, read_manifest, sync_folder
from crm_data.transfer.retention import Retention
from crm_data.transfer.sealed import ENDING, SHORTEST, seal, unseal
from crm_data.transfer.shelf import Shelf
from crm_data.transfer.trouble import as_trouble
from crm_data.transfer.verify import PRIVATE, digest

_UNFINISHED = f"crm_backup_*{ENDING}.partial"
_LONGEST_MANIFEST = 10_000_000  # bytes


@dataclass(frozen=True)
class Copy:
    """One backup in the second place: the name of the backup, its moment, and the size of the encrypted file."""

    name: str
    made_at: datetime
    size: int


class SecondPlace:
    """The folder of CRM_SECOND_DIR. Knows files; asks nobody's rights. Raises CrmErrors only."""

    def __init__(self, settings: Settings, shelf: Shelf) -> None:
        self.folder = settings.second_dir
        self._passphrase = settings.second_passphrase
        self._shelf = shelf
        self._data = (
            sqlite_path(settings.database_url) if settings.database_url.startswith("sqlite") else None
        )

    def demand(self) -> Path:
        """The folder. Raises NotReady, with what to do, unless it is there, on another disk, with a passphrase."""
        folder = self._there()
        ours = [path for path in (self._shelf.folder, self._data) if path is not None]
        if any(disk_of(path) == disk_of(folder) for path in ours):
            raise NotReady(
                f"The second place {folder} is on the same disk as what it is to save. Nothing is copied there: "
                "see that the other disk is mounted, or name a folder on another one in CRM_SECOND_DIR."
            )
        self.demand_passphrase()
        return folder

    def demand_passphrase(self) -> None:
        """Raise NotReady where there is none: nothing leaves unencrypted."""
        if len(self._passphrase) < SHORTEST:
            raise NotReady(
                f"Set CRM_SECOND_PASSPHRASE, of {SHORTEST} characters or more: no backup leaves unencrypted."
            )

    def copies(self) -> list[Copy]:
        """What lies there, newest first. Raises NotReady where it is not there."""
        folder, found = self._there(), []
        with _told(folder):
            for path in folder.iterdir():
                name = path.name.removesuffix(ENDING)
                moment = moment_of(name)
                if moment is not None and name != path.name and name.endswith(self._shelf.ending):
                    with suppress(FileNotFoundError):
                        found.append(Copy(name, moment, path.lstat().st_size))
        return sorted(found, key=lambda copy: copy.made_at, reverse=True)

    def send(self, name: str) -> Copy:
        """Encrypt a backup with its manifest into the second place, and read it back before it gets its name."""
        folder, backup = self.demand(), self._shelf.path(name)
        manifest = read_manifest(backup)
        final = folder / f"{name}{ENDING}"
        with _told(folder), holding(lambda: _empty(folder, name), lambda path: path) as partial:
            with as_trouble(), tempfile.TemporaryFile(dir=self._shelf.ready()) as packed:
                with tarfile.open(fileobj=packed, mode="w") as together:
                    for path in (manifest_path(backup), backup):
                        together.add(path, path.name, recursive=False, filter=_plain)
                packed.seek(0)
                with _told(folder):
                    seal(packed, partial, self._passphrase, f"{name}.tar")
            with open(partial, "rb") as file:
                os.fsync(file.fileno())
            with as_trouble(), self._unpacked(partial, name) as copy:
                if digest(copy) != manifest.sha256:
                    raise BadBackup(
                        "This backup was changed while it was copied. Nothing was kept of it there."
                    )
            os.replace(partial, final)
            sync_folder(folder)
        return Copy(name, manifest.made_at, final.stat().st_size)

    def fetch(self, name: str) -> str:
        """Bring a copy back, decrypted, into the folder of backups; '' means the newest. Returns its name."""
        name = name.removesuffix(ENDING) or next((copy.name for copy in self.copies()), "")
        folder = self._there()
        if not name or moment_of(name) is None or not (folder / f"{name}{ENDING}").is_file():
            raise NotFound("There is no such backup in the second place. To see them: send-backup --list")
        final = self._shelf.ready() / name
        if final.exists() or manifest_path(final).exists():
            raise NotReady(f"{name} is in {self._shelf.folder} already. Nothing was changed.")
        self.demand_passphrase()
        with as_trouble(), self._unpacked(folder / f"{name}{ENDING}", name) as copy:
            if digest(copy) != read_manifest(copy).sha256:
                raise BadBackup("This copy is damaged: it is not what was written. Choose another.")
            os.replace(manifest_path(copy), manifest_path(final))
            os.replace(copy, final)
            sync_folder(final.parent)
        return name

    def prune(self, retention: Retention) -> list[str]:
        """Remove what the retention does not keep, never the newest; the names removed."""
        folder, copies = self._there(), self.copies()
        kept = retention.keeps([copy.made_at for copy in copies])
        gone = [copy.name for copy in copies if copy.made_at not in kept]
        with _told(folder):
            for name in gone:
                (folder / f"{name}{ENDING}").unlink(missing_ok=True)
        return gone

    def tidy(self) -> list[str]:
        """Remove what a killed process left unfinished there; the names removed."""
        if self.folder is None or not self.folder.is_dir():
            return []
        with _told(self.folder):
            return [path.name for path in self.folder.glob(_UNFINISHED) if cleared(path)]

    def _there(self) -> Path:
        if self.folder is None:
            raise NotReady("No second place is set. Name a folder on another disk in CRM_SECOND_DIR.")
        if not self.folder.is_dir():
            raise NotReady(f"The second place {self.folder} is not there. See that its disk is mounted.")
        return self.folder

    @contextmanager
    def _unpacked(self, sealed: Path, name: str) -> Iterator[Path]:
        """The backup of an encrypted file in a private folder of the shelf, its manifest beside it."""
        with holding(
            lambda: Path(tempfile.mkdtemp(prefix=PRIVATE, dir=self._shelf.ready())), lambda path: path
        ) as private:
            packed, backup = private / "packed", private / name
            with open(packed, "wb") as file:
                unseal(sealed, file, self._passphrase)
            try:
                with tarfile.open(packed) as together:
                    _member(together, manifest_path(backup), _LONGEST_MANIFEST)
                    _member(together, backup, packed.stat().st_size)
            except (tarfile.TarError, KeyError, ValueError, EOFError) as error:
                raise BadBackup("This file holds no backup of that name. Choose another.") from error
            packed.unlink()
            yield backup


def disk_of(path: Path) -> int:
    """The number of the disk that a path is on, or will be."""
    return next(there for there in (path, *path.parents) if there.exists()).stat().st_dev


def _empty(folder: Path, name: str) -> Path:
    path = folder / f"{name}{ENDING}.partial"
    try:
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    except FileExistsError as error:
        if not cleared(path):
            raise Unavailable("Another process is copying this backup. Try again in a moment.") from error
        return _empty(folder, name)
    return path


def _plain(member: tarfile.TarInfo) -> tarfile.TarInfo:
    """No name of a person or a machine goes along."""
    member.uid = member.gid = 0
    member.uname = member.gname = ""
    return member


def _member(together: tarfile.TarFile, to: Path, most: int) -> None:
    """Write one file of a tar to where we say, whatever the tar says of places."""
    found = together.extractfile(together.getmember(to.name))
    if found is None:
        raise ValueError("no file")
    with found, open(os.open(to, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "wb") as file:
        while most >= 0 and (piece := found.read(io.DEFAULT_BUFFER_SIZE)):
            most -= file.write(piece)


@contextmanager
def _told(folder: Path) -> Iterator[None]:
    """What the other disk says, as a sentence that names it."""
    try:
        yield
    except OSError as error:
        raise Unavailable(
            f"The second place {folder} cannot be used ({error.strerror or 'the disk has a fault'}). "
            "Nothing was changed there."
        ) from error
