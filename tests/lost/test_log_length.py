"""The write-ahead log stays short while people read and write, and a save never fails for its sake."""

import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from crm_data.health import MOST_WAL
from crm_data.store import log_length
from crm_data.store.connections import sqlite_path
from crm_data.store.sqlite_file import wal_path
from tests.lost import acts
from tests.support.children import child, lines
from tests.support.databases import Database
from tests.support.office import Office, office
from tests.support.soak import size

pytestmark = pytest.mark.parametrize("engine_kind", ["sqlite"])

WRITERS, READERS = 3, 2


@pytest.fixture
def two(database: Database) -> Iterator[Office]:
    made = office(database.url)
    yield made
    made.store.close()


def length(two: Office) -> int:
    """Bytes of the log."""
    wal = wal_path(sqlite_path(two.store.url))
    return wal.stat().st_size if wal.exists() else 0


@pytest.mark.slow
def test_under_64_mb_while_three_write_and_others_read_without_a_pause(two: Office, tmp_path: Path) -> None:
    said, my, stop, longest = tmp_path / "said", two.at(role="admin"), threading.Event(), 0
    said.touch(mode=0o600)

    def read() -> None:
        while not stop.is_set():
            my.customers.page()

    def watch_until(acknowledged: int, seconds: float = 0) -> None:
        nonlocal longest
        end = time.monotonic() + seconds
        while len(lines(said)) < acknowledged or time.monotonic() < end:
            assert all(process.is_alive() for process in writers)
            longest = max(longest, length(two))
            time.sleep(0.02)

    readers = [threading.Thread(target=read) for _ in range(READERS)]
    with ExitStack() as stack:
        writers = [
            stack.enter_context(child(acts.write_much, two.store.url, my.scope, said)) for _ in range(WRITERS)
        ]
        for reader in readers:
            reader.start()
        stack.callback(stop.set)
        watch_until(size(500, 20_000), size(0, 540))
        for _ in range(size(1, 10)):  # one who reads for long
            with two.store.read(my.scope) as session:
                session.core().exec_driver_sql("SELECT count(*) FROM customers").scalar()
                watch_until(len(lines(said)) + 100)
            watch_until(len(lines(said)) + 200)
    for reader in readers:
        reader.join()
    assert longest < MOST_WAL
    counted = "SELECT count(*) FROM customers WHERE name = 'Firm'"
    with two.store.read(my.scope) as session:
        assert session.core().exec_driver_sql(counted).scalar_one() >= len(lines(said))


@pytest.mark.slow
def test_a_long_reader_holds_up_no_save_for_good(two: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(log_length, "LONG", 200_000)
    monkeypatch.setattr(log_length, "_STEP", 200_000)
    made = office_again(two)
    my = made.at(role="admin")

    def save_until(bytes_: int) -> None:
        while length(two) < bytes_:
            my.customers.add({"name": "Firm", "notes": "x" * 30_000})

    with two.store.read(my.scope) as session:
        session.core().exec_driver_sql("SELECT count(*) FROM customers").scalar()
        save_until(500_000)
    for _ in range(8):
        my.customers.add({"name": "Firm", "notes": "x" * 30_000})
        if length(two) == 0:
            break
    assert length(two) == 0, "the log is cut once nobody reads any more"
    made.store.close()


def office_again(two: Office) -> Office:
    """The same companies through a store of their own."""
    from crm_data.store.store import Store

    return Office(Store(two.store.url), two.companies, two.people)
