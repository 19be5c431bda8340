"""What reading a file may cost: letters are found out from a sample, text is read in pieces, few files at once."""

import contextlib
import threading
import tracemalloc
from itertools import pairwise
from typing import Any

import pytest

from crm_data import Workspace
from crm_data.errors import Invalid, TooMany
from crm_data.store.scope import CompanyScope
from crm_data.transfer import csv_read, letters, reading_places
from crm_data.transfer.csv_read import read
from crm_data.transfer.letter_bytes import Whole, letter_sample
from crm_data.transfer.letters import ENCODINGS, MIXED, encoding_of, opened

MB = 1024 * 1024
HUGE = {
    "short words": b"a,b\n" + b"\xe4,x\n" * (3 * MB // 4),
    "one line": b"a,b\n" + b"\xc9\xe4" * (3 * MB // 2),
    "one letter behind plain ones": b"a,b\n" + b"x" * 3 * MB + b"\xe4,\n",
    "damaged": "Иванов,Москва\n".encode() * (3 * MB // 27) + b"Caf\xe9,x\n",
    "two bytes a letter": "田中太郎,東京カタカナ\n".encode("cp932") * (3 * MB // 22),
}


@pytest.mark.slow
@pytest.mark.parametrize("name", HUGE)
def test_the_letters_are_found_out_from_a_sample(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    judged: list[int] = []
    for step in ("_tried", "from_bytes", "_oddities"):
        does = getattr(letters, step)
        monkeypatch.setattr(
            letters, step, lambda said, *a, does=does, **kw: judged.append(len(said)) or does(said, *a, **kw)
        )
    pieces: list[int] = []
    cut = Whole._pieces
    monkeypatch.setattr(
        Whole, "_pieces", lambda whole: (pieces.append(len(p)) or (p, last) for p, last in cut(whole))
    )
    with contextlib.suppress(Invalid):
        encoding_of(HUGE[name])
    assert max(judged) <= 60_000
    assert len(pieces) < 8 * 13
    assert max(pieces) <= 256 * 1024


def test_the_sample_is_from_all_over_the_file() -> None:
    lines = [b"n%d\xe4,x" % n if n % 3 == 0 else b"plain,%d" % n for n in range(120_000)]
    lines[77_777] = b"n77777\xf1\xff,x"
    sample = letter_sample(b"a,b\n" + b"\n".join(lines)).split(b"\n")
    assert set(sample) <= set(lines)
    assert sample.pop() == lines[77_777]
    numbers = [int(line.split(b"\xe4")[0][1:]) for line in sample]
    assert numbers == sorted(set(numbers))
    assert numbers[0] == 0
    assert numbers[-1] > 110_000
    assert max(after - before for before, after in pairwise(numbers)) < 10_000


def test_a_small_file_is_its_own_sample() -> None:
    assert letter_sample(b"a,b\nx\xe4,1\r\nplain\n\xf6") == b"x\xe4,1\n\xf6"


@pytest.mark.parametrize("encoding", [name for name in ENCODINGS if not name.startswith("utf")])
def test_an_encoding_is_ruled_out_by_any_byte_of_the_file(encoding: str) -> None:
    good = "".join(chr(n) for n in range(0x80, 0x600)).encode(encoding, "ignore")
    rest = [bytes([first]) for first in range(0x80, 0x100, 5)] + [b"\xff\xff\n", b"\x80\x80\n"]
    for bad in rest:
        data = b"x,y\n" * 70_000 + good + b"\n" + b"x,y\n" * 70_000 + bad
        try:
            data.decode(encoding)
            reads = True
        except UnicodeDecodeError:
            reads = False
        assert Whole(data).may_be(encoding) == reads, bad


@pytest.mark.slow
def test_what_the_beginning_does_not_tell_is_still_right() -> None:
    rare = b"M\xfcller,x\n" * 9_000 + "Łódź,Żak\n".encode("cp1250") + b"M\xfcller,x\n" * 9_000
    encoding = encoding_of(b"a,b\n" + rare)
    text = opened(rare, encoding).read()
    assert (encoding, text.count("Łódź,Żak"), text.count("Müller")) == ("cp1250", 1, 18_000)
    stray = "Jörg,x\n".encode() * 40_000 + b"Caf\xe9\n" + "Jörg,x\n".encode() * 40_000
    assert encoding_of(stray, MIXED) == MIXED
    assert opened(stray, MIXED).read() == "Jörg,x\n" * 40_000 + "Café\n" + "Jörg,x\n" * 40_000


@pytest.mark.slow
@pytest.mark.parametrize("encoding", ["utf-8", MIXED, "utf-16", "utf-32", "cp1252", "gb18030", "cp932"])
def test_beside_its_rows_a_file_takes_next_to_no_memory(encoding: str) -> None:
    """Its text as a whole would take two to eight times the file, for a moment; every piece is let go of."""
    codec = "utf-8" if encoding == MIXED else encoding
    word = "Müller" if encoding in ("cp1252", MIXED) else "東京"
    row = f'{word} {{}},person{{}}@example.com,"said, and done {"x" * 80}"\r\n'
    data = ("Name,E-mail,Notes\r\n" + "".join(row.format(n, n) for n in range(30_000))).encode(codec)
    data += b"Caf\xe9,,\r\n" * (encoding == MIXED)
    tracemalloc.start()
    sheet = read(data, "x.csv", encoding)
    kept, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert len(sheet.lines) == 30_000 + (encoding == MIXED)
    assert sheet.lines[29_999].cells[0] == f"{word} 29999"
    assert peak - kept < len(data) / 5


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_pieces_are_read_as_the_whole_is(encoding: str) -> None:
    """Letters of several bytes lie across the end of a piece, wherever it is."""
    codec = "utf-8" if encoding == MIXED else encoding
    letters = "".join(chr(n) for n in (*range(0x20, 0x600), *range(0x4E00, 0x5000), 0x1F600)).encode(
        codec, "ignore"
    )
    text = letters.decode(codec)
    for first in range(5):
        whole = "x" * (8_192 - 40 * first - first) + text + "\r\n\r\n" + text
        assert opened(whole.encode(codec), encoding).read() == whole
        assert "".join(opened(whole.encode(codec), encoding)) == whole


def test_one_file_a_person_and_few_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading_places, "WAIT", 0.05)
    going, go_on = threading.Barrier(reading_places.AT_ONCE + 1), threading.Event()
    data = b"Name\nx\n"

    def slowly(*said: object) -> object:
        going.wait(20)
        go_on.wait(20)
        return None

    def at(person: int) -> Workspace:
        nowhere: Any = None  # reading a file asks no database
        return Workspace(nowhere, CompanyScope(1, person, "manager"))

    with monkeypatch.context() as slow:
        slow.setattr(csv_read, "read", slowly)
        threads = [
            threading.Thread(target=at(n).read_file, args=(data, "x.csv"))
            for n in range(reading_places.AT_ONCE)
        ]
        for thread in threads:
            thread.start()
        going.wait(20)
    for person, why in ((0, "of yours"), (99, "Other files")):
        with pytest.raises(TooMany, match=why):
            at(person).read_file(data, "x.csv")
    go_on.set()
    for thread in threads:
        thread.join(20)
    with pytest.raises(Exception, match="empty"):
        at(0).read_file(b"", "x.csv")
    assert at(0).read_file(data, "x.csv").headings == ("Name",)
