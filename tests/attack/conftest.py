"""A server of the module's own over a town: two companies whose every row carries a canary word."""

from collections.abc import Callable, Iterator

import pytest

from tests.attack.town import CANARIES, Town, town
from tests.support.databases import Database
from tests.support.serving import Served, serving


@pytest.fixture(scope="module")
def there(new_database: Callable[[str], Database]) -> Iterator[Town]:
    """One engine is enough: what is under attack here is the server, and it leaves one way."""
    with town(new_database("sqlite").url) as made:
        yield made


@pytest.fixture(scope="module")
def served(there: Town) -> Iterator[Served]:
    """The server. Whatever was done to it, its log names no record and no person of any company."""
    with serving(there.house.settings.database_url) as running:
        yield running
        said = running.said()
    assert [word for words in CANARIES for word in words if word in said] == []
