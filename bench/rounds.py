"""Interleaved measuring: in each round everybody runs once, in shuffled order, so that noise falls on all."""

import random
import statistics
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass

Work = Callable[[], float | None]


@dataclass(frozen=True)
class Ratio:
    """How many times as long one takes as another: of the medians, and the middle half of the rounds."""

    middle: float
    low: float
    high: float

    def __str__(self) -> str:
        return f"{_short(self.middle)} ({_short(self.low)} to {_short(self.high)})"


@dataclass(frozen=True)
class Times:
    """Seconds by contestant, one number a round, in the order of the rounds."""

    seconds: Mapping[str, list[float]]

    def ratio(self, one: str, other: str) -> Ratio:
        """How many times as long `one` takes as `other`."""
        mine, theirs = self.seconds[one], self.seconds[other]
        by_round = sorted(a / b for a, b in zip(mine, theirs, strict=True))
        quarter = len(by_round) // 4
        middle = statistics.median(mine) / statistics.median(theirs)
        return Ratio(middle, by_round[quarter], by_round[-1 - quarter])

    def median(self, one: str) -> float:
        """Seconds."""
        return statistics.median(self.seconds[one])


def interleave(works: Mapping[str, Work], rounds: int, seed: int = 1) -> Times:
    """Run everybody `rounds` times after one round that does not count. A work may return its own seconds."""
    order, shuffled = list(works), random.Random(seed)
    seconds: dict[str, list[float]] = {name: [] for name in works}
    for turn in range(rounds + 1):
        shuffled.shuffle(order)
        for name in order:
            begun = time.perf_counter()
            own = works[name]()
            took = time.perf_counter() - begun
            if turn:
                seconds[name].append(took if own is None else own)
    return Times(seconds)


def _short(ratio: float) -> str:
    return f"{ratio:.0f}" if ratio >= 100 else f"{ratio:.2g}" if ratio < 10 else f"{ratio:.1f}"
