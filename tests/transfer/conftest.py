"""The installation that the tests of backups work on."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from crm_data.transfer import kept_postgres, postgres_scratch
from tests.support.databases import Database, fresh
from tests.transfer.companies import There
from tests.transfer.office import Office, open_office


@pytest.fixture
def office() -> Iterator[Office]:
    """A small installation on SQLite with ten customers and one person signed in."""
    database = fresh("sqlite")
    opened = open_office(database.url)
    yield opened
    opened.store.close()
    database.drop()


@pytest.fixture
def untried(monkeypatch: pytest.MonkeyPatch) -> None:
    """On PostgreSQL no backup is tried out in a database of its own, which takes a second each time.

    For tests of other things; test_backup_postgresql.py has those of the trial.
    """

    def none(url: str, schema: str) -> None:
        raise postgres_scratch.NoScratch("Not tried out, to save time.")

    monkeypatch.setattr(kept_postgres, "scratch", none)


@pytest.fixture
def either(database: Database, tmp_path: Path, untried: None) -> Iterator[Office]:
    """The same on either engine: what is tested with it holds on both."""
    opened = open_office(
        database.url, database.admin_url if database.kind == "postgresql" else "", tmp_path / "backups"
    )
    yield opened
    opened.store.close()


@pytest.fixture
def there() -> Iterator[Callable[..., There]]:
    """Makes installations, which are gone at the end."""
    made = []

    def make(kind: str, filled: bool = True) -> There:
        made.append(There(kind, filled))
        return made[-1]

    yield make
    for one in made:
        one.close()
