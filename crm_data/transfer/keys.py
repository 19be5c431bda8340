"""How a row of a file finds its record: by id, by external id, by another key, or as a whole row seen before."""

from collections import Counter, defaultdict
from typing import Any

from crm_data.store.bulk import Bulk
from crm_data.store.values import row_id
from crm_data.transfer.lookup import folded
from crm_data.transfer.plan import ID, Plan
from crm_data.transfer.rows import PRINT, Draft

Key = tuple[Any, ...]


class Keys:
    """All keys of the company's records, read in one statement.

    `external`: (source, external id) -> id. `elsewhere`: other source -> how many of the file's ids it has.
    """

    def __init__(self, bulk: Bulk, plan: Plan) -> None:
        self._plan = plan
        self._by_external = "external_id" in plan.key
        self.external: dict[tuple[Any, Any], int] = {}
        self.elsewhere: Counter[str] = Counter()
        self._prints: dict[str, int] = {}
        self._sources: dict[str, str | None] = {}
        self._ids: dict[Key, list[int]] = defaultdict(list)
        self._away: set[int] = set()
        names = [name for name in plan.key if name != ID]
        for id_, archived, source, external, *values in bulk.index(["source", "external_id", *names]):
            if archived is not None:
                self._away.add(id_)
            if external is not None:
                self.external[source, external] = id_
                self._sources[external] = source
                if external.startswith(PRINT):
                    self._prints[external] = id_
            given = iter(values)
            key = tuple(id_ if name == ID else _compared(next(given)) for name in plan.key)
            if key and None not in key:
                self._ids[key].append(id_)

    def of(self, draft: Draft) -> Key | None:
        """The key of a row; None when it has none and is known by all it says."""
        key = tuple(
            row_id(draft.id) if name == ID else _compared(draft.values.get(name)) for name in self._plan.key
        )
        if not key or None in key:
            return None
        return (*key, self.source(draft)) if self._by_external else key

    def found(self, draft: Draft, key: Key | None, print_: str) -> list[int]:
        """The records that a row means: those not put away, before one that is."""
        if key is None:
            return [self._prints[print_]] if print_ in self._prints else []
        if not self._by_external:
            found = self._ids.get(key, [])
            return [id_ for id_ in found if id_ not in self._away] or found[:1]
        found = self._ids.get(key[:-1], [])
        exact = self.external.get((key[-1], draft.values["external_id"]))
        if exact in found:
            return [exact]
        # A file that fills the source itself does not name the system that its ids come from.
        if self._plan.going_to("source") is not None:
            return found
        if found:
            self.elsewhere[self._sources.get(draft.values["external_id"]) or ""] += 1
        return []

    def source(self, draft: Draft) -> str | None:
        """The name under which the row's external id is unique."""
        return draft.values.get("source") or self._plan.source or None


def _compared(value: Any) -> Any:
    return folded(value) if isinstance(value, str) else value
