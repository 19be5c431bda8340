"""The scoped session: one company's rows or an exception, whatever way a statement takes."""

from dataclasses import dataclass
from functools import lru_cache
from typing import Any, NoReturn

import sqlalchemy as sa
from sqlalchemy import Connection, Engine, event
from sqlalchemy.orm import ORMExecuteState, Session, with_loader_criteria
from sqlalchemy.orm.session import SessionTransaction
from sqlalchemy.sql.base import ExecutableOption

from crm_data.errors import NoCompany, NotFound
from crm_data.store.adding import exact
from crm_data.store.connections import begin_for
from crm_data.store.statements import NotImplementedInScope, demand_scoped
from crm_data.tables import Company, CompanyOwned, User
from crm_data.tables.own_fields import NONE, OwnFields
from crm_data.tables.stage_rules import USUAL, StageRules


@dataclass(frozen=True)
class CompanyScope:
    """Who acts, in which company, with which role. Only signing in and the command line make one.

    `user_id` None is the system itself acting inside one company. `fiscal`: the month, from 1, in which its
    fiscal year begins. `via`: what a person acts by, if not a screen. `stages`: what the company says of them.
    `own`: the fields that it has added to its records.
    """

    company_id: int
    user_id: int | None
    role: str
    operator: bool = False
    name: str = ""
    company_name: str = ""
    currency: str = "USD"
    fiscal: int = 1
    via: str = ""
    stages: StageRules = USUAL
    own: OwnFields = NONE


class CompanySession(Session):
    """A Session of one company for good. What would step round the company is refused."""

    def __init__(self, engine: Engine, company_id: int | None, **kw: Any) -> None:
        if not isinstance(company_id, int) or isinstance(company_id, bool) or company_id < 1:
            raise NoCompany
        self._company_id, self._engine = company_id, engine
        super().__init__(None, autoflush=False, expire_on_commit=False, **kw)

    @property
    def company(self) -> int:
        """The company's id."""
        return self._company_id

    def get_bind(self, *args: Any, **kw: Any) -> Engine:
        """The store's own engine, whatever else is asked for. By itself it executes nothing: see Engines."""
        return self._engine

    def get(self, entity: Any, ident: Any, **kw: Any) -> Any:
        """As Session.get, but what the identity map holds is checked again."""
        found = super().get(entity, ident, **kw)
        if found is not None and _foreign(found, self.company):
            return None
        return found

    def execute(self, statement: Any, params: Any = None, *, execution_options: Any = None, **kw: Any) -> Any:
        """As Session.execute, with sums that are exact however large they become."""
        given, run = execution_options or {}, super().execute
        return exact(lambda more: run(statement, params, execution_options={**given, **more}, **kw))

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


def _foreign(row: object, company_id: int) -> bool:
    """Whether a row says that it is another company's; what is not loaded is not asked for."""
    name = "id" if isinstance(row, Company) else "company_id"
    said = sa.inspect(row).dict.get(name) if isinstance(row, Company | CompanyOwned) else None
    return said is not None and said != company_id


@event.listens_for(CompanySession, "do_orm_execute")
def _only_this_company(state: ORMExecuteState) -> None:
    """Every ORM statement is filtered by company; every other kind is refused."""
    session: CompanySession = state.session  # type: ignore[assignment]
    company_id = session.company
    if not state.is_orm_statement or state.is_from_statement or state.is_insert:
        raise NotImplementedInScope("Only ORM selects, updates and deletes are held to one company.")
    demand_scoped(state.statement, None if state.is_select else state.parameters)
    state.statement = state.statement.options(*_filters(company_id))


@lru_cache(maxsize=1024)
def _filters(company_id: int) -> tuple[ExecutableOption, ...]:
    """A company's filters, which SQLAlchemy takes long to make and never changes."""
    return (
        with_loader_criteria(CompanyOwned, lambda cls: cls.company_id == company_id, include_aliases=True),
        with_loader_criteria(Company, lambda cls: cls.id == company_id, include_aliases=True),
    )


@event.listens_for(CompanySession, "before_attach")
def _only_what_was_read_here(session: CompanySession, row: Any) -> None:
    """A row that another session read, or that was made up with a key, would be trusted for what it says."""
    if sa.inspect(row).key is not None:
        raise NotImplementedInScope("Only rows that this session read are changed through it; read it again.")


@event.listens_for(CompanySession, "before_flush")
def _only_own_rows(session: CompanySession, context: Any, instances: Any) -> None:
    """New rows get the company and their id; a row that has, had or would get another one is refused."""
    company_id = session.company
    added: list[Any] = [row for row in session.new if isinstance(row, CompanyOwned)]
    for row in added:
        if row.company_id is None:
            row.company_id = company_id
        if row.id is not None:
            raise NotImplementedInScope("The database gives the ids; one of ours tells which are taken.")
    for row in [*session.new, *session.dirty, *session.deleted]:
        if _foreign(row, company_id) or _moved(row):
            raise NotFound
    if any(isinstance(row, Company) for row in session.new) or any(
        isinstance(row, Company | User) for row in session.deleted
    ):
        raise NotImplementedInScope("People and companies are the system's to erase, and companies to make.")


def _moved(row: Any) -> bool:
    """Whether a row that is kept already was given another id or company."""
    state = sa.inspect(row)
    return state.persistent and any(
        name in state.attrs and state.attrs[name].history.has_changes()
        for name in ("id", "company_id")
        if isinstance(row, CompanyOwned | Company)
    )


@event.listens_for(CompanyOwned, "load", propagate=True)
@event.listens_for(Company, "load")
def _no_foreign_load(row: Any, context: Any) -> None:
    _turn_away(row, context.session)


@event.listens_for(CompanyOwned, "refresh", propagate=True)
@event.listens_for(Company, "refresh")
def _no_foreign_refresh(row: Any, context: Any, attrs: Any) -> None:
    _turn_away(row, context.session)


def _turn_away(row: Any, session: Any) -> None:
    if isinstance(session, CompanySession) and _foreign(row, session.company):
        session.expunge(row)
        raise NotFound


@event.listens_for(CompanySession, "after_begin")
def _tell_database(session: CompanySession, transaction: SessionTransaction, connection: Connection) -> None:
    """Name the company to the database itself: the guard on SQLite, the row security on PostgreSQL."""
    begin_for(connection, session.company)
