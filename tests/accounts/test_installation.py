"""The installation: what it says of its own state, and what it refuses to serve with."""

import pytest

from crm_data.accounts.watched import WatchedStore
from crm_data.errors import NotReady, NotSignedIn
from crm_data.installation import Installation
from crm_data.store.migrating import downgrade
from crm_data.store.store import Store
from crm_data.workspace import Workspace
from tests.accounts.conftest import House
from tests.migrations.trial import older
from tests.support.databases import Database
from tests.support.own import own_settings


def test_a_migrated_database_is_ready(house: House) -> None:
    assert house.installation.state().ready
    house.installation.demand_ready()


def test_an_older_one_is_not(database: Database) -> None:
    downgrade(database.admin_url, older())
    store = Store(database.url)
    installation = Installation(store, own_settings(database.url))
    state = installation.state()
    assert (state.database, state.ready, state.revision) == (True, False, older())
    with pytest.raises(NotReady, match=f"revision {older()}"):
        installation.demand_ready()
    store.close()


@pytest.mark.parametrize("engine_kind", [pytest.param("postgresql", marks=pytest.mark.postgres)])
def test_the_owner_of_the_tables_does_not_serve(database: Database) -> None:
    store = Store(database.admin_url)
    installation = Installation(store, own_settings(database.admin_url))
    with pytest.raises(NotReady, match="only reads and writes rows"):
        installation.demand_ready()
    store.close()


def test_a_watched_workspace_ends_with_its_session(house: House) -> None:
    over: list[bool] = []

    def still(scope: object) -> None:
        if over:
            raise NotSignedIn

    my = Workspace(WatchedStore(house.store, still), house.office.scope())
    made = my.customers.add({"name": "Before"})
    over.append(True)
    with pytest.raises(NotSignedIn):
        my.customers.get(made)
    with pytest.raises(NotSignedIn):
        my.customers.add({"name": "After"})
    assert house.office.at().customers.count() == 1
