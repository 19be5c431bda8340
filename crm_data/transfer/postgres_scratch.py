"""A PostgreSQL database of a moment: made empty beside the live one, for trying a backup out, and dropped."""

import hashlib
import logging
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import sqlalchemy as sa

from crm_data.store.connections import postgres_url
from crm_data.store.failures import as_sentence
from crm_data.store.migrating import migration_engine
from crm_data.transfer.quoting import quoted

log = logging.getLogger("foyer.backups")
PREFIX = "foyer_trial_"
_MAY_NOT_END = "42501"  # insufficient_privilege
_STAMP = "%Y%m%d%H%M"
_MAY = "SELECT current_user, rolcreatedb OR rolsuper FROM pg_roles WHERE rolname = current_user"
_NUMBER = "SELECT oid::bigint FROM pg_database WHERE datname = current_database()"
_LEFT = "SELECT datname FROM pg_database WHERE starts_with(datname, %s) AND datdba = current_user::regrole"


class NoScratch(Exception):
    """None can be made; its text is a sentence that says why."""


@contextmanager
def scratch(url: str, schema: str) -> Iterator[str]:
    """The address of an empty database in the same server, with a schema of that name. Raises NoScratch."""
    engine = migration_engine(url)
    try:
        with as_sentence(), engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            role, may = connection.exec_driver_sql(_MAY).one()
            if not may:
                raise NoScratch(
                    f"It was read to its end but not tried out in a database of its own: the role {role} may not "
                    f"make one (ALTER ROLE {quoted(role)} CREATEDB)."
                )
            _drop_left_behind(connection)
            number = connection.exec_driver_sql(_NUMBER).scalar_one()
            name = f"{PREFIX}{datetime.now(UTC):{_STAMP}}_{number}_{secrets.token_hex(4)}"
            # Held by this connection, and so by this process, as long as it lives.
            connection.exec_driver_sql("SELECT pg_advisory_lock(%s)", (_key(name),))
            # template0, since a template1 may hold what is not ours.
            connection.exec_driver_sql(f"CREATE DATABASE {name} TEMPLATE template0 ENCODING 'UTF8'")
            try:
                made = postgres_url(url).set(database=name).render_as_string(hide_password=False)
                _prepare(made, schema)
                yield made
            finally:
                _drop(connection, name)
    finally:
        engine.dispose()


def _prepare(url: str, schema: str) -> None:
    engine = migration_engine(url)
    try:
        with engine.begin() as connection:
            connection.exec_driver_sql(f"CREATE SCHEMA IF NOT EXISTS {quoted(schema)}")
    except sa.exc.OperationalError as error:
        raise NoScratch(
            "It was read to its end but not tried out in a database of its own: the server lets this role into "
            "one database only (pg_hba.conf)."
        ) from error
    finally:
        engine.dispose()


def left_behind(url: str) -> list[str]:
    """Drop what a process that was killed left; the names dropped."""
    engine = migration_engine(url)
    try:
        with as_sentence(), engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            return _drop_left_behind(connection)
    finally:
        engine.dispose()


def _drop_left_behind(connection: sa.Connection) -> list[str]:
    """Of this database's those that no living process holds; of others, which nobody can ask, those a day old."""
    yesterday = datetime.now(UTC) - timedelta(days=1)
    execute, gone = connection.exec_driver_sql, []
    number = str(execute(_NUMBER).scalar_one())
    for (name,) in execute(_LEFT, (PREFIX,)).fetchall():
        stamp, _, rest = name.removeprefix(PREFIX).partition("_")
        if rest.partition("_")[0] == number:
            if not execute("SELECT pg_try_advisory_lock(%s)", (_key(name),)).scalar_one():
                continue
            dropped = _drop(connection, name)
            execute("SELECT pg_advisory_unlock(%s)", (_key(name),))
        else:
            dropped = stamp.isdigit() and stamp < f"{yesterday:{_STAMP}}" and _drop(connection, name)
        if dropped:
            gone.append(name)
    return gone


def _key(name: str) -> int:
    """The number of the lock that is held on a database of a moment; beyond those of the turns."""
    return int.from_bytes(hashlib.sha256(name.encode()).digest()[:7]) | 1 << 60


def _drop(connection: sa.Connection, name: str) -> bool:
    """Remove it, or leave it to whoever makes the next one: what it was made for is done or has failed by itself.

    Autovacuum may be at work in it. Only a superuser may end that by force; a plain DROP asks it to go and waits.
    Returns whether it was removed.
    """
    gone = f"DROP DATABASE IF EXISTS {quoted(name)}"
    try:
        try:
            connection.exec_driver_sql(f"{gone} WITH (FORCE)")
        except sa.exc.ProgrammingError as refused:
            if getattr(refused.orig, "sqlstate", "") != _MAY_NOT_END:
                raise
            connection.exec_driver_sql(gone)
    except sa.exc.DBAPIError as error:
        log.warning("the database %s is left behind for now: %s", name, type(error.orig).__name__)
        return False
    return True
