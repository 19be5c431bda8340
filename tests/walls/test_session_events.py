"""Inside the session's wall: with its filter and the database's walls off, no foreign row becomes an object."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from sqlalchemy import event, select

from crm_data.errors import NotFound
from crm_data.store import scope as scope_module
from crm_data.store.scope import CompanySession
from crm_data.store.statements import NotImplementedInScope
from crm_data.store.store import Store
from crm_data.tables import Activity, Company, Customer, User
from tests.store.paths import made_up
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


@pytest.fixture
def trusting() -> Iterator[None]:
    """A session that takes in any row that claims to have been read."""
    event.remove(CompanySession, "before_attach", scope_module._only_what_was_read_here)
    yield
    event.listen(CompanySession, "before_attach", scope_module._only_what_was_read_here)


@pytest.mark.parametrize("table", [Customer, Company])
@pytest.mark.usefixtures("trusting")
def test_a_refresh_shows_nothing_foreign(store: Store, both: tuple[Filled, Filled], table: Any) -> None:
    own, other = both
    with store.read(own.scope) as session:
        row = made_up(table, other.id_in(table.__tablename__))
        session.add(row)
        with pytest.raises(NotFound):
            session.refresh(row)
        assert row not in session


@pytest.mark.usefixtures("trusting")
def test_get_looks_again_at_what_it_holds(store: Store, both: tuple[Filled, Filled]) -> None:
    own, other = both
    with store.read(own.scope) as session:
        row = made_up(Customer, other.customer_id, company_id=other.company_id)
        session.add(row)
        assert session.get(Customer, other.customer_id) is None


def test_a_row_keeps_its_id(store: Store, both: tuple[Filled, Filled]) -> None:
    own, _ = both
    with store.write(own.scope) as session:
        session.get_one(Activity, own.activity_id).id = 12_345
        with pytest.raises(NotFound):
            session.flush()
        session.rollback()


@pytest.mark.parametrize(("table", "id_in"), [(Company, "company_id"), (User, "rep_id")])
def test_companies_and_people_are_not_erased(
    store: Store, both: tuple[Filled, Filled], table: Any, id_in: str
) -> None:
    own, _ = both
    with store.write(own.scope) as session:
        session.delete(session.get_one(table, getattr(own, id_in)))
        with pytest.raises(NotImplementedInScope, match="the system's to erase"):
            session.flush()
        session.rollback()


def test_companies_are_not_made(store: Store, both: tuple[Filled, Filled]) -> None:
    own, _ = both
    with store.write(own.scope) as session:
        session.add(Company(name="New", email="new@example.com"))
        with pytest.raises(NotImplementedInScope, match="companies to make"):
            session.flush()
        session.rollback()


PAST = ("bulk_save_objects", "bulk_insert_mappings", "bulk_update_mappings", "connection", "merge")


@pytest.mark.parametrize("name", PAST)
def test_what_steps_round_the_company_is_refused(
    store: Store, both: tuple[Filled, Filled], name: str
) -> None:
    own, _ = both
    with (
        store.read(own.scope) as session,
        pytest.raises(NotImplementedInScope, match="use the store's verbs"),
    ):
        getattr(session, name)()
