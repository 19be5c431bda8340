"""Which rows a grid shows just now: a window of the list, or of its groups with the rows of those unfolded."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from crm_data import Query, Records
from crm_data.store.finding import Found
from crm_data.store.lists import Ruler
from crm_data.store.summary import Group
from dashboard.components.grid import grouping
from dashboard.components.grid.grouping import Line, Path

Row = dict[str, Any]


@dataclass(frozen=True)
class Shown:
    """Rows and heads of groups by their line, from `start` on; `total` lines, `count` records in all."""

    rows: Mapping[int, Row]
    start: int
    total: int
    count: int
    names: Mapping[str, Mapping[int, str]]
    last: int
    heads: Mapping[int, Line] = field(default_factory=dict)
    lines: Sequence[Line] = ()


@dataclass
class Lists:
    """What a tab keeps of its list from one window to the next, so that it is not counted anew."""

    ruler: Ruler | None = None
    opened: list[Path] = field(default_factory=list)
    by: tuple[str, ...] = ()
    groups: tuple[Any, list[Group]] | None = None
    heads: dict[str, Path] = field(default_factory=dict)

    def window(self, records: Records, query: Query, start: int, n: int) -> Shown:
        """A window of the list as it is."""
        found = records.window(query, start, n, self.ruler)
        self.ruler = found.ruler
        rows = {found.start + at: row for at, row in enumerate(found.rows)}
        return Shown(rows, found.start, found.total, found.total, found.names, found.ruler.last_change)

    def grouped(
        self, records: Records, query: Query, by: tuple[str, ...], sums: Sequence[str], start: int, n: int
    ) -> Shown:
        """A window of the list in groups. Raises Invalid where there are too many of them."""
        if by != self.by:
            self.by, self.opened = by, []
        last = records.last_change()
        asked = (query, by, tuple(sums), last)
        if self.groups is None or self.groups[0] != asked:
            self.groups = (asked, records.groups(query, by, sums))
        groups = self.groups[1]
        lines = grouping.lines(groups, len(by), self.opened)
        total = grouping.total(lines)
        start = max(0, min(start, total - n))
        heads, between = grouping.window(lines, start, n)
        self.heads |= {line.key: line.head.values for line in heads.values()}
        rows: dict[int, Row] = {}
        names: dict[str, dict[int, str]] = {}
        for part in between:
            found = records.window(records.group(query, by, part.path), part.start, part.n)
            for at, row in enumerate(found.rows, part.at + found.start - part.start):
                if part.at <= at < part.at + part.n:
                    rows[at] = row
            for name, known in found.names.items():
                names.setdefault(name, {}).update(known)
        count = sum(group.count for group in groups)
        return Shown(rows, start, total, count, names, last, heads, lines)

    def find(
        self, records: Records, query: Query, columns: Sequence[str], text: str, after: int, back: bool
    ) -> Found:
        """As `Records.find`, over the rows of all groups, unfolded or not: the group of what is found is unfolded.

        Places are lines. Five statements at most. Raises Invalid.
        """
        if self.groups is None:
            return Found(0)
        by, groups = self.by, self.groups[1]
        paths = [group.values for group in groups]
        hits = {g.values: g.count for g in records.groups(query, by, (), columns, text)}
        counts = [hits.get(path, 0) for path in paths]
        if not any(counts):
            return Found(0)
        group, start = grouping.place(grouping.lines(groups, len(by), self.opened), paths, after)
        if group == len(paths):
            group, start = (group - 1, groups[-1].count) if back else (0, -1)
        for turn, at in enumerate(grouping.following(counts, group, back)):
            own = turn == 0 and at == group
            edge = start if own else groups[at].count if back else -1
            found = records.find(records.group(query, by, paths[at]), columns, text, edge, back)
            if found.at is None or (own and (found.at >= edge if back else found.at <= edge)):
                continue  # round the end of this group: the next one comes first
            self.opened = grouping.unfolded(self.opened, paths[at])
            head = grouping.line_of(grouping.lines(groups, len(by), self.opened), paths[at])
            return Found(sum(counts), head + 1 + found.at, sum(counts[:at]) + (found.nth or 0))
        return Found(sum(counts))

    def fold(self, key: str) -> None:
        """Unfold the group that the browser calls so, or fold it."""
        if key in self.heads:
            self.opened = grouping.folded(self.opened, self.heads[key])
