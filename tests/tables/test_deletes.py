"""Deleting each kind of parent does what the tables declare, in whatever order the keys were made."""

import re
import sqlite3
import subprocess
from collections.abc import Callable, Iterator
from contextlib import closing
from functools import partial

import psycopg
import pytest

from crm_data.store import migrating
from crm_data.store.store import Store
from crm_data.tables import Base
from crm_data.tables.fields import Kind
from crm_data.tables.spare import spares
from migrations.walls import raise_walls
from tests.support import postgres
from tests.support.databases import Database, create_declared, fresh
from tests.support.makers import Filled, filled_company
from tests.support.plain import Plain, plain
from tests.tables.facts import _split

# What companies make fields of that name a colleague; the first of each table is filled.
NAMED = {
    (table.name, name)
    for table in Base.metadata.tables.values()
    for name in spares(Kind.MEMBER)
    if name in table.c
}
# parent -> (tables that lose the company's rows, columns that become NULL). All else stays as it was.
DECLARED: dict[str, tuple[set[str], set[tuple[str, str]]]] = {
    "task": ({"activities"}, set()),
    "deal": (
        {"deals", "deal_stage_history", "tasks", "activities"},
        {("leads", "converted_deal_id")},
    ),
    "lead": ({"leads", "tasks", "activities"}, {("deals", "lead_id")}),
    "customer": (
        {"customers", "deals", "deal_stage_history", "tasks", "activities"},
        {("leads", "customer_id"), ("leads", "converted_deal_id")},
    ),
    "rep": (
        {"tasks", "activities"},
        {
            ("customers", "assigned_to"),
            ("leads", "assigned_to"),
            ("deals", "assigned_to"),
            ("deal_stage_history", "moved_by"),
            *NAMED,
        },
    ),
    "admin": (
        set(),
        {
            ("customers", "created_by"),
            ("leads", "created_by"),
            ("deals", "created_by"),
            ("tasks", "created_by"),
        },
    ),
}
TABLE = {
    "task": "tasks",
    "deal": "deals",
    "lead": "leads",
    "customer": "customers",
    "rep": "users",
    "admin": "users",
}
OWNED = sorted(
    table.name for table in Base.metadata.tables.values()
    if "company_id" in table.columns and table.name not in ("sessions", "one_time_links", "security_log")
    # What goes is due for the search, so that these grow; tests/finding looks at them.
    and table.name != "search_due"
)  # fmt: skip
# (table, column) of what somebody else has to take over before a membership ends.
WORK = [
    (key.table.name, key.column_keys[1])
    for table in Base.metadata.tables.values() for key in table.foreign_key_constraints
    if key.referred_table.name == "user_companies" and key.ondelete is None
]  # fmt: skip
KNOWN = {"companies", *(table for emptied, _ in DECLARED.values() for table in emptied)}
KNOWN |= {table for _, nulled in DECLARED.values() for table, _ in nulled} | {"user_companies", "change_log"}
Rows = dict[str, list[dict[str, object]]]
_DOUBLE = re.compile(r"FOREIGN KEY ?\(company_id, ")


def rows(sql: Plain, company_id: int) -> Rows:
    """A company's rows, without the stamp that every change moves."""
    found = {}
    for table in OWNED:
        names = [c.name for c in Base.metadata.tables[table].columns if c.name != "updated_at"]
        said = sql.run(f"SELECT {', '.join(names)} FROM {table} WHERE company_id = ? ORDER BY id", company_id)
        found[table] = [dict(zip(names, row, strict=True)) for row in said]
    return found


def migrated(database: Database) -> Database:
    """As the migrations made it."""
    return database


def declared(database: Database) -> Database:
    """Made from the tables by SQLAlchemy, in its order."""
    made = fresh(database.kind, migrated=False)
    engine = migrating.migration_engine(made.admin_url)
    with engine.begin() as connection:
        create_declared(connection)
        raise_walls(connection)
    engine.dispose()
    return made


def single_keys_last(database: Database) -> Database:
    """Every key on one column is made anew, after those on two."""
    return _reordered(database, last=lambda said: not _DOUBLE.search(said))


def double_keys_last(database: Database) -> Database:
    """Every key on two columns is made anew, after those on one."""
    return _reordered(database, last=lambda said: bool(_DOUBLE.search(said)))


def _reordered(database: Database, last: Callable[[str], bool]) -> Database:
    if database.kind == "sqlite":
        return _sqlite_reordered(database, last)
    with plain(database, owner=True) as sql:
        keys = sql.run(
            "SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint"
            " WHERE contype = 'f' AND connamespace = 'public'::regnamespace ORDER BY oid"
        )
        keys.sort(key=lambda key: last(key[2]))
        # PostgreSQL obeys keys in the order of their triggers' names, which end in a number as text:
        # 100000 comes before 99999. So all are made anew, and again if the numbers grew by a digit.
        for _ in range(3):
            for table, name, said in keys:
                sql.run(f"ALTER TABLE {table} DROP CONSTRAINT {name}")
                sql.run(f"ALTER TABLE {table} ADD CONSTRAINT {name} {said}")
            obeyed = sql.run(
                "SELECT DISTINCT ON (c.oid) c.conname, pg_get_constraintdef(c.oid), t.tgname"
                " FROM pg_constraint c JOIN pg_trigger t ON t.tgconstraint = c.oid WHERE c.contype = 'f'"
                " ORDER BY c.oid, t.tgname"
            )
            ranks = [last(said) for _, said, _ in sorted(obeyed, key=lambda key: key[2])]
            if ranks == sorted(ranks):
                return database
    raise AssertionError("the keys are not obeyed in the order that the test wants")


def _sqlite_reordered(database: Database, last: Callable[[str], bool]) -> Database:
    made = fresh("sqlite", migrated=False)
    with plain(database) as old, plain(made) as new:
        new.run("PRAGMA foreign_keys=OFF")
        for kind, sql in old.run(
            "SELECT type, sql FROM sqlite_master WHERE sql IS NOT NULL ORDER BY type = 'table' DESC"
        ):
            if kind == "table" and "sqlite_sequence" not in sql:
                head, inside = sql.split("(", 1)
                parts = sorted(
                    _split(inside[: inside.rindex(")")]),
                    key=lambda part: ("CONSTRAINT" in part, "FOREIGN KEY" in part and last(part)),
                )
                sql = f"{head}({','.join(parts)})"
            if "sqlite_sequence" not in sql:
                new.run(sql)
    return made


def restored(database: Database) -> Database:
    """As a backup of the filled database gives it back."""
    made = fresh(database.kind, migrated=False)
    if database.kind == "sqlite":
        paths = [other.url.removeprefix("sqlite:///") for other in (database, made)]
        with closing(sqlite3.connect(paths[0])) as source, closing(sqlite3.connect(paths[1])) as target:
            source.backup(target)
    else:
        dump = [postgres.programs() / "pg_dump", "--no-owner", "--no-privileges", database.admin_url]
        said = subprocess.run(dump, check=True, capture_output=True).stdout
        psql = [postgres.programs() / "psql", "-q", "-v", "ON_ERROR_STOP=1", made.admin_url]
        subprocess.run(psql, check=True, input=said, capture_output=True)
    return made


def fill(database: Database, number: int) -> list[Filled]:
    store = Store(database.admin_url)
    with store.system("companies to delete from") as session:
        made = [filled_company(session, f"canary{at}") for at in range(number)]
    store.close()
    return made


LATER = [
    pytest.param(how, marks=pytest.mark.slow)
    for how in (declared, single_keys_last, double_keys_last, restored)
]


@pytest.fixture(params=[migrated, *LATER], ids=lambda how: how.__name__)
def deletable(database: Database, request: pytest.FixtureRequest) -> Iterator[tuple[Database, list[Filled]]]:
    """A database and eight filled companies in it, one for each deletion and one that nobody touches."""
    if request.param is restored:
        companies = fill(database, 8)
        made = restored(database)
    else:
        made = request.param(database)
        companies = fill(made, 8)
    yield made, companies
    if made is not database:
        made.drop()


def test_each_kind_of_parent(deletable: tuple[Database, list[Filled]]) -> None:
    database, companies = deletable
    untouched = companies.pop()
    with plain(database, owner=True) as sql:
        other = rows(sql, untouched.company_id)
        for parent, (emptied, nulled) in DECLARED.items():
            company = companies.pop()
            before = rows(sql, company.company_id)
            assert all(before.values()), "a table without a row proves nothing"
            sql.run(f"DELETE FROM {TABLE[parent]} WHERE id = ?", getattr(company, f"{parent}_id"))
            expected = expect(before, parent, company, emptied, nulled)
            assert rows(sql, company.company_id) == expected, parent
        _a_company_goes_with_all_it_has(sql, companies.pop())
        assert rows(sql, untouched.company_id) == other
        if sql.kind == "sqlite":
            assert sql.run("PRAGMA foreign_key_check") == []


def expect(
    before: Rows, parent: str, company: Filled, emptied: set[str], nulled: set[tuple[str, str]]
) -> Rows:
    """The rows that must be left."""
    gone = getattr(company, f"{parent}_id")
    after = {table: [] if table in emptied | {TABLE[parent]} else said for table, said in before.items()}
    if TABLE[parent] == "users":
        after["user_companies"] = [row for row in before["user_companies"] if row["user_id"] != gone]
    for table, column in nulled:
        after[table] = [{**row, column: None} for row in after[table]]
    for table in (name for name in OWNED if name not in KNOWN):
        after[table] = [
            row for row in map(partial(_left, table, before, after, parent, gone), before[table]) if row
        ]
    return after


def _left(
    table: str, before: Rows, after: Rows, parent: str, gone: int, row: dict[str, object]
) -> dict[str, object] | None:
    """What is left of a row of a table that is not told of above: what its own keys declare."""
    row = dict(row)
    for key in Base.metadata.tables[table].foreign_key_constraints:
        if len(key.column_keys) > 1:
            continue
        column, to = key.column_keys[0], key.referred_table.name
        ids = {gone} if to == "users" == TABLE[parent] else set()
        if to in before:
            ids = {other["id"] for other in before[to]} - {other["id"] for other in after[to]}  # type: ignore[misc]
        if row[column] in ids and key.ondelete == "CASCADE":
            return None
        if row[column] in ids:
            row[column] = None
    return row


def _a_company_goes_with_all_it_has(sql: Plain, company: Filled) -> None:
    people = sql.value("SELECT count(*) FROM users")
    sql.run("DELETE FROM companies WHERE id = ?", company.company_id)
    assert rows(sql, company.company_id) == {table: [] for table in OWNED}
    assert sql.value("SELECT count(*) FROM users") == people, "people outlive a company"


def test_a_membership_is_kept_while_work_is_in_its_name(database: Database) -> None:
    (company,) = fill(database, 1)
    with plain(database) as sql:
        said = sql.refuses("DELETE FROM user_companies WHERE id = ?", company.membership_id)
        assert "foreign key" in said.lower()
        with sql.transaction():  # hand over, then end it, in whichever order
            sql.run("DELETE FROM user_companies WHERE id = ?", company.membership_id)
            for table, column in WORK:
                sql.run(
                    f"UPDATE {table} SET {column} = ? WHERE {column} = ?", company.admin_id, company.rep_id
                )
        assert sql.value("SELECT count(*) FROM user_companies") == 1


@pytest.mark.parametrize("engine_kind", [pytest.param("postgresql", marks=pytest.mark.postgres)])
def test_keys_that_are_not_deferred_would_refuse(database: Database) -> None:
    (company,) = fill(database, 1)
    refused = 0
    with plain(database, owner=True) as sql:
        for table, name in sql.run(
            "SELECT conrelid::regclass::text, conname FROM pg_constraint WHERE contype = 'f' AND condeferred"
        ):
            sql.run(f"ALTER TABLE {table} ALTER CONSTRAINT {name} NOT DEFERRABLE")
        for order in (single_keys_last, double_keys_last):
            order(database)
            for parent, table in TABLE.items():
                try:
                    with sql.transaction():
                        sql.run(f"DELETE FROM {table} WHERE id = ?", getattr(company, f"{parent}_id"))
                        sql.run("SELECT 1 / 0")  # come back, it was only a try
                except psycopg.Error as error:
                    refused += "foreign key" in str(error)
    assert refused, "then deferring them would not be needed"


@pytest.mark.parametrize("engine_kind", ["sqlite"])
def test_every_key_that_sets_null_is_expected_somewhere(database: Database) -> None:
    said = {pair for _, nulled in DECLARED.values() for pair in nulled}
    (company,) = fill(database, 1)
    with plain(database) as sql:
        filled = rows(sql, company.company_id)
    for table in KNOWN & {*OWNED}:
        for key in Base.metadata.tables[table].foreign_key_constraints:
            column = key.column_keys[0]
            if key.ondelete == "SET NULL" and any(row[column] is not None for row in filled[table]):
                assert (table, column) in said
