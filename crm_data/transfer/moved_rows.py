"""Rows whose numbers mean something elsewhere: each id in them, also within logs, put through a mapping. Pure.

What a column points at is told by its foreign key or its field; else by its `info`: `refers` names a table,
`refers_by` the column that names the table, `values_of` that it holds values of the columns of the table so named,
`asks_of` that it is the address of a list of that table, `pins` that it may name views that are pinned.
"""

import json
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

import sqlalchemy as sa

from crm_data.nouns import of_customers
from crm_data.tables import OUTSIDE_ANY_COMPANY, Base

Row = dict[str, Any]
# (table, id) -> what stands for it there; None where nothing does.
Move = Callable[[str, int], Any]
_BY_ID = (["any"], ["none"])  # the conditions of a filter that name rows by their ids


@cache
def company_tables() -> tuple[sa.Table, ...]:
    """The tables of a company's rows, those first that others point at; its own row apart."""
    return tuple(
        table
        for table in Base.metadata.sorted_tables
        if "company_id" in table.columns and table.name not in OUTSIDE_ANY_COMPANY and not is_derived(table)
    )


def is_derived(table: sa.Table) -> bool:
    """Whether its rows are made from those of other tables."""
    return bool(table.info.get("derived"))


@cache
def pointing(table: str) -> Mapping[str, str]:
    """Column -> the table that its ids are of; the company apart."""
    found = {}
    for column in Base.metadata.tables[table].columns:
        keys = [key for key in column.foreign_keys if _is_by_id(key)]
        said = column.info.get("refers") or getattr(column.info.get("field"), "to", None)
        to = next((key.column.table.name for key in keys), said)
        if to and to != "companies":
            found[column.name] = to
    return found


def _is_by_id(key: sa.ForeignKey) -> bool:
    return key.column.name == "id" and key.constraint is not None and len(key.constraint.columns) == 1


def moved(table: str, row: Mapping[str, Any], move: Move, whole: bool = True) -> Row:
    """A row with each id in it put through `move`; its own id and its company are left to the caller.

    `whole`: also a row's own id and lists within what a log keeps of it, which 0.6 left as they were.
    """
    made = dict(row)
    for name, to in pointing(table).items():
        if made.get(name) is not None:
            made[name] = move(to, made[name])
    for column in Base.metadata.tables[table].columns:
        if by := column.info.get("refers_by"):
            made[column.name] = move(row[by], row[column.name])
        if (by := column.info.get("values_of")) and isinstance(row[column.name], dict):
            made[column.name] = _values(row[by], row[column.name], move, whole)
        if (by := column.info.get("asks_of")) and isinstance(row[column.name], dict):
            made[column.name] = _asks(row[by], row[column.name], move)
        if column.info.get("pins") and isinstance(row[column.name], dict) and "pinned" in row[column.name]:
            made[column.name] = _pins(row[column.name], move)
    return made


def _values(table: str, values: Mapping[str, Any], move: Move, whole: bool) -> Row:
    """What a log keeps of a row."""
    if table not in Base.metadata.tables:
        return dict(values)
    to, columns = pointing(table), Base.metadata.tables[table].columns

    def one(name: str, value: Any) -> Any:
        if name in to and isinstance(value, int):
            return move(to[name], value)
        if not whole:
            return value
        if name == "id" and isinstance(value, int):  # an undo puts the row back under it
            return move(table, value)
        by = columns[name].info.get("asks_of") if name in columns else None
        # Which list it is, the line of a change does not say.
        return _asks(values.get(by, ""), value, move) if by and isinstance(value, dict) else value

    return {name: one(name, value) for name, value in values.items()}


@cache
def _pointing_anywhere() -> Mapping[str, str]:
    """Column -> the table that its ids are of, for columns that say the same wherever they stand."""
    each: dict[str, set[str]] = {}
    for table in company_tables():
        for name, to in pointing(table.name).items():
            each.setdefault(name, set()).add(to)
    return {name: next(iter(to)) for name, to in each.items() if len(to) == 1}


def _asks(table: str, asks: Mapping[str, Any], move: Move) -> Row:
    """The address of a list: ids stand in it beside words, as `me`, and within the conditions of its filter."""
    to = pointing(table) if table in Base.metadata.tables else _pointing_anywhere()

    def one(name: str, said: Any) -> Any:
        text = str(said)
        if not (text.isascii() and text.isdigit()):
            return said
        there = move(to[name], int(text))
        there = 0 if there is None else there  # which is nobody's, and so finds nothing
        return there if isinstance(said, int) else str(there)

    def within(part: Any) -> Any:
        if isinstance(part, dict):
            return {name: within(each) for name, each in part.items()}
        if not isinstance(part, list):
            return part
        if part and isinstance(part[0], str):  # a condition: its column, how, and values
            name, how, values = part[0], part[1:2], part[2:]
            return (
                [name, *how, *(one(name, said) for said in values)] if name in to and how in _BY_ID else part
            )
        return [within(each) for each in part]

    made = {}
    for name, said in asks.items():
        if name in to:
            ids = str(said).lstrip("!=")
            sign = str(said).removesuffix(ids)
            made[name] = sign + ",".join(str(one(name, part)) for part in ids.split(","))
        elif name == "filter":
            made[name] = json.dumps(within(json.loads(said)), ensure_ascii=False, separators=(",", ":"))
        elif name == "preset":
            made[name] = of_customers.moved(str(said), pointing("customers"), move)
        else:
            made[name] = said
    return made


def _pins(kept: Mapping[str, Any], move: Move) -> Row:
    """The views that a person has pinned, and the one that opens first; without those that are not there."""
    pinned = kept.get("pinned")
    there = [move("views", id_) for id_ in (pinned if isinstance(pinned, list) else ())]
    first = kept.get("first")
    return {
        **kept,
        "pinned": [id_ for id_ in there if id_ is not None],
        "first": None if first is None else move("views", first),
    }
