"""Inside the session's wall: with its filter and the database's walls off, no foreign row becomes an object."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from sqlalchemy import event, select

from crm_data.errors import NotFound
from crm_data.store import scope as scope_module
from crm_data.store.scope import CompanySession
from crm_data.store.store import Store
from crm_data.tables import Company, Customer
from tests.support.databases import Database
from tests.support.makers import Filled, two_companies
from tests.walls.without import SESSION, store_with


@pytest.fixture(scope="module", params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def store(request: pytest.FixtureRequest, new_database: Callable[[str], Database]) -> Iterator[Store]:
    made = store_with(frozenset({SESSION}), new_database(request.param))
    yield made
    made.close()


@pytest.fixture(scope="module")
def both(store: Store) -> tuple[Filled, Filled]:
    return two_companies(store)


@pytest.fixture(autouse=True)
def no_filter() -> Iterator[None]:
    """The filter on statements is off: what comes next in the session must stand alone."""
    event.remove(CompanySession, "do_orm_execute", scope_module._only_this_company)
    yield
    event.listen(CompanySession, "do_orm_execute", scope_module._only_this_company)


@pytest.mark.parametrize("table", [Customer, Company])
def test_a_foreign_row_never_becomes_an_object(store: Store, both: tuple[Filled, Filled], table: Any) -> None:
    own, _ = both
    with pytest.raises(NotFound), store.read(own.scope) as session:
        session.scalars(select(table).order_by(table.id)).all()


def test_get_finds_nothing_foreign_even_so(store: Store, both: tuple[Filled, Filled]) -> None:
    own, other = both
    with store.read(own.scope) as session:
        with pytest.raises(NotFound):
            session.get(Customer, other.customer_id)
        assert session.identity_map.values() == []
