"""Through a company's session no other company's row is seen or changed, whatever way is tried."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy import event, select
from sqlalchemy.exc import IntegrityError, NoResultFound
from sqlalchemy.orm import Session

from crm_data.errors import CrmError, NoCompany
from crm_data.store.connections import beyond_company
from crm_data.store.guards import guarded_tables
from crm_data.store.scope import CompanyScope
from crm_data.store.statements import NotImplementedInScope
from crm_data.store.store import Store
from crm_data.tables import Company, Customer, Deal, SignInAttempt, Task
from tests.store.paths import PUBLISHED, Path, made_up
from tests.store.paths_since import FOUND_SINCE
from tests.support.databases import Database
from tests.support.makers import Filled, two_companies
from tests.support.statements import counted

Dump = dict[str, list[tuple[Any, ...]]]
ENGINES = ["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)]


class Undo(Exception):
    """Ends a transaction without keeping it."""


@pytest.fixture(scope="module", params=ENGINES)
def store(request: pytest.FixtureRequest, new_database: Callable[[str], Database]) -> Iterator[Store]:
    made = Store(new_database(request.param).url)
    yield made
    made.close()


@pytest.fixture(scope="module")
def both(store: Store) -> tuple[Filled, Filled]:
    """Two companies; every test leaves them as they are."""
    return two_companies(store)


def dump(connection: Any, company_id: int) -> Dump:
    """Every row of a company, as the system sees it."""
    found = {}
    with as_the_system(connection):
        for table, column in guarded_tables().items():
            wanted = sa.text(f"SELECT * FROM {table} WHERE {column} = {company_id} ORDER BY id")
            found[table] = [tuple(row) for row in connection.execute(wanted)]
    return found


@contextmanager
def as_the_system(connection: Any) -> Iterator[None]:
    """Within a company's transaction, see for a moment what PostgreSQL keeps from it."""
    engine = connection.get_bind() if isinstance(connection, Session) else connection
    say = sa.text("SELECT set_config('app.system', :said, true)")
    was = None
    if engine.dialect.name == "postgresql":
        was = connection.scalar(sa.text("SELECT coalesce(current_setting('app.system', true), '')"))
        connection.execute(say, {"said": "on"})
    yield
    if was is not None:
        connection.execute(say, {"said": was})


def shown(seen: Any) -> str:
    """Everything that a result shows, in one text."""
    if isinstance(seen, dict):
        return " ".join(map(shown, seen.values()))
    if isinstance(seen, list | tuple | sa.Row):
        return " ".join(map(shown, seen))
    if sa.inspect(seen, raiseerr=False) is not None:
        return shown({key: value for key, value in vars(seen).items() if key != "_sa_instance_state"})
    return str(seen)


def attempt(store: Store, path: Path, own: Filled, other: Filled) -> Any:
    """Try a path and undo it; fails when it changed a row of the other company."""
    seen = None
    try:
        with store.write(own.scope) as session:
            before = dump(session.core(), other.company_id)
            assert all(before.values())
            try:
                seen = path.attempt(session, other)
                session.flush()
            finally:
                if session.is_active and store.engines.dialect == "sqlite":
                    assert dump(session.core(), other.company_id) == before
            assert dump(session.core(), other.company_id) == before
            if not path.commits:
                raise Undo
    except Undo:
        pass
    return seen


@pytest.mark.parametrize("path", [*PUBLISHED, *FOUND_SINCE], ids=lambda path: path.name)
@pytest.mark.filterwarnings("ignore:.*cartesian product")
def test_a_way_round(store: Store, both: tuple[Filled, Filled], path: Path) -> None:
    own, other = both
    with store.system("before", write=False) as session:
        before = dump(session, other.company_id)
    if path.outcome == "refused":
        with pytest.raises((NotImplementedInScope, CrmError, AttributeError, NoResultFound)) as told:
            attempt(store, path, own, other)
        assert other.canary not in str(told.value)
    else:
        assert other.canary not in shown(attempt(store, path, own, other))
    with store.system("after", write=False) as session:
        assert dump(session, other.company_id) == before


def test_the_published_list_is_whole() -> None:
    assert len(PUBLISHED) == 36
    names = [path.name for path in [*PUBLISHED, *FOUND_SINCE]]
    assert len(set(names)) == len(names)


def test_scoped_ways_show_the_own_rows(store: Store, both: tuple[Filled, Filled]) -> None:
    own, _ = both
    with store.read(own.scope) as session:
        assert session.get_one(Customer, own.customer_id).name == own.canary
        assert session.get_one(Company, own.company_id).name == own.canary
        assert session.scalars(select(Deal.deal_name)).all() == [own.canary]


@pytest.mark.parametrize("company_id", [None, 0, -1, True, "1", 1.0])
def test_without_a_company_nothing_is_sent(store: Store, company_id: Any) -> None:
    scope = CompanyScope(company_id, None, "admin")
    for way in (store.read, store.write):
        with counted(store) as sent, pytest.raises(NoCompany), way(scope) as session:
            session.scalars(select(Customer)).all()
        assert sent == []


def test_an_engine_alone_executes_nothing(store: Store, both: tuple[Filled, Filled]) -> None:
    sent = []

    def note(connection: Any, cursor: Any, statement: str, *rest: Any) -> None:
        sent.append(statement)

    for engine in (store.engines.read, store.engines.write):
        event.listen(engine, "after_cursor_execute", note)
        with engine.connect() as connection, pytest.raises(NoCompany):
            connection.exec_driver_sql("SELECT * FROM customers")
        event.remove(engine, "after_cursor_execute", note)
    assert set(sent) <= {"BEGIN", "BEGIN IMMEDIATE"}


def test_a_connection_forgets_its_company_in_the_pool(store: Store, both: tuple[Filled, Filled]) -> None:
    own, other = both

    def left() -> tuple[Any, ...]:
        with store.engines.write.connect() as connection:
            guard = connection.info["guard"]
            return guard.company_id, guard.system, guard.named

    for scope in (own.scope, other.scope):
        with store.write(scope) as session:
            assert session.core().info["guard"].company_id == scope.company_id
        assert left() == (None, False, False)
    with store.system("to be forgotten") as session:
        assert session.connection().info["guard"].system
    assert left() == (None, False, False)


def test_the_database_is_told_whose_transaction_it_is(store: Store, both: tuple[Filled, Filled]) -> None:
    """Past the session's own filter the database holds by itself: the session named its company, no more."""
    own, other = both
    names = sa.text("SELECT name FROM customers")
    change = sa.text("UPDATE customers SET city = 'Graz' WHERE id = :id")
    with store.read(own.scope) as session:
        assert set(session.core().scalars(names)) == {own.canary}
    with store.write(own.scope) as session:
        assert session.core().execute(change, {"id": own.customer_id}).rowcount == 1
        if store.engines.dialect == "sqlite":
            with pytest.raises(IntegrityError, match="another company's row"):
                session.core().execute(change, {"id": other.customer_id})
        else:
            assert set(session.core().scalars(names)) == {own.canary}
            assert session.core().execute(change, {"id": other.customer_id}).rowcount == 0
        session.rollback()


@pytest.mark.postgres
def test_postgresql_forgets_it_with_the_transaction(new_database: Callable[[str], Database]) -> None:
    store = Store(new_database("postgresql").url)
    own, other = two_companies(store)
    told = "SELECT current_setting('app.company_id', true), current_setting('app.system', true)"

    def left() -> set[Any]:
        fairy = store.engines.write.raw_connection()
        with fairy.cursor() as cursor:
            cursor.execute(told)
            found = set(cursor.fetchone() or ())
        fairy.close()
        return found

    with store.write(own.scope) as session:
        session.core()
    assert left() <= {"", None}
    with store.system("to be forgotten") as system:
        system.connection()
    assert left() <= {"", None}
    names = sa.text("SELECT name FROM customers")
    with store.write(own.scope) as session:
        with beyond_company(session.core()):
            assert set(session.core().scalars(names)) == {own.canary, other.canary}
        assert set(session.core().scalars(names)) == {own.canary}
    store.close()


STATEMENTS = [
    select(Customer.name).where(Customer.id > 0),
    select(Customer.name, Deal.deal_name).join(Deal, Deal.customer_id == Customer.id),
    select(Company.name),
    select(sa.func.max(Task.title)).where(Task.deal_id.in_(select(Deal.id))),
    sa.union(select(Customer.name), select(Deal.deal_name)),
]


@pytest.mark.parametrize("number", range(len(STATEMENTS)))
def test_one_compiled_statement_serves_every_company(
    store: Store, both: tuple[Filled, Filled], number: int
) -> None:
    for _ in range(3):
        for company in both:
            with store.read(company.scope) as session:
                seen = shown(session.execute(STATEMENTS[number]).all())
            assert set(seen.split()) == {company.canary}
    with store.read(CompanyScope(987_654, None, "admin")) as session:
        nothing = session.execute(STATEMENTS[number]).all()
        assert [row for row in nothing if any(value is not None for value in row)] == []


def test_threads_of_two_companies_never_mix(store: Store, both: tuple[Filled, Filled]) -> None:
    wrong: list[str] = []

    def look(company: Filled) -> None:
        for at in range(60):
            with store.read(company.scope) as session:
                seen = shown(session.execute(STATEMENTS[at % len(STATEMENTS)]).all())
            if set(seen.split()) != {company.canary}:
                wrong.append(seen)

    threads = [threading.Thread(target=look, args=(company,)) for company in (*both, *both)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []


def test_taken_and_free_ids_are_told_apart_by_nothing(store: Store, both: tuple[Filled, Filled]) -> None:
    own, other = both
    said = set()
    for id_ in (other.customer_id, 987_654):
        with pytest.raises(NotImplementedInScope) as told, store.write(own.scope) as session:
            session.add(Customer(id=id_, name="x"))
        said.add(str(told.value))
        with store.read(own.scope) as session:
            assert session.get(Customer, id_) is None
        with pytest.raises(NotImplementedInScope) as told, store.write(own.scope) as session:
            session.add(made_up(Customer, id_))
        said.add(str(told.value))
    assert len(said) == 2


def test_names_of_nobody_else_are_in_a_refused_link(store: Store, both: tuple[Filled, Filled]) -> None:
    own, other = both
    said = []
    for customer_id in (other.customer_id, 987_654):
        with pytest.raises(CrmError) as told, store.write(own.scope) as session:
            session.add(Deal(customer_id=customer_id, deal_name="x", deal_value=1))
        said.append(str(told.value))
    assert said[0] == said[1], "a foreign id and an id of nothing sound the same"


def test_new_rows_get_the_company(store: Store, both: tuple[Filled, Filled]) -> None:
    own, _ = both
    row = Customer(name="Ours")
    with store.write(own.scope) as session:
        session.add(row)
        session.flush()
        assert row.company_id == own.company_id
        row.name = "Still ours"
        session.flush()
        session.delete(row)
    with store.read(own.scope) as session:
        assert session.get(Customer, row.id) is None


def test_only_statements_of_the_orm_are_let_through(store: Store, both: tuple[Filled, Filled]) -> None:
    own, _ = both
    outside = select(SignInAttempt.__table__)  # no company's rows, and no way to be sure of that but this
    with store.read(own.scope) as session, pytest.raises(NotImplementedInScope, match="Only ORM"):
        session.execute(outside)
