"""The door to what is alike in a company: who may be the same. Bound to who asks."""

from collections.abc import Mapping
from typing import Any

from crm_data.alike.lookup import Lookalike, lookalikes
from crm_data.errors import NotFound
from crm_data.store.records import Records
from crm_data.store.scope import CompanyScope
from crm_data.store.store import Store


class Alike:
    """Records of one company that may be the same, as one person may see and merge them."""

    def __init__(self, store: Store, scope: CompanyScope, kinds: Mapping[str, Records]) -> None:
        self._store = store
        self._scope = scope
        self._kinds = kinds

    def lookalikes(self, table: str, values: Mapping[str, Any], id: int | None = None) -> list[Lookalike]:
        """Records like one of a kind with these values, the surest first: a warning, and never a refusal.

        Some ten statements, however many records there are; see `lookup.lookalikes`.
        """
        if table not in self._kinds:
            raise NotFound
        with self._store.read(self._scope) as session:
            return lookalikes(session, self._kinds, table, values, id)
