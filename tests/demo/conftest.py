"""Two made-up companies, once an engine for all tests that only look at them."""

from collections.abc import Iterator

import pytest

from crm_data.demo import DemoPerson, fill
from crm_data.store.store import Store
from tests.demo.support import PASSWORD, TODAY
from tests.support.databases import fresh


@pytest.fixture(scope="package", params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def filled(request: pytest.FixtureRequest) -> Iterator[tuple[Store, list[DemoPerson]]]:
    """A database that was filled on TODAY, once an engine."""
    database = fresh(request.param)
    store = Store(database.url)
    yield store, fill(store, PASSWORD, TODAY)
    store.close()
    database.drop()
