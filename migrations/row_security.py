"""PostgreSQL's own refusal of another company's rows: policies for every table there is, and grants.

Made from what the database holds: a table that nobody thought of is shown to the system alone. The owner obeys
the policies too (FORCE); only a role with BYPASSRLS, which dumps the database, does not.
"""

import hashlib
from collections.abc import Mapping

import sqlalchemy as sa
from sqlalchemy import Connection

from crm_data.store.guards import seen_by_a_company
from crm_data.tables import APPEND_ONLY
from migrations.append_only import erased_in

# In a subquery PostgreSQL asks once a statement, and not once a row. After a commit a setting reads '', not NULL.
_COMPANY = "(SELECT nullif(current_setting('app.company_id', true), '')::integer)"
_SYSTEM = "(SELECT current_setting('app.system', true)) = 'on'"
_OPEN = "alembic_version"
# Each table: whether row security holds it, for the owner too; its policies, and the marks of those that are ours.
_STANDING = """
SELECT c.relname AS table, c.relrowsecurity AND c.relforcerowsecurity AS held,
  array_remove(array_agg(p.polname::text), NULL) AS names,
  array_remove(array_agg(obj_description(p.oid, 'pg_policy')), NULL) AS marks
FROM pg_class c LEFT JOIN pg_policy p ON p.polrelid = c.oid
WHERE c.relkind IN ('r', 'p') AND c.relnamespace = current_schema()::regnamespace
GROUP BY c.oid
"""


def secure_rows(connection: Connection, tables: Mapping[str, set[str]]) -> None:
    """Put the policies of these tables (with their columns) in place, where others stand or none.

    What stands already is not touched: that would wait for every reader, and make every other one wait meanwhile.
    """
    standing = {row.table: row for row in connection.exec_driver_sql(_STANDING)}
    for table, columns in tables.items():
        # Before there are memberships, nobody works anywhere.
        if table == _OPEN or (table == "users" and "user_companies" not in tables):
            continue
        made, here = policies(table, columns), standing[table]
        mark = hashlib.sha256(repr(made).encode()).hexdigest()[:32]
        if here.held and here.marks == [mark] * len(made):
            continue
        connection.exec_driver_sql(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        connection.exec_driver_sql(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
        for name in here.names:
            connection.exec_driver_sql(f"DROP POLICY {name} ON {table}")
        for name, policy in made.items():
            connection.exec_driver_sql(f"CREATE POLICY {name} ON {table} {policy}")
            connection.exec_driver_sql(f"COMMENT ON POLICY {name} ON {table} IS '{mark}'")


def policies(table: str, columns: set[str]) -> dict[str, str]:
    """The policies of one table: name -> what stands behind it."""
    made = {"wall_system": f"USING ({_SYSTEM}) WITH CHECK ({_SYSTEM})"}
    seen = seen_by_a_company(table, columns, _COMPANY)
    if seen is None:
        return made
    # People are seen and not changed; a company is seen and changed, and neither made nor erased.
    shared = table in ("companies", "users")
    made["wall_company"] = f"FOR {'SELECT' if shared else 'ALL'} USING ({seen})"
    if table == "companies":
        made["wall_company_change"] = f"FOR UPDATE USING ({seen}) WITH CHECK ({seen})"
    return made


def let_in(connection: Connection, role: str, tables: Mapping[str, set[str]]) -> None:
    """Give the application's role what it needs and no more: it reads and writes rows, and changes no table."""
    name = connection.dialect.identifier_preparer.quote(role)
    schema = connection.dialect.identifier_preparer.quote(
        connection.exec_driver_sql("SELECT current_schema()").scalar_one()
    )
    connection.exec_driver_sql(f"GRANT USAGE ON SCHEMA {schema} TO {name}")
    connection.exec_driver_sql(f"GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA {schema} TO {name}")
    for table, columns in tables.items():
        may = "SELECT, INSERT, UPDATE, DELETE"
        if table == _OPEN:
            may = "SELECT"
        elif table in APPEND_ONLY:
            # What goes with its parent goes by the owner's hand, and not by the application's.
            may = "SELECT, INSERT"
            if left := erased_in(table, columns):
                may = f"{may}, UPDATE ({', '.join([*left, 'sealed'])})"
        connection.exec_driver_sql(f"REVOKE ALL ON {table} FROM {name}")
        connection.exec_driver_sql(f"GRANT {may} ON {table} TO {name}")


def serves_as(connection: Connection, role: str) -> bool:
    """Whether a role is another one than the owner who migrates, and is there."""
    wanted = sa.text("SELECT count(*) FROM pg_roles WHERE rolname = :role AND rolname <> current_user")
    return bool(connection.execute(wanted, {"role": role}).scalar())
