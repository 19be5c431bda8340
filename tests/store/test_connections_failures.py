"""What the database raises, at a statement or at COMMIT, becomes one sentence, and nothing is half done."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import psycopg
import pytest
import sqlalchemy as sa
from sqlalchemy import event

from crm_data.errors import CrmError, Fault, Invalid, NotFound, Unavailable
from crm_data.store import connections
from crm_data.store.scope import CompanySession
from crm_data.store.store import Store
from crm_data.tables import ChangeLog, Customer, Deal, Membership, Task
from tests.support import makers, postgres
from tests.support.databases import Database
from tests.support.makers import Filled
from tests.support.plain import Plain, plain


@pytest.fixture(scope="module", params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def database(request: pytest.FixtureRequest, new_database: Callable[[str], Database]) -> Database:
    return new_database(request.param)


@pytest.fixture(scope="module")
def both(database: Database) -> tuple[Filled, Filled]:
    """Two companies; every test leaves them as they are."""
    store = Store(database.url)
    made = makers.two_companies(store)
    store.close()
    return made


@pytest.fixture
def store(
    database: Database, both: tuple[Filled, Filled], monkeypatch: pytest.MonkeyPatch
) -> Iterator[Store]:
    """A store that waits for a lock no longer than a fifth of a second."""
    monkeypatch.setattr(connections, "BUSY_MS", 200)
    monkeypatch.setitem(connections.POSTGRES_LIMITS, "lock_timeout", 200)  # made of it once, at the import
    made = Store(database.url)
    yield made
    made.close()


@pytest.fixture
def sql(database: Database) -> Iterator[Plain]:
    with plain(database, owner=True) as connection:
        yield connection


def people_can_read(sentence: str) -> bool:
    return (
        sentence.endswith(".") and sentence[0].isupper() and "\n" not in sentence and "Error" not in sentence
    )


def _foreign_link(session: CompanySession, own: Filled, other: Filled) -> None:
    session.get_one(Deal, own.deal_id).customer_id = other.customer_id


def _foreign_colleague(session: CompanySession, own: Filled, other: Filled) -> None:
    session.get_one(Deal, own.deal_id).assigned_to = other.rep_id


def _membership_in_use(session: CompanySession, own: Filled, other: Filled) -> None:
    session.delete(session.get_one(Membership, own.membership_id))


@pytest.mark.slow
@pytest.mark.parametrize("change", [_foreign_link, _foreign_colleague, _membership_in_use])
def test_what_only_commit_finds(
    store: Store, both: tuple[Filled, Filled], sql: Plain, change: Callable[..., None]
) -> None:
    own, other = both
    before = sql.run("SELECT * FROM deals ORDER BY id"), sql.run("SELECT * FROM user_companies ORDER BY id")
    reached = []

    def flushed(session: CompanySession) -> None:
        change(session, own, other)
        session.flush()
        reached.append("the end: the key is deferred")

    with pytest.raises(Invalid, match="not in your company") as told, store.write(own.scope) as session:
        flushed(session)
    assert reached
    assert people_can_read(str(told.value))
    assert (
        sql.run("SELECT * FROM deals ORDER BY id"),
        sql.run("SELECT * FROM user_companies ORDER BY id"),
    ) == before
    with store.write(own.scope) as session:  # the connection is good again
        session.get_one(Deal, own.deal_id).notes = own.canary


def _set(column: str, value: Any) -> Callable[[CompanySession, Filled], None]:
    def change(session: CompanySession, own: Filled) -> None:
        setattr(session.get_one(Customer, own.customer_id), column, value)

    return change


def _duplicate(session: CompanySession, own: Filled) -> None:
    session.add_all(
        [Task(title="x", assigned_to=own.rep_id, external_system="s", external_id="1") for _ in range(2)]
    )


def _log_changed(session: CompanySession, own: Filled) -> None:
    session.get_one(ChangeLog, own.logged_id).action = "none"


WRONG: list[tuple[Callable[[CompanySession, Filled], None], str]] = [
    (_set("status", "something"), r"Status has a value"),
    (_set("credit_limit", -1), r"Credit limit has a value"),
    (_set("credit_limit", "abc"), r"refused these values"),
    (_set("name", "x" * 256), r"Name has a value|refused these values"),
    (_set("name", "x\0y"), r"Name has a value|refused these values"),
    (_set("name", "\ud800"), r"refused these values"),
    (_set("version", 2**70), r"refused these values|Version has a value"),
    (_set("name", None), r"needed is missing"),
    (_duplicate, r"may exist only once"),
    (_log_changed, r"only be added to"),
]


@pytest.mark.parametrize(("change", "sentence"), WRONG, ids=range(len(WRONG)))
def test_values_that_the_database_refuses(
    store: Store, both: tuple[Filled, Filled], change: Callable[..., None], sentence: str
) -> None:
    own, _ = both
    with pytest.raises(Invalid, match=sentence) as told, store.write(own.scope) as session:
        change(session, own)
    assert people_can_read(str(told.value))
    with store.read(own.scope) as session:
        assert session.get_one(Customer, own.customer_id).name == own.canary


def test_the_field_is_named(store: Store, both: tuple[Filled, Filled]) -> None:
    own, _ = both
    with pytest.raises(Invalid) as told, store.write(own.scope) as session:
        session.get_one(Membership, own.membership_id).role = "emperor"
    assert [problem.field for problem in told.value.problems] == ["role"]
    assert str(told.value) == "Role has a value that is not allowed here."


def _overtaken(session: CompanySession, own: Filled) -> None:
    row = session.get_one(Customer, own.customer_id)
    session.core().exec_driver_sql(f"DELETE FROM customers WHERE id = {own.customer_id}")
    row.name = "Gone"


def test_a_row_that_is_gone(store: Store, both: tuple[Filled, Filled], sql: Plain) -> None:
    own, _ = both
    with pytest.raises(NotFound), store.write(own.scope) as session:
        _overtaken(session, own)
    assert sql.value("SELECT count(*) FROM customers") == 2


def test_a_number_too_large_for_an_id(store: Store, both: tuple[Filled, Filled]) -> None:
    own, _ = both
    told = ""
    try:
        with store.read(own.scope) as session:
            assert session.get(Customer, 2**63) is None
    except CrmError as error:
        told = str(error)
    assert told == "" or people_can_read(told)


def test_a_lock_that_somebody_holds(store: Store, both: tuple[Filled, Filled], sql: Plain) -> None:
    own, _ = both
    sql.run("BEGIN IMMEDIATE" if sql.kind == "sqlite" else "BEGIN")
    sql.run("UPDATE customers SET city = 'Graz' WHERE id = ?", own.customer_id)
    with pytest.raises(Unavailable, match="busy") as told, store.write(own.scope) as session:
        session.get_one(Customer, own.customer_id).city = "Linz"
    sql.run("ROLLBACK")
    assert people_can_read(str(told.value))
    with store.write(own.scope) as session:
        session.get_one(Customer, own.customer_id).city = None


def test_every_connection_taken(
    store: Store, both: tuple[Filled, Filled], monkeypatch: pytest.MonkeyPatch
) -> None:
    own, _ = both
    pool: Any = store.engines.read.pool
    monkeypatch.setattr(pool, "_timeout", 0.1)
    monkeypatch.setattr(pool, "_max_overflow", 0)
    with ExitStack() as held:
        for _ in range(pool.size()):
            held.enter_context(store.read(own.scope)).get(Customer, 1)
        with pytest.raises(Unavailable, match="busy"), store.read(own.scope) as session:
            session.get(Customer, 1)
    with store.read(own.scope) as session:
        assert session.get(Customer, own.customer_id) is not None


def _cut_off(session: CompanySession, own: Filled) -> None:
    row = session.get_one(Customer, own.customer_id)
    pid = session.core().exec_driver_sql("SELECT pg_backend_pid()").scalar()
    with psycopg.connect(postgres.server()["admin"], autocommit=True) as admin:
        admin.execute("SELECT pg_terminate_backend(%s)", [pid])
    row.city = "Linz"


@pytest.mark.postgres
@pytest.mark.parametrize("database", ["postgresql"], indirect=True)
def test_a_server_that_goes_away(store: Store, both: tuple[Filled, Filled]) -> None:
    own, _ = both
    with pytest.raises(Unavailable) as told, store.write(own.scope) as session:
        _cut_off(session, own)
    assert people_can_read(str(told.value))
    with store.write(own.scope) as session:
        assert session.get_one(Customer, own.customer_id).city is None


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_a_full_disk(store: Store, both: tuple[Filled, Filled], sql: Plain) -> None:
    own, _ = both
    before = sql.value("SELECT count(*) FROM customers")

    def small(dbapi: Any, record: Any) -> None:
        dbapi.execute(f"PRAGMA max_page_count={dbapi.execute('PRAGMA page_count').fetchone()[0]}")

    event.listen(store.engines.write, "connect", small)
    with pytest.raises(Unavailable, match="full") as told, store.write(own.scope) as session:
        session.add_all([Customer(name="x", notes="y" * 10_000) for _ in range(100)])
    assert people_can_read(str(told.value))
    assert sql.value("SELECT count(*) FROM customers") == before
    event.remove(store.engines.write, "connect", small)


def test_a_damaged_file(tmp_path: Path) -> None:
    path = tmp_path / "damaged.db"
    path.write_bytes(b"a letter to the editor, longer than any header\n" * 100)
    with pytest.raises(Unavailable, match="damaged"), Store(f"sqlite:///{path}").system("look") as session:
        session.execute(sa.text("SELECT 1"))
    assert path.read_bytes().startswith(b"a letter")


@pytest.mark.parametrize("wrong", ["SELECT nonsense FROM users", "SELECT 1 FROM nowhere", "SELEC 1"])
def test_a_fault_of_the_program_is_called_one_and_found_in_the_log(
    store: Store, caplog: pytest.LogCaptureFixture, wrong: str
) -> None:
    with pytest.raises(Fault) as refused, store.system("a test", write=False) as session:
        session.execute(sa.text(wrong))
    assert refused.value.code in str(refused.value)
    assert f"error {refused.value.code}" in caplog.text
