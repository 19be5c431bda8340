"""A link or an assignee of another company is impossible, by plain SQL too, on both engines."""

from collections.abc import Callable, Iterator

import pytest
import sqlalchemy as sa

from crm_data.store.guards import guarded_tables
from crm_data.store.store import Store
from crm_data.tables import APPEND_ONLY, Base
from tests.support.databases import Database
from tests.support.makers import Filled, person, two_companies
from tests.support.plain import Plain, plain

INSIDE = sorted(set(guarded_tables()) - {"companies"})
LINKS = sorted(
    (table, key.column_keys[0], key.referred_table.name)
    for table in INSIDE
    for key in Base.metadata.tables[table].foreign_key_constraints
    if len(key.column_keys) == 1 and key.referred_table.name in INSIDE
)
ASSIGNED = sorted(table for table in INSIDE if "assigned_to" in Base.metadata.tables[table].columns)


@pytest.fixture(scope="module", params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def ground(
    request: pytest.FixtureRequest, new_database: Callable[[str], Database]
) -> Iterator[tuple[Plain, Filled, Filled, int]]:
    """A plain connection, two companies, and a person who is in neither."""
    database = new_database(request.param)
    store = Store(database.url)
    own, other = two_companies(store)
    with store.system("somebody else") as session:
        stranger = person(session).id
    store.close()
    with plain(database, owner=True) as sql:
        yield sql, own, other, stranger


def refusal(table: str) -> str:
    """What refuses a change of a row's link: the key, or before it that the table only grows."""
    return "append-only" if table in APPEND_ONLY else "foreign key"


def _names(key: sa.ForeignKeyConstraint) -> tuple[list[str], str, list[str]]:
    return key.column_keys, key.referred_table.name, [part.column.name for part in key.elements]


def test_there_is_something_to_prove() -> None:
    assert len(LINKS) >= 12
    assert {*ASSIGNED} >= {"customers", "deals", "leads", "tasks"}


@pytest.mark.parametrize(("table", "column", "to"), LINKS)
def test_beside_each_link_stands_the_key_with_the_company(table: str, column: str, to: str) -> None:
    keys = Base.metadata.tables[table].foreign_key_constraints
    doubles = {
        key.name: key for key in keys if _names(key) == (["company_id", column], to, ["company_id", "id"])
    }
    assert len(doubles) == 1
    (key,) = doubles.values()
    assert (key.ondelete, key.deferrable, key.initially) == (None, True, "DEFERRED")


@pytest.mark.parametrize(("table", "column", "to"), LINKS)
def test_a_link_to_another_company(
    ground: tuple[Plain, Filled, Filled, int], table: str, column: str, to: str
) -> None:
    sql, own, other, _ = ground
    mine, theirs = own.id_in(table), other.id_in(to)
    said = sql.refuses(f"UPDATE {table} SET {column} = ? WHERE id = ?", theirs, mine)
    assert refusal(table) in said.lower()
    assert "foreign key" in _copied(sql, table, mine, **{column: theirs}).lower()


@pytest.mark.parametrize("table", ASSIGNED)
def test_an_assignee_who_is_no_member(ground: tuple[Plain, Filled, Filled, int], table: str) -> None:
    sql, own, other, stranger = ground
    for somebody in (other.rep_id, other.admin_id, stranger):
        change = f"UPDATE {table} SET assigned_to = ? WHERE id = ?"
        assert "foreign key" in sql.refuses(change, somebody, own.id_in(table)).lower()
        assert "foreign key" in _copied(sql, table, own.id_in(table), assigned_to=somebody).lower()


@pytest.mark.parametrize("table", sorted({table for table, *_ in LINKS}))
def test_a_row_does_not_move_to_another_company(
    ground: tuple[Plain, Filled, Filled, int], table: str
) -> None:
    sql, own, other, _ = ground
    said = sql.refuses(f"UPDATE {table} SET company_id = ? WHERE id = ?", other.company_id, own.id_in(table))
    assert refusal(table) in said.lower()


def test_a_parent_does_not_move_away_from_its_children(ground: tuple[Plain, Filled, Filled, int]) -> None:
    sql, own, other, _ = ground
    move = "UPDATE customers SET company_id = ?, assigned_to = NULL WHERE id = ?"
    assert "foreign key" in sql.refuses(move, other.company_id, own.customer_id).lower()


def test_links_inside_a_company_are_free(ground: tuple[Plain, Filled, Filled, int]) -> None:
    sql, own, _, _ = ground
    for table, column, to in LINKS:
        if table not in APPEND_ONLY:
            sql.run(f"UPDATE {table} SET {column} = ? WHERE id = ?", own.id_in(to), own.id_in(table))


def _copied(sql: Plain, table: str, id_: int, **values: int) -> str:
    """Try to insert a copy of a row with other values; returns the refusal."""
    names = [column.name for column in Base.metadata.tables[table].columns if column.name != "id"]
    said = ", ".join(str(values[name]) if name in values else name for name in names)
    return sql.refuses(
        f"INSERT INTO {table} ({', '.join(names)}) SELECT {said} FROM {table} WHERE id = {id_}"
    )
