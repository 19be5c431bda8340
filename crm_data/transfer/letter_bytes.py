"""What the bytes of a file say of its letters, at a bounded cost: a sample, and what they cannot be. Pure."""

import codecs
import re
from collections.abc import Iterator

_BEFORE = 100  # ASCII before a line's first other letter
_FIRST = 24_000  # bytes of lines from the beginning
_PLACES, _EACH = 16, 1_000  # and at places all over the file, of each so many
_PIECE = 256 * 1024
_SEVERAL = frozenset({"cp932", "euc_jp", "gb18030", "big5", "cp949"})  # of more than one byte a letter
_HIGH = re.compile(rb"[\x80-\xff]")
_STRAY = re.compile("[\udc80-\udcff]+")
_LETTERS = re.compile("[\x80-\ud7ff\ue000-\U0010ffff]+")


def letter_sample(data: bytes) -> bytes:
    """Lines with other letters than ASCII, some 60,000 bytes: the first ones, and some from all over the file.

    Beside them a line with each byte that is nowhere in those.
    """
    found: list[bytes] = []
    reached = _take(data, 0, _FIRST, found)
    for place in range(1, _PLACES + 1):
        start = data.find(b"\n", max(len(data) * place // (_PLACES + 1), reached - 1))
        if start >= 0:
            reached = _take(data, start + 1, _EACH, found)
    for byte in range(0x80, 0x100):
        at = data.find(byte)
        if at >= 0 and not any(byte in line for line in found):
            _take(data, _line(data, 0, at), 1, found, at)
    return b"\n".join(found)


def _take(data: bytes, start: int, most: int, found: list[bytes], at: int = 0) -> int:
    """Take lines until there are so many bytes, the first one around `at`; where the next one begins."""
    while most > 0 and (high := _HIGH.search(data, max(start, at))):
        here, room = high.start(), max(most, _EACH)
        ends = [end for sign in (b"\n", b"\r") if (end := data.find(sign, here, here + room)) >= 0]
        end = min(ends, default=here + room)
        if not ends:  # a long one is cut, at a sign where there is one
            signs = (data.rfind(sign, here + 1, end) for sign in (b",", b";", b"\t", b" "))
            end = next((cut for cut in signs if cut >= 0), end)
        found.append(data[max(_line(data, start, here), here - _BEFORE) : end])
        most -= len(found[-1]) + 1
        after = data.find(b"\n", here)
        start = min(ends) + 1 if ends else after + 1 if after >= 0 else len(data)
    return start


def _line(data: bytes, start: int, at: int) -> int:
    """Where the line of this byte begins."""
    return max(data.rfind(b"\n", start, at), data.rfind(b"\r", start, at), start - 1) + 1


class Whole:
    """A file of which encodings are ruled out by any one of its bytes."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._high = bytes(byte for byte in range(0x80, 0x100) if byte in data)

    def may_be(self, encoding: str) -> bool:
        """Whether all of it can be read so."""
        if encoding not in _SEVERAL:
            return _reads(self._high, encoding)
        decoder = codecs.getincrementaldecoder(encoding)()
        try:
            for piece, last in self._pieces():
                decoder.decode(piece, last)
        except UnicodeError:
            return False
        return True

    def is_damaged_utf_8(self) -> bool:
        """Whether it is UTF-8 but for some bytes, which are Western."""
        decoder = codecs.getincrementaldecoder("utf-8")("surrogateescape")
        stray, whole, signs = 0, 0, set[str]()
        for piece, last in self._pieces():
            text = decoder.decode(piece, last)
            if text.isascii():
                continue
            strays = "".join(_STRAY.findall(text))
            stray, signs = stray + len(strays), signs | set(strays)
            whole += sum(map(len, _LETTERS.findall(text)))
        return whole * 4 >= stray and _reads("".join(signs).encode("utf-8", "surrogateescape"), "cp1252")

    def _pieces(self) -> Iterator[tuple[bytes, bool]]:
        for at in range(0, len(self._data), _PIECE):
            yield self._data[at : at + _PIECE], at + _PIECE >= len(self._data)


def _reads(data: bytes, encoding: str) -> bool:
    try:
        data.decode(encoding)
    except UnicodeError:
        return False
    return True
