"""The trash: what is archived, who put it there and when, what went with it; brought back, or erased for good."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import sqlalchemy as sa

from crm_data.accounts.own import prove_oneself
from crm_data.accounts.people import parsed
from crm_data.changes import erasing
from crm_data.changes.dues import STAYS, Rule, put_away, rule_of, today
from crm_data.changes.erasing import Erasure
from crm_data.errors import NotFound
from crm_data.finding.listing import list_words_of
from crm_data.rights import Act, Person, demand
from crm_data.store.again import again
from crm_data.store.chain import ERASED_FOR_GOOD
from crm_data.store.changes import Doing, doing_of
from crm_data.store.names import member_names
from crm_data.store.one_row import demand_seen
from crm_data.store.records import Records
from crm_data.store.scope import CompanyScope, CompanySession
from crm_data.store.security_log import note
from crm_data.store.store import Store
from crm_data.store.writer import amend
from crm_data.tables import ChangeLog, ChangeSet, Company, by_name, title_of

MOST = 100


@dataclass(frozen=True)
class Away:
    """One archived record. `act`: the entry of the history that archived it, with how many records in all it
    archived; None where another program did. `goes`: the UTC day on which it is erased by itself, None where it is
    not; `stays`: not even though it is long enough in the trash, since something in use needs it.
    """

    table: str
    id: int
    name: str
    at: datetime
    who: str
    act: int | None
    together: int
    goes: date | None = None
    stays: bool = False


@dataclass(frozen=True)
class Outlook:
    """What a rule would do: at most `counts`, kind -> records, on the `first` day in UTC, and `later` records at
    some time after it, if nobody restores them.
    """

    rule: Rule
    first: date
    counts: Mapping[str, int]
    later: int


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
        """Archived records of a kind, the last put away first; the `before` of the next page. Five statements, and
        where a rule erases them some ten more, for the kinds of rows that would go with them.
        """
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
            rule = rule_of(session)
            away = put_away(session, {table: {row[0] for row in rows}}) if rule.days and rows else {}
        found = []
        for id_, name, at, by in rows:
            act, user, together = acts.get(id_, (None, by, 1))
            person = who.get(user, "A former colleague") if user else "The system"
            gone_with = away.get((table, id_))
            goes = rule.day(gone_with) if gone_with else None
            stays = gone_with == STAYS
            found.append(Away(table, id_, str(name), at, person, act, together, goes, stays))
        return found, (rows[-1][0] if more else None)

    def rule(self) -> Rule:
        """After how many days what is archived is erased by itself, if at all. One statement."""
        self._demand(Act.ARCHIVE)
        with self._store.read(self._scope) as session:
            return rule_of(session)

    def outlook(self, days: Any) -> Outlook:
        """What a rule of so many days would take, were it set now. For admins. Two statements a kind.

        Raises NotAllowed, Invalid.
        """
        self._demand(Act.ERASE)
        wanted = _judged(days)
        with self._store.read(self._scope) as session:
            rule = rule_of(session).instead(wanted, today())
            first = max(rule.start or today(), today() + timedelta(days=1))
            edge = rule.edge(first)
            counts = {kind: self._count(session, kind, edge) for kind in self._kinds} if edge else {}
            every = sum(self._count(session, kind) for kind in self._kinds) if edge else 0
        return Outlook(
            rule, first, {kind: n for kind, n in counts.items() if n}, every - sum(counts.values())
        )

    def keep_for(self, days: Any, seen: int | None, password: str = "", address: str = "") -> Rule:
        """Have what is archived erased after so many days, None for never; the rule that holds now. For admins.

        What makes it stricter asks for the person's password once more. Raises NotAllowed, Invalid, Throttled, and
        Conflict where it is not any more what was `seen`.
        """
        self._demand(Act.ERASE)
        wanted = _judged(days)
        stricter = wanted is not None and (seen is None or wanted < seen)
        if stricter and self._scope.user_id is not None and self._scope.via != "command":
            prove_oneself(self._store, self._scope.user_id, password, address)
        return self._keep_for(wanted, seen)

    @again
    def _keep_for(self, days: int | None, seen: int | None) -> Rule:
        with self._store.write(self._scope) as session:
            company = session.scalars(sa.select(Company).with_for_update()).one()
            demand_seen(company, {"trash_days": (seen, days)}, {"trash_days": days})
            rule = Rule(company.trash_days, company.trash_from).instead(days, today())
            said = "never" if days is None else f"after {days:,} days"
            doing = Doing(
                self._scope.user_id, kind="profile", title=f"Set what is archived to be erased {said}"
            )
            values = {"trash_days": rule.days, "trash_from": rule.start}
            amend(session, doing, company, values, [company.id], company.name)
        return rule

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

    def _count(self, session: CompanySession, kind: str, edge: datetime | None = None) -> int:
        """How many are archived, or were before a moment."""
        model: Any = self._kinds[kind].table
        wanted = sa.select(sa.func.count()).select_from(model).where(model.archived_at.is_not(None))
        if edge is not None:
            wanted = wanted.where(model.archived_at < edge)
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


def _judged(days: Any) -> int | None:
    found = parsed(Company, {"trash_days": days})["trash_days"]
    return None if found is None else int(found)
