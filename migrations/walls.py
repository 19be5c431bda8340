"""What the tables need and Alembic does not see: `updated_at`, logs that can only grow, row security, grants.

Made from what the database holds, so that it can be put back after any migration has rebuilt a table.
"""

from collections.abc import Mapping

import sqlalchemy as sa
from sqlalchemy import Connection

from migrations.row_security import let_in, secure_rows, serves_as

APPEND_ONLY = ("change_log",)


def raise_walls(connection: Connection, application: str = "") -> None:
    """Create, or put back, every wall. May be called at any revision and any number of times.

    `application`: on PostgreSQL the role that Foyer serves with, to be let in.
    """
    inspector = sa.inspect(connection)
    tables = {
        table: {column["name"] for column in inspector.get_columns(table)}
        for table in sorted(inspector.get_table_names())
    }
    if connection.dialect.name == "sqlite":
        for table, columns in tables.items():
            for statement in _sqlite(table, columns):
                connection.exec_driver_sql(statement)
        return
    _triggers(connection, tables)
    secure_rows(connection, tables)
    if application and serves_as(connection, application):
        let_in(connection, application, tables)


def _sqlite(table: str, columns: set[str]) -> list[str]:
    made = []
    if "updated_at" in columns:
        made.append(
            f"CREATE TRIGGER IF NOT EXISTS {table}_updated_at AFTER UPDATE ON {table}"
            " WHEN NEW.updated_at IS OLD.updated_at AND NEW.updated_at IS NOT CURRENT_TIMESTAMP"
            f" BEGIN UPDATE {table} SET updated_at = CURRENT_TIMESTAMP WHERE id = NEW.id; END"
        )
    if table in APPEND_ONLY:
        # INSERT OR REPLACE would remove the old row without a DELETE that a trigger sees.
        made.append(
            f"CREATE TRIGGER IF NOT EXISTS {table}_no_replace BEFORE INSERT ON {table}"
            f" WHEN EXISTS (SELECT 1 FROM {table} WHERE id = NEW.id)"
            " BEGIN SELECT RAISE(ABORT, 'append-only'); END"
        )
        made.append(
            f"CREATE TRIGGER IF NOT EXISTS {table}_no_update BEFORE UPDATE ON {table}"
            " BEGIN SELECT RAISE(ABORT, 'append-only'); END"
        )
        made.append(
            f"CREATE TRIGGER IF NOT EXISTS {table}_no_delete BEFORE DELETE ON {table}"
            " WHEN EXISTS (SELECT 1 FROM companies WHERE id = OLD.company_id)"
            " BEGIN SELECT RAISE(ABORT, 'append-only'); END"
        )
    return made


_TOUCH = """CREATE OR REPLACE FUNCTION app_touch() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.updated_at IS NOT DISTINCT FROM OLD.updated_at THEN
    NEW.updated_at := clock_timestamp();
  END IF;
  RETURN NEW;
END $$"""
_REFUSE = """CREATE OR REPLACE FUNCTION app_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'DELETE' THEN
    IF NOT EXISTS (SELECT 1 FROM companies WHERE id = OLD.company_id) THEN RETURN OLD; END IF;
  END IF;
  RAISE EXCEPTION 'append-only';
END $$"""


def _triggers(connection: Connection, tables: Mapping[str, set[str]]) -> None:
    """PostgreSQL's: one that stands is left alone, since putting it back would wait for everybody who writes."""
    if "companies" not in tables:
        connection.exec_driver_sql("DROP FUNCTION IF EXISTS app_touch, app_append_only")
        return
    for function in (_TOUCH, _REFUSE):
        connection.exec_driver_sql(function)
    there = "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal AND tgrelid::regclass::text = %s"
    for table, columns in tables.items():
        standing = {name for (name,) in connection.exec_driver_sql(there, (table,))}
        for name, made in _postgresql(table, columns).items():
            if name not in standing:
                connection.exec_driver_sql(f"CREATE TRIGGER {name} {made}")


def _postgresql(table: str, columns: set[str]) -> dict[str, str]:
    """Name -> what the trigger does."""
    made = {}
    if "updated_at" in columns:
        made[f"{table}_updated_at"] = f"BEFORE UPDATE ON {table} FOR EACH ROW EXECUTE FUNCTION app_touch()"
    if table in APPEND_ONLY:
        made[f"{table}_append_only"] = (
            f"BEFORE UPDATE OR DELETE ON {table} FOR EACH ROW EXECUTE FUNCTION app_append_only()"
        )
    return made
