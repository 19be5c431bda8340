"""What a company's file would bring, before anything is written: what is in it, who is known here."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

import sqlalchemy as sa

from crm_data.errors import BadBackup
from crm_data.rights import Act, Person, demand
from crm_data.store.store import Store
from crm_data.tables import Base, Company, User
from crm_data.transfer.company_file import CHUNK, chunks
from crm_data.transfer.company_opened import DAMAGED, NOT_OURS, Source, opened


@dataclass(frozen=True)
class CompanyTold:
    """A company's file as it stands: `rows` by table, the moment (UTC), and the e-mails of its people.

    `known` have an account here, who will find the company beside theirs; `new` have none and need a link; `gone`
    (their number) could not sign in there either. `email`: the company's own, `taken` by another one here. `log`:
    '' or what was wrong with its log. `older`: of an earlier version, by which it is brought up to date.
    """

    company: str
    made_at: datetime
    product: str
    revision: str
    older: bool
    rows: Mapping[str, int]
    email: str
    taken: bool
    known: tuple[str, ...]
    new: tuple[str, ...]
    gone: int
    log: str

    @property
    def total(self) -> int:
        """All rows that would come."""
        return sum(self.rows.values())


def told(store: Store, person: Person, source: Source, passphrase: str = "") -> CompanyTold:
    """Read all of a file as bringing it back would, and write nothing. For the operator.

    Raises NotAllowed, and BadBackup as `company_opened.opened`.
    """
    demand(person, Act.COMPANIES)
    with opened(source, passphrase) as it:
        companies = [row for rows in chunks(it.file, Base.metadata.tables["companies"]) for row in rows]
        if len(companies) != 1:
            raise BadBackup(NOT_OURS)
        people = {
            row["email"]: row["is_active"]
            for rows in chunks(it.file, Base.metadata.tables["users"])
            for row in rows
        }
        manifest, older, log = it.manifest, it.older, it.log
    # The file is closed before the database is asked: nothing waits for the reading of it.
    email, emails = companies[0]["email"], sorted(people)
    known: set[str] = set()
    with store.system("who of a company's file is known here", write=False) as session:
        for at in range(0, len(emails), CHUNK):
            some = emails[at : at + CHUNK]
            known.update(session.scalars(sa.select(User.email).where(User.email.in_(some))))
        taken = session.scalar(sa.select(Company.id).where(Company.email == email)) is not None
    new = tuple(one for one in emails if one not in known and people[one])
    return CompanyTold(
        companies[0]["name"],
        _moment(manifest.made_at),
        manifest.product,
        manifest.revision,
        older,
        {name: part.rows for name, part in manifest.tables.items() if name != "companies"},
        email,
        taken,
        tuple(sorted(known)),
        new,
        len(emails) - len(known) - len(new),
        log,
    )


def _moment(said: str) -> datetime:
    try:
        return datetime.fromisoformat(said).astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise BadBackup(DAMAGED) from error
