"""How a PostgreSQL database is written into a backup, examined, and put back."""

import dataclasses
import json
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import sqlalchemy as sa
from sqlalchemy import Connection

from crm_data import clock
from crm_data.errors import BadBackup, NotReady, Unavailable
from crm_data.settings import Settings
from crm_data.store import turns
from crm_data.store.blueprint import blueprint
from crm_data.store.connections import postgres_url
from crm_data.store.failures import as_sentence
from crm_data.store.heads import heads
from crm_data.store.migrating import (
    application_of,
    current,
    knows,
    migration_engine,
    upgrade,
    upgrade_within,
    wait_for_others,
)
from crm_data.store.points import Point, passing
from crm_data.store.store import Store, owned
from crm_data.transfer.decided import Swapped, decided, keep
from crm_data.transfer.manifest import NUMBERED, POSTGRESQL
from crm_data.transfer.memory import RESTORED
from crm_data.transfer.postgres_dump import Dump, Entry, Nowhere, foreign, missing_tables
from crm_data.transfer.postgres_locks import UNDER_WAY, hold_writers
from crm_data.transfer.postgres_programs import Programs
from crm_data.transfer.postgres_rows import (
    NOT_AN_EXTENSIONS,
    fill,
    fits,
    make_anew,
    row_counts,
    tables,
)
from crm_data.transfer.postgres_scratch import NoScratch, left_behind, scratch
from crm_data.transfer.quoting import quoted
from crm_data.transfer.verify import Facts, Verified

_TRIES = 3
_WAIT = 30.0
_STANDING = f"""SELECT current_user, current_setting('server_version_num')::int / 10000, current_schema(),
    coalesce(bool_and(pg_has_role(c.relowner, 'USAGE')), true),
    coalesce(bool_or(row_security_active(c.oid)), false)
FROM (SELECT 1) one LEFT JOIN pg_class c ON c.relkind = 'r'
    AND c.relnamespace = current_schema()::regnamespace AND {NOT_AN_EXTENSIONS}"""
# What the migrations make of a revision, as pg_restore lists it: learnt once a process.
_BLUEPRINTS: dict[str, frozenset[Entry]] = {}


class KeptPostgres:
    """The database of DATABASE_ADMIN_URL, by pg_dump and pg_restore. See Kept for what each verb promises."""

    ending = POSTGRESQL

    def __init__(self, store: Store, settings: Settings) -> None:
        self._store = store
        self._settings = settings
        self._programs = Programs(settings.pg_bin)
        self.cannot = (
            ""
            if settings.database_admin_url
            else "Foyer makes one each day when DATABASE_ADMIN_URL names the role that owns the tables."
        )

    @property
    def _url(self) -> str:
        """The owner's address; its transactions may stand still for as long as a program runs."""
        url = postgres_url(self._settings.owner_url)
        options = f"{url.query['options']} -c statement_timeout=0 -c idle_in_transaction_session_timeout=0"
        return url.update_query_dict({"options": options}).render_as_string(hide_password=False)

    def demand(self) -> None:
        """The programs, and a role that owns every table and sees every row."""
        with self._connected() as connection:
            self._schema(connection)

    def is_empty(self) -> bool:
        """Whether the schema has no table."""
        with self._connected() as connection:
            return not tables(connection)

    def write(self, to: Path) -> None:
        """Everything in the schema, by pg_dump."""
        with self._connected() as connection:
            self._programs.dump(self._url, str(to), self._schema(connection))

    def checked(self, to: Path) -> Facts:
        """By pg_dump at a moment that rows are counted at too, so that none can be lacking."""
        with self._connected("REPEATABLE READ") as connection:
            schema = self._schema(connection)
            moment = connection.exec_driver_sql("SELECT pg_export_snapshot()").scalar_one()
            self._programs.dump(self._url, str(to), schema, f"--snapshot={moment}")
            counted, ends, last = row_counts(connection), _heads(connection), _last(connection)
        facts = self.examine(to)
        if facts.rows != counted or facts.heads not in (None, ends):
            raise BadBackup("The backup does not hold every row that was there. Make it again.")
        return dataclasses.replace(facts, heads=ends, last=last)

    def examine(self, path: Path) -> Facts:
        """Its list of contents, then its rows: put into a database of their own where the role may make one."""
        dump = Dump(self._programs, path)
        dump.demand_kind()
        with self._connected() as connection:
            schema = self._schema(connection)
        there = dump.contents()
        _nothing_foreign(there, None)
        revision = dump.revision() if ("TABLE", "alembic_version") in there else ""
        if not revision:
            raise BadBackup("This file is not a database of Foyer. Choose another backup.")
        if not knows(revision):
            raise BadBackup(
                "This backup was made by a newer version of Foyer. Install that version to restore it."
            )
        lacking = frozenset(("TABLE", name) for kind, name in blueprint(revision) if kind == "table")
        if missing_tables(there, lacking):
            raise BadBackup("This file lacks tables that Foyer needs. Choose another backup.")
        try:
            with scratch(self._url, schema) as url:
                upgrade(url, revision)
                _nothing_foreign(there, self._blueprint(url, schema, revision))
                with self._connected(url=url) as connection, connection.begin():
                    counts = fill(connection, dump)
                    return Facts(revision, counts, heads=_heads(connection))
        except NoScratch as error:
            return Facts(revision, dump.read(Nowhere()), untried=str(error))

    def tried(self, copy: Path, verified: Verified) -> Facts:
        """A database of its own in the same server, as `examine` makes one, into which it is restored."""
        with self._connected() as connection:
            schema = self._schema(connection)
        try:
            with scratch(self._url, schema) as url:
                store = Store(url)
                try:
                    told = dataclasses.replace(self._settings, database_url=url, database_admin_url=url)
                    trial = KeptPostgres(store, told)
                    trial.replace(copy, verified, None, str, alone=True)
                    with trial._connected() as connection:
                        return Facts(
                            current(connection) or "", row_counts(connection), heads=_heads(connection)
                        )
                finally:
                    store.close()
        except NoScratch as error:
            return Facts("", {}, untried=str(error))

    def replace(
        self,
        copy: Path,
        verified: Verified,
        user_id: int | None,
        keep_safe: Callable[[], str],
        alone: bool,
    ) -> Swapped:
        """Rows out and rows in, in one transaction that other processes' writers wait for."""
        with self._store.gate.shut():
            done = self._in_one_transaction(Dump(self._programs, copy), verified, user_id, keep_safe)
        # What belongs to the walls and not to the tables (grants, policies) is put back in any case.
        upgrade(self._url, application=application_of(self._settings.database_url))
        return done

    @contextmanager
    def round(self) -> Iterator[bool]:
        """A lock of the database's, which every process that serves it sees."""
        with self._connected() as connection:
            ours = turns.is_free(connection, turns.Turn.DAILY_BACKUP)
            yield ours

    def clear(self) -> list[str]:
        """The databases in which backups were tried out."""
        return [] if self.cannot else left_behind(self._url)

    def settle(self) -> None:
        """PostgreSQL tidies by itself."""

    def _in_one_transaction(
        self, dump: Dump, verified: Verified, user_id: int | None, keep_safe: Callable[[], str]
    ) -> Swapped:
        for _ in range(_TRIES):
            try:
                with self._connected() as connection, connection.begin():
                    return _replaced(connection, dump, verified, user_id, keep_safe)
            except _InTheWay:
                continue
        raise Unavailable(UNDER_WAY)

    def _schema(self, connection: Connection) -> str:
        """The schema that everything is in. Raises NotReady with the first thing that is missing."""
        role, server, schema, owner, hindered = connection.exec_driver_sql(_STANDING).one()
        if not owner or schema is None:
            raise NotReady(
                "Backups of PostgreSQL are made and restored by the role that owns the tables: "
                "give its address in DATABASE_ADMIN_URL."
            )
        if hindered:
            raise NotReady(
                f"The role {role} of DATABASE_ADMIN_URL does not see every row. "
                f"Let a superuser run: ALTER ROLE {quoted(role)} BYPASSRLS"
            )
        self._programs.demand(server)
        return str(schema)

    def _blueprint(self, url: str, schema: str, revision: str) -> frozenset[Entry]:
        if revision not in _BLUEPRINTS:
            with tempfile.NamedTemporaryFile(prefix="foyer-blueprint-") as file:
                self._programs.dump(url, file.name, schema, "--schema-only")
                _BLUEPRINTS[revision] = Dump(self._programs, Path(file.name)).contents()
        return _BLUEPRINTS[revision]

    @contextmanager
    def _connected(self, isolation: str = "READ COMMITTED", url: str = "") -> Iterator[Connection]:
        engine = migration_engine(url or self._url)
        try:
            with as_sentence(), engine.connect().execution_options(isolation_level=isolation) as connection:
                yield connection
        finally:
            engine.dispose()


class _InTheWay(Exception):
    """Another transaction and this one waited for each other, and this one gave way."""


def _replaced(
    connection: Connection,
    dump: Dump,
    verified: Verified,
    user_id: int | None,
    keep_safe: Callable[[], str],
) -> Swapped:
    execute = connection.exec_driver_sql
    execute(f"SET LOCAL lock_timeout = '{_WAIT}s'")
    try:
        wait_for_others(connection)
        hold_writers(connection, _WAIT)
        stood = decided(connection)
        safety = keep_safe()
        if not fits(connection, verified.manifest.revision):
            make_anew(connection, verified.manifest.revision)
        passing(Point.SWAP_BEGUN)
        fill(connection, dump)
        if verified.older:
            upgrade_within(connection)
        _sign_out(connection, user_id, verified.name)
        with owned(connection) as session:
            kept = keep(session, stood, verified.name, user_id)
    except sa.exc.OperationalError as error:
        if isinstance(error.orig, psycopg.errors.DeadlockDetected):
            raise _InTheWay from error
        if isinstance(error.orig, psycopg.errors.LockNotAvailable):
            raise Unavailable(UNDER_WAY) from error
        raise
    return Swapped(safety, kept)


def _sign_out(connection: Connection, user_id: int | None, name: str) -> None:
    """End every session; a link that was used since the backup must not work a second time."""
    connection.execute(sa.text("DELETE FROM sessions"))
    connection.execute(
        sa.text("UPDATE one_time_links SET used_at = :now WHERE used_at IS NULL"), {"now": clock.now()}
    )
    connection.execute(
        sa.text(
            "INSERT INTO security_log (at, event, user_id, detail)"
            " VALUES (:now, :event, :user_id, CAST(:detail AS json))"
        ),
        {"now": clock.now(), "event": RESTORED, "user_id": user_id, "detail": json.dumps({"name": name})},
    )


def _heads(connection: Connection) -> dict[str, str] | None:
    """Where the log of each company ends; None before there were chains."""
    if "chain_heads" not in tables(connection):
        return None
    return {str(company): head for company, head in heads(connection).items()}


def _last(connection: Connection) -> dict[str, int]:
    """The highest id of each table whose manifest says it."""
    highest = "SELECT coalesce(max(id), 0) FROM {}"
    execute, there = connection.exec_driver_sql, [name for name in NUMBERED if name in tables(connection)]
    return {name: execute(highest.format(quoted(name))).scalar_one() for name in there}


def _nothing_foreign(there: frozenset[Entry], own: frozenset[Entry] | None) -> None:
    found = foreign(there, own)
    if found is not None:
        kind, name = found
        raise BadBackup(
            f"The database holds something that Foyer did not make ({kind.lower()} {name[:80]}). "
            "Remove it, then try again."
        )
