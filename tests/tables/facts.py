"""What a database really holds, read from its own catalogue, in one form for both engines."""

import re
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from tests.support.plain import Plain

Key = tuple[tuple[str, ...], str, tuple[str, ...], str]

_POSTGRES_TYPES = {
    "integer": "INTEGER",
    "text": "TEXT",
    "date": "DATE",
    "boolean": "BOOLEAN",
    "json": "JSON",
    "timestamp(0) with time zone": "DATETIME",
}


@dataclass
class Table:
    """columns: name -> (type, nullable, default). keys: (columns, table, its columns, ON DELETE).

    indexes: name -> (unique, columns; an expression is None).
    """

    columns: dict[str, tuple[str, bool, str | None]] = field(default_factory=dict)
    keys: set[Key] = field(default_factory=set)
    indexes: dict[str, tuple[bool, tuple[str | None, ...]]] = field(default_factory=dict)
    counts_up: bool = False


def facts(database: Plain) -> dict[str, Table]:
    """Every table of a database."""
    return _sqlite(database) if database.kind == "sqlite" else _postgresql(database)


def _sqlite(database: Plain) -> dict[str, Table]:
    found = {}
    wanted = "SELECT name, sql FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
    for name, sql in database.run(wanted):
        table = found[name] = Table(counts_up="AUTOINCREMENT" in sql)
        for _, column, kind, required, default, key in database.run(f"PRAGMA table_info({name})"):
            table.columns[column] = (_type(kind), not (required or key), _default(default, kind))
        keys: dict[int, list[Any]] = {}
        for number, _, to, column, target, _, on_delete, _ in database.run(
            f"PRAGMA foreign_key_list({name})"
        ):
            keys.setdefault(number, []).append((column, to, target, on_delete))
        for parts in keys.values():
            columns, tables, targets, rules = zip(*parts, strict=True)
            table.keys.add((columns, tables[0], targets, rules[0]))
        for _, index, unique, _, _ in database.run(f"PRAGMA index_list({name})"):
            parts = database.run(f"PRAGMA index_info({index})")
            table.indexes[index] = (bool(unique), tuple(column for _, _, column in parts))
    return found


def _postgresql(database: Plain) -> dict[str, Table]:
    found = {
        name: Table()
        for (name,) in database.run("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
    }
    for name, column, kind, nullable, default in database.run(
        "SELECT c.relname, a.attname, format_type(a.atttypid, a.atttypmod), NOT a.attnotnull,"
        " pg_get_expr(d.adbin, d.adrelid)"
        " FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid"
        " LEFT JOIN pg_attrdef d ON d.adrelid = c.oid AND d.adnum = a.attnum"
        " WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r' AND a.attnum > 0"
        " AND NOT a.attisdropped"
    ):
        counted = default is not None and default.startswith("nextval(")
        found[name].counts_up |= counted
        found[name].columns[column] = (_type(kind), nullable, None if counted else _default(default, kind))
    for name, columns, to, targets, rule in database.run(
        "SELECT c.relname, ARRAY(SELECT attname::text FROM unnest(k.conkey) WITH ORDINALITY x(n, o)"
        " JOIN pg_attribute ON attrelid = k.conrelid AND attnum = n ORDER BY o), k.confrelid::regclass::text,"
        " ARRAY(SELECT attname::text FROM unnest(k.confkey) WITH ORDINALITY x(n, o)"
        " JOIN pg_attribute ON attrelid = k.confrelid AND attnum = n ORDER BY o), k.confdeltype::text"
        " FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid WHERE k.contype = 'f'"
    ):
        said = {"a": "NO ACTION", "c": "CASCADE", "n": "SET NULL"}[rule]
        found[name].keys.add((tuple(columns), to, tuple(targets), said))
    for name, index, unique, columns in database.run(
        "SELECT t.relname, c.relname, i.indisunique, ARRAY(SELECT attname::text"
        " FROM unnest(i.indkey) WITH ORDINALITY x(n, o) LEFT JOIN pg_attribute ON attrelid = t.oid AND attnum = n"
        " AND n > 0 ORDER BY o)"
        " FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid JOIN pg_class t ON t.oid = i.indrelid"
        " WHERE t.relnamespace = 'public'::regnamespace"
    ):
        found[name].indexes[index] = (unique, tuple(columns))
    return found


def _type(said: str) -> str:
    lower = said.lower().replace(" ", "")
    if length := re.fullmatch(r"(?:varchar|charactervarying)\((\d+)\)", lower):
        return f"VARCHAR({length[1]})"
    if size := re.fullmatch(r"(?:decimal|numeric)\((\d+),(\d+)\)", lower):
        return f"DECIMAL({size[1]},{size[2]})"
    return _POSTGRES_TYPES.get(said, said.upper())


def _default(said: str | None, kind: str) -> str | None:
    """A default as the document spells it: both engines have their own words for the same value."""
    if said is None:
        return None
    plain = re.sub(r"::[a-z ]+(\(\d+\))?$", "", said)
    if kind.upper() == "BOOLEAN":
        return {"1": "TRUE", "true": "TRUE", "0": "FALSE", "false": "FALSE"}[plain]
    return plain


def words(database: Plain) -> dict[str, list[str]]:
    """The whole schema in the engine's own words, every table's parts in alphabetical order."""
    return _sqlite_words(database) if database.kind == "sqlite" else _postgresql_words(database)


def _sqlite_words(database: Plain) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for kind, table, sql in database.run("SELECT type, tbl_name, sql FROM sqlite_master"):
        if sql and kind in ("table", "index") and not table.startswith(("sqlite_", "alembic_")):
            parts = _split(sql[sql.index("(") + 1 : sql.rindex(")")]) if kind == "table" else (sql,)
            found.setdefault(table, []).extend(" ".join(part.split()) for part in parts)
    return {table: sorted(parts) for table, parts in found.items()}


@cache
def _split(inside: str) -> tuple[str, ...]:
    """The parts of a CREATE TABLE: split at its commas, not at those in brackets or in quotes.

    A step of the migrations leaves most tables as they were: the same words are split once.
    """
    parts, depth, quoted = [""], 0, False
    for letter in inside:
        quoted ^= letter == "'"
        depth += 0 if quoted else {"(": 1, ")": -1}.get(letter, 0)
        if letter == "," and not depth and not quoted:
            parts.append("")
        else:
            parts[-1] += letter
    return tuple(parts)


def _postgresql_words(database: Plain) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for name, table in _postgresql(database).items():
        if name != "alembic_version":
            found[name] = [f"{column} {said}" for column, said in table.columns.items()]
    for name, constraint, said in database.run(
        "SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint"
        " WHERE conrelid <> 0 AND connamespace = 'public'::regnamespace"
    ):
        if name in found:
            found[name].append(f"{constraint} {said}")
    for name, said in database.run("SELECT tablename, indexdef FROM pg_indexes WHERE schemaname = 'public'"):
        if name in found:
            found[name].append(said)
    return {name: sorted(parts) for name, parts in found.items()}
