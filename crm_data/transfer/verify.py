"""Whether a file may be trusted as a backup: its bytes are those of its manifest, and what it holds is too."""

import hashlib
import os
import stat
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from crm_data.errors import BadBackup
from crm_data.store.migrating import head
from crm_data.transfer.held import holding
from crm_data.transfer.manifest import Manifest, read_manifest
from crm_data.transfer.trouble import as_trouble

SQLITE_MAGIC = b"SQLite format 3\x00"
DUMP_MAGIC = b"PGDMP"
_CHUNK = 1 << 20
# How the name of the folder of a private copy begins.
PRIVATE = ".private-"


@dataclass(frozen=True)
class Facts:
    """What a backup holds: its revision and the number of rows by table.

    `untried` is '' when it was examined as thoroughly as can be, or a sentence that says what was left out.
    `heads`: where the log of each company ends, by its id; None where the file does not tell, or was not asked.
    `last`: the highest id of each table of manifest.NUMBERED; None where it was not asked.
    """

    revision: str
    rows: dict[str, int]
    untried: str = ""
    heads: dict[str, str] | None = None
    last: dict[str, int] | None = None


@dataclass(frozen=True)
class Verified:
    """A backup that passed every check. `older`: of an earlier version, so that restoring migrates it."""

    name: str
    manifest: Manifest
    older: bool
    untried: str = ""


@contextmanager
def verified_copy(
    backup: Path, workplace: Path, examine: Callable[[Path], Facts]
) -> Iterator[tuple[Path, Verified]]:
    """A private copy of a backup that passed every check, gone afterwards; the backup itself is read once.

    `examine` looks into the copy, so a file replaced meanwhile changes nothing. Raises BadBackup.
    """
    with (
        as_trouble(),
        holding(
            lambda: Path(tempfile.mkdtemp(prefix=PRIVATE, dir=workplace)), lambda folder: folder
        ) as folder,
    ):
        copy = folder / "copy"
        manifest = read_manifest(backup)
        if _copied(backup, copy, manifest.size) != manifest.sha256:
            raise BadBackup(
                "This backup is damaged: its bytes are not those that were written. Choose another."
            )
        facts = examine(copy)
        if (facts.revision, facts.rows) != (manifest.revision, manifest.rows):
            raise BadBackup("This backup and its manifest do not agree. Choose another backup.")
        if None not in (facts.heads, manifest.heads) and facts.heads != manifest.heads:
            raise BadBackup(
                "The log in this backup does not end where its manifest says that it did. Choose another backup."
            )
        yield copy, Verified(backup.name, manifest, facts.revision != head(), facts.untried)


def digest(path: Path) -> str:
    """The SHA-256 of a file, in hexadecimal."""
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _copied(backup: Path, copy: Path, size: int) -> str:
    """Copy exactly `size` bytes of a plain file and give their SHA-256."""
    try:
        # Neither a link nor a pipe is followed.
        source = os.open(backup, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    except OSError as error:
        raise BadBackup("This backup cannot be opened: it is gone, or a link to another file.") from error
    with open(source, "rb") as taken, open(os.open(copy, os.O_CREAT | os.O_WRONLY, 0o600), "wb") as put:
        found = os.fstat(source)
        if not stat.S_ISREG(found.st_mode) or found.st_size != size:
            raise BadBackup("This backup is damaged: it is not as long as it was. Choose another.")
        seen, left = hashlib.sha256(), size
        while left and (chunk := taken.read(min(_CHUNK, left))):
            seen.update(chunk)
            put.write(chunk)
            left -= len(chunk)
    return seen.hexdigest()
