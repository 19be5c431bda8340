"""The migrated database says what the schema document says, on both engines, whatever was added beside it."""

import re
from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest

from tests.support.databases import Database
from tests.support.plain import Plain, plain
from tests.tables import document
from tests.tables.facts import Table, facts

_LINE = re.compile(
    r"(?P<name>\w+) (?P<type>[A-Z]+(?:\([\d,]+\))?) (?P<rule>AUTOINCREMENT|NOT NULL|NULL|DEFAULT \S+)"
    r"(?: -> (?P<to>\w+) (?P<on_delete>CASCADE|SET NULL))?(?: IN (?P<values>[\w ]+))?"
)


def columns(table: str) -> list[re.Match[str]]:
    found = [_LINE.fullmatch(line.strip()) for line in document.TABLES[table].strip().splitlines()]
    assert all(found), table
    return [match for match in found if match]


@pytest.fixture
def sql(database: Database) -> Iterator[Plain]:
    with plain(database) as connection:
        yield connection


@pytest.fixture
def held(sql: Plain) -> dict[str, Table]:
    return facts(sql)


def test_columns_types_and_defaults(held: dict[str, Table]) -> None:
    for table in document.TABLES:
        for said in columns(table):
            kind, nullable, default = held[table].columns[said["name"]]
            rule = said["rule"]
            assert kind == said["type"], (table, said["name"])
            # The document writes NULL where it means it; a column with a default is never NULL.
            assert nullable == (rule == "NULL"), (table, said["name"])
            assert default == (rule.removeprefix("DEFAULT ") if "DEFAULT" in rule else None), (
                table,
                said["name"],
            )


def test_added_columns_ask_for_nothing(held: dict[str, Table]) -> None:
    for table in document.TABLES:
        own = {said["name"] for said in columns(table)}
        for name, (_, nullable, default) in held[table].columns.items():
            assert name in own or nullable or default is not None, (table, name)


def test_ids_are_never_used_again(held: dict[str, Table]) -> None:
    assert all(table.counts_up for name, table in held.items() if name != "alembic_version")


def test_foreign_keys_and_what_a_delete_does(held: dict[str, Table]) -> None:
    for table in document.TABLES:
        said = {
            ((line["name"],), line["to"], ("id",), line["on_delete"]) for line in columns(table) if line["to"]
        }
        own = {line["name"] for line in columns(table)}
        single = {key for key in held[table].keys if len(key[0]) == 1 and key[0][0] in own}
        assert single == said, table
        assert all(key[3] == "NO ACTION" for key in held[table].keys if len(key[0]) > 1), table


def test_indexes(held: dict[str, Table]) -> None:
    for table in document.TABLES:
        plain_ones = [list(on) for _, on in held[table].indexes.values()]
        unique_ones = [list(on) for unique, on in held[table].indexes.values() if unique]
        for column in document.INDEXES[table] + document.ALSO_INDEXED.get(table, []):
            assert [column] in plain_ones, (table, column)
        for on in document.UNIQUE.get(table, []):
            assert on in unique_ones, (table, on)
    for name, (table, on) in document.COMPOSITE.items():
        assert held[table].indexes[name] == (False, tuple(on))


def test_every_foreign_key_has_an_index(held: dict[str, Table]) -> None:
    for name, table in held.items():
        for key, *_ in table.keys:
            firsts = [on[: len(key)] for _, on in table.indexes.values()]
            # Beside the company, the link alone finds the few rows that a deletion must look at.
            assert any(set(on) == set(key) or on[0] == key[-1] for on in firsts), (name, key)


def test_the_sample_rows_go_in_as_they_stand(sql: Plain) -> None:
    for insert in document.SAMPLES:
        sql.run(insert)
    counts = [
        sql.value(f"SELECT count(*) FROM {t}") for t in ("companies", "users", "user_companies", "customers")
    ]
    assert counts == [2, 2, 3, 2]


SPECIAL = {"currency": "EUR", "role": "admin"}


def _value(said: re.Match[str], choice: int) -> Any:
    """A value that the document allows in a column."""
    if said["to"]:
        return 1
    if said["values"]:
        allowed = said["values"].split()
        return allowed[choice % len(allowed)]
    if said["name"] in SPECIAL:
        return SPECIAL[said["name"]]
    values = {"DATE": date(2026, 3, 2), "DATETIME": "2026-03-02 09:30:00", "BOOLEAN": False, "JSON": '["x"]'}
    values |= {"INTEGER": 7, "DECIMAL": "10.25", "TEXT": "a text"}
    kind = said["type"].partition("(")[0]
    return str(values[kind]) if kind == "DATE" else values.get(kind, "x")


def _insert(sql: Plain, table: str, values: dict[str, Any]) -> None:
    names, marks = ", ".join(values), ", ".join("?" * len(values))
    sql.run(f"INSERT INTO {table} ({names}) VALUES ({marks})", *values.values())


# Status and stage must agree; the rest of the document's values may stand in any combination.
AGREE = {"prospect": "open", "qualified": "open", "proposal": "open", "negotiation": "open"}
AGREE |= {"closed_won": "won", "closed_lost": "lost"}


def test_a_row_with_only_the_documents_columns_is_valid(sql: Plain) -> None:
    for table in document.TABLES:
        required = [said for said in columns(table) if said["rule"] == "NOT NULL"]
        _insert(sql, table, {said["name"]: _value(said, 0) for said in required})
        assert sql.value(f"SELECT count(*) FROM {table}") == 1


def test_every_coded_value_of_the_document_is_valid(sql: Plain) -> None:
    for insert in document.SAMPLES:
        sql.run(insert)
    _insert(sql, "leads", {"company_id": 1, "lead_name": "x"})
    _insert(sql, "deals", {"company_id": 1, "customer_id": 1, "deal_name": "x", "deal_value": 1})
    _insert(sql, "tasks", {"company_id": 1, "title": "x", "assigned_to": 1})
    for table in document.TABLES:
        said_of = {said["name"]: said for said in columns(table) if said["name"] != "id"}
        choices = max(len((said["values"] or "x").split()) for said in said_of.values())
        for choice in range(choices if table != "user_companies" else 0):
            values = {name: _value(said, choice) for name, said in said_of.items()}
            if "email" in values:
                values["email"] = f"{table}{choice}@example.com"
            if table == "deals":
                values["status"] = AGREE[values["stage"]]
            _insert(sql, table, values)
            values.pop("id", None)
    assert sql.value("SELECT count(*) FROM deals") == 7
