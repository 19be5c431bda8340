"""Reading the records of any table: one page, one row, all rows in chunks, one record's history."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, tzinfo
from typing import Any, ClassVar

import pandas as pd
import sqlalchemy as sa

from crm_data.errors import Invalid, NotFound
from crm_data.rights import Act, Person, Tie, demand, may
from crm_data.store import query as q
from crm_data.store.changes import Change
from crm_data.store.names import colleagues, member_names, record_names
from crm_data.store.scope import CompanyScope, CompanySession
from crm_data.store.store import Store
from crm_data.store.values import row_id
from crm_data.tables import ChangeLog, title_of
from crm_data.tables.fields import Field, Kind, fields_of

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

    @property
    def fields(self) -> Mapping[str, Field]:
        """The declared fields by name."""
        return fields_of(self.table)

    def may(self, act: Act | str, row: Mapping[str, Any] | None = None) -> bool:
        """Whether this person may do it: what a page asks to know which buttons to show."""
        return may(self.person, Act(act), self.name, self._tie(row) if row else Tie.OTHER)

    # reading

    def page(self, query: q.Query | None = None) -> Page:
        """One page of a list: three statements whatever its length, and one a kind of linked record."""
        query = query or self.default_query()
        key, id_ = q.order(self.table, query)
        backwards = query.last or query.before is not None
        down = query.descending != backwards
        where = self.matching(query)
        rows_of = sa.select(*self._columns(), key.label("_key")).where(*where).limit(query.size + 1)
        rows_of = rows_of.order_by(key.desc() if down else key, id_.desc() if down else id_)
        before, edge = 0, query.after or query.before
        if edge is not None:
            at_key, at_id, before = q.place(self.table, query, edge)
            here = sa.tuple_(sa.literal(at_key, key.type), sa.literal(at_id))
            rows_of = rows_of.where(sa.tuple_(key, id_) < here if down else sa.tuple_(key, id_) > here)
        with self._store.read(self._scope) as session:
            total = session.scalar(sa.select(sa.func.count()).select_from(self.table).where(*where)) or 0
            result = session.execute(rows_of)
            columns = list(result.keys())
            found = [dict(zip(columns, row, strict=True)) for row in result]
            everybody, active = colleagues(session)
            more, found = len(found) > query.size, found[: query.size]
            names = self._names(session, found, everybody)
        if backwards:
            found.reverse()
        start = self._start(query, total, before, len(found), more)
        return replace(self._page(query, found, total, start, names), members=active)

    def _start(self, query: q.Query, total: int, before: int, shown: int, more: bool) -> int:
        if query.last:
            return max(total - shown, 0)
        if query.before is not None:
            return max(before - shown, 0) if more else 0
        return before

    def _page(self, query: q.Query, rows: list[Row], total: int, start: int, names: Any) -> Page:
        keys = [row.pop("_key") for row in rows]
        after = before = None
        if rows and start + len(rows) < total:
            after = q.cursor(query, keys[-1], rows[-1]["id"], start + len(rows))
        if rows and start > 0:
            before = q.cursor(query, keys[0], rows[0]["id"], start)
        return Page(rows, total, start + 1 if rows else 0, after, before, names)

    def default_query(self) -> q.Query:
        """The list as it is first shown: newest first."""
        return q.Query()

    def new_values(self) -> Row:
        """What the form of a new record starts with, where that is not the column's default: it is mine."""
        mine = [name for name, field in self.fields.items() if field.kind is Kind.MEMBER and field.form]
        return dict.fromkeys(mine, self._scope.user_id)

    def query(self, params: Mapping[str, str], zone: tzinfo = UTC) -> q.Query:
        """The list that a URL's parameters name. Raises Invalid when they cannot be read."""
        found = q.from_params(self.table, params, zone, self.default_query())
        self.matching(found)
        return found

    def params(self, query: q.Query) -> dict[str, str]:
        """The URL parameters that bring a list back."""
        return q.to_params(self.table, query, self.default_query())

    def narrow(self, query: q.Query) -> list[sa.ColumnElement[bool]]:
        """What one preset means, which only one kind of record knows; asked for those in `presets`, `behind`."""
        return []

    def matching(self, query: q.Query) -> list[sa.ColumnElement[bool]]:
        """The WHERE of a list without its company, for pages and totals alike. Raises Invalid."""
        each = query.preset.split(",") if query.preset else []
        if len(each) > _MOST_PRESETS or any(
            p not in self.presets and p.partition(":")[0] not in self.behind for p in each
        ):
            raise Invalid("This link names a list that is not known here. Choose one from the screen.")
        narrowed = [clause for preset in each for clause in self.narrow(replace(query, preset=preset))]
        return [*q.conditions(self.table, query), *narrowed]

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
        title = getattr(self.table, self.title)
        model: Any = self.table
        where = q.conditions(self.table, q.Query(search=search))
        wanted = (
            sa.select(model.id, title).where(*where).order_by(sa.func.lower(title), model.id).limit(limit)
        )
        with self._store.read(self._scope) as session:
            return {id_: str(name) for id_, name in session.execute(wanted)}

    def names(self, row: Row) -> Mapping[str, Mapping[int, str]]:
        """The names behind the ids of one row, as in a Page."""
        with self._store.read(self._scope) as session:
            return self._names(session, [row])

    def walk(self, query: q.Query | None = None, chunk: int = 1000) -> Iterator[Page]:
        """Every row that a list means, in chunks, as of one moment. Needs the right to export."""
        demand(self.person, Act.EXPORT, self.name)
        query = (query or self.default_query()).first()
        key, id_ = q.order(self.table, query)
        where = self.matching(query)
        rows_of = sa.select(*self._columns()).where(*where)
        rows_of = rows_of.order_by(*([key.desc(), id_.desc()] if query.descending else [key, id_]))
        with self._store.read(self._scope) as session:
            result = session.execute(rows_of.execution_options(yield_per=chunk))
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
        row = session.execute(sa.select(*self._columns()).where(model.id == number)).mappings().first()
        if row is None:
            raise NotFound
        return dict(row)

    def _columns(self) -> list[Any]:
        model: Any = self.table
        more = [n for n in ("created_by", "version", "archived_at", "archived_by") if n not in self.fields]
        return [model.id, *(getattr(model, name) for name in [*self.fields, *more])]

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
