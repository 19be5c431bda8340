"""The door to what is alike in a company: who may be the same. Bound to who asks."""

from collections.abc import Mapping, Sequence
from datetime import UTC, tzinfo
from typing import Any

from crm_data.alike import apart
from crm_data.alike import merge as merging
from crm_data.alike.groups import Group, groups
from crm_data.alike.lookup import Lookalike, Wanted, lookalikes
from crm_data.errors import NotFound
from crm_data.store.again import again
from crm_data.store.changes import doing_of
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
        (found,) = self.lookalikes_of(table, [(values, id)])
        return found

    def lookalikes_of(self, table: str, wanted: Sequence[Wanted]) -> list[list[Lookalike]]:
        """As `lookalikes`, of up to 200 records at once: of each, in their order. A handful of statements more.

        Raises Invalid for more of them.
        """
        if table not in self._kinds:
            raise NotFound
        with self._store.read(self._scope) as session:
            return lookalikes(session, self._kinds, table, wanted)

    @again
    def merge(
        self,
        table: str,
        ids: Sequence[Any],
        keep: Any,
        chosen: Mapping[str, int] | None = None,
        seen: Mapping[int, int] | None = None,
        act_id: str | None = None,
        zone: tzinfo = UTC,
    ) -> int:
        """Make one customer or lead of two to 10,000, in one transaction and one act, which an undo takes apart.

        `keep`: the id that stays, and is returned. `chosen`: field -> the record whose value it has; else the kept
        one's, or where that says nothing the fullest other's. Tags and notes have what all have; numbers and
        e-mails that find no field of their own stand in the notes. Whatever names one of the others names the kept
        one; the others are put away and lead to it (`merged_into`). `seen`: id -> version, as it was looked at.
        Needs the right to change each and to archive. The same `act_id` again does nothing. Raises Invalid,
        NotAllowed, NotFound.
        """
        self._demand_kind(table)
        doing = doing_of(self._scope.user_id, act_id, zone, kind="merge")
        with self._store.write(self._scope) as session:
            if merging.done_already(session, doing):
                return int(keep)
            return merging.merge(session, self._kinds, table, ids, keep, chosen or {}, seen or {}, doing)

    def groups(self, table: str) -> list[Group]:
        """Records of one kind that are likely the same, in groups, the most certain first; see `groups.groups`."""
        self._demand_kind(table)
        with self._store.read(self._scope) as session:
            return groups(session, table)

    @again
    def keep_apart(self, table: str, ids: Sequence[Any], act_id: str | None = None) -> int:
        """Remember that these two to twenty records are each their own; how many pairs that is anew.

        They are neither offered as duplicates nor named when one of them is changed; an undo forgets it. Needs the
        rights of a merge. Raises Invalid, NotAllowed, NotFound.
        """
        self._demand_kind(table)
        doing = doing_of(self._scope.user_id, act_id, kind="keep_apart")
        with self._store.write(self._scope) as session:
            return apart.keep_apart(session, self._kinds[table], ids, doing)

    def _demand_kind(self, table: str) -> None:
        if table not in self._kinds or not merging.mergeable(table):
            raise NotFound
