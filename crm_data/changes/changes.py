"""The door to what was done in a company: looked up, taken back, done again, put back. Bound to who asks."""

from collections.abc import Collection, Iterator, Mapping
from datetime import UTC, datetime, tzinfo
from typing import Any

import sqlalchemy as sa

from crm_data.changes import put_back as putting
from crm_data.changes import undo as undoing
from crm_data.changes.back import Chosen, Difference, difference, go_back
from crm_data.changes.export import history_file
from crm_data.changes.feed import Feed, Sort, feed
from crm_data.changes.named import named
from crm_data.changes.own import Steps, steps
from crm_data.changes.plan import Left
from crm_data.changes.security import Event, events
from crm_data.changes.sets import Asked, Done, Lines, done_of, lines_of, listed, sees_all
from crm_data.changes.undo import Preview
from crm_data.errors import Invalid, NotFound
from crm_data.rights import Act, Person, demand
from crm_data.store.again import again
from crm_data.store.chain_look import Verdict, verify
from crm_data.store.changes import doing_of
from crm_data.store.query import PAGE
from crm_data.store.records import Records
from crm_data.store.scope import CompanyScope
from crm_data.store.store import Store
from crm_data.tables import ChangeSet


class Changes:
    """The acts of one company, as one person may see and undo them: their own, or everybody's for managers."""

    def __init__(self, store: Store, scope: CompanyScope, kinds: Mapping[str, Records]) -> None:
        self._store = store
        self._scope = scope
        self._kinds = kinds

    @property
    def all_seen(self) -> bool:
        """Whether this person sees what colleagues did."""
        return sees_all(self._scope)

    def page(self, asked: Asked | None = None) -> tuple[list[Done], int | None]:
        """Acts, newest first, and the `before` of the next page, or None. Three statements."""
        with self._store.read(self._scope) as session:
            return listed(session, self._scope, asked or Asked())

    def get(self, id: Any) -> Done:
        """One act. Raises NotFound, and NotAllowed for one of a colleague's."""
        with self._store.read(self._scope) as session:
            return done_of(session, [undoing.found(session, self._scope, id)])[0]

    def lines(self, id: Any, after: int = 0, n: int = 100) -> Lines:
        """What an act wrote, field by field, of `n` rows of the log, with the names of all that they name."""
        with self._store.read(self._scope) as session:
            act = undoing.found(session, self._scope, id)
            lines, more = lines_of(session, act.act_id, after, n)
            return Lines(lines, named(session, self._kinds, lines), more)

    def feed(
        self, table: str, id: Any, sorts: Collection[str] = (), after: str | None = None, n: int = PAGE
    ) -> Feed:
        """What happened with one record, newest first; of some sorts or of all, from a place on; see `feed`.

        For whoever may read the record, as its history. Raises Invalid, NotFound.
        """
        if table not in self._kinds:
            raise NotFound
        records = self._kinds[table]
        if not set(sorts) <= set(Sort):
            raise Invalid("There is no such part of a feed. Choose one from the screen.")
        with self._store.read(self._scope) as session:
            row = records._get(session, id)
            return feed(session, self._kinds, records, row["id"], [Sort(one) for one in sorts], after, n)

    def export(self, asked: Asked | None = None) -> tuple[str, Iterator[bytes]]:
        """The same acts as a CSV file, a line a field: its name and its bytes. For managers and admins."""
        return history_file(self._store, self._scope, asked or Asked())

    def events(self, before: int | None = None, n: int = 50) -> tuple[list[Event], int | None]:
        """The company's security log: sign-ins, links, files taken away; and the next page. For admins."""
        return events(self._store, self._scope, before, n)

    def verify(self) -> Verdict:
        """Read the whole log of the company and say whether it is what was written. For managers and admins."""
        demand(Person(self._scope.role, self._scope.operator), Act.AUDIT)
        with self._store.read(self._scope) as session:
            return verify(session.core(), session.company)

    def find(self, act_id: str) -> int | None:
        """The id of the act of this name, when it wrote anything: one's own alone."""
        mine = (ChangeSet.act_id == act_id, ChangeSet.user_id == self._scope.user_id)
        with self._store.read(self._scope) as session:
            return session.scalar(sa.select(ChangeSet.id).where(*mine).order_by(ChangeSet.id.desc()).limit(1))

    def steps(self, table: str) -> Steps:
        """The ids whose undo takes one's own last act in a list back, and does the last undone one again."""
        if table not in self._kinds:
            raise NotFound
        with self._store.read(self._scope) as session:
            return steps(session, self._scope.user_id, table)

    def preview(self, id: Any) -> Preview:
        """What an undo would do now and what it would leave. Raises NotFound, NotAllowed."""
        with self._store.read(self._scope) as session:
            return undoing.preview(session, self._scope, self._kinds, id)

    def since(self, moment: datetime | int) -> Difference:
        """What is otherwise than at a moment, or before an act of this id. For admins.

        Raises Invalid where there is nothing, or too much.
        """
        with self._store.read(self._scope) as session:
            return difference(session, self._scope, self._kinds, moment)

    @again
    def go_back(
        self,
        first: Any,
        last: Any,
        chosen: Chosen | None = None,
        rest: bool = False,
        act_id: str | None = None,
        zone: tzinfo = UTC,
    ) -> list[Left]:
        """Put records back as they were before the acts from `first` to `last`, which were looked at, in one act.

        `chosen`: table -> ids, or None for all of it; all tables without. What was written later stays, and so
        does what cannot be put back: ChangedSince is raised, unless `rest` takes what is left. Members, roles and
        the company itself stay as they are today. For admins. Raises NotAllowed, Invalid.
        """
        doing = doing_of(self._scope.user_id, act_id, zone)
        with self._store.write(self._scope) as session:
            return go_back(session, self._scope, self._kinds, (first, last), chosen, doing, rest)

    @again
    def put_back(
        self,
        table: str,
        id: Any,
        before: str,
        field: str | None = None,
        act_id: str | None = None,
        zone: tzinfo = UTC,
    ) -> Mapping[str, Any]:
        """Give a record, or one field of it, what it held before an act of this name; field -> value.

        The rules and rights are those of any change. Raises Invalid, NotAllowed, NotFound.
        """
        if table not in self._kinds:
            raise NotFound
        doing = doing_of(self._scope.user_id, act_id, zone, kind="put_back")
        with self._store.write(self._scope) as session:
            return putting.put_back(session, self._kinds[table], id, before, field, doing)

    @again
    def undo(self, id: Any, rest: bool = False, act_id: str | None = None, zone: tzinfo = UTC) -> list[Left]:
        """Take an act back, in one transaction, as an act of its own; an undo is taken back likewise.

        What was changed since stays: ChangedSince is raised, unless `rest` takes what is left. Answers with what
        stayed. Raises NotFound, NotAllowed, Invalid.
        """
        doing = doing_of(self._scope.user_id, act_id, zone)
        with self._store.write(self._scope) as session:
            return undoing.undo(session, self._scope, self._kinds, id, doing, rest)
