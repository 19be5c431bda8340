"""Activities: what happened, logged in one call, read newest first; changes of status write themselves."""

from collections.abc import Collection, Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import UTC, tzinfo
from typing import Any, ClassVar

import sqlalchemy as sa

from crm_data import clock
from crm_data.errors import Invalid
from crm_data.nouns import mentions
from crm_data.nouns.links import known_parents, linked
from crm_data.store import query as q
from crm_data.store.again import again
from crm_data.store.changes import Doing, doing_of
from crm_data.store.records import Records, Row
from crm_data.store.scope import CompanySession
from crm_data.store.values import row_id
from crm_data.tables import Activity
from crm_data.tables.activity import ActivityType
from crm_data.tables.fields import words

_LINKS = ("customer_id", "lead_id", "deal_id", "task_id")


class Activities(Records):
    """The timeline of one company."""

    table = Activity
    presets: ClassVar[tuple[str, ...]] = ("mentioned",)
    behind: ClassVar[Mapping[str, str]] = mentions.SAID

    def default_query(self) -> q.Query:
        """Newest first by when it happened."""
        return q.Query(sort="activity_date")

    def narrow(self, query: q.Query) -> list[sa.ColumnElement[bool]]:
        """'mentioned' are those whose text names me; behind a number, 'unseen_mentions' of `mentions`."""
        of = mentions.mentioned if query.preset == "mentioned" else mentions.unseen
        return [of(self._scope.user_id)]

    def mentioned(self, ids: Collection[Any]) -> dict[int, tuple[str, ...]]:
        """Activity -> the names of colleagues whom its text mentions, past ones too. At most two statements."""
        known = {number for number in map(row_id, ids) if number is not None}
        if not known:
            return {}
        with self._store.read(self._scope) as session:
            return mentions.names_in(session, known)

    def new_values(self) -> Row:
        """What the form of a new activity starts with."""
        own = {"activity_type": ActivityType.CALL.value, "activity_date": clock.now()}
        return {**super().new_values(), **own}

    def log(
        self,
        kind: str,
        title: str = "",
        *,
        description: str | None = None,
        duration: Any = None,
        outcome: str | None = None,
        at: Any = None,
        customer_id: Any = None,
        lead_id: Any = None,
        deal_id: Any = None,
        task_id: Any = None,
        user_id: Any = None,
        mention: Collection[Any] = (),
        act_id: str | None = None,
        zone: tzinfo = UTC,
    ) -> int:
        """Log a call, e-mail, meeting or note; returns its id. Without a title it is called by its kind.

        `duration` in minutes; `at` is now and `user_id` me unless given. `mention`: colleagues whose names the
        description is to bear as well, as @Name, so that they find it. The same `act_id` again logs nothing.
        """
        if mention:
            with self._store.read(self._scope) as session:
                description = mentions.offered(session, description, mention)
        said = {
            "activity_type": kind,
            "title": title.strip() or words(str(kind)),
            "description": description,
            "duration": duration,
            "outcome": outcome,
            "activity_date": at,
            "user_id": user_id,
            **dict(zip(_LINKS, (customer_id, lead_id, deal_id, task_id), strict=True)),
        }
        return self.add({name: raw for name, raw in said.items() if raw is not None}, act_id, zone)

    @again
    def pin(self, id: Any, pinned: bool = True, act_id: str | None = None) -> bool:
        """Keep an activity on top of the feeds of its records, or not any more; False when it is so already.

        For whoever may change it. Raises NotFound, NotAllowed, and Invalid for what the product noted by itself.
        """
        doing = doing_of(self._scope.user_id, act_id, kind="pin" if pinned else "unpin")
        with self._store.write(self._scope) as session:
            row = self._rows(session, [id])[row_id(id) or 0]
            if (row.pinned_at is not None) == pinned:
                return False
            return bool(self._apply(session, doing, row, {"pinned_at": doing.at if pinned else None}))

    # the rules

    def parse_all(self, values: Mapping[str, Any], zone: tzinfo, adding: bool) -> Row:
        """As for every record; a new activity is mine and of this moment unless it says otherwise."""
        if adding:
            mine = {"user_id": self._scope.user_id, "activity_date": clock.now()}
            values = {**values, **{n: v for n, v in mine.items() if v and values.get(n) in (None, "")}}
        return super().parse_all(values, zone, adding)

    def judge(self, values: Row, before: Row | None, doing: Doing | None = None) -> Row:
        """Changes of status are neither written nor changed by people."""
        own = ActivityType.STATUS_CHANGE
        if values and own in (values.get("activity_type"), (before or {}).get("activity_type")):
            raise Invalid(
                "Changes of status are noted by themselves and stay as they are. Log a note instead.",
                "activity_type",
            )
        return values

    def by_itself(self, row: Row) -> bool:
        """Changes of status are noted by themselves."""
        return bool(row.get("activity_type") == ActivityType.STATUS_CHANGE)

    def _keep_beside(
        self, session: CompanySession, doing: Doing, written: Sequence[tuple[Row | None, Row]]
    ) -> None:
        mentions.keep(session, doing, written)

    def _parents_known(
        self, session: CompanySession, wanted: Sequence[tuple[Row, Row]]
    ) -> AbstractContextManager[None]:
        return known_parents(session, wanted)

    def linked(self, session: CompanySession, values: Row, before: Row | None) -> Row:
        """An activity about a task, deal or lead is about its customer too."""
        return linked(session, values, before, ("task_id", "deal_id", "lead_id"))
