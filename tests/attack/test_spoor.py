"""A word that is planted is found: in files of every form, also in those that are gone."""

import base64
import gzip
import io
import os
import sqlite3
import tempfile
import zipfile
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from tests.attack.spoor import Disk, found, watched

OTHER, WORD = "qvarzaxo", "qvarzomu"


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Disk]:
    with watched(tmp_path / "disk") as made:
        yield made


def _zipped(data: bytes, name: str = "a.txt") -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, data)
    return made.getvalue()


def _database(word: str) -> bytes:
    with closing(sqlite3.connect(":memory:")) as base:
        base.execute("CREATE TABLE kept (said TEXT)")
        base.execute("INSERT INTO kept VALUES (?)", (word,))
        base.commit()
        return base.serialize()


_PLANTED: dict[str, Callable[[str], bytes]] = {
    "text": lambda word: f"a {word.upper()} b".encode(),
    "wide text": lambda word: word.encode("utf-16-le"),
    "base64": lambda word: base64.b64encode(f"somebody {word} else".encode()),
    "base64, a place on": lambda word: base64.b64encode(f"somebody. {word} else".encode()),
    "base64, two places on": lambda word: base64.b64encode(f"somebody.. {word} else".encode()),
    "zip": lambda word: _zipped(word.encode()),
    "zip in a zip": lambda word: _zipped(_zipped(word.encode() * 50)),
    "name in a zip": lambda word: _zipped(b"", f"{word}.csv"),
    "gzip": lambda word: gzip.compress(word.encode() * 50),
    "database": _database,
    "database in a zip": lambda word: _zipped(_database(word)),
    "half of a database": lambda word: b"SQLite format 3\0" + word.encode(),
}


@pytest.mark.parametrize("kind", _PLANTED)
def test_a_word_that_is_planted_is_found(kind: str) -> None:
    data = _PLANTED[kind](WORD)
    assert found(WORD, "planted", data) != []
    assert found(OTHER, "planted", data) == []


def test_a_file_that_is_gone_is_seen(disk: Disk) -> None:
    word = WORD.encode()
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "one").write_bytes(word)
    with tempfile.NamedTemporaryFile() as file:
        file.write(word)
        file.flush()
    with tempfile.TemporaryFile() as unnamed:
        unnamed.write(word)
    with tempfile.SpooledTemporaryFile(1) as spooled:
        spooled.write(word)
    replaced, by = Path(tempfile.gettempdir(), "replaced"), Path(tempfile.gettempdir(), "by")
    replaced.write_bytes(word)
    by.write_bytes(b"")
    os.replace(by, replaced)
    assert len([one for one in disk.all() if found(WORD, one.path, one.data)]) == 5
