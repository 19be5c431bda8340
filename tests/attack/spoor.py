"""Where a company's word stands: within files of every form, and on the disk, also in files that are gone."""

import base64
import gzip
import io
import os
import sqlite3
import stat
import tempfile
import zipfile
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from dashboard.web import exports


def spelled(word: str) -> list[bytes]:
    """A word as bytes: as text of either width, and as base64 has it at each of its three places."""
    plain = word.encode()
    # Of the letters those that are made of bits of the word alone.
    coded = [
        base64.b64encode(bytes(at) + plain)[-(-at * 4 // 3) : (at + len(plain)) * 4 // 3] for at in range(3)
    ]
    return [plain, word.encode("utf-16-le"), word.encode("utf-16-be"), *coded]


def found(word: str, name: str, data: bytes, deep: int = 5) -> list[str]:
    """The places within a file at which a word stands; archives, gzip and databases are opened."""
    lower = data.lower()
    there = [name] if any(one in (data if n > 2 else lower) for n, one in enumerate(spelled(word))) else []
    if deep and zipfile.is_zipfile(io.BytesIO(data)):
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            for member in archive.infolist():
                there += [f"{name}: its name"] if word in member.filename.lower() else []
                there += found(word, f"{name}/{member.filename}", archive.read(member), deep - 1)
    if deep and data.startswith(b"\x1f\x8b"):
        with suppress(OSError, EOFError):
            there += found(word, f"{name}/gz", gzip.decompress(data), deep - 1)
    if data.startswith(b"SQLite format 3\0"):
        there += _in_tables(word, name, data)
    return there


def _in_tables(word: str, name: str, data: bytes) -> list[str]:
    """A text may be cut by the pages of its file, so that it is read as a row as well."""
    with closing(sqlite3.connect(":memory:")) as base:
        try:
            base.deserialize(data)
            tables = base.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
            return [
                f"{name}/{table}"
                for (table,) in tables
                if any(word in repr(row).lower() for row in base.execute(f'SELECT * FROM "{table}"'))
            ]
        except sqlite3.DatabaseError:
            return []  # half of a database: its bytes were looked through


@dataclass(frozen=True)
class Seen:
    """A file that is or was there: where, its bytes, and whether its owner alone could open it."""

    path: str
    data: bytes
    private: bool


@dataclass
class Disk:
    """A folder, and what was removed from it or never had a name there."""

    folder: Path
    removed: list[Seen] = field(default_factory=list)
    nameless: list[int] = field(default_factory=list)

    def all(self) -> list[Seen]:
        """Every file: those that are there, those that were, those without a name."""
        there = [self._seen(path) for path in self.folder.rglob("*") if path.is_file()]
        unnamed = [Seen(f"without a name, {n}", whole(n), True) for n in self.nameless]
        return [*there, *self.removed, *unnamed]

    def goes(self, path: Any, dir_fd: int | None = None) -> None:
        """Keep what a file holds that is about to be removed or replaced."""
        above = Path(os.readlink(f"/proc/self/fd/{dir_fd}")) if dir_fd is not None else Path()
        where = Path(os.path.abspath(above / os.fsdecode(path)))
        if where.is_relative_to(self.folder) and where.is_file():
            self.removed.append(self._seen(where))

    def _seen(self, path: Path) -> Seen:
        above = [path, *path.parents][: len(path.relative_to(self.folder).parts)]
        closed = any(not stat.S_IMODE(one.stat().st_mode) & 0o077 for one in above)
        return Seen(str(path.relative_to(self.folder)), path.read_bytes(), closed)


def whole(descriptor: int) -> bytes:
    return os.pread(descriptor, os.fstat(descriptor).st_size, 0)


def _kept_open(made: Disk, makes: Callable[..., Any]) -> Callable[..., Any]:
    def make(*given: Any, **named: Any) -> Any:
        file = makes(*given, **named)
        made.nameless.append(os.dup(file.fileno()))
        return file

    return make


def _watched(made: Disk, does: Callable[..., Any], which: Callable[[Any], Any]) -> Callable[..., Any]:
    def do(*given: Any, **named: Any) -> Any:
        made.goes(which(given), named.get("dir_fd", named.get("dst_dir_fd")))
        return does(*given, **named)

    return do


@contextmanager
def watched(folder: Path) -> Iterator[Disk]:
    """A new folder that holds the temporary files of this process for a while; no small one stays in memory."""
    made = Disk(folder)
    with pytest.MonkeyPatch.context() as monkeypatch:
        made.folder.mkdir(mode=0o755)
        (made.folder / "tmp").mkdir(mode=0o755)
        monkeypatch.setattr(tempfile, "tempdir", str(made.folder / "tmp"))
        monkeypatch.setenv("TMPDIR", str(made.folder / "tmp"))
        monkeypatch.setattr(exports, "_IN_MEMORY", 1)
        monkeypatch.setattr(exports, "_IN_MEMORY_ONLY", 1)
        for name in ("unlink", "remove"):
            monkeypatch.setattr(os, name, _watched(made, getattr(os, name), lambda a: a[0]))
        for name in ("rename", "replace"):
            monkeypatch.setattr(os, name, _watched(made, getattr(os, name), lambda a: a[1]))
        for name in (
            "TemporaryFile",
            "NamedTemporaryFile",
        ):  # the second removes its own without asking `os` by name
            monkeypatch.setattr(tempfile, name, _kept_open(made, getattr(tempfile, name)))
        yield made
        for descriptor in made.nameless:
            os.close(descriptor)
