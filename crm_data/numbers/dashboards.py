"""Dashboards: charts of one's own in an order, for oneself or for the company. Bound to who asks."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any, Final

import sqlalchemy as sa

from crm_data.errors import Invalid, NotAllowed, NotFound
from crm_data.nouns.dashboards import THEIRS, KeptCharts, KeptDashboards, seen
from crm_data.numbers.numbers import Numbers
from crm_data.numbers.over import NOTHING, Over
from crm_data.numbers.own import Own, titled
from crm_data.rights import Act, Person, Tie, may
from crm_data.store import writer
from crm_data.store.again import again
from crm_data.store.away import put_away
from crm_data.store.changes import Doing, doing_of
from crm_data.store.locks import lock_company
from crm_data.store.many import table_of
from crm_data.store.scope import CompanyScope, CompanySession
from crm_data.store.store import Store
from crm_data.store.values import parse, row_id
from crm_data.tables.dashboard import Chart, Dashboard
from crm_data.tables.fields import fields_of
from crm_data.tables.reading import reading_order

MOST_DASHBOARDS: Final = 30  # of one person
MOST_CHARTS: Final = 24  # on one dashboard
_GONE = "There is no such dashboard here: it was deleted, or it is somebody's own. Choose another one."
_NO_CHART = "There is no such chart here: it was taken away, or it is somebody's own. Choose another one."
_QUICKER = "Somebody else changed this meanwhile, so yours was not saved. Look at it again, then save."


@dataclass(frozen=True)
class Tile:
    """One chart on a dashboard. `id` and `version` are None where it comes with Foyer."""

    own: Own
    id: int | None = None
    version: int | None = None


@dataclass(frozen=True)
class Board:
    """One dashboard as its viewer sees it; `tiles` in their order where it was asked for by itself.

    `over`: what it says in place of its charts.
    """

    id: int
    name: str
    shared: bool
    mine: bool
    may_change: bool
    version: int
    over: Over = NOTHING
    tiles: tuple[Tile, ...] = ()


class Dashboards:
    """The dashboards that one person may open in one company: their own, and those for all."""

    def __init__(self, store: Store, scope: CompanyScope) -> None:
        self._store = store
        self._scope = scope
        self._kept, self._charts = KeptDashboards(store, scope), KeptCharts(store, scope)
        self._numbers = Numbers(store, scope)

    @property
    def may_publish(self) -> bool:
        """Whether this person may keep a dashboard for the company."""
        return may(Person(self._scope.role, self._scope.operator), Act.PUBLISH, tie=Tie.OWN)

    def all(self) -> list[Board]:
        """Every dashboard that one may open, one's own first, by name. One statement."""
        wanted = sa.select(Dashboard).where(Dashboard.archived_at.is_(None), seen(self._scope.user_id))
        with self._store.read(self._scope) as session:
            found = [self._board(row) for row in session.scalars(wanted)]
        return sorted(found, key=lambda board: (not board.mine, reading_order(board.name), board.id))

    def get(self, id: Any) -> Board:
        """One dashboard with its charts. Raises NotFound, for somebody's own as for none. Two statements."""
        with self._store.read(self._scope) as session:
            row = self._row(session, id)
            tiles = tuple(_tile(chart) for chart in session.scalars(_charts_of(row.id)))
            return replace(self._board(row), tiles=tiles)

    @again
    def add(
        self,
        name: str,
        charts: Sequence[Own] = (),
        shared: bool = False,
        act_id: str | None = None,
        over: Over | None = None,
    ) -> int:
        """Keep a new dashboard with these charts; its id. For the company it takes the right to publish.

        Raises Invalid, NotAllowed.
        """
        if self._scope.user_id is None:
            raise Invalid("Only a person can keep a dashboard. Sign in first.")
        if shared and not self.may_publish:
            raise NotAllowed(THEIRS)
        said, judged = _name(name), [self._judged(own) for own in charts]
        if len(judged) > MOST_CHARTS:
            raise Invalid(f"A dashboard has at most {MOST_CHARTS} charts. Keep some on another one.")
        doing = doing_of(self._scope.user_id, act_id)
        with self._store.write(self._scope) as session:
            made = self._kept._already(session, doing.act_id)
            if made is not None:
                return made
            lock_company(session)
            self._free(session, said, self._scope.user_id)
            owner = self._scope.user_id
            words = {name: word or None for name, word in asdict((over or NOTHING).judged()).items()}
            row = {"user_id": owner, "name": said, "shared": shared, **words}
            (id_,) = writer.insert(session, doing, self._kept, [row])
            rows = [self._values(own, id_, owner, at) for at, own in enumerate(judged)]
            if rows:
                writer.insert(session, doing, self._charts, rows)
            return id_

    @again
    def change(
        self,
        id: Any,
        *,
        name: str | None = None,
        shared: bool | None = None,
        over: Over | None = None,
        version: int | None = None,
        act_id: str | None = None,
    ) -> None:
        """Give a dashboard another name, to the company or back to oneself, or another `over`.

        `version`: the one that was seen.
        Raises Invalid where it is another by now, NotAllowed, NotFound.
        """
        said: dict[str, Any] = {} if name is None else {"name": _name(name)}
        said |= {} if shared is None else {"shared": shared}
        said |= {} if over is None else {name: word or None for name, word in asdict(over.judged()).items()}
        with self._store.write(self._scope) as session:
            lock_company(session)
            row = self._held(session, id, shared=bool(shared))
            _demand_seen(row, version)
            if said.get("name") not in (None, row.name):
                self._free(session, said["name"], row.user_id)
            self._write(session, self._kept, row, said, doing_of(self._scope.user_id, act_id))

    @again
    def remove(self, id: Any, act_id: str | None = None) -> None:
        """Put a dashboard away with its charts; an undo brings it back. Raises NotAllowed, NotFound."""
        doing = doing_of(self._scope.user_id, act_id)
        with self._store.write(self._scope) as session:
            row = self._held(session, id)
            self._write(session, self._kept, row, put_away({}, doing, True), doing, "archive")

    @again
    def add_chart(self, id: Any, own: Own, act_id: str | None = None) -> int:
        """Put a chart at the end of a dashboard; its id. Raises Invalid, NotAllowed, NotFound."""
        own, doing = self._judged(own), doing_of(self._scope.user_id, act_id)
        with self._store.write(self._scope) as session:
            made = self._charts._already(session, doing.act_id)
            if made is not None:
                return made
            row = self._held(session, id)
            places = list(session.scalars(sa.select(Chart.place).where(*_on(row.id))))
            if len(places) >= MOST_CHARTS:
                raise Invalid(f"A dashboard has at most {MOST_CHARTS} charts. Take one away first.")
            values = self._values(own, row.id, row.user_id, max(places, default=-1) + 1)
            return writer.insert(session, doing, self._charts, [values])[0]

    @again
    def change_chart(self, id: Any, own: Own, version: int | None = None, act_id: str | None = None) -> None:
        """Make another chart of one. `version`: the one that was seen. Raises as `change`."""
        own = self._judged(own)
        with self._store.write(self._scope) as session:
            row = self._held_chart(session, id)
            _demand_seen(row, version)
            values = self._values(own, row.dashboard_id, row.user_id, row.place)
            self._write(session, self._charts, row, values, doing_of(self._scope.user_id, act_id))

    @again
    def remove_chart(self, id: Any, act_id: str | None = None) -> None:
        """Take a chart from its dashboard; an undo brings it back. Raises NotAllowed, NotFound."""
        doing = doing_of(self._scope.user_id, act_id)
        with self._store.write(self._scope) as session:
            row = self._held_chart(session, id)
            self._write(session, self._charts, row, put_away({}, doing, True), doing, "archive")

    @again
    def move_chart(self, id: Any, by: int, act_id: str | None = None) -> None:
        """Let a chart change places with the one before it (-1) or behind it (1); at an end it stays.

        Raises NotAllowed, NotFound.
        """
        doing = doing_of(self._scope.user_id, act_id)
        with self._store.write(self._scope) as session:
            row = self._held_chart(session, id)
            each = list(session.scalars(_charts_of(row.dashboard_id).with_for_update()))
            at = [chart.id for chart in each].index(row.id)
            to = min(max(at + (1 if by > 0 else -1), 0), len(each) - 1)
            each.insert(to, each.pop(at))
            changes = [
                (self._charts._as_row(chart), {"place": place})
                for place, chart in enumerate(each)
                if chart.place != place
            ]
            if changes:
                writer.update(session, doing, table_of(Chart), changes)

    # the parts

    def _board(self, row: Dashboard) -> Board:
        may_change = self._kept.may(Act.CHANGE, {"user_id": row.user_id, "shared": row.shared})
        over = Over(row.period or "", row.compare or "", row.currency or "")
        mine = row.user_id == self._scope.user_id
        return Board(row.id, row.name, row.shared, mine, may_change, row.version, over)

    def _judged(self, own: Own) -> Own:
        return self._numbers._judged(own)

    def _row(self, session: CompanySession, id: Any, lock: bool = False) -> Dashboard:
        here = (Dashboard.id == (row_id(id) or 0), Dashboard.archived_at.is_(None), seen(self._scope.user_id))
        wanted = sa.select(Dashboard).where(*here)
        row = session.scalars(wanted.with_for_update() if lock else wanted).first()
        if row is None:
            raise NotFound(_GONE)
        return row

    def _held(self, session: CompanySession, id: Any, shared: bool = False) -> Dashboard:
        """A dashboard that this person may change, locked; `shared`: and publish."""
        row = self._row(session, id, lock=True)
        if not self._kept.may(Act.CHANGE, {"user_id": row.user_id, "shared": row.shared or shared}):
            raise NotAllowed(THEIRS)
        return row

    def _held_chart(self, session: CompanySession, id: Any) -> Chart:
        """A chart that this person may change, locked behind its dashboard."""
        here = (Chart.id == (row_id(id) or 0), Chart.archived_at.is_(None))
        of = session.scalar(sa.select(Chart.dashboard_id).where(*here))
        if of is None:
            raise NotFound(_NO_CHART)
        try:
            self._held(session, of)
        except NotFound:
            raise NotFound(_NO_CHART) from None
        row = session.scalars(sa.select(Chart).where(*here).with_for_update()).first()
        if row is None:
            raise NotFound(_NO_CHART)
        return row

    def _write(
        self,
        session: CompanySession,
        kept: KeptDashboards,
        row: Any,
        values: dict[str, Any],
        doing: Doing,
        action: str = "change",
    ) -> None:
        before = kept._as_row(row)
        changed = {name: value for name, value in values.items() if before[name] != value}
        if changed:
            writer.update(session, doing, table_of(kept.table), [(before, changed)], action)

    def _values(self, own: Own, dashboard: int, owner: int, place: int) -> dict[str, Any]:
        return {
            "dashboard_id": dashboard,
            "user_id": owner,
            "place": place,
            "name": own.name or titled(own, self._numbers._of_kind(own.kind))[:80],
            "kind": own.kind,
            "by": own.by or None,
            "measure": own.measure,
            "picture": str(own.picture),
            "dated": own.dated or None,
            "period": own.period,
            "currency": own.currency or None,
            "width": str(own.width),
            "asks": dict(own.asks),
        }

    def _free(self, session: CompanySession, name: str, owner: int) -> None:
        """Raise Invalid where their owner has a dashboard of this name, or too many."""
        theirs = sa.select(Dashboard.name).where(Dashboard.user_id == owner, Dashboard.archived_at.is_(None))
        names = list(session.scalars(theirs))
        if name in names:
            raise Invalid(f"There is a dashboard called {name} already. Choose another name.", "name")
        if len(names) >= MOST_DASHBOARDS:
            raise Invalid(f"At most {MOST_DASHBOARDS} dashboards can be kept. Delete one first.")


def _demand_seen(row: Any, version: int | None) -> None:
    if version is not None and row.version != version:
        raise Invalid(_QUICKER)


def _on(dashboard: int) -> tuple[sa.ColumnElement[bool], ...]:
    return Chart.dashboard_id == dashboard, Chart.archived_at.is_(None)


def _charts_of(dashboard: int) -> sa.Select[Any]:
    return sa.select(Chart).where(*_on(dashboard)).order_by(Chart.place, Chart.id)


def _tile(row: Chart) -> Tile:
    asks = row.asks if isinstance(row.asks, dict) else {}
    own = Own(
        row.kind,
        row.by or "",
        row.measure,
        row.picture,
        row.dated or "",
        row.period,
        row.currency or "",
        row.name,
        {str(name): str(said) for name, said in asks.items()},
        row.width,
    )
    return Tile(own, row.id, row.version)


def _name(said: str) -> str:
    return str(parse(fields_of(Dashboard)["name"], said))
