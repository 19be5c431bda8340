"""What a restore of everything would take away, said beforehand, and what it did, said afterwards."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection

from crm_data.store.store import Store
from crm_data.tables import ChangeSet, Company, SecurityLog, User
from crm_data.tables.change_set import Actor
from crm_data.transfer.manifest import Manifest
from crm_data.transfer.memory import RESTORED

_AT_ONCE = 200  # companies in one statement
_EMPTY = "Nothing stands here now that could be lost."
_UNREAD = "What stands here now cannot be read, so it cannot be said what would be lost."
_STAYS = "What was decided about security since stays: who was shut out, whose rights and passwords changed."


@dataclass(frozen=True)
class Restored:
    """A restore that was done: the backup's name and moment; `safety` names what is kept of what stood before.

    `kept`: '' or what was decided about security since and stays, in words.
    """

    name: str
    safety: str
    revision: str
    rows: dict[str, int]
    made_at: datetime
    kept: str = ""

    def sentence(self, made: str = "") -> str:
        """What happened, in words; `made` is the backup's moment as the reader writes it."""
        made = made or f"{self.made_at:%Y-%m-%d %H:%M:%S} UTC"
        total = sum(self.rows.values())
        kept = (
            f"What stood before is kept as {self.safety}." if self.safety else "Nothing stood there before."
        )
        return (
            f"{self.name}, made {made}, was restored: {total:,} row{'' if total == 1 else 's'}. "
            f"{' '.join(filter(None, (kept, self.kept)))} Everybody is signed out."
        )


@dataclass(frozen=True)
class CompanyLoss:
    """What would be lost of one company: its acts, and those of them that people did. `new`: all of it."""

    name: str
    acts: int
    by_people: int
    new: bool

    def __str__(self) -> str:
        """In one line, by counts alone: what the acts say is the company's."""
        return f"{self.name}: {self.what}"

    @property
    def what(self) -> str:
        """What would be lost of it."""
        said = f"{_many(self.acts, 'act')}, {self.by_people:,} of people"
        return f"{said}; the whole company is new" if self.new else said


@dataclass(frozen=True)
class Since:
    """What a restore would take away: `people` are accounts that the backup does not know.

    `companies`: those with anything to lose, by name. `unsaid`: '' or why nothing can be told.
    """

    made_at: datetime
    companies: tuple[CompanyLoss, ...] = ()
    people: int = 0
    unsaid: str = ""

    def sentence(self, made: str = "") -> str:
        """What would be lost, in words; `made` is the backup's moment as the reader writes it."""
        said = f"This backup was made {made or f'{self.made_at:%Y-%m-%d %H:%M:%S} UTC'}."
        if self.unsaid:
            return f"{said} {self.unsaid}"
        acts, new = sum(one.acts for one in self.companies), sum(one.new for one in self.companies)
        people = sum(one.by_people for one in self.companies)
        lost = [f"{_many(acts, 'act')}, {people:,} of people"] if acts else []
        lost += [_many(new, "new company", "new companies")] if new else []
        lost += [_many(self.people, "new person", "new people")] if self.people else []
        if not lost:
            return f"{said} Nothing was done since. {_STAYS}"
        return (
            f"{said} What was done since is lost: {'; '.join(lost)}. "
            f"The safety backup that is made first keeps it. {_STAYS}"
        )


def since(store: Store, manifest: Manifest) -> Since:
    """What was done since a backup, told by its manifest alone. Raises a CrmError for a damaged database."""
    with store.system("what a restore would take away", write=False) as session:
        return _since(session.connection(), manifest)


def unread(manifest: Manifest) -> Since:
    """Of a database that is damaged."""
    return Since(manifest.made_at, unsaid=_UNREAD)


def _since(connection: Connection, manifest: Manifest) -> Since:
    if not sa.inspect(connection).has_table("users"):
        return Since(manifest.made_at, unsaid=_EMPTY)
    forked = _forked(connection, manifest)
    new = set(connection.scalars(sa.select(Company.id).where(_later(Company, manifest, forked))))
    from_ = _begins(connection, manifest, new, forked)
    told: dict[int, tuple[int, int]] = {}
    person = sa.func.count(sa.case((ChangeSet.actor == Actor.PERSON.value, 1)))
    for some in _parts([sa.and_(ChangeSet.company_id == id_, begins) for id_, begins in from_.items()]):
        wanted = sa.select(ChangeSet.company_id, sa.func.count(), person).where(sa.or_(*some))
        told |= {
            id_: (acts, people)
            for id_, acts, people in connection.execute(wanted.group_by(ChangeSet.company_id))
        }
    companies = connection.execute(sa.select(Company.id, Company.name).order_by(Company.name))
    late = sa.func.count(sa.case((_later(User, manifest, forked), 1)))
    people, later = connection.execute(sa.select(sa.func.count(), late).select_from(User)).one()
    return Since(
        manifest.made_at,
        tuple(
            CompanyLoss(name, *told.get(id_, (0, 0)), id_ in new)
            for id_, name in companies
            if id_ in new or id_ in told
        ),
        max(people - manifest.rows.get("users", 0), later),
    )


def _forked(connection: Connection, manifest: Manifest) -> datetime | None:
    """When another backup was restored after this one was made: since then ids and acts go on otherwise."""
    wanted = sa.select(sa.func.min(SecurityLog.at)).where(
        SecurityLog.event == RESTORED, SecurityLog.at >= manifest.made_at
    )
    found: datetime | None = connection.scalar(wanted)
    return found


def _later(
    table: type[Company | User], manifest: Manifest, forked: datetime | None
) -> sa.ColumnElement[bool]:
    """The rows that the backup has not: by id, and of another past by time. Of an old manifest by time alone."""
    if manifest.last is None:
        return table.created_at > manifest.made_at
    later = table.id > manifest.last.get(table.__tablename__, 0)
    return later if forked is None else sa.or_(later, table.created_at >= forked)


def _begins(
    connection: Connection, manifest: Manifest, new: set[int], forked: datetime | None
) -> Mapping[int, sa.ColumnElement[bool]]:
    """Each company's acts since the backup, as a condition.

    By the act that its log ended with, where that one stands here; else (an old manifest, another past) by time.
    """
    by_time = ChangeSet.at > manifest.made_at if forked is None else ChangeSet.at >= forked
    found: dict[int, sa.ColumnElement[bool]] = {}
    asked = []
    for id_ in connection.scalars(sa.select(Company.id)):
        end = "" if manifest.heads is None else manifest.heads.get(str(id_))
        # Of a company that it does not know, or whose log it has nothing of, all acts came since.
        found[id_] = sa.true() if id_ in new or end is None else by_time
        if end and id_ not in new:
            number, _, link = end.partition(" ")
            last = (ChangeSet.number == int(number), ChangeSet.link == link)
            asked.append(sa.and_(ChangeSet.company_id == id_, *last))
    for some in _parts(asked):
        wanted = sa.select(ChangeSet.company_id, ChangeSet.number).where(sa.or_(*some))
        for id_, ended in connection.execute(wanted):
            found[id_] = ChangeSet.number > ended
    return found


def _parts(conditions: list[Any]) -> Iterator[list[Any]]:
    for first in range(0, len(conditions), _AT_ONCE):
        yield conditions[first : first + _AT_ONCE]


def _many(count: int, one: str, several: str = "") -> str:
    return f"{count:,} {one if count == 1 else several or f'{one}s'}"
