"""What migrations share: constraints for one engine only, and a table rebuilt on SQLite without loss."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TypeVar

import sqlalchemy as sa
from alembic import op
from alembic.operations import BatchOperations

Made = TypeVar("Made", sa.CheckConstraint, sa.ForeignKeyConstraint)


def on_sqlite(constraint: Made) -> Made:
    """A constraint that only SQLite gets: PostgreSQL's types say it already, or gets it once the target exists."""
    return constraint.ddl_if(dialect="sqlite")


@contextmanager
def rebuild(table: str) -> Iterator[BatchOperations]:
    """`op.batch_alter_table` that keeps AUTOINCREMENT; env.py puts the triggers back after every migration."""
    with op.batch_alter_table(table, table_kwargs={"sqlite_autoincrement": True}) as batch:
        yield batch
