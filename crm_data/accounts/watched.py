"""A session-checked store: it asks again, at every transaction, whether whoever uses it may still be there."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from crm_data.store.scope import CompanyScope, CompanySession
from crm_data.store.store import Store


class WatchedStore(Store):
    """Another store behind a check: `check(scope)` raises when the scope holds no longer.

    `wrote` is called after every write, also one of which nobody knows what became of it.

    A page keeps its Workspace in callbacks and fragments that run long after the page was drawn. Through this
    store they end with the session, whatever the page's own code forgets.
    """

    def __init__(
        self,
        store: Store,
        check: Callable[[CompanyScope], None],
        wrote: Callable[[], object] = lambda: None,
    ) -> None:
        self._behind = store
        self._check = check
        self._wrote = wrote

    def __getattr__(self, name: str) -> Any:
        """Engines, address and gate are the other's, also after it was reopened."""
        return getattr(self._behind, name)

    @contextmanager
    def read(self, scope: CompanyScope) -> Iterator[CompanySession]:
        """As Store.read, for a scope that still holds."""
        self._check(scope)
        with super().read(scope) as session:
            yield session

    @contextmanager
    def write(self, scope: CompanyScope) -> Iterator[CompanySession]:
        """As Store.write, for a scope that still holds."""
        self._check(scope)
        try:
            with super().write(scope) as session:
                yield session
        finally:
            self._wrote()
