"""What the tables need and Alembic does not see: `updated_at`, sort keys that another program would leave behind,
what is due for the search, logs that only grow, folding, row security, grants.

Made from what the database holds, so that it can be put back after any migration has rebuilt a table.
"""

import hashlib
from collections.abc import Mapping

import sqlalchemy as sa
from sqlalchemy import Connection

from crm_data.store.folding import postgresql_function, postgresql_reading
from crm_data.tables import APPEND_ONLY
from crm_data.tables.sort_keys import sorted_texts
from migrations import search
from migrations.append_only import REFUSE, Parents, on_postgresql, on_sqlite, parents_of
from migrations.row_security import let_in, secure_rows, serves_as


def raise_walls(connection: Connection, application: str = "") -> None:
    """Create, or put back, every wall. May be called at any revision and any number of times.

    `application`: on PostgreSQL the role that Foyer serves with, to be let in.
    """
    inspector = sa.inspect(connection)
    tables = {
        table: {column["name"] for column in inspector.get_columns(table)}
        for table in sorted(inspector.get_table_names())
    }
    parents = {table: parents_of(inspector, table) for table in sorted(APPEND_ONLY & set(tables))}
    if connection.dialect.name == "sqlite":
        _sqlite(connection, tables, parents)
        return
    _postgresql(connection, tables, parents)
    secure_rows(connection, tables)
    if application and serves_as(connection, application):
        let_in(connection, application, tables)


def _sqlite(connection: Connection, tables: Mapping[str, set[str]], parents: Mapping[str, Parents]) -> None:
    wanted = {}
    for table, columns in tables.items():
        if "updated_at" in columns:
            wanted[f"{table}_updated_at"] = (
                f"AFTER UPDATE ON {table}"
                " WHEN NEW.updated_at IS OLD.updated_at AND NEW.updated_at IS NOT CURRENT_TIMESTAMP"
                f" BEGIN UPDATE {table} SET updated_at = CURRENT_TIMESTAMP WHERE id = NEW.id; END"
            )
        for key, text in sorted_texts(columns).items():
            wanted[f"{table}_{key}"] = (
                f"AFTER UPDATE OF {text} ON {table} WHEN NEW.version IS OLD.version"
                f" AND NEW.{text} IS NOT OLD.{text} AND NEW.{key} IS OLD.{key} AND NEW.{key} IS NOT NULL"
                f" BEGIN UPDATE {table} SET {key} = NULL WHERE id = NEW.id; END"
            )
        if table in parents:
            wanted |= on_sqlite(table, columns, parents[table])
    for table, names in search.looked_through(tables).items():
        wanted |= search.on_sqlite(table, names)
    said = "SELECT name, sql FROM sqlite_master WHERE type = 'trigger'"
    standing = dict(tuple(row) for row in connection.exec_driver_sql(said))
    for name, made in wanted.items():
        sql = f"CREATE TRIGGER {name} {made}"
        if standing.get(name) != sql:
            connection.exec_driver_sql(f"DROP TRIGGER IF EXISTS {name}")
            connection.exec_driver_sql(sql)


# Its words are (sort key, its text) for each. A text that is written by itself, without a new version and a key,
# was written by another program, and the key of the old text is forgotten.
_TOUCH = """CREATE OR REPLACE FUNCTION app_touch() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  before jsonb;
  after jsonb;
BEGIN
  IF NEW.updated_at IS NOT DISTINCT FROM OLD.updated_at THEN
    NEW.updated_at := clock_timestamp();
  END IF;
  FOR word IN 0 .. TG_NARGS - 1 BY 2 LOOP
    EXIT WHEN NEW.version IS DISTINCT FROM OLD.version;
    before := to_jsonb(OLD);
    after := to_jsonb(NEW);
    CONTINUE WHEN before -> TG_ARGV[word + 1] = after -> TG_ARGV[word + 1];
    CONTINUE WHEN before -> TG_ARGV[word] IS DISTINCT FROM after -> TG_ARGV[word];
    NEW := jsonb_populate_record(NEW, jsonb_build_object(TG_ARGV[word], NULL));
  END LOOP;
  RETURN NEW;
END $$"""
_STANDING = """SELECT tgname, obj_description(oid, 'pg_trigger') FROM pg_trigger
WHERE NOT tgisinternal AND tgrelid = to_regclass(%s)"""


def _postgresql(
    connection: Connection, tables: Mapping[str, set[str]], parents: Mapping[str, Parents]
) -> None:
    """One that stands is left alone, since putting it back would wait for everybody who writes."""
    execute = connection.exec_driver_sql
    if "companies" not in tables:
        execute("DROP FUNCTION IF EXISTS app_touch, app_append_only, app_reading, app_fold, app_search_due")
        return
    folding = (postgresql_function(connection), postgresql_reading(connection))
    schema = execute("SELECT quote_ident(current_schema())").scalar_one()
    for function in (_TOUCH, REFUSE, search.function_on_postgresql(schema), *folding):
        execute(function)
    found = search.looked_through(tables)
    for table, columns in tables.items():
        standing = dict(tuple(row) for row in execute(_STANDING, (table,)))
        wanted = on_postgresql(table, columns, parents[table]) if table in parents else {}
        if "updated_at" in columns:
            keys = ", ".join(f"'{key}', '{text}'" for key, text in sorted_texts(columns).items())
            touch = f"BEFORE UPDATE ON {table} FOR EACH ROW EXECUTE FUNCTION app_touch({keys})"
            wanted[f"{table}_updated_at"] = touch
        if table in found:
            wanted |= search.on_postgresql(table, found[table])
        for name, made in wanted.items():
            mark = hashlib.sha256(made.encode()).hexdigest()[:32]
            if standing.get(name, "") == mark:
                continue
            execute(f"DROP TRIGGER IF EXISTS {name} ON {table}")
            execute(f"CREATE TRIGGER {name} {made}")
            execute(f"COMMENT ON TRIGGER {name} ON {table} IS '{mark}'")
