"""What a restore of everything would take away, said beforehand, and what it did, said afterwards."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection

from crm_data.tables import ChangeSet, Company, User
from crm_data.tables.change_set import Actor
from crm_data.transfer.manifest import Manifest

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
        said = f"{self.name}: {_many(self.acts, 'act')}, {self.by_people:,} of people"
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


def since(connection: Connection, manifest: Manifest) -> Since:
    """What was done since a backup, told by its manifest alone; `connection` sees every company."""
    if not sa.inspect(connection).has_table("users"):
        return Since(manifest.made_at, unsaid=_EMPTY)
    from_ = _begins(connection, manifest)
    told: dict[int, tuple[int, int]] = {}
    person = sa.func.count(sa.case((ChangeSet.actor == Actor.PERSON.value, 1)))
    for some in _parts([sa.and_(ChangeSet.company_id == id_, *begins) for id_, begins in from_.items()]):
        wanted = sa.select(ChangeSet.company_id, sa.func.count(), person).where(sa.or_(*some))
        told |= {
            id_: (acts, people)
            for id_, acts, people in connection.execute(wanted.group_by(ChangeSet.company_id))
        }
    companies = []
    for id_, name in connection.execute(sa.select(Company.id, Company.name).order_by(Company.name)):
        new = id_ in from_ and not from_[id_]
        if new or id_ in told:
            companies.append(CompanyLoss(name, *told.get(id_, (0, 0)), new))
    count, late = connection.execute(
        sa.select(sa.func.count(), sa.func.count(sa.case((User.created_at > manifest.made_at, 1))))
    ).one()
    return Since(manifest.made_at, tuple(companies), max(count - manifest.rows.get("users", 0), late))


def unread(manifest: Manifest) -> Since:
    """Of a database that is damaged."""
    return Since(manifest.made_at, unsaid=_UNREAD)


def _begins(connection: Connection, manifest: Manifest) -> Mapping[int, tuple[Any, ...]]:
    """Each company's acts since the backup, as conditions: () for all of them, of a company that it has not.

    By the act that its log ended with, where that one stands here; else (an old manifest, another past) by time.
    """
    by_time, heads = (ChangeSet.at > manifest.made_at,), manifest.heads
    found: dict[int, tuple[Any, ...]] = {}
    asked = []
    for id_, made in connection.execute(sa.select(Company.id, Company.created_at)):
        found[id_] = by_time
        if heads is None:
            found[id_] = () if made > manifest.made_at else by_time
        elif (end := heads.get(str(id_))) is not None:
            number, _, link = end.partition(" ")
            last = (ChangeSet.number == int(number), ChangeSet.link == link)
            asked.append(sa.and_(ChangeSet.company_id == id_, *last))
        else:  # it had no act yet
            found[id_] = () if made > manifest.made_at else (ChangeSet.number > 0,)
    for some in _parts(asked):
        wanted = sa.select(ChangeSet.company_id, ChangeSet.number).where(sa.or_(*some))
        for id_, ended in connection.execute(wanted):
            found[id_] = (ChangeSet.number > ended,)
    return found


def _parts(conditions: list[Any]) -> Iterator[list[Any]]:
    for first in range(0, len(conditions), _AT_ONCE):
        yield conditions[first : first + _AT_ONCE]


def _many(count: int, one: str, several: str = "") -> str:
    return f"{count:,} {one if count == 1 else several or f'{one}s'}"
