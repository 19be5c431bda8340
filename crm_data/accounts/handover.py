"""What a person leaves open in a company, counted and handed to a colleague in one transaction."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from crm_data.store.changes import Doing
from crm_data.store.many import table_of
from crm_data.store.scope import CompanySession
from crm_data.store.writer import update
from crm_data.tables import Base, by_name, noun


@dataclass(frozen=True)
class OpenWork:
    """How many records of each kind are open and assigned to one person: table -> number, none of them 0."""

    counts: dict[str, int]

    def __str__(self) -> str:
        """'2 deals, 1 task'; '' for nothing."""
        return ", ".join(f"{n:,} {noun(table, n)}" for table, n in self.counts.items())

    @property
    def total(self) -> int:
        """All of them."""
        return sum(self.counts.values())


def open_work(session: Session, company_id: int, user_id: int) -> OpenWork:
    """What a person has open in a company; the session is that company's, or the system's for the operator."""
    counts = {
        table.__tablename__: session.scalar(
            sa.select(sa.func.count(table.id)).where(table.company_id == company_id, *_open(table, user_id))
        )
        for table in _assigned()
    }
    return OpenWork({name: n for name, n in counts.items() if n})


def hand_over(session: CompanySession, doing: Doing, user_id: int, to: int) -> None:
    """Assign everything a person has open to a colleague; each record's change is logged."""
    for table in _assigned():
        which = _open(table, user_id)
        ids = session.scalars(sa.select(table.id).where(*which).order_by(table.id).with_for_update()).all()
        if not ids:
            continue
        was, new = {"assigned_to": user_id}, {"assigned_to": to}
        update(session, doing, table_of(table), [({"id": id_, **was}, new) for id_ in ids])


def _assigned() -> Iterator[Any]:
    """The tables whose rows are somebody's, each behind those that it links to."""
    return (by_name(t.name) for t in Base.metadata.sorted_tables if "assigned_to" in t.columns)


def _open(table: Any, user_id: int) -> list[sa.ColumnElement[bool]]:
    return [table.assigned_to == user_id, table.archived_at.is_(None), *table.still_open()]
