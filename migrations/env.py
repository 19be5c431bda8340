"""Alembic's entry: an engine of its own, foreign keys checked before COMMIT, triggers put back."""

import warnings

from alembic import context
from sqlalchemy import Connection

from crm_data.errors import NotReady
from crm_data.settings import settings
from crm_data.store.half import demand_whole
from crm_data.store.migrating import application_of, migration_engine, wait_for_others
from crm_data.tables import Base
from migrations.walls import raise_walls


def include_object(item: object, name: str | None, kind: str, reflected: bool, compare_to: object) -> bool:
    """Leave full-text search tables, which SQLite makes by itself, out of `alembic check`."""
    return not (kind == "table" and name is not None and "_fts" in name)


def run(connection: Connection, application: str) -> None:
    """All migrations in one transaction: the database is at the new revision or as it was."""
    writing = context.config.attributes.get("writing", {})  # by migrations/write.py
    context.configure(
        connection=connection,
        target_metadata=Base.metadata,
        include_object=include_object,
        compare_type=False,
        compare_server_default=False,
        **writing,
    )
    with context.begin_transaction():
        context.run_migrations()
        raise_walls(connection, application)
        if connection.dialect.name == "sqlite":
            broken = connection.exec_driver_sql("PRAGMA foreign_key_check").fetchall()
            if broken:
                raise NotReady(
                    f"The migration would leave {len(broken)} rows pointing at nothing; it was undone."
                )


# SQLite cannot reflect them; `tests` compare the schemas word by word instead.
warnings.filterwarnings("ignore", message=".*expression-based index.*")


def main() -> None:
    """Use the connection that `crm_data` hands over, or open one from the settings (plain `alembic`)."""
    given = context.config.attributes.get("connection")
    if given is not None:
        run(given, context.config.attributes.get("application", ""))
        return
    here = settings()
    engine = migration_engine(here.owner_url)
    with engine.begin() as connection:
        wait_for_others(connection)
        demand_whole(connection)
        run(connection, application_of(here.database_url))
    engine.dispose()


main()
