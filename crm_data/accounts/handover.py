"""What a person leaves open in a company, counted and handed to a colleague in one transaction."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from crm_data.store.changes import Doing
from crm_data.store.many import table_of
from crm_data.store.scope import CompanySession
from crm_data.store.writer import update
from crm_data.tables import Base, Company, by_name, noun, own_fields
from crm_data.tables.fields import Kind
from crm_data.tables.own_fields import OwnFields


@dataclass(frozen=True)
class OpenWork:
    """How many records of each kind are open and name one person: table -> number, none of them 0."""

    counts: dict[str, int]

    def __str__(self) -> str:
        """'2 deals, 1 task'; '' for nothing."""
        return ", ".join(f"{n:,} {noun(table, n)}" for table, n in self.counts.items())

    @property
    def total(self) -> int:
        """All of them."""
        return sum(self.counts.values())


def open_work(session: Session, company_id: int, user_id: int) -> OpenWork:
    """What a person has open in a company: what is theirs, and what names them in a field of the company's own.

    The session is that company's, or the system's for the operator.
    """
    own = _own(session, company_id)
    counts = {
        table.__tablename__: session.scalar(
            sa.select(sa.func.count(table.id)).where(
                table.company_id == company_id, *_open(table, user_id, _persons(table, own))
            )
        )
        for table in _assigned()
    }
    return OpenWork({name: n for name, n in counts.items() if n})


def hand_over(session: CompanySession, doing: Doing, user_id: int, to: int) -> None:
    """Put a colleague where open records name a person; each record's change is logged."""
    own = _own(session, session.company)
    for table in _assigned():
        names = _persons(table, own)
        wanted = sa.select(table.id, *(getattr(table, name) for name in names))
        wanted = wanted.where(*_open(table, user_id, names)).order_by(table.id).with_for_update(of=table)
        rows = [dict(row) for row in session.execute(wanted).mappings()]
        changes = [(row, {name: to for name in names if row[name] == user_id}) for row in rows]
        if changes:
            update(session, doing, table_of(table), changes)


def _assigned() -> Iterator[Any]:
    """The tables whose rows are somebody's, each behind those that it links to."""
    return (by_name(t.name) for t in Base.metadata.sorted_tables if "assigned_to" in t.columns)


def _own(session: Session, company_id: int) -> OwnFields:
    return own_fields.read(session.scalar(sa.select(Company.own_fields).where(Company.id == company_id)))


def _persons(table: Any, own: OwnFields) -> list[str]:
    """The fields of a kind of record that name a colleague and that people fill in; none that is hidden.

    Who made a record is its history.
    """
    fields = own.declared(table).items()
    return [name for name, field in fields if field.kind is Kind.MEMBER and field.edit and not field.hidden]


def _open(table: Any, user_id: int, names: Sequence[str]) -> list[sa.ColumnElement[bool]]:
    named = sa.or_(*(getattr(table, name) == user_id for name in names))
    return [named, table.archived_at.is_(None), *table.still_open()]
