"""The round that erases what has been in the trash as long as its company has set: now and then, by itself.

A round takes at most some hundreds of records of a company, in one transaction and as one act of the history, so
that nobody waits for it; the next one goes on.
"""

from collections.abc import Callable, Iterator
from datetime import date
from typing import Any

import sqlalchemy as sa

from crm_data.changes import erasing
from crm_data.changes.dues import Ids, Rule, put_away, rule_of, today
from crm_data.finding.listing import list_words_of
from crm_data.finding.plain import searched
from crm_data.store.again import again
from crm_data.store.chain import ERASED_FOR_GOOD
from crm_data.store.changes import Doing
from crm_data.store.locks import lock_company
from crm_data.store.scope import CompanyScope, CompanySession
from crm_data.store.security_log import note
from crm_data.store.store import Store
from crm_data.tables import Base, Company, by_name
from crm_data.tables.change_set import Actor
from crm_data.tables.company import CompanyStatus

MOST = erasing.MOST  # records a round and company, with what goes with them


def kinds() -> list[str]:
    """The kinds of records that are put into the trash, each before those that it belongs to."""
    tables = reversed(Base.metadata.sorted_tables)
    return [table.name for table in tables if "archived_at" in table.c and searched(table.name)]


class Emptying:
    """The trash of every company of an installation. `enter` gives the scope of one, as the system itself."""

    def __init__(self, store: Store, enter: Callable[[int], CompanyScope]) -> None:
        self._store, self._enter = store, enter
        self._emptied: dict[int, tuple[Rule, date]] = {}  # of which nothing more is due on that day

    def round(self) -> int:
        """Erase what is due, of each company that is active and has set it; how many records that were."""
        wanted = sa.select(Company.id, Company.trash_days, Company.trash_from)
        wanted = wanted.where(Company.trash_days.is_not(None), Company.status == CompanyStatus.ACTIVE.value)
        with self._store.system("which companies empty their trash", write=False) as session:
            found = session.execute(wanted.order_by(Company.id)).all()
        count = 0
        for company, days, start in found:
            now = (Rule(days, start), today())
            if self._emptied.get(company) == now:
                continue
            gone = self._some(self._enter(company))
            if gone is None:
                self._emptied[company] = now
            elif gone:
                list_words_of(self._store, company)
                count += gone
        return count

    @again
    def _some(self, scope: CompanyScope) -> int | None:
        """Erase some of one company's; None when nothing was due."""
        with self._store.read(scope) as session:
            roots = _due(session, rule_of(session))
        if not roots:
            return None
        with self._store.write(scope) as session:
            lock_company(session)  # whoever changes the rule meanwhile waits, or was before
            rule = rule_of(session)

            def doing(what: str) -> Doing:
                said = f"Erased for good, archived for more than {rule.days:,} days: {what}"
                return Doing(None, kind=ERASED_FOR_GOOD, actor=Actor.RULE, title=said)

            gone = erasing.erase_due(session, doing, roots, lambda these: _of(session, rule, these))
            if gone:
                note(session, "erased_for_good", None, scope.company_id, **gone)
            return sum(count for table, count in gone.items() if table in kinds())


def _due(session: CompanySession, rule: Rule) -> Ids:
    """Some of what is due, the longest put away first."""
    edge, room = rule.edge(today()), MOST
    roots: Ids = {}
    for kind in kinds() if edge else ():
        for some in _pages(session, kind, edge):
            due = _of(session, rule, {kind: set(some)}).get(kind, set())
            if due:
                roots.setdefault(kind, set()).update(sorted(due)[:room])
            room = MOST - sum(len(ids) for ids in roots.values())
            if not room:
                return roots
    return roots


def _pages(session: CompanySession, kind: str, edge: Any) -> Iterator[list[int]]:
    """The records of a kind that were put away before a moment, some at a time."""
    model: Any = by_name(kind)
    place = sa.tuple_(model.archived_at, model.id)
    wanted = sa.select(model.archived_at, model.id).where(model.archived_at < edge)
    wanted = wanted.order_by(model.archived_at, model.id).limit(MOST)
    rows = session.execute(wanted).all()
    while rows:
        yield [row.id for row in rows]
        at = sa.literal(rows[-1].archived_at, model.archived_at.type)
        rows = session.execute(wanted.where(place > sa.tuple_(at, sa.literal(rows[-1].id)))).all()


def _of(session: CompanySession, rule: Rule, roots: Ids) -> Ids:
    """Those of some records that are due today, with all that goes with them."""
    edge = rule.edge(today())
    due: Ids = {}
    if edge is not None:
        for (table, id_), last in put_away(session, roots).items():
            if last < edge:
                due.setdefault(table, set()).add(id_)
    return due
