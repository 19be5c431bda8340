"""Moving an installation: every row of one database into an empty one of either engine, and compared."""

from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager

import sqlalchemy as sa
from sqlalchemy import Connection

from crm_data.errors import Invalid, NotReady, Unavailable
from crm_data.store.blueprint import blueprint
from crm_data.store.connections import sqlite_path
from crm_data.store.failures import as_sentence
from crm_data.store.half import demand_whole, is_half
from crm_data.store.migrating import current, head, knows, migration_engine, upgrade, wait_for_others
from crm_data.tables import Base
from crm_data.transfer.checksums import Copied, measured
from crm_data.transfer.half_copy import HalfCopy, demand_empty, named
from crm_data.transfer.postgres_locks import hold_writers
from crm_data.transfer.postgres_rows import REVISION_TABLE

_WAIT = 30.0  # seconds for whoever is writing
_BUSY = "Somebody is writing into this database. Nothing was copied; try again in a moment."
_ANOTHERS = (
    "The database to copy to holds tables of something else. Nothing was copied; name a new or empty one."
)

Tell = Callable[[Copied], None]


def copy(
    source: str,
    target: str,
    application: str = "",
    tell: Tell = lambda copied: None,
    anew: bool = False,
) -> list[Copied]:
    """Copy all of `source`, nobody writing meanwhile, into `target`, which is made where it is not there.

    Both are owners' addresses; `application` is the role that will serve on PostgreSQL. Until all of it is there
    and compared the target is marked as half a copy, on which nothing starts. Asked again it goes on where it
    stood, if the source is unchanged and what is there is equal to it; `anew`: what is there is let go first.
    `tell` hears each table that is there. Raises NotReady, Invalid, Unavailable.
    """
    _demand_there(source)
    if anew and _is_there(target):
        _demand_other(source, target)
        with closing(HalfCopy(target, _hold)) as half:
            half.clear()
    begun = _demand_new(source, target)
    with _transaction(source) as there:
        demand_whole(there)
        if current(there) != head():
            raise NotReady(
                "The database to copy from is not up to date. Run first: python -m crm_data migrate"
            )
        _hold(there)
        sums = {table.name: measured(there, table) for table in Base.metadata.sorted_tables}
        if not begun:
            upgrade(target, application=application)
        with closing(HalfCopy(target, _hold)) as half:
            half.begin(sums)
            for table in Base.metadata.sorted_tables:
                half.fill(there, table)
                tell(sums[table.name])
            half.end(there, sums)
        return list(sums.values())


def is_begun(target: str) -> bool:
    """Whether a database is half a copy."""
    if not _is_there(target):
        return False
    with _transaction(target) as here:
        return is_half(here)


def _demand_there(source: str) -> None:
    if not _is_there(source):
        raise NotReady("There is no database to copy from. Set DATABASE_URL to it.")


def _demand_other(source: str, target: str) -> None:
    if sa.make_url(source) == sa.make_url(target):
        raise Invalid("This is the database that Foyer has now. Name another, which is new or empty.")


def _demand_new(source: str, target: str) -> bool:
    """Whether a copy into it was begun. Raises Invalid for a target that holds something else, before anything
    there is brought up to date.
    """
    if not _is_there(target):
        return False
    _demand_other(source, target)
    with _transaction(target) as here:
        if is_half(here):
            return True
        names = named(here)
        if set(names) - _own(current(here)) or (names and REVISION_TABLE not in names):
            raise Invalid(_ANOTHERS)
        demand_empty(here, [Base.metadata.tables[name] for name in names if name in Base.metadata.tables])
        return False


def _own(revision: str | None) -> set[str]:
    """The tables that a database of this revision has of Foyer's own; those of now for one that is not known."""
    if revision is None or not knows(revision):
        return {*Base.metadata.tables, REVISION_TABLE}
    return {name for kind, name in blueprint(revision) if kind == "table"}


def _is_there(url: str) -> bool:
    return not url.startswith("sqlite") or sqlite_path(url).exists()


@contextmanager
def _transaction(url: str) -> Iterator[Connection]:
    """A transaction of the owner, who sees every row; on SQLite it has the file for itself."""
    engine = migration_engine(url)
    try:
        with as_sentence(), engine.begin() as connection:
            wait_for_others(connection)
            yield connection
    finally:
        engine.dispose()


def _hold(connection: Connection) -> None:
    if connection.dialect.name != "postgresql":
        return
    try:
        hold_writers(connection, _WAIT)
    except Unavailable as error:
        raise Unavailable(_BUSY) from error
