"""A database of a moment goes away again, also while the server itself is at work in it."""

import logging
import threading
from collections.abc import Iterator
from urllib.parse import urlsplit, urlunsplit

import psycopg
import pytest

from crm_data.transfer.postgres_scratch import scratch
from tests.support import postgres
from tests.support.databases import Database, fresh

pytestmark = pytest.mark.postgres


@pytest.fixture
def beside() -> Iterator[Database]:
    """A database of the same server."""
    made = fresh("postgresql", migrated=False)
    yield made
    made.drop()


def superuser(database: str) -> psycopg.Connection[tuple[object, ...]]:
    """Somebody whom the owner of the database may not put out: autovacuum's workers stand so to it as well."""
    at = urlsplit(postgres.server()["admin"])
    return psycopg.connect(urlunsplit(at._replace(path=f"/{database}")), autocommit=True)


def there(database: str) -> bool:
    with superuser("postgres") as connection:
        found = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [database])
        return found.fetchone() is not None


def name_of(url: str) -> str:
    return urlsplit(url).path[1:]


@pytest.mark.slow
def test_it_waits_for_whom_it_may_not_put_out(beside: Database) -> None:
    with scratch(beside.admin_url, "foyer") as url:
        inside = superuser(name_of(url))
        threading.Timer(1.0, inside.close).start()
    assert not there(name_of(url))


def test_what_cannot_be_dropped_hinders_nothing_and_is_told(
    beside: Database, caplog: pytest.LogCaptureFixture
) -> None:
    with (
        caplog.at_level(logging.WARNING, "foyer.backups"),
        scratch(beside.admin_url, "foyer") as url,
    ):
        inside = superuser(name_of(url))
    assert there(name_of(url))
    assert f"the database {name_of(url)} is left behind" in caplog.text
    inside.close()
    postgres.drop(name_of(url))
