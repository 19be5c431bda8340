"""Two companies on either engine, and a clock that stands still."""

from collections.abc import Iterator

import pytest

from tests.support.office import Office, office


@pytest.fixture
def two(database_url: str, frozen_clock: object) -> Iterator[Office]:
    """Two companies with a person a role; it is Monday 2 March 2026, 9:30 in UTC."""
    made = office(database_url)
    yield made
    made.store.close()
