"""Reading the records of any table: one page, one row, all rows in chunks, one record's history."""

from collections.abc import Generator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field, replace
from datetime import UTC, tzinfo
from functools import cached_property, lru_cache
from typing import Any, ClassVar

import pandas as pd
import sqlalchemy as sa

from crm_data.errors import Invalid, NotFound
from crm_data.rights import Act, Person, Tie, demand, may
from crm_data.store import ordering
from crm_data.store import query as q
from crm_data.store.changes import Change
from crm_data.store.names import colleagues, member_names, record_names
from crm_data.store.ordering import Key, Spot
from crm_data.store.scope import CompanyScope, CompanySession
from crm_data.store.store import Store
from crm_data.store.values import row_id
from crm_data.tables import ChangeLog, title_of
from crm_data.tables.checks import sort_key
from crm_data.tables.fields import Field, Kind

Row = dict[str, Any]
_MOST_PRESETS = 20  # at once; a number joins two or three


@dataclass(frozen=True)
class Page:
    """One page of a list: its rows, the exact count of all matches, and cursors to its neighbours.

    `names`: field -> id -> name of the colleague or record behind it. `start`: place of the first row, from 1.
    `members`: the company's active members, as Workspace.members() gives them; empty for a chunk of a walk.
    """

    rows: list[Row]
    total: int
    start: int
    next: str | None
    previous: str | None
    names: Mapping[str, Mapping[int, str]]
    members: Mapping[int, str] = field(default_factory=dict)

    def frame(self) -> pd.DataFrame:
        """The rows as a DataFrame with the primary key as index."""
        columns = list(self.rows[0]) if self.rows else ["id"]
        return pd.DataFrame(self.rows, columns=columns, dtype=object).set_index("id")


class Reader:
    """The records of one kind in one company, as one person may see them."""

    table: ClassVar[type]
    presets: ClassVar[tuple[str, ...]] = ()
    # Presets that only a number leads to, some with the days it is of, and what they mean in words.
    behind: ClassVar[Mapping[str, str]] = {}
    # Field -> what is offered for it where it is asked for; any other words will do as well.
    suggestions: ClassVar[Mapping[str, tuple[str, ...]]] = {}
    # Fields that make sense only with each other: an undo puts them back together or not at all.
    together: ClassVar[tuple[frozenset[str], ...]] = ()
    # Fields of whose changes the product itself writes a line on the timeline.
    noted: ClassVar[frozenset[str]] = frozenset()

    # Links of which what hangs on a record knows: it goes where they go.
    carried: ClassVar[frozenset[str]] = frozenset()

    def __init__(self, store: Store, scope: CompanyScope) -> None:
        self._store = store
        self._scope = scope
        self.person = Person(scope.role, scope.operator)

    @property
    def name(self) -> str:
        """The table's name, as 'customers'."""
        return str(self.table.__tablename__)  # type: ignore[attr-defined]

    @property
    def title(self) -> str:
        """The column that holds what a record is called."""
        return title_of(self.name)

    @cached_property
    def fields(self) -> Mapping[str, Field]:
        """The declared fields by name: those that every company has, and behind them this one's own."""
        return self._scope.own.declared(self.table)

    def may(self, act: Act | str, row: Mapping[str, Any] | None = None) -> bool:
        """Whether this person may do it: what a page asks to know which buttons to show."""
        return may(self.person, Act(act), self.name, self._tie(row) if row else Tie.OTHER)

    # reading

    def page(self, query: q.Query | None = None) -> Page:
        """One page of a list: three statements whatever its length, and one a kind of linked record."""
        query = query or self.default_query()
        backwards = query.last or query.before is not None
        by = ordering.keys(self.table, self.fields, query, backwards)
        where = self.matching(query)
        rows_of = self._keyed(by).where(*where).order_by(*ordering.directed(by)).limit(query.size + 1)
        edge, before = query.after or query.before, 0
        if edge is not None:
            spot = ordering.place(self.fields, query, edge)
            rows_of, before = rows_of.where(ordering.behind(by, spot)), spot.before
        with self._store.read(self._scope) as session:
            total = session.scalar(sa.select(sa.func.count()).select_from(self.table).where(*where)) or 0
            found, keys = self._found(session, rows_of, len(by) - 1)
            everybody, active = colleagues(session)
            more, found, keys = len(found) > query.size, found[: query.size], keys[: query.size]
            names = self._names(session, found, everybody)
        if backwards:
            found.reverse()
            keys.reverse()
        start = self._start(query, total, before, len(found), more)
        after = previous = None
        if found and start + len(found) < total:
            after = ordering.cursor(query, Spot(keys[-1], found[-1]["id"], start + len(found)))
        if found and start > 0:
            previous = ordering.cursor(query, Spot(keys[0], found[0]["id"], start))
        return Page(found, total, start + 1 if found else 0, after, previous, names, active)

    def _start(self, query: q.Query, total: int, before: int, shown: int, more: bool) -> int:
        if query.last:
            return max(total - shown, 0)
        if query.before is not None:
            return max(before - shown, 0) if more else 0
        return before

    def _keyed(self, by: Sequence[Key]) -> sa.Select[Any]:
        """The SELECT of whole rows with the keys that they are ordered by, but for the id."""
        return self._select.add_columns(*(key.by.label(f"_key{at}") for at, key in enumerate(by[:-1])))

    def _found(
        self, session: CompanySession, rows_of: sa.Select[Any], keys: int
    ) -> tuple[list[Row], list[tuple[Any, ...]]]:
        """The rows of a `_keyed` SELECT, and beside them their keys."""
        result = session.execute(rows_of)
        columns, rows = list(result.keys())[:-keys], result.all()
        return [dict(zip(columns, row, strict=False)) for row in rows], [tuple(row[-keys:]) for row in rows]

    def default_query(self) -> q.Query:
        """The list as it is first shown: newest first."""
        return q.Query()

    def new_values(self) -> Row:
        """What the form of a new record starts with, where that is not the column's default: it is mine."""
        mine = [name for name, field in self.fields.items() if field.kind is Kind.MEMBER and field.form]
        return dict.fromkeys(mine, self._scope.user_id)

    def query(self, params: Mapping[str, str], zone: tzinfo = UTC) -> q.Query:
        """The list that a URL's parameters name. Raises Invalid when they cannot be read."""
        found = q.from_params(self.fields, params, zone, self.default_query())
        self.matching(found)
        return found

    def params(self, query: q.Query) -> dict[str, str]:
        """The URL parameters that bring a list back."""
        return q.to_params(self.fields, query, self.default_query())

    def narrow(self, query: q.Query) -> list[sa.ColumnElement[bool]]:
        """The filter of a preset, which only one kind of record knows; asked for those in `presets`, `behind`."""
        return []

    def visible(self) -> list[sa.ColumnElement[bool]]:
        """What this person sees of the company's rows: all, unless the kind of record says otherwise."""
        return []

    def matching(self, query: q.Query) -> list[sa.ColumnElement[bool]]:
        """The WHERE of a list without its company, for pages and totals alike. Raises Invalid."""
        each = query.preset.split(",") if query.preset else []
        if len(each) > _MOST_PRESETS or any(
            p not in self.presets and p.partition(":")[0] not in self.behind for p in each
        ):
            raise Invalid("This link names a list that is not known here. Choose one from the screen.")
        narrowed = [clause for preset in each for clause in self.narrow(replace(query, preset=preset))]
        return [
            *q.conditions(self.table, self.fields, query, self._scope.user_id, self._scope.fiscal),
            *self.visible(),
            *narrowed,
        ]

    def count(self, query: q.Query | None = None) -> int:
        """How many rows match, all pages together."""
        query = query or self.default_query()
        where = self.matching(query)
        with self._store.read(self._scope) as session:
            return session.scalar(sa.select(sa.func.count()).select_from(self.table).where(*where)) or 0

    def get(self, id: Any) -> Row:
        """One record, archived or not. Raises NotFound, for another company's as for none at all."""
        with self._store.read(self._scope) as session:
            return self._get(session, id)

    def choices(self, search: str = "", limit: int = 50) -> dict[int, str]:
        """What can be chosen as a link: id -> what the record is called, by that, archived ones left out."""
        model: Any = self.table
        title = getattr(model, self.title)
        where = [*q.conditions(self.table, self.fields, q.Query(search=search)), *self.visible()]
        by = sort_key(sa.inspect(model).columns[self.title], model)
        wanted = sa.select(model.id, title).where(*where).order_by(by, model.id).limit(limit)
        with self._store.read(self._scope) as session:
            return {id_: str(name) for id_, name in session.execute(wanted)}

    def names(self, row: Row) -> Mapping[str, Mapping[int, str]]:
        """The names behind the ids of one row, as in a Page."""
        with self._store.read(self._scope) as session:
            return self._names(session, [row])

    def walk(self, query: q.Query | None = None, chunk: int = 1000) -> Generator[Page]:
        """Iterate over every row that a list means, in chunks, as of one moment. Needs the right to export."""
        demand(self.person, Act.EXPORT, self.name)
        query = (query or self.default_query()).first()
        by = ordering.directed(ordering.keys(self.table, self.fields, query))
        rows_of = self._select.where(*self.matching(query)).order_by(*by)
        streamed = rows_of.execution_options(yield_per=chunk)
        with self._store.read(self._scope) as session, closing(session.execute(streamed)) as result:
            columns = list(result.keys())
            for part in result.partitions(chunk):
                rows = [dict(zip(columns, row, strict=True)) for row in part]
                yield Page(rows, len(rows), 1, None, None, self._names(session, rows))

    def history(self, id: Any, limit: int = 200) -> list[Change]:
        """What was changed on one record, newest first, one line a field."""
        with self._store.read(self._scope) as session:
            self._get(session, id)
            wanted = sa.select(ChangeLog).where(
                ChangeLog.table_name == self.name, ChangeLog.row_id == row_id(id)
            )
            entries = session.scalars(wanted.order_by(ChangeLog.id.desc()).limit(limit)).all()
            who = member_names(session)
        return [change for entry in entries for change in _changes(entry, who)]

    # the parts

    def _get(self, session: CompanySession, id: Any) -> Row:
        number = row_id(id)
        if number is None:
            raise NotFound
        model: Any = self.table
        where = (model.id == number, *self.visible())
        row = session.execute(self._select.where(*where)).mappings().first()
        if row is None:
            raise NotFound
        return dict(row)

    @property
    def _whole(self) -> tuple[str, ...]:
        """The columns of a whole row."""
        return _whole_names(self.table, tuple(self.fields))

    @property
    def _select(self) -> sa.Select[Any]:
        """The SELECT of whole rows."""
        return _whole_rows(self.table, tuple(self.fields))

    def _tie(self, row: Mapping[str, Any]) -> Tie:
        me = self._scope.user_id
        owner = row.get("assigned_to", row.get("user_id"))
        if me is not None and me in (owner, row.get("created_by")):
            return Tie.OWN
        return Tie.UNASSIGNED if owner is None else Tie.OTHER

    def _names(
        self, session: CompanySession, rows: list[Row], members: dict[int, str] | None = None
    ) -> dict[str, dict[int, str]]:
        names: dict[str, dict[int, str]] = {}
        for name, declared in self.fields.items():
            if declared.kind is Kind.MEMBER:
                members = member_names(session) if members is None else members
                names[name] = members
            elif declared.kind is Kind.LINK and declared.to:
                ids = {row[name] for row in rows if row.get(name) is not None}
                names[name] = record_names(session, declared.to, ids) if ids else {}
        return names


def _changes(entry: ChangeLog, who: Mapping[int, str]) -> list[Change]:
    name = who.get(entry.user_id, "A former colleague") if entry.user_id else "The system"
    head = (entry.at, entry.user_id, name, entry.action)
    if entry.action != "change":
        return [Change(*head, None, None, None, entry.act_id)]
    before, after = entry.before or {}, entry.after or {}
    return [Change(*head, column, before.get(column), after[column], entry.act_id) for column in after]


# Both once for each company's fields: to put thirty columns together takes as long as to send the statement.


@lru_cache(maxsize=1024)
def _whole_names(table: Any, fields: tuple[str, ...]) -> tuple[str, ...]:
    """The columns of a whole row: the id, the fields, and what the screens tell of a row besides."""
    kept = ("created_by", "version", "archived_at", "archived_by", "merged_into", "pinned_at")
    return ("id", *fields, *(name for name in kept if name not in fields and hasattr(table, name)))


@lru_cache(maxsize=1024)
def _whole_rows(table: Any, fields: tuple[str, ...]) -> sa.Select[Any]:
    return sa.select(*(getattr(table, name) for name in _whole_names(table, fields)))
