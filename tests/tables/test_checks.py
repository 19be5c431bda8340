"""What no column takes, whoever writes: every value here is tried by plain SQL on both engines."""

from collections.abc import Callable, Iterator
from itertools import product
from typing import Any

import pytest
import sqlalchemy as sa

from crm_data.store.store import Store
from crm_data.tables import APPEND_ONLY, Base
from crm_data.tables.deal import DealStatus, Stage
from crm_data.tables.fields import Field, Kind
from crm_data.tables.spare import KEPT_AS, spares
from crm_data.tables.types import Money, UtcDateTime
from tests.support.databases import Database
from tests.support.kinds import KINDS
from tests.support.makers import Filled, two_companies
from tests.support.plain import REFUSALS, Plain, plain

TABLES = Base.metadata.tables
OUTSIDE = {
    "portraits": "(user_id, image, tag) VALUES (1, 'x', 'x')",
    "sessions": "(token_hash, user_id, expires_at) VALUES ('x', 1, '2026-03-02 09:30:00')",
    "sign_in_attempts": "(email_key, address) VALUES ('x', '127.0.0.1')",
    "one_time_links": "(token_hash, kind, expires_at) VALUES ('x', 'setup', '2026-03-02 09:30:00')",
    "security_log": "(event) VALUES ('backup')",
}
# Spare columns behind the first of their kind.
FURTHER = {name for kind in KEPT_AS for name in spares(kind)[1:]}


class Ground:
    """A plain connection, and the id of a valid row in every table."""

    def __init__(self, sql: Plain, filled: Filled) -> None:
        self.sql, self.kind = sql, sql.kind
        self.ids = dict.fromkeys([*OUTSIDE, "users"], 1)
        self.ids |= {table: filled.id_in(table) for table in TABLES if table not in self.ids}

    def put(self, table: str, column: str, value: Any) -> int:
        """Write a value into the table's row, or into a copy of it where rows are never changed; the row's id."""
        if table not in APPEND_ONLY:
            self.sql.run(f"UPDATE {table} SET {column} = ? WHERE id = ?", value, self.ids[table])
            return self.ids[table]
        names = [c.name for c in TABLES[table].columns if c.name != "id"]
        said = ", ".join("?" if name == column else name for name in names)
        copied = f"INSERT INTO {table} ({', '.join(names)}) SELECT {said} FROM {table} WHERE id = ?"
        self.sql.run(copied, value, self.ids[table])
        return int(self.sql.value(f"SELECT max(id) FROM {table}"))

    def refuses(self, table: str, column: str, value: Any) -> None:
        """The value is refused, and so is not there."""
        try:
            self.put(table, column, value)
        except REFUSALS:
            return
        pytest.fail(f"{table}.{column} took {value!r}")


@pytest.fixture(scope="module", params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def ground(request: pytest.FixtureRequest, new_database: Callable[[str], Database]) -> Iterator[Ground]:
    database = new_database(request.param)
    store = Store(database.url)
    own, _ = two_companies(store)
    store.close()
    with plain(database, owner=True) as sql:
        for table, values in OUTSIDE.items():
            sql.run(f"INSERT INTO {table} {values}")
        yield Ground(sql, own)


def every(fits: Callable[[Any, Field | None], bool]) -> list[Any]:
    """(table, column) of every column that fits, as parameters with readable names.

    Of the spare ones the first of a kind: one line makes them all, and the schema is compared column by column.
    """
    return [
        pytest.param(table.name, column, id=f"{table.name}.{column.name}")
        for table in TABLES.values()
        for column in table.columns
        if fits(column, column.info.get("field")) and column.name not in FURTHER
    ]


def _free_text(column: Any, field: Field | None) -> bool:
    code = column.name in ("currency", "to_currency")
    return isinstance(column.type, sa.String) and not (field and field.choices) and not code


@pytest.mark.parametrize(("table", "column"), every(lambda c, f: _free_text(c, f) and c.type.length))
def test_length(ground: Ground, table: str, column: Any) -> None:
    length = column.type.length
    ground.put(table, column.name, "ü" * length)
    for letter in ("x", "ü", "😀"):
        ground.refuses(table, column.name, letter * (length + 1))


@pytest.mark.parametrize(("table", "column"), every(_free_text))
def test_nul_in_text(ground: Ground, table: str, column: Any) -> None:
    ground.put(table, column.name, "x")
    ground.refuses(table, column.name, "x\0" + "y" * 600)
    ground.refuses(table, column.name, "\0")
    if ground.kind == "sqlite":
        ground.refuses(table, column.name, b"x")


@pytest.mark.parametrize(("table", "column"), every(lambda c, f: bool(f and f.choices)))
def test_choice(ground: Ground, table: str, column: Any) -> None:
    choices = [choice.value for choice in column.info["field"].choices]
    for wrong in ("", " ", "something", choices[0].upper(), f"{choices[0]} ", f" {choices[0]}", b"x"):
        ground.refuses(table, column.name, wrong)


@pytest.mark.parametrize(("table", "column"), every(lambda c, f: isinstance(c.type, sa.Boolean)))
def test_yes_or_no(ground: Ground, table: str, column: Any) -> None:
    for right in (True, False):
        ground.put(table, column.name, right)
    for wrong in ("maybe", 2, -1, 0.5, ""):
        ground.refuses(table, column.name, wrong)


@pytest.mark.parametrize(("table", "column"), every(lambda c, f: isinstance(c.type, sa.JSON)))
def test_json(ground: Ground, table: str, column: Any) -> None:
    if not (table == "change_log" and ground.kind == "postgresql"):  # a copy of a row cannot say the type
        for right in ("{}", '["x"]', '{"a": null}'):
            ground.put(table, column.name, right)
    for wrong in ("{not json", "", "[1,]", "{'a': 1}", '"x'):
        ground.refuses(table, column.name, wrong)


@pytest.mark.parametrize(("table", "column"), every(lambda c, f: isinstance(c.type, Money)))
def test_money(ground: Ground, table: str, column: Any) -> None:
    for right in ("0", "0.01", "9999999999999.99"):
        id_ = ground.put(table, column.name, right)
        kept = ground.sql.value(f"SELECT {column.name} FROM {table} WHERE id = ?", id_)
        assert float(kept) == float(right)
    infinite = [float("inf"), float("-inf"), "Infinity", "1e400"]
    for wrong in (*infinite, "abc", "", "1,5", "12 EUR", "-0.01", "10000000000000.00", b"1"):
        ground.refuses(table, column.name, wrong)
    if ground.kind == "postgresql" or not column.nullable:  # SQLite makes NULL of it
        ground.refuses(table, column.name, float("nan"))


@pytest.mark.parametrize(("table", "column"), every(lambda c, f: bool(f and f.kind is Kind.WHOLE)))
def test_whole_number(ground: Ground, table: str, column: Any) -> None:
    field = column.info["field"]
    for right in (field.low, field.high):
        ground.put(table, column.name, right)
    for wrong in (field.low - 1, field.high + 1, "abc", "", "1e", 2**31, -(2**31)):
        ground.refuses(table, column.name, wrong)
    if ground.kind == "sqlite":  # PostgreSQL rounds it
        ground.refuses(table, column.name, field.low + 0.5)


@pytest.mark.parametrize(("table", "column"), every(lambda c, f: bool(f and f.kind is Kind.NUMBER)))
def test_number(ground: Ground, table: str, column: Any) -> None:
    most = 999_999_999_999_999
    for right in (-most, -1, 0, 1, most):
        ground.put(table, column.name, right)
    for wrong in (-most - 1, most + 1, "abc", "", "1e", "-", float("inf"), "NaN"):
        ground.refuses(table, column.name, wrong)
    if ground.kind == "sqlite":  # PostgreSQL rounds it
        ground.refuses(table, column.name, 0.5)


@pytest.mark.parametrize(("table", "column"), every(lambda c, f: isinstance(c.type, sa.Date)))
def test_day(ground: Ground, table: str, column: Any) -> None:
    for right in ("2026-02-28", "2024-02-29", "0001-01-01", "9999-12-31"):
        ground.put(table, column.name, right)
    for wrong in (
        "2026-02-30",
        "2025-02-29",
        "2026-13-01",
        "2026-00-01",
        "someday",
        "",
        "2026-3-",
        "99999-99-99",
    ):
        ground.refuses(table, column.name, wrong)
    if ground.kind == "sqlite":  # PostgreSQL keeps one form of its own
        for wrong in (
            "2026-3-2",
            "20260302",
            "2026-03-02 09:30:00",
            "now",
            20260302,
            2461101.5,
            b"2026-03-02",
        ):
            ground.refuses(table, column.name, wrong)


@pytest.mark.parametrize(("table", "column"), every(lambda c, f: isinstance(c.type, UtcDateTime)))
def test_moment(ground: Ground, table: str, column: Any) -> None:
    if table == "leads" and column.name == "converted_at":
        ground.put(table, "status", "qualified")
    for right in ("2026-02-28 23:59:59", "2024-02-29 00:00:00"):
        ground.put(table, column.name, right)
    for wrong in (
        "2026-02-30 00:00:00",
        "2026-03-02 24:01:00",
        "2026-03-02 09:61:00",
        "someday",
        "",
        "09:30:00",
    ):
        ground.refuses(table, column.name, wrong)
    if ground.kind == "sqlite":  # PostgreSQL keeps one form of its own
        zones = ("2026-03-02T09:30:00", "2026-03-02 09:30:00+00:00", "2026-03-02 09:30:00Z")
        for wrong in (
            *zones,
            "2026-03-02 09:30",
            "2026-03-02 09:30:00.000000",
            "2026-03-02",
            "now",
            1772443800,
        ):
            ground.refuses(table, column.name, wrong)


@pytest.mark.parametrize(("stage", "status"), list(product(Stage, DealStatus)))
def test_stage_and_status_agree(ground: Ground, stage: Stage, status: DealStatus) -> None:
    agree = {Stage.CLOSED_WON: DealStatus.WON, Stage.CLOSED_LOST: DealStatus.LOST}
    change = "UPDATE deals SET stage = ?, status = ? WHERE id = ?"
    values = (stage.value, status.value, ground.ids["deals"])
    if agree.get(stage, DealStatus.OPEN) is status:
        ground.sql.run(change, *values)
    else:
        assert "ck_deals_stage_and_status_agree" in ground.sql.refuses(change, *values)


def test_currency_has_three_letters(ground: Ground) -> None:
    ground.put("deals", "currency", "EUR")
    for wrong in ("", "E", "EU", "EURO", "Euro sign"):
        ground.refuses("deals", "currency", wrong)


def test_a_converted_lead_is_qualified(ground: Ground) -> None:
    change = "UPDATE leads SET status = ?, converted_at = ? WHERE id = ?"
    ground.sql.run(change, "qualified", "2026-03-02 09:30:00", ground.ids["leads"])
    for status in ("new", "contacted", "lost"):
        ground.refuses("leads", "status", status)
        ground.sql.refuses(change, status, "2026-03-02 09:30:00", ground.ids["leads"])


@pytest.mark.parametrize(("table", "column"), every(lambda c, f: not c.nullable and not c.primary_key))
def test_nothing_where_something_is_needed(ground: Ground, table: str, column: Any) -> None:
    ground.refuses(table, column.name, None)


def test_what_may_exist_only_once(ground: Ground) -> None:
    run, refuses = ground.sql.run, ground.sql.refuses
    company = "INSERT INTO companies (name, email) VALUES ('x', 'once@example.com')"
    person = (
        "INSERT INTO users (email, password_hash, first_name, last_name) VALUES ('once@x.at', '', 'x', 'x')"
    )
    run(company)
    run(person)
    assert "unique" in refuses(company).lower()
    assert "unique" in refuses(person).lower()
    own = ground.ids["companies"]
    user = ground.sql.value("SELECT max(id) FROM users")
    membership = "INSERT INTO user_companies (user_id, company_id, role, is_primary) VALUES (?, ?, 'user', ?)"
    run(membership, user, own, True)
    assert "unique" in refuses(membership, user, own, False).lower()
    another = ground.sql.value("SELECT max(id) FROM companies")
    assert "unique" in refuses(membership, user, another, True).lower(), "one primary company a person"
    run(membership, user, another, False)


@pytest.mark.parametrize("table", KINDS)
def test_a_key_of_another_system_comes_once_in_a_company(ground: Ground, table: str) -> None:
    names = [c.name for c in TABLES[table].columns if c.name not in ("id", "external_system", "external_id")]
    copied = (
        f"INSERT INTO {table} ({', '.join(names)}, external_system, external_id)"
        f" SELECT {', '.join(names)}, 'file', ? FROM {table} WHERE id = ?"
    )
    ground.sql.run(copied, "7", ground.ids[table])
    assert "unique" in ground.sql.refuses(copied, "7", ground.ids[table]).lower()
    ground.sql.run(copied, "8", ground.ids[table])
    for _ in range(2):
        ground.sql.run(copied, None, ground.ids[table])
