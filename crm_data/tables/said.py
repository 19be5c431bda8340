"""What a line of the log says of one field: spelled once, for the index and for the questions that it answers.

An index of a field holds the lines that changed it alone, record by record in the order of time, and what the
field held before. So the first of them since a moment is found at once, however many there were in between.
"""

from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement

# The fields of deals of which numbers ask what they held at a moment; the owner also of other records.
OWNER, _DEALS = "assigned_to", "deals"
READ_BACK = (
    "deal_value", "expected_close_date", OWNER, "stage", "probability", "forecast_category",
)  # fmt: skip


class _Said(FunctionElement[str]):
    """A field's value on one side of a line; PostgreSQL has it as text."""

    inherit_cache = True
    type = sa.String()


@compiles(_Said)
def _on_postgresql(element: _Said, compiler: Any, **kw: Any) -> str:
    side, name = (compiler.process(part, **kw) for part in element.clauses)
    return f"({side} ->> {name})"


@compiles(_Said, "sqlite")
def _on_sqlite(element: _Said, compiler: Any, **kw: Any) -> str:
    side, name = (compiler.process(part, **kw) for part in element.clauses)
    return f"json_extract({side}, '$.{name.strip(chr(39))}')"


def said(side: Any, name: str) -> sa.ColumnElement[str]:
    """What a side of a line, `before` or `after`, says of a field; NULL where nothing."""
    return _Said(side, sa.literal_column(f"'{name}'"))


def added(line: Any, table: str = _DEALS) -> list[sa.ColumnElement[bool]]:
    """Lines by which records came in."""
    return [_about(line, table), line.action == sa.literal_column("'add'")]


def changed(line: Any, name: str, table: str = _DEALS) -> list[sa.ColumnElement[bool]]:
    """Lines that changed a field of records, which is empty on one side at most."""
    return [_about(line, table), *_changes(line, name)]


def _about(line: Any, table: str) -> sa.ColumnElement[bool]:
    # As all here a constant, for an index of some rows is taken only where its condition is said.
    return line.table_name == sa.literal_column(f"'{table}'")  # type: ignore[no-any-return]


def _changes(line: Any, name: str) -> list[sa.ColumnElement[bool]]:
    sides = (said(side, name).is_not(None) for side in (line.before, line.after))
    return [line.action == sa.literal_column("'change'"), sa.or_(*sides)]


def attach_indexes(table: Any) -> None:
    """An index for each of `READ_BACK`, and one of the lines by which deals came in."""
    line, at = table.c, (table.c.row_id, table.c.at, table.c.id)
    for name in READ_BACK:
        of_all = name == OWNER
        some = sa.and_(*(_changes(line, name) if of_all else changed(line, name)))
        of = (line.company_id, *([line.table_name] if of_all else []), *at, said(line.before, name))
        sa.Index(f"ix_change_log_said_{name}", *of, sqlite_where=some, postgresql_where=some)
    some = sa.and_(*added(line))
    sa.Index("ix_change_log_deals_added", line.company_id, *at, sqlite_where=some, postgresql_where=some)
