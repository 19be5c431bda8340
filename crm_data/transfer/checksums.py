"""What a table holds, as how many rows and a SHA-256 of all its values, whichever database it is in."""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection

ROWS = 1000  # read and written at once


@dataclass(frozen=True)
class Copied:
    """What one table held: how many rows, and the SHA-256 of all its values in the order of their keys."""

    table: str
    rows: int
    sha256: str


def measured(
    connection: Connection, table: sa.Table, of: sa.FromClause | None = None, most: int | None = None
) -> Copied:
    """A table, or the first rows of it. `of`: another with its columns, in which they are."""
    digest, count = hashlib.sha256(), 0
    for rows in pages(connection, table, of, most):
        for row in rows:
            digest.update(repr(sorted(row.items())).encode())
        count += len(rows)
    return Copied(table.name, count, digest.hexdigest())


def pages(
    connection: Connection,
    table: sa.Table,
    of: sa.FromClause | None = None,
    most: int | None = None,
    skip: int = 0,
) -> Iterator[list[dict[str, Any]]]:
    """The rows in the order of their keys, a thousand at a time."""
    where = table if of is None else of
    keys = [where.c[key.name] for key in table.primary_key.columns]
    last: Sequence[Any] | None = None
    left = most
    while left is None or left > 0:
        wanted = sa.select(where).order_by(*keys).limit(ROWS if left is None else min(ROWS, left))
        if last is not None:
            after = sa.tuple_(*(sa.literal(v, key.type) for v, key in zip(last, keys, strict=True)))
            wanted = wanted.where(sa.tuple_(*keys) > after)
        elif skip:
            wanted = wanted.offset(skip)
        rows = [dict(row) for row in connection.execute(wanted).mappings()]
        if not rows:
            return
        yield rows
        left = None if left is None else left - len(rows)
        last = [rows[-1][key.name] for key in keys]
