"""The mark in each row of an export: which company of which installation its id is of, and how far it had come."""

import re
from dataclasses import dataclass

import sqlalchemy as sa

from crm_data.store.records import Records
from crm_data.tables import Company
from crm_data.tables.company import new_mark

# The heading of the column. A spreadsheet keeps it, and a row that is copied into another file takes it along.
MARKED = "Foyer"
_MARK = re.compile(r"([a-z]{12})-(\d{1,9})", re.ASCII)


@dataclass(frozen=True)
class Mark:
    """What one row says: the company's mark, and the version of the record when the file was made."""

    company: str
    version: int

    @property
    def system(self) -> str:
        """The name under which the row's id is an external id, in any other company."""
        return f"Foyer {self.company}"


def mark_in(cell: str) -> Mark | None:
    """The mark that a cell holds."""
    found = _MARK.fullmatch(cell.strip())
    return Mark(found[1], int(found[2])) if found else None


def mark_of(records: Records) -> str:
    """The mark of the company that the records are of; '' when it never had one."""
    with records._store.read(records._scope) as session:
        return session.scalar(sa.select(Company.export_mark)) or ""


def given_mark(records: Records) -> str:
    """The same, made now for a company that was put in without one."""
    found = mark_of(records)
    if found:
        return found
    unmarked = sa.update(Company).where(
        Company.id == records._scope.company_id, Company.export_mark.is_(None)
    )
    with records._store.system("a company gets the mark of its exports") as session:
        session.execute(unmarked.values(export_mark=new_mark()))
    return mark_of(records)
