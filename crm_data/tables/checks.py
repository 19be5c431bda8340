"""CHECK constraints and sort indexes made from the fields: SQLite enforces no length, type or JSON itself."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement

from crm_data.tables.fields import Field, Kind
from crm_data.tables.sort_keys import has_sort_key, sort_key_of
from crm_data.tables.types import (
    MOST_NUMBER,
    MOST_RATE,
    PLACES,
    RATE_PLACES,
    Money,
    Number,
    Rate,
    UtcDateTime,
)


class _LastMoment(FunctionElement[datetime]):
    """The moment behind all others; PostgreSQL is told its zone, or an index in one zone serves no other."""

    inherit_cache = True
    type = UtcDateTime()


@compiles(_LastMoment)
def _last_moment(element: _LastMoment, compiler: Any, **kw: Any) -> str:
    zone = "+00" if compiler.dialect.name == "postgresql" else ""
    return f"'9999-12-31 00:00:00{zone}'"


# A missing value sorts behind everything; each expression is spelled once, for the index and for the query.
_LAST = {
    Kind.DAY: "'9999-12-31'",
    Kind.MONEY: "0",
    Kind.RATE: "0",
    Kind.WHOLE: "0",
    Kind.TEXT: "''",
    Kind.EMAIL: "''",
}


def sort_key(column: sa.Column[Any], model: Any = None) -> sa.ColumnElement[Any]:
    """What a column is ordered by: a text by its kept sort key, an absent value last.

    `model` is the ORM's class, by whose own spelling of the columns a scoped statement must name them.
    """
    field: Field = column.info["field"]

    def spelled(name: str) -> Any:
        return column.table.c[name] if model is None else getattr(model, name)

    key = spelled(column.key)
    if column.nullable:
        moment = field.kind is Kind.MOMENT
        last = _LastMoment() if moment else sa.literal_column(_LAST[field.kind], column.type)
        key = sa.func.coalesce(key, last)
    if has_sort_key(field):
        # Most texts have none, for it would say the same; nor has what another program wrote.
        key = sa.func.coalesce(spelled(sort_key_of(column.key)), sa.func.lower(key))
    return key  # type: ignore[no-any-return]


def attach_sort_indexes(table: Any) -> None:
    """An index (company, sort key, id) for every sortable column: the company first, the id to break ties."""
    for column in table.columns:
        field = column.info.get("field")
        if field and field.sort and "company_id" in table.columns:
            sa.Index(f"ix_{table.name}_by_{column.name}", table.c.company_id, sort_key(column), table.c.id)


def attach_checks(table: Any) -> None:
    """The checks that follow from each column's declaration and type."""
    for column in table.columns:
        field = column.info.get("field")
        if field and field.choices:
            allowed = ", ".join(f"'{c.value}'" for c in field.choices)
            _check(table, f"{column.name}_choice", f"{column.name} IN ({allowed})")
        if field and field.kind is Kind.WHOLE:
            _check(table, f"{column.name}_bounds", f"{column.name} BETWEEN {field.low} AND {field.high}")
        if isinstance(column.type, Money):
            _check(
                table, f"{column.name}_bounds", f"{column.name} >= 0 AND {column.name} <= 9999999999999.99"
            )
        if isinstance(column.type, Rate):
            most = int(MOST_RATE.scaleb(RATE_PLACES))
            _check(table, f"{column.name}_bounds", f"{column.name} BETWEEN 1 AND {most}")
        if isinstance(column.type, Number):
            most = int(MOST_NUMBER.scaleb(PLACES))
            _check(table, f"{column.name}_bounds", f"{column.name} BETWEEN -{most} AND {most}")
        for what, sql in _sqlite_checks(column):
            _check(table, f"{column.name}_{what}", sql, only="sqlite")
        if isinstance(column.type, sa.String) and not (field and field.choices):
            # A NUL would also end the text for length(), and so let any length through.
            sql = f"typeof({column.name}) IN ('text', 'null') AND instr({column.name}, char(0)) = 0"
            _check(table, f"{column.name}_text", sql, only="sqlite")


def _sqlite_checks(column: Any) -> list[tuple[str, str]]:
    """What PostgreSQL's types say by themselves, said to SQLite."""
    name, kind = column.name, column.type
    if isinstance(kind, sa.String) and kind.length:
        return [("length", f"length({name}) <= {kind.length}")]
    if isinstance(kind, sa.Boolean):
        return [("yes_no", f"{name} IN (0, 1)")]
    if isinstance(kind, sa.JSON):
        return [("json", f"{name} IS NULL OR json_valid({name})")]
    if isinstance(kind, Money):
        return [("number", f"typeof({name}) IN ('integer', 'real', 'null')")]
    if isinstance(kind, Rate | Number):
        return [("number", f"typeof({name}) IN ('integer', 'null')")]
    if isinstance(kind, sa.Integer) and not column.primary_key and not column.foreign_keys:
        return [("number", f"typeof({name}) IN ('integer', 'null')")]
    # Without the step of no days SQLite hands a 30th of February back as it came.
    if isinstance(kind, UtcDateTime):
        return [("moment", f"{name} IS strftime('%Y-%m-%d %H:%M:%S', {name}, '+0 days')")]
    if isinstance(kind, sa.Date):
        return [("day", f"{name} IS strftime('%Y-%m-%d', {name}, '+0 days')")]
    return []


def _check(table: Any, name: str, sql: str, only: str | None = None) -> None:
    check = sa.CheckConstraint(sql, name=name)
    table.append_constraint(check.ddl_if(dialect=only) if only else check)
