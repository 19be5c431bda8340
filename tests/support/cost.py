"""What a running server spends while something is done to it: processor time and memory, from /proc."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from tests.support.serving import Served


@dataclass
class Cost:
    """Seconds of processor time and bytes of memory that came on top; known when the block has ended."""

    seconds: float = 0.0
    bytes: int = 0


@contextmanager
def cost(served: Served) -> Iterator[Cost]:
    """Measure a block. What the server does besides counts as well, so leave room."""
    spent, seconds, memory = Cost(), _seconds(served), _memory(served)
    yield spent
    spent.seconds, spent.bytes = _seconds(served) - seconds, _memory(served) - memory


def _seconds(served: Served) -> float:
    with open(f"/proc/{served.process.pid}/stat") as file:
        user, system = file.read().rsplit(")", 1)[1].split()[11:13]
    return (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")


def _memory(served: Served) -> int:
    with open(f"/proc/{served.process.pid}/statm") as file:
        return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")
