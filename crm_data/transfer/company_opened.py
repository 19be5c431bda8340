"""A company's file, opened: what it says of itself, and its database, believed when its rows say the same."""

import json
import sqlite3
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import IO, Any

import sqlalchemy as sa
from sqlalchemy import Connection

from crm_data.errors import BadBackup, Fault, Invalid, Unavailable
from crm_data.store.chain_look import verify
from crm_data.store.failures import as_sentence
from crm_data.store.migrating import head, knows, migration_engine, upgrade
from crm_data.tables import Base
from crm_data.transfer.company_file import DATABASE, FORMAT, MANIFEST, CompanyManifest, Content, contents
from crm_data.transfer.examine_sqlite import examine
from crm_data.transfer.held import workplace
from crm_data.transfer.moved_rows import company_tables
from crm_data.transfer.sealed import is_sealed, unseal
from crm_data.transfer.trouble import as_trouble
from crm_data.transfer.verify import digest

Source = Path | IO[bytes]

_WORDS = ("product", "revision", "company", "made_at", "sha256")
_LONGEST = 1 << 20  # bytes of a manifest
_PIECE = 1 << 20
# A database packs to a tenth, an empty one to a thirtieth: what claims to be longer is there to fill the disk.
_SWELLS, _SMALL = 60, 64 << 20
NOT_OURS = "This is not a company's file of Foyer. Choose one that `take-away` or the Admin page made."
DAMAGED = "This file is damaged: what is in it is not what was written. Take the company away once more."
_ENCRYPTED = "This file is encrypted. Give the passphrase that it was taken away with."
_UNREADABLE = (
    zipfile.BadZipFile, zlib.error, KeyError, ValueError, TypeError, AttributeError, RecursionError, EOFError,
    NotImplementedError, RuntimeError,
)  # fmt: skip


@dataclass(frozen=True)
class Opened:
    """A company's file that was examined: `older` than this version, by which it was brought up to date.

    `log`: '' or what was wrong with its log when it was taken away. `file`: its database, in a private copy.
    """

    manifest: CompanyManifest
    file: Connection
    older: bool
    log: str


@contextmanager
def opened(source: Source, passphrase: str = "") -> Iterator[Opened]:
    """A file, whose every row was read and is what its manifest says. Nothing is left behind.

    Raises BadBackup with one sentence for a file that is none, was changed, cut off, is of a newer version, or has
    another passphrase.
    """
    with as_trouble(), workplace() as folder:
        copy = Path(folder, DATABASE)
        manifest = _unpacked(_readable(source, Path(folder, "company.zip"), passphrase), copy)
        if not knows(manifest.revision):
            raise BadBackup(
                f"This file is of revision {manifest.revision}, made by {manifest.product}, and this version of"
                f" Foyer knows revisions up to {head()}. Install the newer version first."
            )
        with _of_the_file():
            revision = examine(copy).revision
        if revision != manifest.revision:
            raise BadBackup(DAMAGED)
        older = manifest.revision != head()
        with _of_the_file():
            upgrade(f"sqlite:///{copy}")
        engine = migration_engine(f"sqlite:///{copy}")
        try:
            with as_sentence(), engine.begin() as file:
                with _of_the_file():
                    _no_bytes(file)
                    found = contents(file)
                    # After a migration rows say other things than when they were measured; the bytes were right.
                    manifest = replace(manifest, tables=found) if older else manifest
                    log = "" if older else _log_of(file, manifest)
                    # Before 0.7 some ids within the log were told as they are.
                    right = _told_here(manifest) == found or _told_here(manifest) == contents(
                        file, whole=False
                    )
                if not right:
                    raise BadBackup(DAMAGED)
                yield Opened(manifest, file, older, log)
        finally:
            engine.dispose()


@contextmanager
def _of_the_file() -> Iterator[None]:
    """Whatever goes wrong while a file is read is the file's fault, and no state of this installation."""
    try:
        with as_sentence():
            yield
    except (*_UNREADABLE, sqlite3.Error, BadBackup, Invalid, Unavailable, Fault) as error:
        if isinstance(error.__cause__, OSError):
            raise
        raise BadBackup(DAMAGED) from error


def _no_bytes(file: Connection) -> None:
    """SQLite keeps bytes in any column, and no column of Foyer's has any: elsewhere they would become a text."""
    for table in (Base.metadata.tables["users"], Base.metadata.tables["companies"], *company_tables()):
        is_bytes = sa.or_(*(sa.func.typeof(column) == "blob" for column in table.columns))
        if file.scalar(sa.select(sa.literal(1)).select_from(table).where(is_bytes).limit(1)):
            raise BadBackup(DAMAGED)


def _told_here(manifest: CompanyManifest) -> Mapping[str, Content]:
    """What the manifest says of each table that this version has."""
    return {name: said for name, said in manifest.tables.items() if name in Base.metadata.tables}


def _log_of(file: Connection, manifest: CompanyManifest) -> str:
    """What is wrong with the log of a file, whose rows have the ids that they had; '' where nothing is."""
    (company,) = file.execute(
        sa.select(sa.column("id", sa.Integer)).select_from(sa.table("companies"))
    ).scalars()
    found = verify(file, company, manifest.head or "0 ")
    return "" if not found.wrong else found.sentence


def _readable(source: Source, plain: Path, passphrase: str) -> Source:
    """The file itself, or what an encrypted one holds, written to `plain`. Raises BadBackup."""
    if not is_sealed(source):
        return source
    if not passphrase:
        raise BadBackup(_ENCRYPTED)
    with plain.open("wb") as file:
        unseal(source, file, passphrase)
    return plain


def _unpacked(source: Source, copy: Path) -> CompanyManifest:
    """Write the database of a file to `copy`, as many bytes as its manifest says and no more."""
    try:
        with zipfile.ZipFile(source) as archive:
            with archive.open(MANIFEST) as said:
                manifest = _manifest(json.loads(said.read(_LONGEST)))
            packed_size = archive.getinfo(DATABASE).compress_size
            if not 0 < manifest.size <= max(_SMALL, _SWELLS * packed_size):
                raise BadBackup(DAMAGED)
            with archive.open(DATABASE) as packed, copy.open("wb") as file:
                left = manifest.size + 1
                while left and (piece := packed.read(min(left, _PIECE))):
                    left -= file.write(piece)
    except _UNREADABLE as error:
        raise BadBackup(NOT_OURS) from error
    if left != 1 or digest(copy) != manifest.sha256:
        raise BadBackup(DAMAGED)
    return manifest


def _manifest(told: dict[str, Any]) -> CompanyManifest:
    if told["format"] != FORMAT:
        raise BadBackup(NOT_OURS)
    tables = {str(name): Content(int(t["rows"]), str(t["sha256"])) for name, t in told["tables"].items()}
    product, revision, company, made_at, sha256 = (str(told[name]) for name in _WORDS)
    return CompanyManifest(
        product, revision, company, made_at, sha256, int(told["size"]), tables, str(told.get("head", ""))
    )
