"""Files that leave encrypted: a ZIP of a key, under a passphrase, and of the content under that key.

Both are of the age format (age-encryption.org), which is authenticated: what was changed or cut off is refused. A
tool for age opens them: `age -d key.age > key.txt; age -d -i key.txt content.age > content`.
"""

import unicodedata
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

import pyrage

from crm_data.errors import BadBackup, Invalid

SHORTEST = 12  # characters of a passphrase
ENDING = ".sealed"
KEY, CONTENT, README = "key.age", "content.age", "README.txt"
_LONGEST_KEY = 10_000  # bytes
_LONGEST = 1024  # characters of a passphrase
_SAYS = """This file is encrypted. With its passphrase Foyer reads it, and so does any tool for age:
    age -d key.age > key.txt
    age -d -i key.txt content.age > {name}
"""
_WRONG = "The passphrase is not the one that this file was encrypted with, or the file is damaged."
_DAMAGED = "This encrypted file is damaged: what is in it is not what was written. Choose another."
_BROKEN = (zipfile.BadZipFile, KeyError, ValueError, EOFError, NotImplementedError, RuntimeError)


def demand_passphrase(passphrase: str) -> str:
    """The passphrase, its letters spelled in one way. Raises Invalid for one too short to keep a secret."""
    said = _spelled(passphrase)
    if len(said.strip()) < SHORTEST or len(said) > _LONGEST:
        raise Invalid(
            f"A passphrase has {SHORTEST} to {_LONGEST:,} characters. Take some words.", "passphrase"
        )
    return said


def seal(source: IO[bytes], to: Path, passphrase: str, name: str) -> None:
    """Encrypt all of a file into another; `name` is what the README calls the content. Memory is bounded."""
    secret = demand_passphrase(passphrase)
    key = pyrage.x25519.Identity.generate()
    with zipfile.ZipFile(to, "w", zipfile.ZIP_STORED) as made:
        made.writestr(README, _SAYS.format(name=name))
        made.writestr(KEY, pyrage.passphrase.encrypt(str(key).encode(), secret))
        with made.open(CONTENT, "w", force_zip64=True) as content:
            pyrage.encrypt_io(source, content, [key.to_public()])


def is_sealed(path: Path | IO[bytes]) -> bool:
    """Whether a file is one of these, by its own list of contents."""
    with _opened(path) as archive:
        return archive is not None and {KEY, CONTENT} <= set(archive.namelist())


def unseal(path: Path | IO[bytes], to: IO[bytes], passphrase: str) -> None:
    """Decrypt a file. Raises BadBackup, after which what was written to `to` is worth nothing."""
    with _opened(path) as archive:
        if archive is None:
            raise BadBackup(_DAMAGED)
        try:
            for name in (KEY, CONTENT):  # stored, never packed: nothing can swell
                if archive.getinfo(name).compress_type != zipfile.ZIP_STORED:
                    raise BadBackup(_DAMAGED)
            with archive.open(KEY) as kept:
                secret = pyrage.passphrase.decrypt(kept.read(_LONGEST_KEY), _spelled(passphrase))
            key = pyrage.x25519.Identity.from_str(secret.decode())
        except pyrage.DecryptError as error:
            raise BadBackup(_WRONG) from error
        except (*_BROKEN, pyrage.IdentityError) as error:
            raise BadBackup(_DAMAGED) from error
        writing = _Writing(to)
        try:
            with archive.open(CONTENT) as content:
                pyrage.decrypt_io(content, writing, [key])
        except (*_BROKEN, OSError, pyrage.DecryptError) as error:
            if writing.trouble is not None:
                raise writing.trouble from error
            raise BadBackup(_DAMAGED) from error


class _Writing:
    """A file that is written to, and what its disk said: the library tells that as it tells a damaged file."""

    def __init__(self, to: IO[bytes]) -> None:
        self._to = to
        self.trouble: OSError | None = None

    def write(self, piece: bytes) -> int:
        try:
            return self._to.write(piece)
        except OSError as error:
            self.trouble = error
            raise

    def flush(self) -> None:
        self._to.flush()


def _spelled(passphrase: str) -> str:
    return unicodedata.normalize("NFC", passphrase).encode(errors="replace").decode()


@contextmanager
def _opened(path: Path | IO[bytes]) -> Iterator[zipfile.ZipFile | None]:
    """The archive; None for a file that is none."""
    try:
        archive = zipfile.ZipFile(path)
    except _BROKEN:
        yield None
        return
    with archive:
        yield archive
