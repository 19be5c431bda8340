"""The installation that the tests of backups work on."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.databases import Database, fresh
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
def either(database: Database, tmp_path: Path) -> Iterator[Office]:
    """The same on either engine: what is tested with it holds on both."""
    opened = open_office(
        database.url, database.admin_url if database.kind == "postgresql" else "", tmp_path / "backups"
    )
    yield opened
    opened.store.close()
