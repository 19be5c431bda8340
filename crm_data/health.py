"""The health of an installation, as `python -m crm_data check` tells it: a question each, a sentence each."""

import json
import stat
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from http.client import HTTPException
from typing import Any
from urllib.request import ProxyHandler, build_opener

import sqlalchemy as sa
from sqlalchemy.orm import Session

from crm_data import room
from crm_data.accounts.companies import any_company
from crm_data.accounts.operator import operators
from crm_data.errors import CrmError
from crm_data.finding.plain import searched
from crm_data.settings import Settings
from crm_data.store.blueprint import blueprint, objects
from crm_data.store.chain_look import verify
from crm_data.store.connections import sqlite_path, sqlite_pragmas
from crm_data.store.guards import unguarded
from crm_data.store.migrating import current, head
from crm_data.store.sqlite_file import opened, wal_path
from crm_data.store.store import Store
from crm_data.tables import Base, ChangeSet, Company, Membership, User
from crm_data.transfer.backups import Backups
from crm_data.transfer.trouble import as_trouble

MOST_WAL = 64 * 1024 * 1024
_SPELLED = {"ON": "1", "FULL": "2", "WAL": "wal", "MEMORY": "2"}
# SQLite may be built to allow less; it costs speed and nothing else.
_OF_NO_CONSEQUENCE = ("mmap_size", "cache_size")


@dataclass(frozen=True)
class Finding:
    """One thing looked at: whether it is well, what it is, and a sentence about it."""

    ok: bool
    what: str
    sentence: str


@dataclass(frozen=True)
class _Patient:
    store: Store
    settings: Settings
    session: Session

    def count(self, sql: str) -> int:
        found: int = self.session.connection().exec_driver_sql(sql).scalar_one()
        return found


def check(store: Store, settings: Settings) -> list[Finding]:
    """Look at everything; raises nothing for what is wrong with the database, that is a finding too."""
    own = _ON_SQLITE if store.engines.dialect == "sqlite" else _ON_POSTGRESQL
    questions = own | _EVERYWHERE
    found: list[Finding] = []
    for what, look in questions.items():
        try:
            with store.system(f"health: {what}", write=False) as session, as_trouble():
                wrong = list(look(_Patient(store, settings, session)))
        except CrmError as error:
            wrong = [str(error)]
        found += [Finding(False, what, sentence) for sentence in wrong] or [Finding(True, what, _WELL[what])]
    return found


def _integrity(patient: _Patient) -> Iterator[str]:
    with opened(sqlite_path(patient.store.url)) as connection:
        said = [str(row[0]) for row in connection.execute("PRAGMA integrity_check(5)")]
    if said != ["ok"]:
        first = " ".join(said[0].split())  # SQLite says several pages in several lines
        yield f"The database is damaged ({first}). Restore the last verified backup."


def _foreign_keys(patient: _Patient) -> Iterator[str]:
    with opened(sqlite_path(patient.store.url)) as connection:
        rows = connection.execute("PRAGMA foreign_key_check").fetchall()
    for table in sorted({str(row[0]) for row in rows}):
        number = sum(row[0] == table for row in rows)
        yield f"{table} points at rows that are not there (rows: {number})."


def _pragmas(patient: _Patient) -> Iterator[str]:
    for write, engine in ((True, patient.store.engines.write), (False, patient.store.engines.read)):
        raw = engine.raw_connection()
        try:
            for pragma in sqlite_pragmas(write):
                name, _, wanted = pragma.partition("=")
                is_now = str(raw.cursor().execute(f"PRAGMA {name}").fetchone()[0])
                if name not in _OF_NO_CONSEQUENCE and is_now != _SPELLED.get(wanted, wanted):
                    yield f"SQLite's setting {name} is {is_now} and should be {wanted}."
        finally:
            raw.close()


def _write_ahead_log(patient: _Patient) -> Iterator[str]:
    wal = wal_path(sqlite_path(patient.store.url))
    size = wal.stat().st_size if wal.exists() else 0
    if size > MOST_WAL:
        yield (
            f"The write-ahead log has grown to {size >> 20} MB. "
            "Something reads without end; restart Foyer and check again."
        )


def _permissions(patient: _Patient) -> Iterator[str]:
    live = sqlite_path(patient.store.url)
    for path in (live, wal_path(live), live.with_name(live.name + "-shm")):
        mode = stat.S_IMODE(path.stat().st_mode) if path.exists() else 0o600
        if mode & 0o077:
            yield f"Others on this machine may open {path.name} ({mode:o}). Run: chmod 600 {path}"


def _objects(patient: _Patient) -> Iterator[str]:
    with opened(sqlite_path(patient.store.url)) as connection:
        there = objects(connection)
    wanted = blueprint(head())
    for kind, name in sorted(wanted - there):
        yield f"The {kind} {name} is missing. Run: python -m crm_data migrate"
    for kind, name in sorted(there - wanted):
        if kind in ("trigger", "view"):
            yield f"Foyer did not make the {kind} {name}. While it is there, no backup can be made."


def _triggers(patient: _Patient) -> Iterator[str]:
    tables = Base.metadata.sorted_tables
    wanted = {f"{table.name}_updated_at" for table in tables if "updated_at" in table.c}
    found = [table.name for table in tables if "archived_at" in table.c and searched(table.name)]
    wanted |= {f"{table}_search_{act}" for table in found for act in ("add", "change", "erase")}
    names = sa.text("SELECT tgname FROM pg_trigger WHERE NOT tgisinternal")
    for name in sorted(wanted - set(patient.session.scalars(names))):
        yield f"The trigger {name} is missing. Run: python -m crm_data migrate"


def _row_security(patient: _Patient) -> Iterator[str]:
    for table in unguarded(patient.session.connection()):
        yield f"The table {table} is not behind row security. Run: python -m crm_data migrate"


def _revision(patient: _Patient) -> Iterator[str]:
    revision = current(patient.session.connection())
    if revision != head():
        yield f"The database is at revision {revision}, not {head()}. Run: python -m crm_data migrate"


def _companies(patient: _Patient) -> Iterator[str]:
    """Every composite key, asked by plain SQL: whether a row points into another company."""
    for table in Base.metadata.sorted_tables:
        for key in table.foreign_key_constraints:
            columns = [column.name for column in key.columns]
            if len(columns) != 2 or columns[0] != "company_id":
                continue
            company, target = (element.column.name for element in key.elements)
            number = patient.count(
                f"SELECT count(*) FROM {table.name} a WHERE a.{columns[1]} IS NOT NULL AND NOT EXISTS ("
                f"SELECT 1 FROM {key.referred_table.name} b"
                f" WHERE b.{target} = a.{columns[1]} AND b.{company} = a.company_id)"
            )
            if number:
                yield f"{table.name}.{columns[1]} leads into another company (rows: {number})."


def _log(patient: _Patient) -> Iterator[str]:
    """The chain of each company, from its first act to its last."""
    for id_, name in patient.session.execute(sa.select(Company.id, Company.name).order_by(Company.id)):
        for sentence in verify(patient.session.connection(), id_).wrong:
            yield f"{name}: {sentence}"
    for backup, ends in Backups(patient.store, patient.settings).ends(None).items():
        for company, end in ends.items():
            number, _, link = end.partition(" ")
            act = (ChangeSet.company_id == int(company), ChangeSet.number == int(number))
            its = patient.session.scalar(sa.select(ChangeSet.link).where(*act).limit(1))
            there = patient.session.scalar(sa.select(Company.name).where(Company.id == int(company)))
            if there is not None and int(number) and its != link:
                yield f"{there}: entry {int(number):,} of the log is another one than {backup} has."


def _people(patient: _Patient) -> Iterator[str]:
    here = sa.select(Membership.id).where(Membership.user_id == User.id, Membership.ended_at.is_(None))
    active = sa.select(sa.func.count()).select_from(User).where(User.is_active)
    homeless = patient.session.scalar(active.where(~here.exists())) or 0
    if homeless:
        yield (
            f"People who may sign in but work in no company: {homeless}. Invite them, or shut them out: "
            "python -m crm_data deactivate EMAIL"
        )
    no_primary = active.where(here.exists(), ~here.where(Membership.is_primary).exists())
    number = patient.session.scalar(no_primary) or 0
    if number:
        yield f"People without a primary company: {number}. Signing in takes them to the one that was made first."


def _operator(patient: _Patient) -> Iterator[str]:
    if any_company(patient.session) and not operators(patient.session):
        yield "Nobody runs this installation. Make somebody its operator: python -m crm_data operator EMAIL"


def _backup(patient: _Patient) -> Iterator[str]:
    status = Backups(patient.store, patient.settings).status(None)
    if status.late or status.failure:
        yield status.sentence


def _proved(patient: _Patient) -> Iterator[str]:
    found = Backups(patient.store, patient.settings).proofs(None)
    if found.late or found.failure:
        yield found.sentence


def _second(patient: _Patient) -> Iterator[str]:
    found, _ = Backups(patient.store, patient.settings).copies(None)
    if found.late or found.failure:
        yield found.sentence


def _disk(patient: _Patient) -> Iterator[str]:
    for disk in room.disks(patient.settings):
        if disk.sentence:
            yield disk.sentence


def _server(patient: _Patient) -> Iterator[str]:
    """What the server says of itself, if one of these settings runs; only it knows what it has open."""
    said = _healthz(patient.settings).get("descriptors", {})
    if sentence := room.Descriptors(said.get("used", 0), said.get("most", 1)).sentence:
        yield sentence


def _healthz(settings: Settings) -> dict[str, Any]:
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(settings.host, settings.host)
    address = f"http://[{host}]" if ":" in host else f"http://{host}"
    try:
        with build_opener(ProxyHandler({})).open(f"{address}:{settings.port}/healthz", timeout=5) as answer:
            said = json.loads(answer.read(10_000))
    except (OSError, ValueError, HTTPException):
        return {}  # no server here, or one that /healthz itself calls not ready
    return said if isinstance(said, dict) else {}


_Look = Callable[[_Patient], Iterator[str]]
_ON_SQLITE: dict[str, _Look] = {
    "Structure": _integrity,
    "Foreign keys": _foreign_keys,
    "Settings of SQLite": _pragmas,
    "Write-ahead log": _write_ahead_log,
    "Permissions": _permissions,
    "Triggers and indexes": _objects,
}
_ON_POSTGRESQL: dict[str, _Look] = {"Triggers": _triggers, "Row security": _row_security}
_EVERYWHERE: dict[str, _Look] = {
    "Revision": _revision,
    "Companies": _companies,
    "Log of changes": _log,
    "People": _people,
    "Operator": _operator,
    "Backup": _backup,
    "Restore": _proved,
    "Second place": _second,
    "Room on disk": _disk,
    "Open files": _server,
}
_WELL = {
    "Structure": "SQLite finds no damage.",
    "Foreign keys": "Every row points at rows that are there.",
    "Settings of SQLite": "Every connection is set as it should be.",
    "Write-ahead log": "The write-ahead log is short.",
    "Permissions": "The database belongs to its owner alone.",
    "Triggers and indexes": "All are there, and none that Foyer did not make.",
    "Triggers": "All are there.",
    "Row security": "Every table is behind it.",
    "Revision": "The database is up to date.",
    "Companies": "No row points into another company.",
    "Log of changes": "Each company's log is what was written.",
    "People": "Everybody who may sign in has a company.",
    "Operator": "Somebody runs this installation.",
    "Backup": "The last verified backup is recent.",
    "Restore": "The last backup was restored into a database of its own, and was whole.",
    "Second place": "Where one is set, the last backup is there too, encrypted.",
    "Room on disk": "There is room for data, backups and temporary files.",
    "Open files": "No server of these settings is near the number of files it may have open.",
}
