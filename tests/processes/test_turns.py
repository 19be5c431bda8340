"""Turns on PostgreSQL: one process has one at a time, and one that dies leaves none behind."""

import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest
import sqlalchemy as sa

from crm_data import clock
from crm_data.store.store import Store
from crm_data.store.turns import Turn, is_free, wait_for
from crm_data.tables import OneTimeLink, SignInAttempt, SignInSession
from tests.dashboard.house import House, house
from tests.support.databases import Database
from tests.support.serving import ROOT

SECONDS = 20

HOLDER = """
import sys, time
from crm_data.store.store import Store
from crm_data.store.turns import Turn, wait_for
with Store(sys.argv[1]).system("a test holds every turn") as session:
    for turn in Turn:
        wait_for(session.connection(), turn)
    print("held", flush=True)
    time.sleep(600)
"""


@pytest.fixture
def home(database: Database) -> Iterator[House]:
    with house(database.url) as made:
        yield made


@contextmanager
def held(url: str) -> Iterator["subprocess.Popen[str]"]:
    """Another process that holds every turn, until it is killed."""
    command = [sys.executable, "-c", HOLDER, url]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            assert process.stdout.readline() == "held\n"
            yield process
        finally:
            process.kill()


def free(store: Store) -> set[Turn]:
    with store.system("a test") as session:
        return {turn for turn in Turn if is_free(session.connection(), turn)}


def left(home: House) -> list[int]:
    tables = (SignInSession, OneTimeLink, SignInAttempt)
    with home.office.store.system("a test", write=False) as session:
        return [session.scalar(sa.select(sa.func.count()).select_from(table)) or 0 for table in tables]


def tidy(home: House) -> None:
    home.installation.sessions.tidy()
    home.installation.links.tidy()


def test_no_two_turns_share_a_number() -> None:
    assert len({int(turn) for turn in Turn.__members__.values()}) == len(Turn.__members__)


@pytest.mark.parametrize("engine_kind", ["sqlite"])
def test_on_sqlite_a_write_transaction_is_the_turn(home: House) -> None:
    assert free(home.office.store) == set(Turn)


@pytest.mark.parametrize("engine_kind", [pytest.param("postgresql", marks=pytest.mark.postgres)])
def test_while_another_process_tidies_nothing_is_done_twice_and_nobody_waits(home: House) -> None:
    home.token()
    long_ago = clock.now() - timedelta(days=40)
    for table, column in (
        (SignInSession, "expires_at"), (OneTimeLink, "expires_at"), (SignInAttempt, "at"),
    ):  # fmt: skip
        home.change(table, sa.true(), **{column: long_ago})
    assert left(home) == [1, 1, 1]
    with held(home.settings.database_url) as other:
        assert free(home.office.store) == set()
        tidy(home)
        assert left(home) == [1, 1, 1]
        other.kill()
        other.wait()
        until = time.monotonic() + SECONDS
        while free(home.office.store) != set(Turn) and time.monotonic() < until:
            time.sleep(0.05)
    assert free(home.office.store) == set(Turn)
    tidy(home)
    assert left(home) == [0, 0, 0]
    assert home.token()


@pytest.mark.parametrize("engine_kind", [pytest.param("postgresql", marks=pytest.mark.postgres)])
def test_a_turn_ends_with_its_transaction(home: House) -> None:
    store = home.office.store
    with store.system("a test") as session:
        wait_for(session.connection(), Turn.TIDY)
        assert free(store) == set(Turn) - {Turn.TIDY}
    assert free(store) == set(Turn)
