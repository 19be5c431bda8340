"""A table that belongs to no company, and is not on the list of those, is found: declared, mapped and migrated."""

from collections.abc import Mapping

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, registry

from crm_data.store import migrating
from crm_data.store.guards import guarded_tables
from crm_data.tables import OUTSIDE_ANY_COMPANY, Base, CompanyOwned
from tests.support.databases import Database
from tests.support.plain import plain

# table -> whether it names a company that may not be empty and is a key to companies
Owned = Mapping[str, bool]


def astray(tables: Owned) -> set[str]:
    """The tables of nobody: neither a company's, nor companies, nor on the list of those outside."""
    return {name for name, owned in tables.items() if not owned} - OUTSIDE_ANY_COMPANY - {"companies"}


def declared(metadata: sa.MetaData) -> dict[str, bool]:
    """What the declarations say."""
    found = {}
    for table in metadata.tables.values():
        column = table.columns.get("company_id")
        found[table.name] = (
            column is not None
            and not column.nullable
            and any(key.target_fullname == "companies.id" for key in column.foreign_keys)
        )
    return found


def migrated(database: Database) -> dict[str, bool]:
    """What the database itself says."""
    engine = migrating.migration_engine(database.admin_url)
    inspector = sa.inspect(engine)
    found = {}
    for table in inspector.get_table_names():
        needed = any(c["name"] == "company_id" and not c["nullable"] for c in inspector.get_columns(table))
        keys = inspector.get_foreign_keys(table)
        found[table] = needed and any(
            (key["constrained_columns"], key["referred_table"]) == (["company_id"], "companies")
            for key in keys
        )
    engine.dispose()
    return found


def unfiltered(mapped: registry) -> set[str]:
    """The tables of companies whose class the session would not hold to one company."""
    return {
        mapper.local_table.name
        for mapper in mapped.mappers
        if "company_id" in mapper.local_table.columns
        and mapper.local_table.name not in OUTSIDE_ANY_COMPANY
        and not issubclass(mapper.class_, CompanyOwned)
    }


def test_no_declared_table_is_astray() -> None:
    assert astray(declared(Base.metadata)) == set()
    assert {name for name, owned in declared(Base.metadata).items() if owned} | {"companies"} == set(
        guarded_tables()
    )


def test_nothing_on_the_list_is_a_companys_or_gone() -> None:
    owned = {name for name, owned in declared(Base.metadata).items() if owned}
    assert not owned & OUTSIDE_ANY_COMPANY
    assert set(Base.metadata.tables) | {"alembic_version"} >= OUTSIDE_ANY_COMPANY


def test_every_class_of_a_companys_table_is_filtered() -> None:
    assert unfiltered(Base.registry) == set()


@pytest.mark.slow
def test_no_migrated_table_is_astray(database: Database) -> None:
    tables = migrated(database)
    assert astray(tables) == set()
    assert set(tables) == set(Base.metadata.tables) | {"alembic_version"}


@pytest.mark.slow
@pytest.mark.parametrize(
    "column",
    [
        pytest.param(None, id="no company at all"),
        pytest.param(sa.Column("company_id", sa.Integer, nullable=False), id="no key"),
        pytest.param(
            sa.Column("company_id", sa.ForeignKey("companies.id"), nullable=True), id="may be empty"
        ),
        pytest.param(sa.Column("company", sa.ForeignKey("companies.id"), nullable=False), id="another name"),
    ],
)
def test_a_declared_one_is_found(column: sa.Column[int] | None) -> None:
    copy = sa.MetaData()
    for table in Base.metadata.tables.values():
        table.to_metadata(copy)
    assert astray(declared(copy)) == set()
    sa.Table(
        "strays",
        copy,
        sa.Column("id", sa.Integer, primary_key=True),
        *([column] if column is not None else []),
    )
    assert astray(declared(copy)) == {"strays"}


def test_a_mapped_one_is_found() -> None:
    class Scratch(DeclarativeBase):
        """A registry of its own."""

    class Contract(Scratch):
        """Names its company, and forgets what the session knows it by."""

        __tablename__ = "strays"
        id: Mapped[int] = mapped_column(primary_key=True)
        company_id: Mapped[int] = mapped_column(sa.Integer)

    class Visit(CompanyOwned, Scratch):
        """As it should be."""

        __tablename__ = "visits"
        id: Mapped[int] = mapped_column(primary_key=True)

    assert unfiltered(Scratch.registry) == {"strays"}
    assert Contract.__table__.name != Visit.__table__.name


@pytest.mark.slow
@pytest.mark.parametrize(
    ("company", "is_astray"),
    [("", True), (", company_id INTEGER NOT NULL", True), (", company_id INTEGER REFERENCES companies (id)", True),
     (", company_id INTEGER NOT NULL REFERENCES companies (id)", False)],
)  # fmt: skip
def test_a_migrated_one_is_found(database: Database, company: str, is_astray: bool) -> None:
    with plain(database, owner=True) as sql:
        sql.run(f"CREATE TABLE strays (id INTEGER PRIMARY KEY{company})")
    assert astray(migrated(database)) == ({"strays"} if is_astray else set())
