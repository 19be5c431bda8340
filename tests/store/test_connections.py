"""Engines: what each connection is set to, no update lost, reads of one moment, files of the owner alone."""

import os
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy import select
from sqlalchemy.orm import Session

from crm_data.errors import NotReady, Unavailable
from crm_data.store import connections, migrating, sqlite_file
from crm_data.store.scope import CompanySession
from crm_data.store.store import Store
from crm_data.tables import Base, Customer
from tests.support import makers
from tests.support.databases import Database
from tests.support.plain import plain

THREADS, TIMES = 4, 150


@pytest.fixture
def store(database: Database) -> Iterator[Store]:
    made = Store(database.url)
    yield made
    made.close()


@pytest.fixture
def one(store: Store) -> tuple[int, int]:
    """A company and its one customer, by their ids."""
    with store.system("one customer") as session:
        company_id = makers.company(session).id
        return company_id, makers.customer(session, company_id, customer_code="0").id


@pytest.mark.parametrize("engine_kind", ["sqlite"])
def test_what_each_sqlite_connection_is_set_to(store: Store) -> None:
    wanted = {"foreign_keys": 1, "journal_mode": "wal", "synchronous": 2, "busy_timeout": connections.BUSY_MS}
    for write in (True, False):
        with store.system("look", write=write) as session:
            for pragma, value in wanted.items():
                assert session.scalar(sa.text(f"PRAGMA {pragma}")) == value
            assert session.scalar(sa.text("PRAGMA query_only")) == (not write)
            assert session.scalar(sa.text("PRAGMA recursive_triggers")) == write


@pytest.mark.parametrize("way", ["migrate", "open", "restore"])
def test_a_file_that_somebody_writes_is_waited_for_also_to_turn_the_log_on(tmp_path: Path, way: str) -> None:
    live, copy = tmp_path / "live.db", tmp_path / "copy.db"
    for path in (live, copy):
        with closing(sqlite3.connect(path)) as made:
            made.execute("CREATE TABLE somebody (id)")
    held = sqlite3.connect(live, isolation_level=None, check_same_thread=False)
    held.execute("BEGIN IMMEDIATE")
    release = threading.Timer(0.3, held.close)
    release.start()
    if way == "migrate":
        with migrating.migration_engine(f"sqlite:///{live}").begin() as connection:
            assert connection.exec_driver_sql("PRAGMA journal_mode").scalar() == "wal"
    elif way == "open":
        engines = connections.open_engines(f"sqlite:///{live}")
        engines.write.raw_connection().close()
        engines.dispose()
    else:
        sqlite_file.replace_content(live, copy, lambda: True)
    release.join()
    with closing(sqlite3.connect(live)) as look:
        assert look.execute("PRAGMA journal_mode").fetchone() == ("wal",)


@pytest.mark.parametrize("engine_kind", [pytest.param("postgresql", marks=pytest.mark.postgres)])
def test_what_each_postgresql_connection_is_set_to(store: Store) -> None:
    for write, level in ((True, "read committed"), (False, "repeatable read")):
        with store.system("look", write=write) as session:
            assert session.scalar(sa.text("SHOW timezone")) == "UTC"
            assert session.scalar(sa.text("SHOW lock_timeout")) == "30s"
            assert session.scalar(sa.text("SHOW jit")) == "off"
            assert session.scalar(sa.text("SHOW transaction_isolation")) == level
            assert session.scalar(sa.text("SHOW transaction_read_only")) == ("off" if write else "on")


def test_options_of_an_address_are_kept() -> None:
    url = connections.postgres_url("postgres://u@h/d?options=-c%20search_path%3Dcrm")
    assert url.query["options"] == "-c search_path=crm -c timezone=UTC"
    assert url.drivername == "postgresql+psycopg"


@pytest.mark.slow
def test_no_update_is_lost(store: Store, one: tuple[int, int]) -> None:
    company_id, customer_id = one
    failed: list[BaseException] = []

    def count() -> None:
        try:
            for _ in range(TIMES):
                with store.write(makers.scope(company_id)) as session:
                    row = session.scalars(
                        select(Customer).where(Customer.id == customer_id).with_for_update()
                    ).one()
                    row.customer_code = str(int(row.customer_code or 0) + 1)
        except BaseException as error:
            failed.append(error)
            raise

    threads = [threading.Thread(target=count) for _ in range(THREADS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == []
    with store.read(makers.scope(company_id)) as session:
        assert session.get_one(Customer, customer_id).customer_code == str(THREADS * TIMES)


@pytest.mark.parametrize("engine_kind", ["sqlite"])
def test_an_engine_as_it_is_shipped_loses_updates(
    store: Store, one: tuple[int, int], database: Database
) -> None:
    company_id, customer_id = one
    engine = sa.create_engine(database.url)
    both_have_read = threading.Barrier(2)

    def count() -> None:
        with Session(engine) as session:
            row = session.get_one(Customer, customer_id)
            both_have_read.wait()
            row.customer_code = str(int(row.customer_code or 0) + 1)
            session.commit()

    threads = [threading.Thread(target=count) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    engine.dispose()
    with store.read(makers.scope(company_id)) as session:
        assert session.get_one(Customer, customer_id).customer_code == "1", "two were counted"


def test_a_reader_sees_one_moment_and_holds_nobody_up(store: Store, one: tuple[int, int]) -> None:
    company_id, customer_id = one
    name = select(Customer.name).where(Customer.id == customer_id)
    with store.read(makers.scope(company_id)) as reader:
        assert reader.scalar(name) == "A customer"
        with store.write(makers.scope(company_id)) as writer:
            writer.get_one(Customer, customer_id).name = "Another"
        assert reader.scalar(name) == "A customer"
    with store.read(makers.scope(company_id)) as reader:
        assert reader.scalar(name) == "Another"


def test_a_reader_goes_on_while_a_writer_works(store: Store, one: tuple[int, int]) -> None:
    company_id, customer_id = one
    with store.write(makers.scope(company_id)) as writer:
        writer.get_one(Customer, customer_id).name = "Another"
        writer.flush()
        with store.read(makers.scope(company_id)) as reader:
            assert reader.get_one(Customer, customer_id).name == "A customer"


def _rename(session: CompanySession, customer_id: int) -> None:
    session.get_one(Customer, customer_id).name = "Another"
    session.flush()


def test_a_reader_cannot_write(store: Store, one: tuple[int, int]) -> None:
    company_id, customer_id = one
    reader = store.read(makers.scope(company_id))
    with pytest.raises(Unavailable, match="cannot be written"), reader as session:
        _rename(session, customer_id)


def _rename_and_fail(session: CompanySession, customer_id: int) -> None:
    _rename(session, customer_id)
    raise ZeroDivisionError


def test_what_fails_leaves_nothing(store: Store, one: tuple[int, int]) -> None:
    company_id, customer_id = one
    with pytest.raises(ZeroDivisionError), store.write(makers.scope(company_id)) as session:
        _rename_and_fail(session, customer_id)
    with store.read(makers.scope(company_id)) as session:
        assert session.get_one(Customer, customer_id).name == "A customer"


@pytest.mark.slow
def test_files_are_the_owners_alone_whatever_the_umask(tmp_path: Path) -> None:
    path = tmp_path / "new" / "a b#ü;c.db"
    before = os.umask(0)
    try:
        migrating.upgrade(f"sqlite:///{path}")
        store = Store(f"sqlite:///{path}")
        with store.system("write") as session:
            makers.company(session)
        modes = {file.name: file.stat().st_mode & 0o777 for file in path.parent.iterdir()}
        store.close()
    finally:
        os.umask(before)
    assert set(modes.values()) == {0o600}
    assert path.name in modes, "the file has the name that was asked for"


def test_an_address_of_nothing_is_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(NotReady, match="no database"):
        Store(f"sqlite:///{tmp_path / 'none.db'}")
    with pytest.raises(NotReady, match="must begin with"):
        Store("mysql://u@h/d")


UPDATED = [
    name for name, table in Base.metadata.tables.items() if {"updated_at", "version"} <= {*table.c.keys()}
]


def test_updated_at_moves_with_every_change(store: Store, database: Database) -> None:
    own, _ = makers.two_companies(store)
    with plain(database) as sql:
        for table in UPDATED:
            id_ = own.admin_id if table == "users" else own.id_in(table)
            sql.run(f"UPDATE {table} SET updated_at = '2020-01-01 00:00:00' WHERE id = ?", id_)
            stamp = f"SELECT CAST(updated_at AS VARCHAR) FROM {table} WHERE id = ?"
            assert sql.value(stamp, id_).startswith(("2020", "2019-12-31")), "what is said stands"
            sql.run(f"UPDATE {table} SET version = version + 1 WHERE id = ?", id_)
            assert sql.value(stamp, id_) > "2026", table


@pytest.mark.parametrize("engine_kind", ["sqlite"])
def test_a_copy_made_by_the_driver_is_whole(store: Store, database: Database, tmp_path: Path) -> None:
    makers.two_companies(store)
    with (
        closing(sqlite3.connect(database.url.removeprefix("sqlite:///"))) as source,
        closing(sqlite3.connect(tmp_path / "copy.db")) as target,
    ):
        source.backup(target)
    copied = Store(f"sqlite:///{tmp_path / 'copy.db'}")
    with copied.system("look", write=False) as session:
        counted: Any = session.scalar(sa.text("SELECT count(*) FROM customers"))
    copied.close()
    assert counted == 2
