"""What every table shares: naming, the company column, audit columns, and checks made from the fields."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import DeclarativeBase, Mapped, declared_attr, mapped_column

from crm_data.tables import fields as f
from crm_data.tables.checks import attach_checks, attach_sort_indexes
from crm_data.tables.sort_keys import attach_sort_keys
from crm_data.tables.spare import Extensible, attach_spares
from crm_data.tables.types import UtcDateTime

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}

# The `info` of a table whose rows are added and never changed.
ONLY_GROWS = {"append_only": True}
# The `info` of a table that is made from others by triggers: a company that comes back makes its own.
DERIVED = {"derived": True}

# The column of a record that goes on in another of its kind; no field that people fill in.
MERGED = "merged_into"


class Base(DeclarativeBase):
    """The registry of tables. A class that is a table gets its checks and indexes from its fields."""

    metadata = sa.MetaData(naming_convention=NAMING)

    def __init_subclass__(cls, **kw: Any) -> None:
        super().__init_subclass__(**kw)
        if "__tablename__" in cls.__dict__:
            attach_sort_keys(cls)
            table: Any = cls.__table__
            if issubclass(cls, Extensible):
                for name in attach_spares(cls):
                    table.append_constraint(same_company_member(table.name, name))
            attach_checks(cls.__table__)
            attach_sort_indexes(cls.__table__)

    @classmethod
    def still_open(cls) -> tuple[sa.ColumnElement[bool], ...]:
        """What makes a row open work of the person it is assigned to: nothing more, unless its table says so."""
        return ()


class Recorded:
    """When a row was made and last changed, and its version for those who edit it."""

    created_at: Mapped[datetime] = f.moment(
        # A file may say when a record began, for a new one; nobody changes it afterwards.
        "Created",
        now=True,
        sort=True,
        filter=True,
        form=False,
        edit=False,
    )
    updated_at: Mapped[datetime] = f.moment(
        "Changed", now=True, sort=True, form=False, edit=False, imports=False
    )
    version: Mapped[int] = mapped_column(sa.Integer, nullable=False, default=1, server_default=sa.text("1"))


class CompanyOwned:
    """A row that belongs to exactly one company. The walls find every table by this mixin and by its column."""

    @declared_attr
    def company_id(cls) -> Mapped[int]:
        return mapped_column(
            sa.Integer, sa.ForeignKey("companies.id", ondelete="CASCADE"), nullable=False, index=True
        )


class Made:
    """Who made the row."""

    @declared_attr
    def created_by(cls) -> Mapped[int | None]:
        return f.member("Created by", form=False, edit=False, imports=False)


class Archivable:
    """A row that people put away and bring back; erasing for good is another act."""

    archived_at: Mapped[datetime | None] = mapped_column(UtcDateTime())

    @declared_attr
    def archived_by(cls) -> Mapped[int | None]:
        return mapped_column(sa.Integer, sa.ForeignKey("users.id", ondelete="SET NULL"), index=True)

    @classmethod
    def goes_along(cls) -> sa.ColumnElement[bool]:
        """What makes a row no more than a word about the records that it names: it is erased with the last of
        them, although nobody has put it away. None is, unless its table says so.
        """
        return sa.false()


class Mergeable:
    """A row that may turn out to be the same as another, in which it goes on; it is then put away."""

    @declared_attr
    def merged_into(cls) -> Mapped[int | None]:
        table = cls.__tablename__  # type: ignore[attr-defined]
        return mapped_column(sa.Integer, sa.ForeignKey(f"{table}.id", ondelete="SET NULL"))


class Imported:
    """Where a row came from, so that the same file again finds it; columns of the file that fit nowhere."""

    external_system: Mapped[str | None] = f.text("Ids come from", 100, form=False, edit=False)
    external_id: Mapped[str | None] = f.text("External id", 255, form=False, edit=False)
    imported: Mapped[dict[str, str] | None] = f.json("Also in the file")


def same_company(table: str, column: str, to: str, use_alter: bool = False) -> sa.ForeignKeyConstraint:
    """The composite key that makes a reference into another company impossible, whoever writes.

    NO ACTION and deferred: the single-column key beside it carries the ON DELETE, in whatever order rows go.
    """
    return sa.ForeignKeyConstraint(
        ["company_id", column],
        [f"{to}.company_id", f"{to}.id"],
        name=f"fk_{table}_same_company_{column}",
        deferrable=True,
        initially="DEFERRED",
        use_alter=use_alter,
    )


def few_have(table: str, column: str) -> sa.Index:
    """The index of a link that few rows hold, of those alone.

    A row is erased once no other names it. In an index that is all but full of NULL the engine expects to find
    little, and reads all rows of the company instead, for every row that goes. With the company in it, both keys
    that the link is part of find all they compare: without, whoever's statistics are old reads all rows once more.
    """
    there = sa.text(f"{column} IS NOT NULL")
    return sa.Index(f"ix_{table}_{column}", column, "company_id", sqlite_where=there, postgresql_where=there)


def same_company_member(table: str, column: str = "assigned_to") -> sa.ForeignKeyConstraint:
    """The composite key that makes an assignee a member of the same company."""
    return sa.ForeignKeyConstraint(
        ["company_id", column],
        ["user_companies.company_id", "user_companies.user_id"],
        name=f"fk_{table}_member_{column}",
        deferrable=True,
        initially="DEFERRED",
    )


def table_args(table: str, *extra: Any, parent: bool = False, importable: bool = True) -> tuple[Any, ...]:
    """What the company-owned tables have in common beside their columns; index behind each composite key."""
    # The exact count of a list is read from this index alone, however long the list is.
    args: list[Any] = [*extra, sa.Index(f"ix_{table}_company_archived", "company_id", "archived_at")]
    if parent:
        args.append(sa.UniqueConstraint("company_id", "id", name=f"uq_{table}_company_id_id"))
    if importable:
        external = ("company_id", "external_system", "external_id")
        args.append(sa.UniqueConstraint(*external, name=f"uq_{table}_external"))
    return (*args, {"sqlite_autoincrement": True})
