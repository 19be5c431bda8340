"""Which statements a company's session lets through: those whose every table is sure to be filtered.

SQLAlchemy adds the company's condition only where it recognises an ORM class: as a selected column or
entity, in select_from(), as the target of join(), in where(). A table that comes in by any other way is read
whole, so a statement that has one is refused here, before it is sent.
"""

import re
from collections.abc import Iterable, Iterator
from typing import Any

import sqlalchemy as sa
from sqlalchemy.sql.selectable import AliasedReturnsRows, FromGrouping, TableClause
from sqlalchemy.sql.util import extract_first_column_annotation, surface_expressions

from crm_data.tables import OUTSIDE_ANY_COMPANY

_CONSTANT = re.compile(r"'[^']*'|[0-9]+|\*")
_FIXED = ("id", "company_id")
_CHANGES = ("insert", "update", "delete")
_MORE_TEXT = ("_prefixes", "_suffixes", "_hints", "_statement_hints")
_TEXTS = ("textclause", "textual_select")


class NotImplementedInScope(RuntimeError):
    """A statement that the scope cannot hold to one company: a fault of the program."""


def demand_scoped(statement: Any, parameters: Any = None) -> None:
    """Raise NotImplementedInScope unless the company's filter reaches every table of the statement."""
    if isinstance(statement, sa.Update | sa.Delete):
        _check_change(statement, parameters)
    elif not isinstance(statement, sa.Select | sa.CompoundSelect):
        raise NotImplementedInScope("Only ORM selects, updates and deletes are held to one company.")
    part: Any
    for part in _parts(statement):
        kind = (
            part.__visit_name__
        )  # asking for the class of each part would cost a third of the whole statement
        if kind == "select":
            _check_select(part)
        elif kind in _CHANGES and part is not statement:
            raise NotImplementedInScope("A change within another statement is not held to one company.")
        elif kind in _TEXTS or (kind == "column" and part.is_literal and not _CONSTANT.fullmatch(part.name)):
            raise NotImplementedInScope("SQL as text is not held to one company.")


def _parts(statement: Any) -> Iterator[Any]:
    """A statement and all its parts, each once: a subquery stands in every column that is taken from it."""
    waiting, seen = [statement], {id(statement): statement}  # it is held, so that no other gets its id
    while waiting:
        part = waiting.pop()
        yield part
        for child in part.get_children():
            if id(child) not in seen:
                seen[id(child)] = child
                waiting.append(child)


def _refuse_more_text(statement: Any) -> None:
    if any(getattr(statement, more, None) for more in _MORE_TEXT):
        raise NotImplementedInScope("Prefixes, suffixes and hints are not held to one company.")


def _check_select(select: Any) -> None:
    _refuse_more_text(select)
    columns, wheres, froms = select._raw_columns, select._where_criteria, select._from_obj
    joined = [join[0] for join in select._setup_joins]
    lefts = [join[2] for join in select._setup_joins if join[2] is not None]
    found = _company_froms([*columns, *wheres, *froms, *joined, *lefts])
    if not found:
        return
    if select._propagate_attrs.get("compile_state_plugin") != "orm":
        raise NotImplementedInScope("A select without an ORM class is not held to one company.")
    seen = [_first_entity(column) for column in columns]
    seen += [_entity(part) for part in [*froms, *joined]]
    seen += [_entity(part) for where in wheres for part in _surface(where)]
    filtered = {entity.selectable for entity in seen if entity is not None}
    # Of a table named twice, as itself and as its class, SQLAlchemy keeps whichever comes first.
    bare = [part for part in [*froms, *joined, *lefts] if _is_company_table(part) and _entity(part) is None]
    if bare or found - filtered:
        raise NotImplementedInScope(
            "A table in this select would not be filtered. Name its class in select_from() or join()."
        )
    if any(join[3]["full"] for join in select._setup_joins):
        raise NotImplementedInScope("A full outer join keeps the rows that its condition leaves out.")


def _check_change(statement: Any, parameters: Any) -> None:
    _refuse_more_text(statement)
    if parameters:
        raise NotImplementedInScope("A bulk statement by primary key is not held to one company.")
    table = statement.table
    if not isinstance(table, sa.Table) or _entity(table) is None:
        raise NotImplementedInScope("Only changes of an ORM class itself are held to one company.")
    values = getattr(statement, "_values", None) or {}
    if table.name not in OUTSIDE_ANY_COMPANY and any(column.key in _FIXED for column in values):
        raise NotImplementedInScope("A row keeps its id and its company for good.")
    if table.name == "users" or (table.name == "companies" and isinstance(statement, sa.Delete)):
        raise NotImplementedInScope(
            "People, who may work elsewhere too, and companies are the system's to change."
        )
    if _company_froms([*statement._where_criteria, *values.values(), *statement._returning]) - {table}:
        raise NotImplementedInScope("A change that joins another table is not held to one company.")


def _company_froms(parts: Iterable[Any]) -> set[Any]:
    """The companies' tables, and aliases of them, that these parts put into FROM."""
    return {from_ for part in parts for from_ in part._from_objects if _is_company_table(from_)}


def _is_company_table(from_: Any) -> bool:
    while isinstance(from_, AliasedReturnsRows | FromGrouping):
        from_ = from_.element
    return isinstance(from_, TableClause) and from_.name not in OUTSIDE_ANY_COMPANY


def _entity(part: Any) -> Any:
    return part._annotations.get("parententity")


def _first_entity(column: Any) -> Any:
    """The ORM class that SQLAlchemy finds in a selected column; it filters that one and no other."""
    first = extract_first_column_annotation(column, "parententity")  # type: ignore[no-untyped-call]
    return _entity(column) or first


def _surface(where: Any) -> Iterable[Any]:
    """The parts of a condition that stand outside of subqueries."""
    parts: Iterable[Any] = surface_expressions(where)  # type: ignore[no-untyped-call]
    return parts
