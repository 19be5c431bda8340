"""The trash: what is archived, who put it there and when, what went with it; brought back, or erased for good."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from crm_data.accounts.own import prove_oneself
from crm_data.changes import erasing
from crm_data.changes.erasing import Erasure
from crm_data.errors import NotFound
from crm_data.finding.listing import list_words_of
from crm_data.rights import Act, Person, demand
from crm_data.store.again import again
from crm_data.store.chain import ERASED_FOR_GOOD
from crm_data.store.changes import doing_of
from crm_data.store.names import member_names
from crm_data.store.records import Records
from crm_data.store.scope import CompanyScope, CompanySession
from crm_data.store.security_log import note
from crm_data.store.store import Store
from crm_data.tables import ChangeLog, ChangeSet, by_name, title_of

MOST = 100


@dataclass(frozen=True)
class Away:
    """One archived record. `act`: the entry of the history that archived it, with how many records in all it
    archived; None where another program did.
    """

    table: str
    id: int
    name: str
    at: datetime
    who: str
    act: int | None
    together: int


class Trash:
    """What one company has archived, for those who may archive; erasing for good is for admins."""

    def __init__(self, store: Store, scope: CompanyScope, kinds: Mapping[str, Records]) -> None:
        self._store, self._scope = store, scope
        self._kinds = {
            kind: records for kind, records in kinds.items() if hasattr(records.table, "archived_at")
        }

    def counts(self) -> dict[str, int]:
        """How many records of each kind are archived; a statement a kind."""
        self._demand(Act.ARCHIVE)
        with self._store.read(self._scope) as session:
            return {kind: self._count(session, kind) for kind in self._kinds}

    def page(self, table: str, before: int | None = None, n: int = 50) -> tuple[list[Away], int | None]:
        """Archived records of a kind, the last put away first; the `before` of the next page. Four statements."""
        self._demand(Act.ARCHIVE)
        if table not in self._kinds:
            raise NotFound
        n = min(max(n, 1), MOST)
        model: Any = by_name(table)
        with self._store.read(self._scope) as session:
            wanted = sa.select(
                model.id, getattr(model, title_of(table)), model.archived_at, model.archived_by
            )
            wanted = wanted.where(model.archived_at.is_not(None))
            if before is not None:
                edge = sa.select(model.archived_at, model.id).where(model.id == before)
                last = session.execute(edge).one_or_none()
                if last is not None and last[0] is not None:
                    at = sa.literal(last[0], model.archived_at.type)
                    place = sa.tuple_(model.archived_at, model.id)
                    wanted = wanted.where(place < sa.tuple_(at, sa.literal(before)))
            rows = session.execute(
                wanted.order_by(model.archived_at.desc(), model.id.desc()).limit(n + 1)
            ).all()
            more, rows = len(rows) > n, rows[:n]
            acts = self._acts(session, table, [row[0] for row in rows])
            who = member_names(session)
        found = []
        for id_, name, at, by in rows:
            act, user, together = acts.get(id_, (None, by, 1))
            person = who.get(user, "A former colleague") if user else "The system"
            found.append(Away(table, id_, str(name), at, person, act, together))
        return found, (rows[-1][0] if more else None)

    def look(self, table: str, ids: Sequence[Any], keep_leads: bool = False) -> Erasure:
        """What erasing these for good would take with it, and what stays. For admins. Raises NotFound, Invalid."""
        self._demand(Act.ERASE)
        with self._store.read(self._scope) as session:
            return erasing.looked_at(session, self._kinds, table, ids, keep_leads)

    def erase(
        self,
        table: str,
        ids: Sequence[Any],
        mark: str,
        password: str,
        keep_leads: bool = False,
        address: str = "",
        act_id: str | None = None,
    ) -> Erasure:
        """Erase for good what `look` showed, by its `mark`: rows, and what the log and the search know of them.

        Nobody can undo it. Asks for the person's password once more; the command line, which could do anything, is
        not asked. Raises NotAllowed, Invalid, Throttled, NotFound.
        """
        self._demand(Act.ERASE)
        if self._scope.user_id is not None and self._scope.via != "command":
            prove_oneself(self._store, self._scope.user_id, password, address)
        gone = self._erase(table, ids, mark, keep_leads, act_id)
        list_words_of(self._store, self._scope.company_id)
        return gone

    @again
    def _erase(
        self, table: str, ids: Sequence[Any], mark: str, keep_leads: bool, act_id: str | None
    ) -> Erasure:
        doing = doing_of(self._scope.user_id, act_id, kind=ERASED_FOR_GOOD)
        with self._store.write(self._scope) as session:
            gone = erasing.erase(session, self._kinds, doing, table, ids, keep_leads, mark)
            note(session, "erased_for_good", self._scope.user_id, self._scope.company_id, **gone.goes)
            return gone

    def _demand(self, act: Act) -> None:
        demand(Person(self._scope.role, self._scope.operator), act)

    def _count(self, session: CompanySession, kind: str) -> int:
        model: Any = self._kinds[kind].table
        wanted = sa.select(sa.func.count()).select_from(model).where(model.archived_at.is_not(None))
        return session.scalar(wanted) or 0

    def _acts(
        self, session: CompanySession, table: str, ids: Sequence[int]
    ) -> dict[int, tuple[int, int | None, int]]:
        """Record -> the entry that archived it last, by whom, and how many records that one archived."""
        line = ChangeLog
        last = sa.select(sa.func.max(line.id)).where(line.table_name == table, line.row_id.in_(ids))
        # A row that was archived when it was added, or came back so, was not archived by that.
        last = last.where(line.action == "archive").group_by(line.row_id)
        wanted = sa.select(line.row_id, ChangeSet.id, ChangeSet.user_id, ChangeSet.counts).join(
            ChangeSet, ChangeSet.act_id == line.act_id
        )
        rows = session.execute(wanted.where(line.id.in_(last))) if ids else ()
        return {
            id_: (act, user, sum((counts or {}).get(kind, 0) for kind in self._kinds))
            for id_, act, user, counts in rows
        }
