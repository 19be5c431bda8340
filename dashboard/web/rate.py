"""So many at once, so many a second after that: how long the next one has to wait."""

import time
from collections import OrderedDict
from collections.abc import Callable


class Rate:
    """A bucket of `burst` that fills by `rate` a second; one for each name that is asked for.

    Nobody waits longer than `longest` seconds, whatever was asked for before them.
    """

    def __init__(
        self, burst: int, rate: float, longest: float = 30.0, now: Callable[[], float] = time.monotonic
    ) -> None:
        self._full = burst / rate
        self._each = 1 / rate
        self._longest = longest
        self._now = now
        # Name -> when its bucket will be full again, the one that was used longest ago first.
        self._until: OrderedDict[str, float] = OrderedDict()

    def wait(self, name: str = "") -> float:
        """Take one; returns the seconds to wait before it may be used."""
        now = self._now()
        until = max(self._until.pop(name, now), now) + self._each
        until = min(until, now + self._full + self._longest)
        self._until[name] = until
        while self._until and next(iter(self._until.values())) <= now:
            self._until.popitem(last=False)
        return max(until - self._full - now, 0.0)
