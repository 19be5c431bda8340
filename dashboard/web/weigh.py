"""How many parts a protobuf message has, counted on its bytes up to a limit; nothing is built of them."""

from google.protobuf.descriptor import Descriptor, FieldDescriptor

_VARINT, _FIXED64, _LENGTH, _FIXED32 = 0, 1, 2, 5
_DEEPEST = 20


def parts(data: bytes, kind: Descriptor, most: int) -> int:
    """The number of fields in a message and in the messages within it; `most` + 1 when there are more.

    -1 for bytes that are no such message.
    """
    count = 0
    waiting = [(0, len(data), kind, 0)]
    while waiting:
        at, end, here, depth = waiting.pop()
        known = here.fields_by_number
        while at < end:
            count += 1
            if count > most or depth > _DEEPEST:
                return most + 1
            key, at = _varint(data, at, end)
            wire = key & 7
            if wire == _VARINT:
                _, at = _varint(data, at, end)
            elif wire == _LENGTH:
                size, at = _varint(data, at, end)
                field = known.get(key >> 3)
                if field is not None and field.type == FieldDescriptor.TYPE_MESSAGE:
                    waiting.append((at, at + size, field.message_type, depth + 1))
                at += size
            elif wire in (_FIXED64, _FIXED32):
                at += 8 if wire == _FIXED64 else 4
            else:
                return -1  # groups, which nothing of ours has
            if not 0 < at <= end:
                return -1
    return count


def _varint(data: bytes, at: int, end: int) -> tuple[int, int]:
    """A number and the place after it; the place is -1 where there is none."""
    value = shift = 0
    while 0 <= at < end and shift < 70:
        byte = data[at]
        value |= (byte & 0x7F) << shift
        at += 1
        if byte < 0x80:
            return value, at
        shift += 7
    return 0, -1
