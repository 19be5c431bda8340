"""Rows whose numbers mean something elsewhere: each id in them, also within logs, put through a mapping. Pure.

What a column points at is told by its foreign key, or by its `info`: `refers` names a table; `refers_by` the
column that names the table; `values_of` that what it holds are values of that table's columns.
"""

from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

import sqlalchemy as sa

from crm_data.tables import OUTSIDE_ANY_COMPANY, Base

Row = dict[str, Any]
# (table, id) -> what stands for it there; None where nothing does.
Move = Callable[[str, int], Any]


@cache
def company_tables() -> tuple[sa.Table, ...]:
    """The tables of a company's rows, those first that others point at; its own row apart."""
    return tuple(
        table
        for table in Base.metadata.sorted_tables
        if "company_id" in table.columns and table.name not in OUTSIDE_ANY_COMPANY
    )


@cache
def pointing(table: str) -> Mapping[str, str]:
    """Column -> the table that its ids are of; the company apart."""
    found = {}
    for column in Base.metadata.tables[table].columns:
        keys = [key for key in column.foreign_keys if _is_by_id(key)]
        to = column.info.get("refers") or next((key.column.table.name for key in keys), None)
        if to and to != "companies":
            found[column.name] = to
    return found


def _is_by_id(key: sa.ForeignKey) -> bool:
    return key.column.name == "id" and key.constraint is not None and len(key.constraint.columns) == 1


def moved(table: str, row: Mapping[str, Any], move: Move) -> Row:
    """A row with each id in it put through `move`; its own id and its company are left to the caller."""
    made = dict(row)
    for name, to in pointing(table).items():
        if made.get(name) is not None:
            made[name] = move(to, made[name])
    for column in Base.metadata.tables[table].columns:
        if by := column.info.get("refers_by"):
            made[column.name] = move(row[by], row[column.name])
        if (by := column.info.get("values_of")) and isinstance(row[column.name], dict):
            made[column.name] = _values(row[by], row[column.name], move)
    return made


def _values(table: str, values: Mapping[str, Any], move: Move) -> Row:
    """What a log keeps of a row."""
    to = pointing(table) if table in Base.metadata.tables else {}
    return {
        name: move(to[name], value) if name in to and isinstance(value, int) else value
        for name, value in values.items()
    }
