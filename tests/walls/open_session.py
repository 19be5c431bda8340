"""A session that knows nothing of companies where the product's own would stand: what SQLAlchemy gives."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection, Engine, event
from sqlalchemy.orm import Session

from crm_data.store.connections import begin_for
from crm_data.store.scope import CompanyScope
from crm_data.store.store import Store
from crm_data.tables import CompanyOwned


class OpenSession(Session):
    """A plain session in whose transactions the database is told the company."""

    def __init__(self, engine: Engine, company_id: int) -> None:
        self.company = self._told = company_id
        self._engine = engine
        super().__init__(None, autoflush=False, expire_on_commit=False)

    def get_bind(self, *args: Any, **kw: Any) -> Engine:
        """The store's engine."""
        return self._engine

    def core(self) -> Connection:
        """The raw connection."""
        return self.connection()


@event.listens_for(OpenSession, "after_begin")
def _tell_database(session: OpenSession, transaction: Any, connection: Connection) -> None:
    begin_for(connection, session._told)


@event.listens_for(OpenSession, "before_flush")
def _fill(session: OpenSession, context: Any, instances: Any) -> None:
    for row in session.new:
        if isinstance(row, CompanyOwned) and row.company_id is None:
            row.company_id = session._told


class OpenStore(Store):
    """A store whose companies' sessions are open ones."""

    @contextmanager
    def read(self, scope: CompanyScope) -> Iterator[Any]:
        """A read transaction."""
        with OpenSession(self.engines.read, scope.company_id) as session:
            yield session

    @contextmanager
    def write(self, scope: CompanyScope) -> Iterator[Any]:
        """A write transaction."""
        with OpenSession(self.engines.write, scope.company_id) as session, session.begin():
            yield session
