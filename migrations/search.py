"""The triggers by which a record that was written is due for the search, whoever wrote it and however.

Which fields are looked through is declared with them; a table that has such fields gets its triggers by itself.
"""

from collections.abc import Collection, Mapping

from sqlalchemy import Connection

from crm_data.finding.plain import BETWEEN, searched
from crm_data.tables import Base

_DUE = "search_due"


def looked_through(tables: Mapping[str, Collection[str]]) -> dict[str, list[str]]:
    """Table -> its columns that are looked through, of a database that holds these tables and columns."""
    declared = {mapper.class_.__tablename__ for mapper in Base.registry.mappers}
    if _DUE not in tables:
        return {}
    found = {
        table: [name for name in searched(table) if name in columns]
        for table, columns in tables.items()
        if table in declared and {"company_id", "archived_at"} <= set(columns)
    }
    return {table: names for table, names in found.items() if names}


def on_sqlite(table: str, names: list[str]) -> dict[str, str]:
    """The triggers of one table: name -> what stands behind it."""
    changed = " OR ".join(f"NEW.{name} IS NOT OLD.{name}" for name in [*names, "archived_at"])
    between = f" || char({ord(BETWEEN)}) || "
    before = between.join(f"coalesce(OLD.{name}, '')" for name in names)
    into = f"INSERT INTO {_DUE} (company_id, table_name, row_id"
    as_it_was = f"BEGIN {into}, before) VALUES (OLD.company_id, '{table}', OLD.id, {before}); END"
    there = "EXISTS (SELECT 1 FROM companies WHERE id = OLD.company_id)"
    return {
        f"{table}_search_add": f"AFTER INSERT ON {table}"
        f" BEGIN {into}) VALUES (NEW.company_id, '{table}', NEW.id); END",
        f"{table}_search_change": f"AFTER UPDATE ON {table} WHEN {changed} {as_it_was}",
        f"{table}_search_erase": f"AFTER DELETE ON {table} WHEN {there} {as_it_was}",
    }


def function_on_postgresql(schema: str) -> str:
    """The function of those triggers, whose words are the columns.

    It names the tables with their schema, for no name in it may be one of a temporary table: a row that goes with
    its parent goes by the owner's hand. As text that is put together in it, each row's would be planned anew.
    """
    return f"""CREATE OR REPLACE FUNCTION app_search_due() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  said text;
  was jsonb;
BEGIN
  IF TG_OP = 'INSERT' THEN
    INSERT INTO {schema}.{_DUE} (company_id, table_name, row_id) VALUES (NEW.company_id, TG_TABLE_NAME, NEW.id);
    RETURN NULL;
  END IF;
  IF NOT EXISTS (SELECT FROM {schema}.companies WHERE id = OLD.company_id) THEN
    RETURN NULL;
  END IF;
  was := to_jsonb(OLD);
  FOR place IN 0 .. TG_NARGS - 1 LOOP
    said := concat(said || chr({ord(BETWEEN)}), was ->> TG_ARGV[place]);
  END LOOP;
  INSERT INTO {schema}.{_DUE} (company_id, table_name, row_id, before)
    VALUES (OLD.company_id, TG_TABLE_NAME, OLD.id, said);
  RETURN NULL;
END $$"""


def on_postgresql(table: str, names: list[str]) -> dict[str, str]:
    """The triggers of one table: name -> what stands behind it."""
    listed = ", ".join(f"'{name}'" for name in names)
    call = f"FOR EACH ROW {{}}EXECUTE FUNCTION app_search_due({listed})"
    changed = " OR ".join(f"NEW.{name} IS DISTINCT FROM OLD.{name}" for name in [*names, "archived_at"])
    return {
        f"{table}_search_add": f"AFTER INSERT ON {table} {call.format('')}",
        f"{table}_search_change": f"AFTER UPDATE ON {table} {call.format(f'WHEN ({changed}) ')}",
        f"{table}_search_erase": f"AFTER DELETE ON {table} {call.format('')}",
    }


def take_down(connection: Connection) -> None:
    """Drop the triggers of every table, before what they write into goes."""
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql("DROP FUNCTION IF EXISTS app_search_due CASCADE")
        return
    named = "SELECT name FROM sqlite_master WHERE type = 'trigger' AND sql LIKE '% INTO search_due (%'"
    for name in connection.exec_driver_sql(named).scalars().all():
        connection.exec_driver_sql(f"DROP TRIGGER {name}")
