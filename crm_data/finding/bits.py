"""Sets of row ids, some 16,000 neighbours at a time: as an integer whose bits they are, and packed as text."""

from base64 import b64decode, b64encode
from collections.abc import Iterator
from struct import Struct

SHIFT = 14
SIZE = 1 << SHIFT
_PLACES = Struct("<H")
_BYTES = SIZE // 8  # of all the bits
_FEW = 200  # ids that are kept as a list of their places; more of them are read quicker as bits


def place(row_id: int) -> tuple[int, int]:
    """(the part that an id is in, its bit there)."""
    return row_id >> SHIFT, 1 << (row_id & (SIZE - 1))


def packed(bits: int) -> str:
    """As it is kept."""
    if bits.bit_count() <= _FEW:
        raw = b"".join(map(_PLACES.pack, _places(bits)))
    else:
        raw = bits.to_bytes(_BYTES, "little")
    return b64encode(raw).decode()


def unpacked(kept: str) -> int:
    """The bits again; none of what nobody packed: what is found is judged by the record, and not by its list."""
    try:
        raw = b64decode(kept, validate=True)
    except ValueError:
        return 0
    if len(raw) == _BYTES:
        return int.from_bytes(raw, "little")
    made = bytearray(_BYTES)
    for (at,) in _PLACES.iter_unpack(raw[: len(raw) & ~1]):
        made[at >> 3 & (_BYTES - 1)] |= 1 << (at & 7)
    return int.from_bytes(made, "little")


def newest(part: int, bits: int) -> Iterator[int]:
    """The ids of a set, the greatest first."""
    for at in _places(bits):
        yield (part << SHIFT) + at


def _places(bits: int) -> Iterator[int]:
    while bits:
        at = bits.bit_length() - 1
        yield at
        bits ^= 1 << at
