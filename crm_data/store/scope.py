"""The scoped session: one company's rows or an exception, whatever way a statement takes."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NoReturn

import sqlalchemy as sa
from sqlalchemy import Connection, event
from sqlalchemy.orm import ORMExecuteState, Session, with_loader_criteria
from sqlalchemy.orm.session import SessionTransaction

from crm_data.errors import NoCompany, NotFound
from crm_data.tables import Base, Company, CompanyOwned


@dataclass(frozen=True)
class CompanyScope:
    """Who acts, in which company, with which role. Only signing in and the command line make one.

    `user_id` None is the system itself acting inside one company.
    """

    company_id: int
    user_id: int | None
    role: str
    operator: bool = False
    name: str = ""
    company_name: str = ""
    currency: str = "USD"


class CompanySession(Session):
    """A Session that refuses to work without a company, and refuses the paths that would step round it."""

    def __init__(self, bind: Any, company_id: int | None, **kw: Any) -> None:
        super().__init__(bind, autoflush=False, expire_on_commit=False, **kw)
        self.company_id = company_id

    @property
    def company(self) -> int:
        """The company's id. Raises NoCompany when there is none."""
        if not isinstance(self.company_id, int) or isinstance(self.company_id, bool):
            raise NoCompany
        return self.company_id

    def get(self, entity: Any, ident: Any, **kw: Any) -> Any:
        """As Session.get, but what the identity map holds is checked again."""
        self.company  # noqa: B018 - raises before any statement
        found = super().get(entity, ident, **kw)
        if found is not None and _foreign(found, self.company):
            return None
        return found

    def _refuse(self, *args: Any, **kw: Any) -> NoReturn:
        raise NotImplementedInScope("Bulk and Core paths step round the company; use the store's verbs.")

    bulk_save_objects = _refuse
    bulk_insert_mappings = _refuse
    bulk_update_mappings = _refuse
    connection = _refuse
    merge = _refuse  # tells foreign ids from unused ones

    def core(self) -> Connection:
        """The raw connection, for the store's own bulk statements; the database's walls still stand."""
        return super().connection()


class NotImplementedInScope(RuntimeError):
    """A statement that the scope cannot hold to one company: a fault of the program."""


def _foreign(row: object, company_id: int) -> bool:
    if isinstance(row, Company):
        return row.id is not None and row.id != company_id
    return isinstance(row, CompanyOwned) and row.company_id is not None and row.company_id != company_id


@event.listens_for(CompanySession, "do_orm_execute")
def _only_this_company(state: ORMExecuteState) -> None:
    """Every ORM statement is filtered by company; every other kind is refused."""
    session: CompanySession = state.session  # type: ignore[assignment]
    company_id = session.company
    _refuse_unscoped(state)
    state.statement = state.statement.options(
        with_loader_criteria(CompanyOwned, lambda cls: cls.company_id == company_id, include_aliases=True),
        with_loader_criteria(Company, lambda cls: cls.id == company_id, include_aliases=True),
    )


def _refuse_unscoped(state: ORMExecuteState) -> None:
    if not state.is_orm_statement or state.is_from_statement or state.is_insert:
        raise NotImplementedInScope("Only ORM selects, updates and deletes are held to one company.")
    if (state.is_update or state.is_delete) and isinstance(state.parameters, Sequence):
        raise NotImplementedInScope("A bulk statement by primary key is not held to one company.")
    if state.is_select:
        for described in getattr(state.statement, "column_descriptions", ()):
            if described.get("entity") is None and _names_company_table(described.get("expr")):
                raise NotImplementedInScope(
                    "A bare Core column of a company's table is not held to one company."
                )


def _names_company_table(expression: Any) -> bool:
    """Whether a selected expression reads a company's table without its ORM class."""
    if not isinstance(expression, sa.ClauseElement):
        return False
    for part in sa.sql.visitors.iterate(expression):
        if (
            isinstance(part, sa.Column)
            and "parententity" not in part._annotations
            and part.table is not None
            and getattr(part.table, "name", None) in Base.metadata.tables
            and "company_id" in part.table.columns
        ):
            return True
    return False


@event.listens_for(CompanySession, "before_flush")
def _only_own_rows(session: CompanySession, context: Any, instances: Any) -> None:
    """New rows get the company; a row that has, had or would get another one is refused."""
    company_id = session.company
    for row in session.new:
        if isinstance(row, CompanyOwned) and row.company_id is None:
            row.company_id = company_id
    for row in [*session.new, *session.dirty, *session.deleted]:
        history = sa.inspect(row).attrs.get("company_id") if isinstance(row, CompanyOwned) else None
        was = list(history.history.deleted) if history is not None else []
        if _foreign(row, company_id) or any(old != company_id for old in was):
            raise NotFound


@event.listens_for(CompanyOwned, "load", propagate=True)
def _no_foreign_load(row: Any, context: Any) -> None:
    session = context.session
    if isinstance(session, CompanySession) and _foreign(row, session.company):
        session.expunge(row)
        raise NotFound


@event.listens_for(CompanyOwned, "refresh", propagate=True)
def _no_foreign_refresh(row: Any, context: Any, attrs: Any) -> None:
    session = context.session
    if isinstance(session, CompanySession) and _foreign(row, session.company):
        raise NotFound


@event.listens_for(CompanySession, "after_begin")
def _tell_database(session: CompanySession, transaction: SessionTransaction, connection: Connection) -> None:
    """Name the company to the database itself: the guard on SQLite, the row security on PostgreSQL."""
    connection.info["guard"].company_id = session.company
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql("SELECT set_config('app.company_id', %s, true)", (str(session.company),))
