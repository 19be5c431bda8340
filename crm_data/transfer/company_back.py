"""Bringing a company back from its file, as a new company beside all others: every id anew, people by e-mail."""

import json
import tempfile
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection
from sqlalchemy.orm import Session

from crm_data.errors import BadBackup, Invalid
from crm_data.rights import Act, Person, demand
from crm_data.store import turns
from crm_data.store.chain import Chain
from crm_data.store.chain_look import verify
from crm_data.store.failures import as_sentence
from crm_data.store.migrating import head, knows, migration_engine, upgrade
from crm_data.store.security_log import note
from crm_data.store.store import Store
from crm_data.tables import Base, ChainHead, Company, User
from crm_data.tables.company import new_mark
from crm_data.transfer.company_file import (
    DATABASE,
    FORMAT,
    MANIFEST,
    NO_PASSWORD,
    CompanyManifest,
    Content,
    chunks,
    contents,
)
from crm_data.transfer.examine_sqlite import examine
from crm_data.transfer.moved_rows import Row, company_tables, moved
from crm_data.transfer.postgres_rows import Staged
from crm_data.transfer.sealed import is_sealed, unseal
from crm_data.transfer.trouble import as_trouble
from crm_data.transfer.verify import digest

_WORDS = ("product", "revision", "company", "made_at", "sha256")
_LONGEST = 1 << 20  # bytes of a manifest
_PIECE = 1 << 20
_TAKEN = "Another company here uses this e-mail. Give the one that comes back its own."
_NOT_OURS = "This is not a company's file of Foyer. Choose one that `take-away` or the Admin page made."
_ENCRYPTED = "This file is encrypted. Give the passphrase that it was taken away with."
_UNREADABLE = (
    zipfile.BadZipFile, zlib.error, KeyError, ValueError, TypeError, AttributeError, RecursionError, EOFError,
    NotImplementedError, RuntimeError,
)  # fmt: skip
_DAMAGED = "This file is damaged: what is in it is not what was written. Take the company away once more."


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
    path: Path,
    email: str | None = None,
    passphrase: str = "",
) -> Brought:
    """Make a new company of a file, in one transaction: all of it or nothing. For the operator.

    `email`: the company's own, where the one in the file is another company's here; `passphrase`: of a file that
    is encrypted. Raises NotAllowed, BadBackup
    for a file that is none or was changed, Invalid.
    """
    demand(person, Act.COMPANIES)
    with _opened(path, passphrase) as (manifest, file, older):
        if contents_of_file(manifest) != contents(file):
            raise BadBackup(_DAMAGED)
        wrong = "" if older else _log_of(file, manifest)
        with store.system("a company is brought back") as session:
            made = _Coming(session, file, user_id).come(email)
            said = {"log_there": manifest.head, "log_was": wrong[:255] or None}
            note(session, "company_brought_back", user_id, made.company_id, rows=made.rows, **said)
        return replace(made, log=wrong)


def _log_of(file: Connection, manifest: CompanyManifest) -> str:
    """What is wrong with the log of a file, whose rows have the ids that they had; '' where nothing is."""
    (company,) = file.execute(
        sa.select(sa.column("id", sa.Integer)).select_from(sa.table("companies"))
    ).scalars()
    found = verify(file, company, manifest.head or "0 ")
    return "" if not found.wrong else found.sentence


def contents_of_file(manifest: CompanyManifest) -> Mapping[str, Content]:
    """What the manifest says of each table that this version has."""
    return {name: said for name, said in manifest.tables.items() if name in Base.metadata.tables}


@contextmanager
def _opened(path: Path, passphrase: str) -> Iterator[tuple[CompanyManifest, Connection, bool]]:
    """What a file says of itself, its database in a private copy that was examined and brought up to date, and
    whether it is of an earlier version.
    """
    with as_trouble(), tempfile.TemporaryDirectory(prefix="foyer-") as folder:
        copy = Path(folder, DATABASE)
        manifest = _unpacked(_readable(path, Path(folder, "company.zip"), passphrase), copy)
        if not knows(manifest.revision):
            raise BadBackup(
                f"This file is of revision {manifest.revision}, made by {manifest.product}, and this version of"
                f" Foyer knows revisions up to {head()}. Install the newer version first."
            )
        if examine(copy).revision != manifest.revision:
            raise BadBackup(_DAMAGED)
        older = manifest.revision != head()
        upgrade(f"sqlite:///{copy}")
        engine = migration_engine(f"sqlite:///{copy}")
        try:
            with as_sentence(), engine.begin() as file:
                yield (_measured_anew(manifest, file) if older else manifest), file, older
        finally:
            engine.dispose()


def _readable(path: Path, plain: Path, passphrase: str) -> Path:
    """The file itself, or what an encrypted one holds, written to `plain`. Raises BadBackup."""
    if not is_sealed(path):
        return path
    if not passphrase:
        raise BadBackup(_ENCRYPTED)
    with plain.open("wb") as file:
        unseal(path, file, passphrase)
    return plain


def _measured_anew(manifest: CompanyManifest, file: Connection) -> CompanyManifest:
    """After a migration rows say other things than when they were measured; the bytes were the right ones."""
    return CompanyManifest(**{**vars(manifest), "tables": contents(file)})


def _unpacked(path: Path, copy: Path) -> CompanyManifest:
    """Write the database of a file to `copy`, as many bytes as its manifest says and no more."""
    try:
        with zipfile.ZipFile(path) as archive:
            with archive.open(MANIFEST) as said:
                told = json.loads(said.read(_LONGEST))
            if told["format"] != FORMAT:
                raise BadBackup(_NOT_OURS)
            tables = {
                str(name): Content(int(t["rows"]), str(t["sha256"])) for name, t in told["tables"].items()
            }
            product, revision, company, made_at, sha256 = (str(told[name]) for name in _WORDS)
            manifest = CompanyManifest(
                product,
                revision,
                company,
                made_at,
                sha256,
                int(told["size"]),
                tables,
                str(told.get("head", "")),
            )
            with archive.open(DATABASE) as packed, copy.open("wb") as file:
                left = manifest.size + 1
                while left and (piece := packed.read(min(left, _PIECE))):
                    left -= file.write(piece)
    except _UNREADABLE as error:
        raise BadBackup(_NOT_OURS) from error
    if left != 1 or digest(copy) != manifest.sha256:
        raise BadBackup(_DAMAGED)
    return manifest


class _Coming:
    """One company on its way in: which id becomes which."""

    def __init__(self, session: Session, file: Connection, by: int | None) -> None:
        self._session, self._file, self._by = session, file, by
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
            raise BadBackup(_NOT_OURS)
        turns.wait_for(self._here, turns.Turn.FIRST_COMPANY)
        said = {**moved("companies", rows[0], self._move), "export_mark": new_mark(), "created_by": self._by}
        said["email"] = email or said["email"]
        if self._session.scalar(sa.select(Company.id).where(Company.email == said["email"])) is not None:
            raise Invalid(
                "Another company here uses this e-mail. Give the one that comes back its own.", "email"
            )
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
