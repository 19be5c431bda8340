"""Bringing a company back from its file, as a new company beside all others: every id anew, people by e-mail."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection
from sqlalchemy.orm import Session

from crm_data.errors import BadBackup, Invalid
from crm_data.rights import Act, Person, demand
from crm_data.store import turns
from crm_data.store.chain import Chain
from crm_data.store.security_log import note
from crm_data.store.store import Store
from crm_data.tables import Base, ChainHead, Company, User
from crm_data.tables.company import new_mark
from crm_data.transfer.company_file import NO_PASSWORD, chunks
from crm_data.transfer.company_opened import NOT_OURS, Source, opened
from crm_data.transfer.moved_rows import Row, company_tables, moved
from crm_data.transfer.postgres_rows import Staged

_TAKEN = "Another company here uses this e-mail. Give the one that comes back its own."
Progress = Callable[[float], object]  # the share that is done, 0 to 1


@dataclass(frozen=True)
class Brought:
    """A company that came back: `rows` of it, and the e-mails of `people` who have no password here yet.

    `log`: '' or what was wrong with its log when it was taken away. Here it begins a chain of its own.
    """

    company_id: int
    name: str
    rows: int
    people: tuple[str, ...]
    log: str = ""


def bring_back(
    store: Store,
    person: Person,
    user_id: int | None,
    source: Source,
    email: str | None = None,
    passphrase: str = "",
    progress: Progress | None = None,
) -> Brought:
    """Make a new company of a file, in one transaction: all of it or nothing. For the operator.

    `email`: the company's own, where the one in the file is another company's here; `passphrase`: of a file that
    is encrypted. The file is read and examined before the transaction begins; whatever `progress` raises ends it,
    and nothing was made. Raises NotAllowed, BadBackup for a file that is none or was changed, Invalid.
    """
    demand(person, Act.COMPANIES)
    with opened(source, passphrase) as it:
        with store.system("a company is brought back") as session:
            total = sum(part.rows for name, part in it.manifest.tables.items() if name != "companies")
            made = _Coming(session, it.file, user_id, total, progress or (lambda share: None)).come(email)
            said = {"log_there": it.manifest.head, "log_was": it.log[:255] or None}
            note(session, "company_brought_back", user_id, made.company_id, rows=made.rows, **said)
        return replace(made, log=it.log)


class _Coming:
    """One company on its way in: which id becomes which."""

    def __init__(
        self, session: Session, file: Connection, by: int | None, total: int, progress: Progress
    ) -> None:
        self._session, self._file, self._by = session, file, by
        self._total, self._progress = max(total, 1), progress
        self._here = session.connection()
        self._ids: dict[str, dict[int, int]] = {}
        self._people: dict[int, int] = {}
        self._new: dict[int, str] = {}
        self._chain = Chain()

    def come(self, email: str | None) -> Brought:
        """Insert everything."""
        if self._here.dialect.name == "sqlite":
            # Tables point at each other in a circle; the keys are asked at the end.
            self._here.exec_driver_sql("PRAGMA defer_foreign_keys=ON")
        self._meet()
        company = self._company(email)
        staged = None if self._here.dialect.name == "sqlite" else Staged(self._here)
        for table in company_tables():
            ids = [id_ for rows in chunks(self._file, table) for id_ in (row["id"] for row in rows)]
            self._ids[table.name] = dict(zip(ids, _given(self._here, table, len(ids)), strict=True))
        rows = 0
        # Acts come behind all lines of the log, which they seal.
        for table in sorted(company_tables(), key=lambda table: table.name == "change_sets"):
            into: Any = table
            if staged is not None:
                names = [column.name for column in table.columns]
                staged.make(table.name, names)
                columns = (sa.column(column.name, column.type) for column in table.columns)
                into = sa.table(f"restored_{table.name}", *columns, schema="pg_temp")
            for some in chunks(self._file, table):
                self._here.execute(sa.insert(into), [self._row(table, row, company) for row in some])
                rows += len(some)
                self._progress(min(rows / self._total, 1.0))
        if staged is not None:
            staged.add()
        end = {"company_id": company, "number": self._chain.number, "link": self._chain.link}
        self._here.execute(sa.insert(ChainHead), [end])
        name = self._session.scalar(sa.select(Company.name).where(Company.id == company))
        return Brought(company, str(name), rows, tuple(sorted(self._new.values())))

    def _meet(self) -> None:
        """Find the people by their e-mail; whoever is not known here becomes a person without a password."""
        for rows in chunks(self._file, Base.metadata.tables["users"]):
            for row in rows:
                here = self._session.scalar(sa.select(User.id).where(User.email == row["email"]))
                if here is None:
                    keep = {
                        name: row[name]
                        for name in ("email", "first_name", "last_name", "phone", "avatar", "is_active")
                    }
                    person = User(**keep, password_hash=NO_PASSWORD, created_by=self._by)
                    self._session.add(person)
                    self._session.flush()
                    here = person.id
                    if person.is_active:
                        self._new[here] = person.email
                self._people[row["id"]] = here

    def _company(self, email: str | None) -> int:
        table = Base.metadata.tables["companies"]
        rows = [row for some in chunks(self._file, table) for row in some]
        if len(rows) != 1:
            raise BadBackup(NOT_OURS)
        turns.wait_for(self._here, turns.Turn.FIRST_COMPANY)
        said = {**moved("companies", rows[0], self._move), "export_mark": new_mark(), "created_by": self._by}
        said["email"] = email or said["email"]
        # It may have been away for long: nothing is erased before somebody here has looked at it.
        said |= {"trash_days": None, "trash_from": None}
        if self._session.scalar(sa.select(Company.id).where(Company.email == said["email"])) is not None:
            raise Invalid(_TAKEN, "email")
        del said["id"]
        return int(self._session.execute(sa.insert(table).returning(table.c.id), [said]).scalar_one())

    def _row(self, table: sa.Table, row: Row, company: int) -> Row:
        made = moved(table.name, row, self._move)
        made["id"], made["company_id"] = self._ids[table.name][row["id"]], company
        if table.name == "change_log":
            if row["table_name"] == "companies":  # its own profile
                made["row_id"] = company
            made["row_id"] = made["row_id"] or 0  # of somebody who never worked here
            self._chain.line(made)
        if table.name == "change_sets":
            self._chain.act(made)
        if "is_primary" in made:
            # Whoever was here before keeps the company they begin in.
            made["is_primary"] = made["is_primary"] and made["user_id"] in self._new
        return made

    def _move(self, table: str, id_: int) -> int | None:
        if table == "users":
            return self._people.get(id_)
        ids = self._ids.setdefault(table, {})
        if id_ not in ids and table in {known.name for known in company_tables()}:
            # A row that was erased: its log is its own, also here.
            (ids[id_],) = _given(self._here, Base.metadata.tables[table], 1)
        return ids.get(id_)


def _given(connection: Connection, table: sa.Table, count: int) -> list[int]:
    """So many numbers that no other row of a table had or will get."""
    execute = connection.exec_driver_sql
    if connection.dialect.name == "sqlite":
        last = execute("SELECT seq FROM sqlite_sequence WHERE name = ?", (table.name,)).scalar()
        if last is None:
            execute("INSERT INTO sqlite_sequence (name, seq) VALUES (?, 0)", (table.name,))
        execute("UPDATE sqlite_sequence SET seq = seq + ? WHERE name = ?", (count, table.name))
        return [(last or 0) + place for place in range(1, count + 1)]
    series = "SELECT nextval(pg_get_serial_sequence(%s, 'id')) FROM generate_series(1, %s)"
    return sorted(execute(series, (table.name, count)).scalars())
