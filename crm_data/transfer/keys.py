"""How a row of a file finds its record: by id, by external id, by another key, or as a whole row seen before."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from typing import Any

from crm_data.store.bulk import Bulk
from crm_data.store.values import row_id
from crm_data.transfer.lookup import folded
from crm_data.transfer.otherwise import Forms
from crm_data.transfer.plan import ID, Plan
from crm_data.transfer.rows import PRINT, Draft

Key = tuple[Any, ...]
# Begins the key of a row that is found by an external id: no text that is compared has this sign.
EXTERNAL = "\x1f"


class Keys:
    """All keys of the company's records, read in one statement.

    `external`: (system, external id) -> id. `elsewhere`: other system -> how many of the file's ids it has.
    `titles`: id -> name. `forms`: how the keys are meant.
    """

    def __init__(self, bulk: Bulk, plan: Plan) -> None:
        self._plan = plan
        self.external: dict[tuple[Any, Any], int] = {}
        self.elsewhere: Counter[str] = Counter()
        self._prints: dict[str, int] = {}
        self._systems: dict[str, str | None] = {}
        self._ids: dict[Key, list[int]] = defaultdict(list)
        self._away: set[int] = set()
        self.titles: dict[int, str] = {}
        self.forms = Forms(bulk.records, plan)
        self._countries: dict[int, str] = {}
        country = [self.forms.country] if self.forms.country else []
        names = [*country, *(name for name in plan.key if name != ID)]
        for id_, archived, system, external, called, *values in bulk.index(
            ["external_system", "external_id", bulk.records.title, *names]
        ):
            self.titles[id_] = called
            if archived is not None:
                self._away.add(id_)
            if external is not None:
                self.external[system, external] = id_
                self._systems[external] = system
                if external.startswith(PRINT):
                    self._prints[external] = id_
            given = iter(values)
            if country and (land := next(given)):
                self._countries[id_] = land
            key = tuple(id_ if name == ID else _compared(next(given)) for name in plan.key)
            if key and None not in key:
                self._ids[key].append(id_)

    def of(self, draft: Draft) -> Key | None:
        """The key of a row; None when it has none and is known by all it says."""
        plan, external = self._plan, draft.values.get("external_id")
        if ID in plan.key and not draft.id and external is not None and draft.marked:
            return (EXTERNAL, self.system_of(draft), external)  # an id of another company, or installation
        key = tuple(row_id(draft.id) if n == ID else _compared(draft.values.get(n)) for n in plan.key)
        if not key or None in key:
            return None
        return (EXTERNAL, self.system_of(draft), *key) if "external_id" in plan.key else key

    def found(self, draft: Draft, key: Key | None, print_: str) -> list[int]:
        """The records that a row means: those not put away, before one that is."""
        if key is None:
            return [self._prints[print_]] if print_ in self._prints else []
        if key[0] == EXTERNAL:
            external = draft.values["external_id"]
            exact = self.external.get((key[1], external))
            if exact is not None and (len(key) == 3 or exact in self._ids.get(key[2:], [])):
                return [exact]
            if exact is None and external in self._systems and draft.marked is None:
                self.elsewhere[self._systems[external] or ""] += 1
            return []
        return self.in_use(self._ids.get(key, []))

    def in_use(self, found: list[int]) -> list[int]:
        """Of some records those that are not put away; where all are, the first."""
        return [id_ for id_ in found if id_ not in self._away] or found[:1]

    def each(self) -> Iterator[tuple[Key, int, str | None]]:
        """The key of every record that has one, its id and its own country."""
        for key, ids in self._ids.items():
            for id_ in ids:
                yield key, id_, self._countries.get(id_)

    def system_of(self, draft: Draft) -> str | None:
        """The name of the system that the row's external id comes from: never a lead's source."""
        return draft.values.get("external_system") or self._plan.source or None

    def parted(self, draft: Draft, before: Mapping[str, Any], wanted: dict[str, Any]) -> bool:
        """Whether the id that a record has of another system stays, and the row's is taken out of what is wanted.

        Else an id and the system that it is of change together.
        """
        if "external_id" not in wanted:
            return False
        new, old, was = wanted["external_id"], before["external_id"] or PRINT, before["external_system"]
        ours = (
            was if ID in self._plan.key and draft.id else None
        )  # a row of our own export says it of its record
        system = None if new is None else draft.values.get("external_system") or ours or self.system_of(draft)
        if new is not None and not old.startswith(PRINT) and was not in (None, system):
            del wanted["external_id"]
            return True
        if system != was:
            wanted["external_system"] = system
        return False


def _compared(value: Any) -> Any:
    return folded(value) if isinstance(value, str) else value
