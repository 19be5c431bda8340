"""A store that asks again, at every transaction, whether whoever uses it may still be there."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy.orm import Session

from crm_data.store.scope import CompanyScope, CompanySession
from crm_data.store.store import Store


class WatchedStore(Store):
    """Another store's engines behind a check: `check(scope)` raises when the scope holds no longer.

    A page keeps its Workspace in callbacks and fragments that run long after the page was drawn. Through this
    store they end with the session, whatever the page's own code forgets.
    """

    def __init__(self, store: Store, check: Callable[[CompanyScope], None]) -> None:
        self._store = store
        self._check = check

    def __getattr__(self, name: str) -> Any:
        # Engines, gate and system scope are the open store's own, also after a restore has renewed them.
        return getattr(self._store, name)

    @contextmanager
    def read(self, scope: CompanyScope) -> Iterator[CompanySession]:
        """As Store.read, for a scope that still holds."""
        self._check(scope)
        with self._store.read(scope) as session:
            yield session

    @contextmanager
    def write(self, scope: CompanyScope) -> Iterator[CompanySession]:
        """As Store.write, for a scope that still holds."""
        self._check(scope)
        with self._store.write(scope) as session:
            yield session

    @contextmanager
    def system(self, reason: str, write: bool = True) -> Iterator[Session]:
        """As Store.system: what is logged outside any company on behalf of an act that was checked."""
        with self._store.system(reason, write) as session:
            yield session
