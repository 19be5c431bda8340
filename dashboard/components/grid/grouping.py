"""A grouped list as lines: heads of groups, and below those that are unfolded the rows of each. Pure."""

import hashlib
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

from crm_data.store.summary import Group, heads

MOST_OPEN: Final = 20  # groups that are unfolded at once: each has its rows to be read
Path = tuple[Any, ...]


class Stretch(NamedTuple):
    """Rows of one group in a window: their first line, the group, their first place in it, how many."""

    at: int
    path: Path
    start: int
    n: int


@dataclass(frozen=True)
class Line:
    """The head of a group, with `rows` of its own below it when it is the last to be unfolded."""

    head: Group
    open: bool
    rows: int

    @property
    def key(self) -> str:
        """What the browser calls it."""
        return hashlib.sha256(repr(self.head.values).encode()).hexdigest()[:16]


def lines(groups: Sequence[Group], depth: int, opened: Collection[Path]) -> list[Line]:
    """The heads that are to be seen, in their order."""
    return list(_below(groups, 1, depth, opened))


def _below(groups: Sequence[Group], at: int, depth: int, opened: Collection[Path]) -> Iterator[Line]:
    for head in heads(groups, at):
        unfolded = head.values in opened
        yield Line(head, unfolded, head.count if unfolded and at == depth else 0)
        if unfolded and at < depth:
            inside = [group for group in groups if group.values[:at] == head.values]
            yield from _below(inside, at + 1, depth, opened)


def total(shown: Sequence[Line]) -> int:
    """How many lines there are, heads and rows."""
    return sum(1 + line.rows for line in shown)


def window(shown: Sequence[Line], start: int, n: int) -> tuple[dict[int, Line], list[Stretch]]:
    """The heads in a window by their place, and which rows stand between them."""
    found: dict[int, Line] = {}
    between: list[Stretch] = []
    at, end = 0, start + n
    for line in shown:
        if start <= at < end:
            found[at] = line
        first, last = max(start, at + 1), min(end, at + 1 + line.rows)
        if first < last:
            between.append(Stretch(first, line.head.values, first - at - 1, last - first))
        at += 1 + line.rows
    return found, between


def place(shown: Sequence[Line], groups: Sequence[Path], at: int) -> tuple[int, int]:
    """Which of the groups a line stands in, and its place there; -1 for the head above it."""
    for line in shown:
        first = next(n for n, path in enumerate(groups) if path[: len(line.head.values)] == line.head.values)
        if at <= line.rows:
            return first, max(at - 1, -1)
        at -= 1 + line.rows
    return len(groups), -1


def following(counts: Sequence[int], group: int, back: bool) -> Iterator[int]:
    """The groups in which something was found, from one on, itself first and once more at the end."""
    turn = [(group + (-step if back else step)) % len(counts) for step in range(len(counts) + 1)]
    return (at for at in turn if counts[at])


def unfolded(opened: Sequence[Path], path: Path) -> list[Path]:
    """With a group and all that it lies in unfolded."""
    wanted = [path[:n] for n in range(1, len(path) + 1)]
    return [*(one for one in opened if one not in wanted), *wanted][-MOST_OPEN:]


def line_of(shown: Sequence[Line], path: Path) -> int:
    """The line of a group's head."""
    at = 0
    for line in shown:
        if line.head.values == path:
            return at
        at += 1 + line.rows
    raise ValueError(path)


def folded(opened: Sequence[Path], path: Path) -> list[Path]:
    """After a click on a head: open or not; the one that was unfolded longest ago gives way to a new one."""
    rest = [one for one in opened if one != path]
    return rest if path in opened else [*rest, path][-MOST_OPEN:]
