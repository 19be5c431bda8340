"""Bringing a database up to date, after a safety backup and a rehearsal when there is something to lose."""

import logging
from dataclasses import dataclass

from crm_data.errors import CrmError, NotReady
from crm_data.settings import Settings
from crm_data.store.connections import sqlite_path
from crm_data.store.failures import as_sentence
from crm_data.store.migrating import application_of, current, head, knows, migration_engine, upgrade
from crm_data.store.store import Store
from crm_data.transfer.backups import Backups
from crm_data.transfer.kept import ending_of, name_of_database
from crm_data.transfer.proofs import took
from crm_data.transfer.shelf import Shelf

log = logging.getLogger("foyer.backups")


@dataclass(frozen=True)
class Updated:
    """Revision before ('' when there was no database) and after; the safety backup's name, or ''.

    `rehearsed`: what the rehearsal came to, in words: how long it took, or why there was none.
    """

    before: str
    after: str
    safety: str
    rehearsed: str = ""


def bring_up_to_date(settings: Settings, new: bool = False) -> Updated:
    """Make the database, or bring it to the newest revision. May be called by two processes at once.

    What has rows is backed up first, and the backup is restored and brought up to date in a database of its own.
    Raises NotReady when that fails, when a newer version made it, or when it is gone and its backups are there,
    unless a `new` one is asked for; then, and on any failure, all stays as it was.
    """
    url = settings.owner_url
    before = revision_of(settings)
    safety = rehearsed = ""
    if not before and not new:
        _demand_not_lost(settings)
    if before and before != head() and knows(before):
        store = Store(url)
        try:
            backups = Backups(store, settings)
            safety = backups.make(None).name
            rehearsed = _rehearsed(backups, safety)
        finally:
            store.close()
    after = upgrade(url, application=application_of(settings.database_url))
    return Updated(before, after, safety, rehearsed)


def _rehearsed(backups: Backups, safety: str) -> str:
    """What the rehearsal on the safety backup came to. Raises NotReady when the migration failed there.

    Where no database of its own can be made, it is said and the migration goes on: it is one transaction.
    """
    try:
        proof = backups.prove(safety, None)
    except NotReady as none:
        return str(none)
    except Exception as failed:
        log.exception("the migration failed in its rehearsal")
        why = str(failed) if isinstance(failed, CrmError) else type(failed).__name__
        raise NotReady(
            "The database was not brought up to date, and nothing was changed: the rehearsal on a copy failed "
            f"({why}). What stood before is also kept as {safety}. Go on with the version that served until now."
        ) from failed
    return f"It was rehearsed on a copy in {took(proof.seconds)}: {proof.total:,} rows."


def _demand_not_lost(settings: Settings) -> None:
    """Raise NotReady when there is no database, and backups say that there was one."""
    url = settings.database_url
    shelf, name = Shelf(settings.backup_dir, ending_of(url)), name_of_database(url)
    newest = next((info for info in shelf.infos() if not info.problem and info.of == name), None)
    if newest is not None:
        raise NotReady(
            f"There is no database {name}, and its backups are in {settings.backup_dir}: it was lost, or "
            f"DATABASE_URL names another place. To have it back, run: python -m crm_data restore {newest.name}. "
            "To begin with an empty one, run: python -m crm_data migrate --new"
        )


def revision_of(settings: Settings) -> str:
    """The revision that the database is at; '' when there is none, or it is empty."""
    url = settings.owner_url
    if url.startswith("sqlite") and not sqlite_path(url).exists():
        return ""
    engine = migration_engine(url)
    try:
        with as_sentence(), engine.connect() as connection:
            return current(connection) or ""
    finally:
        engine.dispose()
