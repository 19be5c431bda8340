"""The ground of tests/support to measure on: databases of the run's own, and a PostgreSQL where one can be had."""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import psycopg

from bench.databases import PASSWORD, list_all_words
from crm_data.demo import scale
from tests.support import postgres, run
from tests.support.databases import Database, fresh

OWN_SERVER = "FOYER_BENCH_POSTGRES_URL"
MISSING = (
    "Left out: no PostgreSQL could be started or reached. `make bench` installs one in .venv;"
    f" {OWN_SERVER} names another server, by a superuser's address."
)


@contextmanager
def ground() -> Iterator[None]:
    """A folder for the time of the run, within the tests theirs; what was made on a server goes with it."""
    if run.FOLDER in os.environ:
        yield
        return
    if OWN_SERVER in os.environ:
        os.environ[postgres.OWN_SERVER] = os.environ[OWN_SERVER]
    run.begin()
    try:
        yield
    finally:
        postgres.stop(run.folder())
        run.remove(run.folder())
        del os.environ[run.FOLDER]


def has_postgres(tell: Callable[[str], None]) -> bool:
    """Whether there is a PostgreSQL to measure on; why not is told to who runs it, since it may name a machine."""
    try:
        postgres.server()
    except (RuntimeError, OSError, psycopg.Error) as error:
        tell(f"no PostgreSQL: {error}")
        return False
    return True


@contextmanager
def filled(kind: str, n: float, big_tenant: bool = False) -> Iterator[Database]:
    """A database of n times one year's size for as long as it is needed."""
    made = fresh(kind)
    try:
        scale(made.url, n, PASSWORD, big_tenant=big_tenant)
        list_all_words(made.url)
        yield made
    finally:
        made.drop()
