"""Many rows of one table put in together, in the session's own company: a statement however many they are."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from itertools import repeat
from typing import Any, Protocol

import sqlalchemy as sa

from crm_data.store.changes import Doing
from crm_data.store.scope import CompanySession
from crm_data.tables import ChangeLog
from crm_data.tables.sort_keys import with_sort_keys
from crm_data.tables.types import UtcDateTime

Row = dict[str, Any]


class Following(Protocol):
    """What knows which rows follow from a write: a kind of record."""

    def consequences(self, doing: Doing, after: Row, before: Row | None) -> list[tuple[type, Row]]:
        """Rows of other tables that follow from a write, without their company."""
        ...


def table_of(model: type) -> sa.Table:
    """The Core table of a class, for the statements of this room and of imports."""
    return model.__table__  # type: ignore[attr-defined,no-any-return]


def put(session: CompanySession, table: sa.Table, rows: Sequence[Row], same: Row) -> None:
    """INSERT rows of the same columns. `same`: what all of them share; the company comes with it."""
    if not rows:
        return
    rows = with_sort_keys(table, rows)
    core, same = session.core(), {**same, "company_id": session.company}
    if core.dialect.name != "sqlite":
        core.execute(sa.insert(table), [{**row, **same} for row in rows])
        return
    # SQLAlchemy binds row by row; column by column an import of thousands takes a third less time.
    columns = [_bound(core, table.c[name], [row[name] for row in rows]) for name in rows[0]]
    shared = [repeat(_bound(core, table.c[name], [value])[0], len(rows)) for name, value in same.items()]
    names = [*rows[0], *same]
    core.exec_driver_sql(
        f"INSERT INTO {table.name} ({', '.join(names)}) VALUES ({', '.join('?' * len(names))})",
        list(zip(*columns, *shared, strict=True)),
    )


def log(
    session: CompanySession,
    doing: Doing,
    table: str,
    action: str,
    entries: Sequence[tuple[int, Row | None, Row]],
) -> None:
    """One line of the log of changes a row: its id, what it was, what it is."""
    lines = [doing.entry(0, action, table, id_, before, after) for id_, before, after in entries]
    if lines:
        varied = ("row_id", "before", "after")
        same = {name: value for name, value in lines[0].items() if name not in varied}
        put(session, table_of(ChangeLog), [{name: line[name] for name in varied} for line in lines], same)


def follow(
    session: CompanySession, doing: Doing, records: Following, written: Sequence[tuple[Row | None, Row]]
) -> None:
    """What follows from each row, as it was and as it is, put in together by table."""
    rows: dict[tuple[type, tuple[str, ...]], list[Mapping[str, Any]]] = defaultdict(list)
    for before, after in written:
        for model, values in records.consequences(doing, after, before):
            rows[model, tuple(sorted(values))].append({name: values[name] for name in sorted(values)})
    for (model, _), alike in rows.items():
        table = table_of(model)
        now = [c.name for c in table.c if isinstance(c.type, UtcDateTime) and not c.nullable]
        stamps = {name: doing.at for name in now if name not in alike[0]}
        put(session, table, [dict(row) for row in alike], stamps)


def _bound(core: sa.Connection, column: sa.Column[Any], values: list[Any]) -> list[Any]:
    """Values of one column as the driver takes them."""
    convert = column.type.dialect_impl(core.dialect).bind_processor(core.dialect)
    return values if convert is None else [convert(value) for value in values]
