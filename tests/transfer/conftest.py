"""The installation that the tests of backups work on."""

from collections.abc import Iterator

import pytest

from tests.support.databases import fresh
from tests.transfer.office import Office, open_office


@pytest.fixture
def office() -> Iterator[Office]:
    """A small installation on SQLite with ten customers and one person signed in."""
    database = fresh("sqlite")
    opened = open_office(database.url)
    yield opened
    opened.store.close()
    database.drop()
