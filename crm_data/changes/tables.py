"""How the tables of a company hang on each other, and whole rows of them, for an undo."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from functools import cache
from typing import Any, TypeVar

import sqlalchemy as sa

from crm_data.changes.lines import Row
from crm_data.store.many import table_of
from crm_data.store.naming import alone, naming
from crm_data.store.scope import CompanySession
from crm_data.store.writer import MOST_IDS
from crm_data.tables import APPEND_ONLY, OUTSIDE_ANY_COMPANY, Base, by_name
from crm_data.tables.sort_keys import sorted_texts

_Id = TypeVar("_Id")
# Rows beside records that an act adds and its undo takes away; they hold on to nothing. Those that follow from
# a text of a record go where it goes: table -> the column that names the record, and the one that names the field.
BESIDE: Mapping[str, tuple[str, str] | None] = {"kept_apart": None, "mentions": ("activity_id", "said_in")}

# What is no record and is never put back beside them: see `shared_views`.
BY_THEMSELVES = frozenset({"views"})


def whole_rows(
    session: CompanySession, table: str, ids: Sequence[int], lock: bool, without: Collection[str] = ()
) -> Iterator[Row]:
    """Rows with every column but their company and their sort keys, and some others, a statement for 500."""
    model: Any = by_name(table)
    columns = table_of(model).c
    kept = sorted_texts(columns.keys())
    left_out = {"company_id", *kept, *without}
    names = [column.key for column in columns if column.key not in left_out]
    for some in chunks(sorted(ids)):
        wanted = (
            sa.select(*(getattr(model, name) for name in names)).where(model.id.in_(some)).order_by(model.id)
        )
        for row in session.execute(wanted.with_for_update() if lock else wanted):
            yield dict(zip(names, row, strict=True))


def spare_columns(table: str) -> set[str]:
    """The columns of which companies make fields of their own; most are empty."""
    columns = table_of(by_name(table)).c
    return {column.key for column in columns if (field := column.info.get("field")) and field.spare}


def cascading(table: str) -> list[tuple[str, str]]:
    """The tables that only grow whose rows go with a row of this one: (table, column)."""
    return [(child, column) for child, column, _ in naming(table) if child in APPEND_ONLY]


def naming_columns(table: str) -> list[tuple[str, str]]:
    """The columns of other rows that may name a row of this table, and hold on to it: (table, column)."""
    held = APPEND_ONLY | BESIDE.keys()
    return [(child, column) for child, column, _ in naming(table) if child not in held]


@cache
def links_of(table: str) -> Mapping[str, str]:
    """Column -> the company's table that it leads to."""
    return {
        key.parent.name: key.column.table.name
        for key in table_of(by_name(table)).foreign_keys
        if alone(key) and key.column.table.name not in (*OUTSIDE_ANY_COMPANY, "companies")
    }


def order(tables: Collection[str]) -> list[str]:
    """Tables in the order in which rows are locked, and one needs another."""
    return [table.name for table in Base.metadata.sorted_tables if table.name in tables]


def chunks(ids: Sequence[_Id]) -> Iterator[Sequence[_Id]]:
    """Ids as many at a time as one statement names."""
    return (ids[start : start + MOST_IDS] for start in range(0, len(ids), MOST_IDS))
