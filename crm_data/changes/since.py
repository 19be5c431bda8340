"""Which lines of the log are taken back, and what somebody wrote after them that nobody has taken back."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from crm_data.store.scope import CompanySession
from crm_data.store.writer import MOST_IDS
from crm_data.tables import ChangeLog, ChangeSet

WHOLE = ""  # in place of a field: the row itself came or went
Key = tuple[str, int]


@dataclass(frozen=True)
class Wrote:
    """Who wrote last, and when."""

    user_id: int | None
    at: datetime


@dataclass(frozen=True)
class _Line:
    set_id: int
    undoes: int | None
    wrote: Wrote


class Span(Protocol):
    """The lines of the log that are taken back together, and those that were written after them."""

    def mine(self, line: Any) -> sa.ColumnElement[bool]:
        """Whether a line of the log belongs to it."""
        ...

    def later(self, line: Any) -> sa.ColumnElement[bool]:
        """Whether a line may have been written after it."""
        ...


@dataclass(frozen=True)
class OneAct:
    """One act, by its name."""

    act_id: str

    def mine(self, line: Any) -> sa.ColumnElement[bool]:
        """Its lines."""
        return line.act_id == self.act_id  # type: ignore[no-any-return]

    def later(self, line: Any) -> sa.ColumnElement[bool]:
        """The lines of all others."""
        return line.act_id != self.act_id  # type: ignore[no-any-return]


@dataclass(frozen=True)
class Acts:
    """Every act from one change set to another, both with it, by their ids."""

    first: int
    last: int

    def mine(self, line: Any) -> sa.ColumnElement[bool]:
        """Their lines."""
        return line.act_id.in_(  # type: ignore[no-any-return]
            sa.select(ChangeSet.act_id).where(ChangeSet.id >= self.first, ChangeSet.id <= self.last)
        )

    def later(self, line: Any) -> sa.ColumnElement[bool]:
        """The lines of acts after the last one."""
        return line.act_id.in_(sa.select(ChangeSet.act_id).where(ChangeSet.id > self.last))  # type: ignore[no-any-return]


def written_since(session: CompanySession, span: Span) -> dict[Key, dict[str, Wrote]]:
    """Of the rows that were written, by field, the last write after it that still stands.

    An act and the one that undid it cancel each other out, field by field: an undo may have left some.
    """
    mine: Any = aliased(ChangeLog)
    later = ChangeLog
    same = sa.and_(mine.table_name == later.table_name, mine.row_id == later.row_id, later.id > mine.id)
    wanted = (
        sa.select(
            later.id, later.act_id, later.table_name, later.row_id, later.action, later.before, later.after,
            later.user_id, later.at,
        )
        .join(mine, same)
        .where(span.mine(mine), span.later(later))
    )  # fmt: skip
    # Sorted here: asked to sort, SQLite would walk the company's whole log by its ids, whatever was written since.
    found = {row.id: row for row in sorted(session.execute(wanted), key=lambda row: row.id)}
    sets = _sets(session, {row.act_id for row in found.values()})
    stacks: dict[Key, dict[str, list[_Line]]] = defaultdict(lambda: defaultdict(list))
    for row in found.values():
        set_id, undoes = sets.get(row.act_id, (0, None))
        line = _Line(set_id, undoes, Wrote(row.user_id, row.at))
        for field in _fields(row.action, row.before, row.after):
            stack = stacks[row.table_name, row.row_id][field]
            if stack and undoes is not None and stack[-1].set_id == undoes:
                stack.pop()
            else:
                stack.append(line)
    return {
        key: standing
        for key, fields in stacks.items()
        if (standing := {field: stack[-1].wrote for field, stack in fields.items() if stack})
    }


def _fields(action: str, before: Any, after: Any) -> Iterable[str]:
    if action in ("add", "erase"):
        return (WHOLE,)
    return after or before or ("archived_at",)


def _sets(session: CompanySession, acts: Collection[str]) -> dict[str, tuple[int, int | None]]:
    """Act -> its change set, and the one that it undoes."""
    found: dict[str, tuple[int, int | None]] = {}
    names = sorted(acts)
    for start in range(0, len(names), MOST_IDS):
        some = names[start : start + MOST_IDS]
        wanted = sa.select(ChangeSet.act_id, ChangeSet.id, ChangeSet.undoes).where(ChangeSet.act_id.in_(some))
        found |= {act: (id_, undoes) for act, id_, undoes in session.execute(wanted)}
    return found
