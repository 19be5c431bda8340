"""The store: short transactions on one database, for one company or, with a reason, for the system."""

import logging
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext

import sqlalchemy as sa
from sqlalchemy.orm import Session

from crm_data.errors import CrmError
from crm_data.store.again import GivenUp, Unsure
from crm_data.store.connections import Engines, begin_for, open_engines, sqlite_path
from crm_data.store.failures import as_sentence
from crm_data.store.gate import Gate
from crm_data.store.log import close
from crm_data.store.log_length import LogLength
from crm_data.store.points import Point, passing
from crm_data.store.scope import CompanyScope, CompanySession

log = logging.getLogger("foyer.store")


class Store:
    """An open database. Threads may share it; each call makes a session of its own."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.gate = Gate()
        self.engines: Engines = open_engines(url)
        self._log_kept_short: Callable[[], AbstractContextManager[None]] = nullcontext
        if self.engines.dialect == "sqlite":
            self._log_kept_short = LogLength(sqlite_path(url)).kept

    def close(self) -> None:
        """Close every connection; the store may be opened anew by `reopen`."""
        self.engines.dispose()

    def reopen(self) -> None:
        """New engines on the same address, after the file was replaced."""
        self.engines.dispose()
        self.engines = open_engines(self.url)

    @contextmanager
    def read(self, scope: CompanyScope) -> Iterator[CompanySession]:
        """One read transaction of one company: everything seen in it is of one moment."""
        with as_sentence(), CompanySession(self.engines.read, scope.company_id) as session:
            yield session

    @contextmanager
    def write(self, scope: CompanyScope) -> Iterator[CompanySession]:
        """One write transaction of one company: committed at the end, undone by any exception.

        Raises GivenUp where it may be tried again (see `again`), Unsure where nobody knows what became of it.
        """
        committing = False
        try:
            with (
                self._way_in(),
                as_sentence(),
                CompanySession(self.engines.write, scope.company_id) as session,
                session.begin(),
            ):
                session.info.update(via=scope.via, own=scope.own)
                yield session
                session.flush()
                close(session)
                committing = True
                passing(Point.ROWS_WRITTEN)
            passing(Point.COMMITTED)
        except GivenUp as lost:
            if committing and _connection_lost(lost.__cause__):
                raise Unsure from lost
            raise

    @contextmanager
    def system(self, reason: str, write: bool = True) -> Iterator[Session]:
        """A transaction across companies, for signing in, the command line and the operator. Logged."""
        log.debug("system scope: %s", reason)
        engine = self.engines.write if write else self.engines.read_all
        way = self._way_in() if write else nullcontext()
        with way, as_sentence(), Session(engine, autoflush=False, expire_on_commit=False) as session:
            sa.event.listen(session, "after_begin", _open_guard)
            with session.begin():
                yield session
                session.flush()
                close(session)

    @contextmanager
    def _way_in(self) -> Iterator[None]:
        """What every write passes on its way in and out."""
        with self.gate.passed(), self._log_kept_short():
            yield


@contextmanager
def owned(connection: sa.Connection) -> Iterator[Session]:
    """A session of the system's in a transaction that the owner of the tables has begun, and will commit."""
    with Session(connection, autoflush=False, expire_on_commit=False) as session, session.begin():
        yield session
        session.flush()
        close(session)


def _connection_lost(error: BaseException | None) -> bool:
    return isinstance(error, sa.exc.DBAPIError) and error.connection_invalidated


def _open_guard(session: Session, transaction: object, connection: sa.Connection) -> None:
    begin_for(connection, None, system=True)


__all__ = ["CrmError", "Store"]
