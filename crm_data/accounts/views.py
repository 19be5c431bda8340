"""Saved views: a filter, order and columns under a name, for oneself or for the company; what one has pinned."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Final

import sqlalchemy as sa

from crm_data import clock
from crm_data.accounts.layouts import Layout
from crm_data.errors import Invalid, NotFound
from crm_data.rights import Act, Person, Tie, demand, may
from crm_data.store.again import again
from crm_data.store.changes import Doing
from crm_data.store.log import record
from crm_data.store.reading import Reader
from crm_data.store.scope import CompanyScope, CompanySession
from crm_data.store.store import Store
from crm_data.store.values import parse, row_id
from crm_data.tables import GridLayout, Membership, SavedView
from crm_data.tables.fields import fields_of
from crm_data.tables.reading import reading_order

MOST_VIEWS: Final = 50  # of one person on one list
MOST_PINNED: Final = 6
# What an address says beside its list on a screen of numbers: their period, and what it is compared with.
BESIDE: Final = ("period", "compare", "since", "closing")
_LONGEST = 40  # letters of a word for days
_GONE = "There is no such view here: it was deleted, or it is somebody's own. Choose another one."
_QUICKER = (
    "Somebody else changed this view meanwhile, so yours was not saved. Open it again, or save a new one."
)


@dataclass(frozen=True)
class View:
    """One view as its viewer sees it. `params`: what the list's address says, and of numbers the days
    (`BESIDE`); `may_change`: whether they may."""

    id: int
    name: str
    params: Mapping[str, str]
    layout: Layout
    shared: bool
    owner: int
    mine: bool
    may_change: bool
    version: int


@dataclass(frozen=True)
class Chosen:
    """What one has pinned, in order, and which view of the list opens first: one's ids, no right to them."""

    pinned: tuple[int, ...] = ()
    first: int | None = None


class Views:
    """The views that one person may open in one company: their own, and those for all."""

    def __init__(self, store: Store, scope: CompanyScope) -> None:
        self._store = store
        self._scope = scope
        self._person = Person(scope.role, scope.operator)

    @property
    def may_publish(self) -> bool:
        """Whether this person may keep a view for the company."""
        return may(self._person, Act.PUBLISH, tie=Tie.OWN)

    def all(self, records: Reader) -> tuple[list[View], Chosen]:
        """Every view of a list by its name, and what of them is pinned. One statement."""
        kept = sa.select(GridLayout.layout).where(*self._choices(records)).scalar_subquery()
        with self._store.read(self._scope) as session:
            rows = session.execute(sa.select(SavedView, kept).where(*self._seen(records))).all()
        found = sorted(
            (self._view(records, row) for row, _ in rows), key=lambda v: (reading_order(v.name), v.id)
        )
        return found, _chosen(rows[0][1] if rows else None, {view.id for view in found})

    def get(self, records: Reader, id: Any) -> View:
        """One view. Raises NotFound, for somebody's own and another company's as for none at all."""
        with self._store.read(self._scope) as session:
            return self._view(records, self._row(session, records, id))

    @again
    def add(
        self,
        records: Reader,
        name: str,
        params: Mapping[str, str],
        layout: Layout,
        shared: bool = False,
    ) -> int:
        """Keep a new view and return its id. For the company it takes the right to publish. Raises Invalid."""
        if self._scope.user_id is None:
            raise Invalid("Only a person can keep a view. Sign in first.")
        if shared:
            demand(self._person, Act.PUBLISH, tie=Tie.OWN)
        values = {
            "name": _name(name),
            "shared": shared,
            **_asked(records, params),
            **_arranged(records, layout),
        }
        with self._store.write(self._scope) as session:
            self._wait(session)
            self._free(session, records, values["name"])
            row = SavedView(user_id=self._scope.user_id, list_name=records.name, **values)
            session.add(row)
            session.flush()
            if shared:
                session.refresh(row)
                self._log(session, "add", row, None, _whole(row))
            return int(row.id)

    @again
    def change(
        self,
        records: Reader,
        id: Any,
        *,
        name: str | None = None,
        params: Mapping[str, str] | None = None,
        layout: Layout | None = None,
        shared: bool | None = None,
        version: int | None = None,
    ) -> None:
        """Save what is given of a view. `version`: the one that was seen; refused when it is another by now.

        One's own, and one for the company if one may publish; an admin changes all that are for the company.
        Raises Invalid, NotAllowed, NotFound.
        """
        said: dict[str, Any] = {} if name is None else {"name": _name(name)}
        said |= {} if params is None else _asked(records, params)
        said |= {} if layout is None else _arranged(records, layout)
        said |= {} if shared is None else {"shared": shared}
        with self._store.write(self._scope) as session:
            row = self._held(session, records, id, shared=bool(shared))
            if version is not None and row.version != version:
                raise Invalid(_QUICKER)
            if said.get("name") not in (None, row.name):
                self._free(session, records, said["name"], row.user_id)
            before = {each: getattr(row, each) for each in said}
            was_shared = row.shared
            for each, value in said.items():
                setattr(row, each, value)
            row.version, row.updated_at = row.version + 1, clock.now()
            session.flush()
            if was_shared or row.shared:
                self._log(session, "change", row, before, said)

    @again
    def remove(self, records: Reader, id: Any) -> None:
        """Delete a view; whoever may change it may. Raises NotAllowed, NotFound."""
        with self._store.write(self._scope) as session:
            row = self._held(session, records, id)
            if row.shared:
                self._log(session, "erase", row, _whole(row), None)
            session.delete(row)

    def choose(self, records: Reader, chosen: Chosen) -> None:
        """Keep what is pinned, at most six, and which opens first. Raises Invalid."""
        if self._scope.user_id is None:
            raise Invalid("Only a person can pin a view. Sign in first.")
        if len(chosen.pinned) > MOST_PINNED:
            raise Invalid(f"At most {MOST_PINNED} views can be pinned. Take one away first.")
        said = {"pinned": list(dict.fromkeys(chosen.pinned)), "first": chosen.first}
        with self._store.write(self._scope) as session:
            self._wait(session)
            row = session.scalars(sa.select(GridLayout).where(*self._choices(records))).first()
            if row is None:
                row = GridLayout(user_id=self._scope.user_id, list_name=_place(records))
                session.add(row)
            row.layout, row.updated_at = said, clock.now()

    # the parts

    def _seen(self, records: Reader) -> list[sa.ColumnElement[bool]]:
        mine = SavedView.user_id == self._scope.user_id
        return [SavedView.list_name == records.name, sa.or_(mine, SavedView.shared.is_(True))]

    def _row(self, session: CompanySession, records: Reader, id: Any, lock: bool = False) -> SavedView:
        wanted = sa.select(SavedView).where(SavedView.id == (row_id(id) or 0), *self._seen(records))
        row = session.scalars(wanted.with_for_update() if lock else wanted).first()
        if row is None:
            raise NotFound(_GONE)
        return row

    def _held(self, session: CompanySession, records: Reader, id: Any, shared: bool = False) -> SavedView:
        """A view that this person may change, locked; `shared`: and publish."""
        row = self._row(session, records, id, lock=True)
        if row.shared or shared:
            demand(self._person, Act.PUBLISH, tie=self._tie(row))
        return row

    def _tie(self, row: SavedView) -> Tie:
        return Tie.OWN if row.user_id == self._scope.user_id else Tie.OTHER

    def _view(self, records: Reader, row: SavedView) -> View:
        mine = self._tie(row) is Tie.OWN
        asks = row.asks if isinstance(row.asks, dict) else {}
        return View(
            row.id,
            row.name,
            {str(name): str(said) for name, said in asks.items()},
            Layout.read(row.layout, records.fields),
            row.shared,
            row.user_id,
            mine,
            may(self._person, Act.PUBLISH, tie=self._tie(row)) if row.shared else mine,
            row.version,
        )

    def _free(self, session: CompanySession, records: Reader, name: str, owner: int | None = None) -> None:
        """Raise Invalid where their owner has a view of this name, or too many."""
        owner = owner or self._scope.user_id
        theirs = sa.select(SavedView.name).where(
            SavedView.user_id == owner, SavedView.list_name == records.name
        )
        names = list(session.scalars(theirs))
        if name in names:
            raise Invalid(f"There is a view called {name} already. Choose another name.", "name")
        if len(names) >= MOST_VIEWS:
            raise Invalid(f"At most {MOST_VIEWS} views of a list can be kept. Delete one first.")

    def _log(self, session: CompanySession, action: str, row: SavedView, before: Any, after: Any) -> None:
        """A private view is a habit; one for the company is told of in its log."""
        doing = Doing(self._scope.user_id)
        record(session, doing, SavedView.__tablename__, action, [(row.id, before, after)], name=row.name)

    def _choices(self, records: Reader) -> list[sa.ColumnElement[bool]]:
        return [GridLayout.user_id == self._scope.user_id, GridLayout.list_name == _place(records)]

    def _wait(self, session: CompanySession) -> None:
        """Two tabs of one person come one after the other."""
        mine = sa.select(Membership.id).where(Membership.user_id == self._scope.user_id)
        session.execute(mine.with_for_update()).all()


def _whole(row: SavedView) -> dict[str, Any]:
    """All of a view, as an undo needs it."""
    return {c.key: getattr(row, c.key) for c in sa.inspect(SavedView).columns if c.key != "company_id"}


def _place(records: Reader) -> str:
    """Where what is pinned is kept, beside how the list is arranged."""
    return f"{records.name}.views"


def _name(said: str) -> str:
    return str(parse(fields_of(SavedView)["name"], said))


def _asked(records: Reader, params: Mapping[str, str]) -> dict[str, Any]:
    """The address as the list reads it, without a place in it, and the days beside it. Raises Invalid."""
    beside = {name: params[name] for name in BESIDE if params.get(name)}
    if any(len(word) > _LONGEST or not word.isprintable() for word in beside.values()):
        raise Invalid("A period is said in a short word. Choose one from the list.")
    return {"asks": {**records.params(records.query(params).first()), **beside}}


def _arranged(records: Reader, layout: Layout) -> dict[str, Any]:
    return {"layout": asdict(Layout.read(asdict(layout), records.fields))}


def _chosen(kept: Any, known: set[int]) -> Chosen:
    said = kept if isinstance(kept, Mapping) else {}
    pinned, first = said.get("pinned"), said.get("first")
    some = pinned if isinstance(pinned, list) else []
    return Chosen(
        tuple(id_ for id_ in dict.fromkeys(some) if id_ in known)[:MOST_PINNED],
        first if first in known else None,
    )
