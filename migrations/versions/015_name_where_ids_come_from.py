"""External ids are unique within the system they come from, and a company has the mark that its exports carry."""

import secrets
from collections.abc import Iterator
from contextlib import contextmanager

import sqlalchemy as sa
from alembic import op
from alembic.operations import BatchOperations

from migrations.helpers import rebuild

revision = "015"
down_revision = "012"
branch_labels = None
depends_on = None

_TABLES = ("customers", "leads", "deals", "tasks", "activities")
_LETTERS = "bcdfghjkmnpqrstvwxz"


def upgrade() -> None:
    """What came from a file so far came from the system that its source named."""
    for table in _TABLES:
        op.add_column(table, sa.Column("external_system", sa.String(100)))
        with rebuild(table) as batch:
            batch.drop_constraint(f"uq_{table}_external", type_="unique")
            batch.create_unique_constraint(
                f"uq_{table}_external", ["company_id", "external_system", "external_id"]
            )
            _text_checks(batch, table, "external_system", 100)
        with _untouched(table):
            op.execute(f"UPDATE {table} SET external_system = source WHERE external_id IS NOT NULL")
    op.add_column("companies", sa.Column("export_mark", sa.String(32)))
    with rebuild("companies") as batch:
        _text_checks(batch, "companies", "export_mark", 32)
    companies = sa.table("companies", sa.column("id", sa.Integer), sa.column("export_mark", sa.String))
    with _untouched("companies"):
        for id_ in op.get_bind().execute(sa.select(companies.c.id)).scalars().all():
            mark = "".join(secrets.choice(_LETTERS) for _ in range(12))
            op.execute(sa.update(companies).where(companies.c.id == id_).values(export_mark=mark))


def downgrade() -> None:
    """Back to one column for both: refused by the database where two systems share an id and a source."""
    for table in _TABLES:
        with rebuild(table) as batch:
            batch.drop_constraint(f"uq_{table}_external", type_="unique")
        with _untouched(table):
            op.execute(f"UPDATE {table} SET source = external_system WHERE external_id IS NOT NULL")
        with rebuild(table) as batch:
            _drop_text_checks(batch, table, "external_system")
            batch.create_unique_constraint(f"uq_{table}_external", ["company_id", "source", "external_id"])
            batch.drop_column("external_system")
    with rebuild("companies") as batch:
        _drop_text_checks(batch, "companies", "export_mark")
        batch.drop_column("export_mark")


def _text_checks(batch: BatchOperations, table: str, column: str, length: int) -> None:
    """What PostgreSQL's types say by themselves, said to SQLite."""
    if op.get_bind().dialect.name == "sqlite":
        batch.create_check_constraint(op.f(f"ck_{table}_{column}_length"), f"length({column}) <= {length}")
        text = f"typeof({column}) IN ('text', 'null') AND instr({column}, char(0)) = 0"
        batch.create_check_constraint(op.f(f"ck_{table}_{column}_text"), text)


def _drop_text_checks(batch: BatchOperations, table: str, column: str) -> None:
    if op.get_bind().dialect.name == "sqlite":
        for what in ("length", "text"):
            batch.drop_constraint(op.f(f"ck_{table}_{column}_{what}"), type_="check")


@contextmanager
def _untouched(table: str) -> Iterator[None]:
    """Nobody changed these rows: `updated_at` stays. On SQLite a table that was rebuilt has no triggers yet."""
    here = op.get_bind().dialect.name == "postgresql"
    if here:
        op.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
    yield
    if here:
        op.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")
