"""Many rows of one kind in one transaction of one company: found, added and changed, each with its log."""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, tzinfo
from itertools import chain
from typing import Any
from uuid import uuid4

import sqlalchemy as sa

from crm_data.errors import Invalid, NotFound
from crm_data.rights import Act, demand
from crm_data.store.changes import Doing
from crm_data.store.connections import beyond_company
from crm_data.store.many import follow, log, put, table_of
from crm_data.store.records import Records, Row
from crm_data.store.scope import CompanySession
from crm_data.tables import ChangeLog, Company, Membership, User, by_name, title_of
from crm_data.tables.fields import Kind
from crm_data.tables.sort_keys import with_sort_keys
from crm_data.tables.types import UtcDateTime

CHUNK = 1000
_MOST_IDS = 500  # in one IN (...)


@dataclass(frozen=True)
class Colleague:
    """A member, present or former."""

    id: int
    name: str
    email: str
    active: bool


@dataclass(frozen=True)
class Target:
    """A record that a link may point to."""

    id: int
    title: str
    external_system: str | None
    external_id: str | None
    archived: bool


class Bulk:
    """One kind of record inside one open transaction. Reads are the session's own: one company's rows.

    `writes`: rows that are read are locked, since they are about to be written.
    """

    def __init__(self, records: Records, session: CompanySession, doing: Doing, writes: bool) -> None:
        self.records = records
        self.doing = doing
        self._session = session
        self._session.info["parents"] = {}  # what rows link to is read whole, once: see nouns.links
        self._writes = writes

    # finding

    def index(self, names: Sequence[str]) -> list[tuple[Any, ...]]:
        """(id, archived_at, *names) of every record, in one statement, oldest first."""
        model: Any = self.records.table
        wanted = sa.select(model.id, model.archived_at, *(getattr(model, name) for name in names))
        return [tuple(row) for row in self._session.execute(wanted.order_by(model.id))]

    def rows(self, ids: Collection[int]) -> dict[int, Row]:
        """The records with these ids, locked when they are about to be written; unknown ids are left out."""
        model: Any = self.records.table
        found, wanted = {}, sorted(ids)
        for start in range(0, len(wanted), _MOST_IDS):
            some = sa.select(*self.records._columns()).where(model.id.in_(wanted[start : start + _MOST_IDS]))
            if self._writes:
                some = some.order_by(model.id).with_for_update()
            result = self._session.execute(some)
            names = list(result.keys())
            found.update({row.id: dict(zip(names, row, strict=True)) for row in result})
        return found

    def colleagues(self) -> list[Colleague]:
        """Every member, those who left included."""
        wanted = sa.select(
            Membership.user_id, User.first_name, User.last_name, User.email, Membership.ended_at
        ).join(User, User.id == Membership.user_id)
        return [
            Colleague(id_, f"{first} {last}".strip(), email, ended is None)
            for id_, first, last, email, ended in self._session.execute(wanted.order_by(Membership.user_id))
        ]

    def targets(self, table: str) -> list[Target]:
        """Every record of another table that a link may point to, in one statement."""
        model: Any = by_name(table)
        title = getattr(model, title_of(table))
        wanted = sa.select(
            model.id, title, model.external_system, model.external_id, model.archived_at.is_not(None)
        )
        return [Target(*row) for row in self._session.execute(wanted.order_by(model.id))]

    def mark(self) -> str:
        """The mark of the company's exports; '' when there never was one."""
        return self._session.scalar(sa.select(Company.export_mark)) or ""

    def earlier(self, act_id: str) -> tuple[int, int] | None:
        """(added, changed) by an act of this name that is done already; None when there was none."""
        wanted = (
            sa.select(ChangeLog.action, sa.func.count(ChangeLog.id))
            .where(ChangeLog.act_id == act_id, ChangeLog.table_name == self.records.name)
            .group_by(ChangeLog.action)
        )
        counts = {row.action: int(row[1]) for row in self._session.execute(wanted)}
        return (counts.get("add", 0), counts.get("change", 0)) if counts else None

    # writing

    def linked(self, values: Row, before: Row | None) -> Row:
        """The values with what follows from the records they name. Raises Invalid where those contradict."""
        return self.records.linked(self._session, values, before)

    def beside(self, records: Records) -> "Bulk":
        """The same for another kind of record, in the same transaction and act."""
        return Bulk(records, self._session, self.doing, self._writes)

    def insert(self, rows: Sequence[Row], told: Callable[[int], object] = lambda done: None) -> list[int]:
        """Add rows, in order, and return their ids. `told` hears after each chunk how many rows are in."""
        demand(self.records.person, Act.ADD, self.records.name)
        table = table_of(self.records.table)
        names = dict.fromkeys(chain.from_iterable(rows))
        empty = {name: _absent(table.c[name], self.doing) for name in names}
        stamp = {"created_by": self.doing.user_id, "created_at": self.doing.at, "updated_at": self.doing.at}
        if "created_at" in empty:  # the file says when some of them began
            empty["created_at"] = stamp.pop("created_at")
            rows = [{**row, "created_at": row.get("created_at") or empty["created_at"]} for row in rows]
        given: list[int] = []
        for start in range(0, len(rows), CHUNK):
            some = rows[start : start + CHUNK]
            ids = self._next_ids(table, len(some))
            given += ids
            full = [{**empty, **row, "id": id_} for id_, row in zip(ids, some, strict=True)]
            put(self._session, table, full, stamp)
            log(
                self._session,
                self.doing,
                self.records.name,
                "add",
                [(id_, None, _filled(row)) for id_, row in zip(ids, some, strict=True)],
            )
            follow(self._session, self.doing, self.records, [(None, row) for row in full])
            told(start + len(some))
        return given

    def update(
        self, changes: Sequence[tuple[Row, Row]], told: Callable[[int], object] = lambda done: None
    ) -> None:
        """Change rows: each the whole row as it was, and the new values of what changes."""
        demand(self.records.person, Act.CHANGE, self.records.name)
        done = 0
        for start in range(0, len(changes), CHUNK):
            some = changes[start : start + CHUNK]
            alike: dict[tuple[str, ...], list[tuple[int, Row]]] = defaultdict(list)
            for before, changed in some:
                alike[tuple(sorted(changed))].append((before["id"], changed))
            for group in alike.values():
                self._update(group)
            log(
                self._session,
                self.doing,
                self.records.name,
                "change",
                [(b["id"], {n: b[n] for n in changed}, changed) for b, changed in some],
            )
            written = [(b, {**b, **changed}) for b, changed in some]
            follow(self._session, self.doing, self.records, written)
            for before, after in written:  # what hangs on a row that is linked anew may move with it
                if any(before[name] != after[name] for name in self._links):
                    self.records._carry(self._session, self.doing, before, after)
            done += len(some)
            told(done)

    def add_former(self, names: Collection[str]) -> dict[str, int]:
        """Colleagues known by name alone, who cannot sign in and have left: name -> user id."""
        doing, made = self.doing, {}
        for name in names:
            first, _, last = name.strip().rpartition(" ")
            user = User(
                email=f"former-{uuid4().hex}@import.invalid",
                password_hash="!",  # no password has this hash
                first_name=(first or last)[:100],
                last_name=last[:100] if first else "",
                is_active=False,
                created_by=doing.user_id,
            )
            with beyond_company(self._session.core()):
                self._session.add(user)
                self._session.flush()
            member = Membership(
                user_id=user.id, company_id=self._session.company, role="user", ended_at=doing.at
            )
            self._session.add(member)
            self._session.flush()
            entry = doing.entry(
                self._session.company,
                "add",
                "user_companies",
                member.id,
                None,
                {"role": "user", "name": name},
            )
            self._session.add(ChangeLog(**entry))
            made[name] = int(user.id)
        self._session.flush()
        return made

    # the parts

    @property
    def _links(self) -> set[str]:
        return {name for name, field in self.records.fields.items() if field.kind is Kind.LINK}

    def _next_ids(self, table: sa.Table, count: int) -> list[int]:
        """Ids that no other row will get: the next ones, while this transaction alone may write."""
        core = self._session.core()
        if core.dialect.name == "sqlite":
            last = core.exec_driver_sql(
                "SELECT seq FROM sqlite_sequence WHERE name = ?", (table.name,)
            ).scalar()
            return [(last or 0) + place for place in range(1, count + 1)]
        series = "SELECT nextval(pg_get_serial_sequence(%s, 'id')) FROM generate_series(1, %s)"
        return sorted(core.exec_driver_sql(series, (table.name, count)).scalars())

    def _update(self, group: list[tuple[int, Row]]) -> None:
        """Change rows in the same columns each."""
        table = table_of(self.records.table)
        written = with_sort_keys(table, [changed for _, changed in group])
        names = tuple(written[0])
        statement = (
            sa.update(table)
            .where(table.c.id == sa.bindparam("_id"), table.c.company_id == self._session.company)
            .values(
                **{name: sa.bindparam(f"_{name}", type_=table.c[name].type) for name in names},
                updated_at=self.doing.at,
                version=table.c.version + 1,
            )
        )
        rows = [
            {"_id": id_, **{f"_{name}": row[name] for name in names}}
            for (id_, _), row in zip(group, written, strict=True)
        ]
        if self._session.core().execute(statement, rows).rowcount != len(group):
            raise NotFound


def _absent(column: sa.Column[Any], doing: Doing) -> Any:
    """What a column holds in a row that says nothing of it."""
    field = column.info.get("field")
    if field is not None and field.default is not None:
        return field.default
    return doing.at if isinstance(column.type, UtcDateTime) and not column.nullable else None


def _filled(row: Row) -> Row:
    return {name: value for name, value in row.items() if value not in (None, "")}


@contextmanager
def reading(records: Records, zone: tzinfo = UTC) -> Iterator[Bulk]:
    """A transaction that only looks, for a rehearsal. Needs the right to import."""
    demand(records.person, Act.IMPORT, records.name)
    with records._store.read(records._scope) as session:
        yield Bulk(records, session, Doing(records._scope.user_id, zone=zone), writes=False)


@contextmanager
def writing(records: Records, act_id: str, zone: tzinfo = UTC) -> Iterator[Bulk]:
    """A transaction that writes all or nothing under one act. Needs the right to import.

    Two of them for one table of one company come one after the other, so neither adds what the other has.
    """
    demand(records.person, Act.IMPORT, records.name)
    if not act_id or len(act_id) > 32:
        raise Invalid("This import has lost its place. Start it anew.")
    with records._store.write(records._scope) as session:
        core = session.core()
        if core.dialect.name == "postgresql":
            core.exec_driver_sql(
                "SELECT pg_advisory_xact_lock(hashtext(%s), %s)",
                (f"import {records.name}", records._scope.company_id),
            )
        yield Bulk(records, session, Doing(records._scope.user_id, act_id, zone=zone), writes=True)
