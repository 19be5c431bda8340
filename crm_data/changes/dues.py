"""When archived records are erased by themselves: after the days that their company has set, if at all, and never
before all that would go with them was put away as long ago. What only tells of them goes along.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import sqlalchemy as sa

from crm_data import clock
from crm_data.changes.tables import chunks, links_of
from crm_data.store.naming import naming
from crm_data.store.scope import CompanySession
from crm_data.tables import ChangeLog, Company, by_name
from crm_data.tables.base import MERGED, Archivable

# Nothing goes sooner than so many days after the rule was set, or made stricter: what it takes can be restored.
GRACE = 7
STAYS = datetime.max.replace(tzinfo=UTC)  # of what is in use, or goes on in another record
_AT_ONCE = datetime.min.replace(tzinfo=UTC)
Ids = dict[str, set[int]]
Key = tuple[str, int]


@dataclass(frozen=True)
class Rule:
    """After how many days in the trash records are erased, None: never; none goes before `start`, a UTC day."""

    days: int | None = None
    start: date | None = None

    def day(self, archived_at: datetime) -> date | None:
        """The UTC day on which what was archived then goes: the first that begins after so many days."""
        if self.days is None or archived_at == STAYS:
            return None
        day = archived_at.astimezone(UTC).date() + timedelta(days=self.days + 1)
        return max(day, self.start or day)

    def edge(self, day: date) -> datetime | None:
        """What was archived before this moment is due on a day; None where nothing goes on it."""
        if self.days is None or (self.start is not None and day < self.start):
            return None
        return datetime.combine(day, time(), UTC) - timedelta(days=self.days)

    def instead(self, days: int | None, today: date) -> "Rule":
        """The rule with other days. Whoever makes it stricter has some days to see what it takes."""
        if days is None:
            return Rule()
        if self.days is not None and days >= self.days:
            return Rule(days, self.start)
        return Rule(days, today + timedelta(days=GRACE))


def rule_of(session: CompanySession) -> Rule:
    """What the company of a session has set."""
    days, start = session.execute(sa.select(Company.trash_days, Company.trash_from)).one()
    return Rule(days, start)


def today() -> date:
    """The day it is in UTC, by which the round counts."""
    return clock.now().date()


def put_away(session: CompanySession, roots: Ids) -> Mapping[Key, datetime]:
    """Of archived records: when the last of what would be erased with each was archived; STAYS where one of that
    is in use, or was merged into another record. A few statements for each kind that goes along, and for 500 rows.
    """
    found = _Found(session)
    for table, ids in roots.items():
        found.read(table, "id", ids)
    turn = roots
    while turn:
        turn = found.below(turn)
    found.settle()
    return {(table, id_): found.last.get((table, id_), STAYS) for table, ids in roots.items() for id_ in ids}


class _Found:
    """Rows: when each was put away, and which others go no sooner than it."""

    def __init__(self, session: CompanySession) -> None:
        self._session = session
        self.last: dict[Key, datetime] = {}
        self._others: dict[Key, set[Key]] = {}
        self._told: Ids = {}  # what is told of by rows that go along

    def below(self, turn: Ids) -> Ids:
        """Find what these rows would take along; the rows among it that were not known before."""
        known, new = set(self.last), Ids()
        for parent, ids in turn.items():
            for child, column, rule in naming(parent):
                for row in self.read(child, column, ids) if rule == "CASCADE" else ():
                    self._others.setdefault((child, row.id), set()).add((parent, row.named))
                    if (child, row.id) not in known:
                        new.setdefault(child, set()).add(row.id)
        return new

    def read(self, table: str, column: str, ids: Collection[int], along: bool = True) -> Sequence[Any]:
        """Rows whose column names one of these, and what is known of each by itself. `along`: these would go."""
        model: Any = by_name(table)
        named = getattr(model, column)
        wanted = sa.select(model.id, named.label("named"), *_said(model)).order_by(model.id)
        parts = (wanted.where(named.in_(some)) for some in chunks(sorted(ids)))
        rows = [row for part in parts for row in self._session.execute(part)]
        if not issubclass(model, Archivable):  # such as the history of a stage
            self.last |= dict.fromkeys(((table, row.id) for row in rows), _AT_ONCE)
            return rows
        telling = [row.id for row in rows if along and row.along and row.archived_at is None]
        alone = set(telling) - self._restored(table, telling)
        for row in rows:
            key = (table, row.id)
            if row.archived_at is not None and row.merged is None:
                self.last[key] = row.archived_at
            elif row.id not in alone:
                self.last[key] = STAYS
            else:
                self.last[key] = _AT_ONCE
                for link, to in links_of(table).items():
                    if (id_ := getattr(row, link)) is not None:
                        self._others.setdefault((to, id_), set()).add(key)
                        self._told.setdefault(to, set()).add(id_)
        return rows

    def _restored(self, table: str, ids: Sequence[int]) -> set[int]:
        """Those that somebody has ever brought back from the trash."""
        line, found = ChangeLog, set()
        for some in chunks(ids):
            wanted = sa.select(line.row_id).where(line.table_name == table, line.row_id.in_(some))
            found |= set(self._session.scalars(wanted.where(line.action == "restore")))
        return found

    def settle(self) -> None:
        """Have every row go no sooner than the last of those that it goes with, or tells of."""
        for table, ids in self._told.items():
            self.read(table, "id", {id_ for id_ in ids if (table, id_) not in self.last}, along=False)
        changed = list(self.last)
        while changed:
            key = changed.pop()
            for other in self._others.get(key, ()):
                if self.last[other] < self.last[key]:
                    self.last[other] = self.last[key]
                    changed.append(other)


def _said(model: Any) -> list[Any]:
    """What says of a row whether it is in the trash, and what a row that goes along tells of."""
    if not issubclass(model, Archivable):
        return []
    merged = getattr(model, MERGED, None)
    own = [sa.null() if merged is None else merged, model.goes_along()]
    labels = [value.label(name) for value, name in zip(own, ("merged", "along"), strict=True)]
    return [model.archived_at, *labels, *(getattr(model, link) for link in links_of(model.__tablename__))]
