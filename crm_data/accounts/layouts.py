"""How a person has arranged a list, and which period they look at: theirs in one company, on every machine."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Final

import sqlalchemy as sa

from crm_data import clock
from crm_data.errors import Invalid
from crm_data.store.query import MOST_SORTS
from crm_data.store.reading import Reader
from crm_data.store.scope import CompanyScope, CompanySession
from crm_data.store.store import Store
from crm_data.store.summary import MEASURES, MOST_GROUPED, demand_measures, groups_by
from crm_data.tables import GridLayout, Membership
from crm_data.tables.fields import Field

HEIGHTS: Final = ("short", "medium", "tall")
NARROWEST, WIDEST = 40, 1_000  # pixels
_MOST_PINNED = 6
_PERIOD = "period"  # beside the names of the lists
_LONGEST = 40  # letters of a word for a period
Fields = Mapping[str, Field]


@dataclass(frozen=True)
class Layout:
    """Columns from left to right, those hidden, widths in pixels, how many stay at the left while one scrolls.

    `sort` is the order of the rows as (field, descending), `tall` the height of each, `foot` what stands under a
    column, `group` what the rows are grouped by.
    """

    order: tuple[str, ...] = ()
    hidden: tuple[str, ...] = ()
    widths: Mapping[str, int] = field(default_factory=dict)
    pinned: int = 1
    sort: tuple[tuple[str, bool], ...] = ()
    tall: str = HEIGHTS[0]
    foot: Mapping[str, str] = field(default_factory=dict)
    group: tuple[str, ...] = ()

    @classmethod
    def read(cls, said: Any, fields: Fields) -> "Layout":
        """What of this can be used for a list of these fields, whoever says it: the rest is as it was at first."""
        if not isinstance(said, Mapping):
            return cls()
        tall, pinned = said.get("tall"), said.get("pinned")
        return cls(
            order=_names(said.get("order"), fields),
            hidden=_names(said.get("hidden"), fields),
            widths=_widths(said.get("widths"), fields),
            pinned=pinned if type(pinned) is int and 0 <= pinned <= _MOST_PINNED else cls.pinned,
            sort=_sorts(said.get("sort"), fields),
            tall=tall if isinstance(tall, str) and tall in HEIGHTS else cls.tall,
            foot=_measures(said.get("foot"), fields),
            group=_names(said.get("group"), groups_by(fields))[:MOST_GROUPED],
        )


class Layouts:
    """The arrangements of one person in one company: nobody else's can be named."""

    def __init__(self, store: Store, scope: CompanyScope) -> None:
        self._store = store
        self._scope = scope

    def get(self, records: Reader) -> Layout:
        """How this person has arranged a list; as it is at first for one that was never touched."""
        with self._store.read(self._scope) as session:
            kept = session.scalar(sa.select(GridLayout.layout).where(*self._mine(records.name)))
        return Layout.read(kept, records.fields)

    def keep(self, records: Reader, layout: Layout) -> Layout:
        """Keep it in place of the one before; returns it as it will be found again.

        What names no column of the list is left out. Who acts for the system has none to keep. Raises Invalid.
        """
        usable = Layout.read(asdict(layout), records.fields)
        self._keep(records.name, asdict(usable))
        return usable

    def period(self) -> tuple[str, str] | None:
        """The words of the period that this person chose last and of what it is compared with (see
        `Numbers.period`, which judges them); None for who never chose.
        """
        with self._store.read(self._scope) as session:
            kept = session.scalar(sa.select(GridLayout.layout).where(*self._mine(_PERIOD)))
        said = (kept.get("word"), kept.get("compare")) if isinstance(kept, Mapping) else (None, None)
        word, compare = said
        return (word, compare) if isinstance(word, str) and isinstance(compare, str) else None

    def keep_period(self, word: str, compare: str) -> None:
        """Keep both in place of those before. Who acts for the system has none to keep. Raises Invalid."""
        if not (word.isprintable() and compare.isprintable() and max(len(word), len(compare)) <= _LONGEST):
            raise Invalid("A period is said in a short word. Choose one from the list.")
        self._keep(_PERIOD, {"word": word, "compare": compare})

    def _keep(self, name: str, kept: dict[str, Any]) -> None:
        if self._scope.user_id is None:
            raise Invalid("Only a person can arrange a list. Sign in first.")
        with self._store.write(self._scope) as session:
            self._wait(session)
            row = session.scalars(sa.select(GridLayout).where(*self._mine(name))).first()
            if row is None:
                row = GridLayout(user_id=self._scope.user_id, list_name=name)
                session.add(row)
            row.layout, row.updated_at = kept, clock.now()

    def _mine(self, name: str) -> list[sa.ColumnElement[bool]]:
        return [GridLayout.user_id == self._scope.user_id, GridLayout.list_name == name]

    def _wait(self, session: CompanySession) -> None:
        """Two tabs of one person come one after the other, so that both do not make the first."""
        mine = sa.select(Membership.id).where(Membership.user_id == self._scope.user_id)
        session.execute(mine.with_for_update()).all()


def _names(said: Any, known: Any) -> tuple[str, ...]:
    """Names of columns, each once."""
    if not isinstance(said, list | tuple):
        return ()
    return tuple(dict.fromkeys(name for name in said if isinstance(name, str) and name in known))


def _widths(said: Any, fields: Fields) -> dict[str, int]:
    each = said.items() if isinstance(said, Mapping) else ()
    return {
        name: min(max(int(width), NARROWEST), WIDEST)
        for name, width in each
        if name in fields
        and isinstance(width, int | float)
        and not isinstance(width, bool)
        and abs(width) < 1e6
    }


def _sorts(said: Any, fields: Fields) -> tuple[tuple[str, bool], ...]:
    """The sorts that the list can be ordered by, each column once; a direction may be said in a word."""
    found: dict[str, bool] = {}
    for one in said if isinstance(said, list | tuple) else ():
        if isinstance(one, list | tuple) and len(one) == 2 and isinstance(one[0], str) and one[0] in fields:
            down = {"asc": False, "desc": True}.get(one[1]) if isinstance(one[1], str) else one[1]
            if fields[one[0]].sortable and isinstance(down, bool):
                found.setdefault(one[0], down)
    return tuple(found.items())[:MOST_SORTS]


def _measures(said: Any, fields: Fields) -> dict[str, str]:
    found = {}
    for name, measure in said.items() if isinstance(said, Mapping) else ():
        try:
            if isinstance(name, str) and isinstance(measure, str) and measure in MEASURES:
                demand_measures(fields, {name: measure})
                found[name] = measure
        except Invalid:
            continue
    return found
