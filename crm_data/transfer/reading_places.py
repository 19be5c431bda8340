"""How many files are read at once: one a person and two a process, for each takes a processor and some memory."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from crm_data.errors import TooMany

AT_ONCE = 2
WAIT = 20.0  # seconds; a file of the largest size takes a few
_MINE = "Another file of yours is still being read. Wait until it is there, then choose this one again."
_OTHERS = "Other files are being read just now. Wait a moment, then choose this one again."
_reading: set[object] = set()
_changed = threading.Condition()


@contextmanager
def reading_place(person: object) -> Iterator[None]:
    """A place of one person; waited for a little. Raises TooMany."""

    def free() -> bool:
        return person not in _reading and len(_reading) < AT_ONCE

    with _changed:
        if not _changed.wait_for(free, WAIT):
            raise TooMany(_MINE if person in _reading else _OTHERS)
        _reading.add(person)
    try:
        yield
    finally:
        with _changed:
            _reading.discard(person)
            _changed.notify_all()
