"""Dashboards and charts as rows: who sees and changes them, also where an undo puts them back."""

from collections.abc import Mapping
from typing import Any, ClassVar

import sqlalchemy as sa

from crm_data import rights
from crm_data.errors import NotAllowed
from crm_data.rights import Act, Tie
from crm_data.store.changes import Doing
from crm_data.store.records import Records, Row
from crm_data.tables.dashboard import Chart, Dashboard

THEIRS = (
    "A dashboard for the company is changed by the manager who made it, and by admins. Copy it to change it."
)


class KeptDashboards(Records):
    """The dashboards of one company: one's own, and those for all."""

    table: ClassVar[type] = Dashboard

    def visible(self) -> list[sa.ColumnElement[bool]]:
        """One's own, and those for the company."""
        return [seen(self._scope.user_id)]

    def may(self, act: Act | str, row: Mapping[str, Any] | None = None) -> bool:
        """Everybody makes their own. For the company it takes the right to publish; an admin changes all those."""
        if row is None:
            return True
        mine = row["user_id"] == self._scope.user_id
        if mine and not row.get("shared"):
            return True
        return rights.may(self.person, Act.PUBLISH, tie=Tie.OWN if mine else Tie.OTHER)

    def _judged(self, doing: Doing, before: Row, values: Row) -> Row:
        if not self.may(Act.CHANGE, before):
            raise NotAllowed(THEIRS)
        return values


class KeptCharts(KeptDashboards):
    """The charts on those dashboards."""

    table = Chart

    def visible(self) -> list[sa.ColumnElement[bool]]:
        """Those of the dashboards that one sees."""
        return [Chart.dashboard_id.in_(sa.select(Dashboard.id).where(seen(self._scope.user_id)))]


def seen(user_id: int | None) -> sa.ColumnElement[bool]:
    """The dashboards that a person sees."""
    return sa.or_(Dashboard.user_id == user_id, Dashboard.shared.is_(True))
