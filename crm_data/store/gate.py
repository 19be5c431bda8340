"""The write barrier, a gate in front of every write: shut for the moment in which a backup is put in place."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from crm_data.errors import Unavailable

WAIT = 15.0


class Gate:
    """Writers pass it; while it is shut they wait `wait` seconds, then get a sentence."""

    def __init__(self, wait: float = WAIT) -> None:
        self._wait = wait
        self._changed = threading.Condition()
        self._inside = 0
        self._shut = False

    @contextmanager
    def passed(self) -> Iterator[None]:
        """One writer's way through."""
        with self._changed:
            if not self._changed.wait_for(lambda: not self._shut, self._wait):
                raise Unavailable("A backup is being restored. Nothing was changed; try again in a minute.")
            self._inside += 1
        try:
            yield
        finally:
            with self._changed:
                self._inside -= 1
                self._changed.notify_all()

    @contextmanager
    def shut(self) -> Iterator[None]:
        """Nobody writes within; raises Unavailable when another holds it shut or a writer does not end."""
        with self._changed:
            if self._shut:
                raise Unavailable("Another backup is being restored. Wait until that is done.")
            self._shut = True
            quiet = self._changed.wait_for(lambda: self._inside == 0, self._wait)
        try:
            if not quiet:
                raise Unavailable(
                    "A long change is under way. Nothing was restored; try again when it is done."
                )
            yield
        finally:
            with self._changed:
                self._shut = False
                self._changed.notify_all()
