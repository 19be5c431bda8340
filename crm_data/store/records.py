"""The generic verbs of every table: page, get, add, change, archive, restore, walk. All surfaces call these."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, tzinfo
from typing import Any, ClassVar

import pandas as pd
import sqlalchemy as sa

from crm_data.errors import Clash, Conflict, Invalid, NotFound, Problem
from crm_data.rights import Act, Person, Tie, demand, may
from crm_data.store import query as q
from crm_data.store.changes import Change, Doing, logged, new_act
from crm_data.store.names import member_names, record_names
from crm_data.store.scope import CompanyScope, CompanySession
from crm_data.store.store import Store
from crm_data.store.values import parse, row_id
from crm_data.tables import ChangeLog, Membership, by_name, title_of
from crm_data.tables.fields import Field, Kind, fields_of, words

Row = dict[str, Any]
MOST_AT_ONCE = 500


@dataclass(frozen=True)
class Edit:
    """What a person changed in one row: field -> (the value they saw, the value they want)."""

    id: int
    fields: Mapping[str, tuple[Any, Any]]


@dataclass(frozen=True)
class Page:
    """One page of a list: its rows, the exact count of all that match, and cursors to its neighbours.

    `names`: field -> id -> the name of the colleague or record behind it. `start`: place of the first row, from 1.
    """

    rows: list[Row]
    total: int
    start: int
    next: str | None
    previous: str | None
    names: Mapping[str, Mapping[int, str]]

    def frame(self) -> pd.DataFrame:
        """The rows as a DataFrame with the primary key as index."""
        columns = list(self.rows[0]) if self.rows else ["id"]
        return pd.DataFrame(self.rows, columns=columns, dtype=object).set_index("id")


class Records:
    """The records of one kind in one company, as one person may see and change them."""

    table: ClassVar[type]

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
        """One page of a list. Three statements, whatever the number of rows, and one a kind of linked record."""
        query = query or self.default_query()
        key, id_ = q.order(self.table, query)
        backwards = query.last or query.before is not None
        down = query.descending != backwards
        where = [*q.conditions(self.table, query), *self.narrow(query)]
        rows_of = sa.select(*self._columns(), key.label("_key")).where(*where).limit(query.size + 1)
        rows_of = rows_of.order_by(key.desc() if down else key, id_.desc() if down else id_)
        before, edge = 0, query.after or query.before
        if edge is not None:
            at_key, at_id, before = q.place(query, edge)
            here = sa.tuple_(sa.literal(at_key, key.type), sa.literal(at_id))
            rows_of = rows_of.where(sa.tuple_(key, id_) < here if down else sa.tuple_(key, id_) > here)
        with self._store.read(self._scope) as session:
            total = session.scalar(sa.select(sa.func.count()).select_from(self.table).where(*where)) or 0
            found = [dict(row) for row in session.execute(rows_of).mappings()]
            names = self._names(session, found)
        more, found = len(found) > query.size, found[: query.size]
        if backwards:
            found.reverse()
        start = self._start(query, total, before, len(found), more)
        return self._page(query, found, total, start, names)

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

    def query(self, params: Mapping[str, str], zone: tzinfo = UTC) -> q.Query:
        """The list that a URL's parameters name. Raises Invalid when they cannot be read."""
        return q.from_params(self.table, params, zone, self.default_query())

    def params(self, query: q.Query) -> dict[str, str]:
        """The URL parameters that bring a list back."""
        return q.to_params(self.table, query, self.default_query())

    def narrow(self, query: q.Query) -> list[sa.ColumnElement[bool]]:
        """Further conditions that only one kind of record knows."""
        return []

    def count(self, query: q.Query | None = None) -> int:
        """How many rows match, all pages together."""
        query = query or self.default_query()
        where = [*q.conditions(self.table, query), *self.narrow(query)]
        with self._store.read(self._scope) as session:
            return session.scalar(sa.select(sa.func.count()).select_from(self.table).where(*where)) or 0

    def get(self, id: Any) -> Row:
        """One record, archived or not. Raises NotFound, for another company's as for none at all."""
        with self._store.read(self._scope) as session:
            return self._get(session, id)

    def names(self, row: Row) -> Mapping[str, Mapping[int, str]]:
        """The names behind the ids of one row, as in a Page."""
        with self._store.read(self._scope) as session:
            return self._names(session, [row])

    def walk(self, query: q.Query | None = None, chunk: int = 1000) -> Iterator[Page]:
        """Every row that a list means, in chunks, as of one moment. Needs the right to export."""
        demand(self.person, Act.EXPORT, self.name)
        query = (query or self.default_query()).first()
        key, id_ = q.order(self.table, query)
        where = [*q.conditions(self.table, query), *self.narrow(query)]
        rows_of = sa.select(*self._columns()).where(*where)
        rows_of = rows_of.order_by(*([key.desc(), id_.desc()] if query.descending else [key, id_]))
        with self._store.read(self._scope) as session:
            result = session.execute(rows_of.execution_options(yield_per=chunk)).mappings()
            for part in result.partitions(chunk):
                rows = [dict(row) for row in part]
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

    # writing

    def add(self, values: Mapping[str, Any], act_id: str | None = None, zone: tzinfo = UTC) -> int:
        """Make one record and return its id. The same `act_id` again makes nothing and returns the same id."""
        demand(self.person, Act.ADD, self.name)
        doing = Doing(self._scope.user_id, act_id or new_act())
        parsed = self.judge(self.parse_all(values, zone, adding=True), None)
        with self._store.write(self._scope) as session:
            made = self._already(session, doing.act_id)
            if made is not None:
                return made
            self._check_links(session, parsed)
            row = self.table(**parsed, company_id=session.company, created_by=self._scope.user_id)
            session.add(row)
            session.flush()
            after = {name: value for name, value in parsed.items() if value not in (None, "")}
            session.add(logged(doing, session.company, "add", row, None, after))
            self._follow(session, doing, row, None, parsed)
            return int(row.id)

    def change(self, edits: Sequence[Edit], act_id: str | None = None, zone: tzinfo = UTC) -> int:
        """Save edits of any number of rows in one transaction, all or none; returns how many rows changed.

        Raises Conflict where the stored value is no longer the one that was seen, Invalid, NotAllowed, NotFound.
        """
        if len(edits) > MOST_AT_ONCE:
            raise Invalid(f"At most {MOST_AT_ONCE} rows can be saved at once. Save in smaller steps.")
        doing = Doing(self._scope.user_id, act_id or new_act())
        wanted = self._wanted(edits, zone)
        with self._store.write(self._scope) as session:
            rows = self._rows(session, list(wanted))
            clashes = [
                clash for edit in edits for clash in self._clashes(rows[edit.id], edit, wanted[edit.id])
            ]
            if clashes:
                raise Conflict(clashes)
            return sum(self._apply(session, doing, rows[id_], values) for id_, values in wanted.items())

    def set_all(self, ids: Sequence[int], values: Mapping[str, Any], zone: tzinfo = UTC) -> int:
        """Give many records the same values; the same rules hold for each as for one. For managers."""
        demand(self.person, Act.BULK, self.name)
        self._count(ids)
        doing = Doing(self._scope.user_id)
        parsed = self.parse_all(values, zone, adding=False)
        with self._store.write(self._scope) as session:
            rows = self._rows(session, ids)
            return sum(self._apply(session, doing, row, parsed) for row in rows.values())

    def archive(self, ids: Sequence[int]) -> int:
        """Put records away; they stay in every log and can be restored. Returns how many were put away."""
        return self._put_away(ids, True)

    def restore(self, ids: Sequence[int]) -> int:
        """Bring archived records back. Returns how many came back."""
        return self._put_away(ids, False)

    # what one kind of record may add: pure functions, so that an import of thousands calls them as well

    def judge(self, values: Row, before: Row | None) -> Row:
        """The values as they will be written, made to agree with each other. Raises Invalid."""
        return values

    def consequences(self, doing: Doing, after: Row, before: Row | None) -> list[tuple[type, Row]]:
        """Rows of other tables that follow from a write, without their company."""
        return []

    # the parts

    def parse_all(self, values: Mapping[str, Any], zone: tzinfo, adding: bool) -> Row:
        """Every value judged by its field; all that is wrong is told at once. Raises Invalid."""
        parsed: Row = {}
        problems: list[Problem] = []
        for name, raw in values.items():
            try:
                parsed[name] = parse(self._editable(name), raw, zone)
            except Invalid as wrong:
                problems += wrong.problems
        if adding:
            for name, field in self.fields.items():
                if field.required and name not in values:
                    problems.append(Problem(name, f"{field.label} is needed; fill it in."))
        if problems:
            raise Invalid(problems)
        return parsed

    def _editable(self, name: str) -> Field:
        field = self.fields.get(name)
        if field is None or not field.edit:
            raise Invalid(f"{words(name)} cannot be changed here.", name)
        return field

    def _wanted(self, edits: Sequence[Edit], zone: tzinfo) -> dict[int, Row]:
        wanted: dict[int, Row] = {}
        problems: list[Problem] = []
        for edit in edits:
            try:
                new = {name: pair[1] for name, pair in edit.fields.items()}
                wanted[edit.id] = self.parse_all(new, zone, adding=False)
            except Invalid as wrong:
                problems += [replace(problem, row=edit.id) for problem in wrong.problems]
        if problems:
            raise Invalid(problems)
        return wanted

    def _clashes(self, row: Any, edit: Edit, wanted: Row) -> list[Clash]:
        found = []
        for name, (original, _) in edit.fields.items():
            stored = getattr(row, name)
            seen = _seen(self.fields[name], original)
            if stored != seen and stored != wanted[name]:
                found.append(Clash(row.id, name, seen, wanted[name], stored))
        return found

    def _apply(self, session: CompanySession, doing: Doing, row: Any, values: Row) -> int:
        demand(self.person, Act.CHANGE, self.name, self._tie(self._as_row(row)))
        if row.archived_at is not None:
            raise Invalid("This record was archived meanwhile. Restore it before changing it.")
        before = self._as_row(row)
        judged = self.judge({n: v for n, v in values.items() if before[n] != v}, before)
        changed = {name: value for name, value in judged.items() if before[name] != value}
        if not changed:
            return 0
        self._check_links(session, changed)
        for name, value in changed.items():
            setattr(row, name, value)
        row.updated_at, row.version = doing.at, row.version + 1
        session.flush()
        old = {name: before[name] for name in changed}
        session.add(logged(doing, session.company, "change", row, old, changed))
        self._follow(session, doing, row, before, {**before, **changed})
        return 1

    def _follow(
        self, session: CompanySession, doing: Doing, row: Any, before: Row | None, after: Row
    ) -> None:
        for table, values in self.consequences(doing, {**after, "id": row.id}, before):
            session.add(table(**values, company_id=session.company))
        session.flush()

    def _put_away(self, ids: Sequence[int], away: bool) -> int:
        demand(self.person, Act.ARCHIVE, self.name)
        self._count(ids)
        doing = Doing(self._scope.user_id)
        with self._store.write(self._scope) as session:
            rows = [row for row in self._rows(session, ids).values() if (row.archived_at is None) == away]
            for row in rows:
                row.archived_at = doing.at if away else None
                row.archived_by = self._scope.user_id if away else None
                row.updated_at, row.version = doing.at, row.version + 1
                action = "archive" if away else "restore"
                session.add(logged(doing, session.company, action, row, None, None))
            return len(rows)

    def _count(self, ids: Sequence[int]) -> None:
        if len(ids) > MOST_AT_ONCE:
            raise Invalid(f"At most {MOST_AT_ONCE} records can be changed at once. Choose fewer.")

    def _rows(self, session: CompanySession, ids: Sequence[int]) -> dict[int, Any]:
        """The ORM rows of ids, locked; NotFound when even one is not in this company."""
        known = [row_id(id_) for id_ in ids]
        if None in known:
            raise NotFound
        model: Any = self.table
        found = session.scalars(sa.select(model).where(model.id.in_(known)).with_for_update()).all()
        if len(found) != len(set(known)):
            raise NotFound
        return {row.id: row for row in found}

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

    def _as_row(self, row: Any) -> Row:
        return {column.key: getattr(row, column.key) for column in self._columns()}

    def _tie(self, row: Mapping[str, Any]) -> Tie:
        me = self._scope.user_id
        owner = row.get("assigned_to", row.get("user_id"))
        if me is not None and me in (owner, row.get("created_by")):
            return Tie.OWN
        return Tie.UNASSIGNED if owner is None else Tie.OTHER

    def _names(self, session: CompanySession, rows: list[Row]) -> dict[str, dict[int, str]]:
        names: dict[str, dict[int, str]] = {}
        members: dict[int, str] | None = None
        for name, field in self.fields.items():
            if field.kind is Kind.MEMBER:
                members = member_names(session) if members is None else members
                names[name] = members
            elif field.kind is Kind.LINK and field.to:
                ids = {row[name] for row in rows if row.get(name) is not None}
                names[name] = record_names(session, field.to, ids) if ids else {}
        return names

    def _check_links(self, session: CompanySession, values: Row) -> None:
        """Every colleague and record named is of this company: a sentence before the keys refuse at COMMIT."""
        problems = []
        for name, value in values.items():
            field = self.fields.get(name)
            if value is None or field is None:
                continue
            if field.kind is Kind.MEMBER:
                wanted = sa.select(Membership.id).where(
                    Membership.user_id == value, Membership.ended_at.is_(None)
                )
            elif field.kind is Kind.LINK and field.to:
                target: Any = by_name(field.to)
                wanted = sa.select(target.id).where(target.id == value)
            else:
                continue
            if session.scalar(wanted) is None:
                problems.append(
                    Problem(name, f"{field.label}: there is no such choice here; choose another.")
                )
        if problems:
            raise Invalid(problems)

    def _already(self, session: CompanySession, act_id: str) -> int | None:
        wanted = sa.select(ChangeLog.row_id).where(
            ChangeLog.act_id == act_id, ChangeLog.table_name == self.name, ChangeLog.action == "add"
        )
        return session.scalar(wanted)


def _seen(field: Field, original: Any) -> Any:
    """The value a person saw, in the form in which the database gives it."""
    try:
        return parse(replace(field, required=False, default=None), original)
    except Invalid:
        return original


def _changes(entry: ChangeLog, who: Mapping[int, str]) -> list[Change]:
    name = who.get(entry.user_id, "A former colleague") if entry.user_id else "The system"
    head = (entry.at, entry.user_id, name, entry.action)
    if entry.action != "change":
        return [Change(*head, None, None, None, entry.act_id)]
    before, after = entry.before or {}, entry.after or {}
    return [Change(*head, column, before.get(column), after[column], entry.act_id) for column in after]
