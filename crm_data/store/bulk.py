"""Many rows of one kind in one transaction of one company: found, added and changed, each with its log."""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, tzinfo
from typing import Any
from uuid import uuid4

import sqlalchemy as sa

from crm_data.errors import Invalid
from crm_data.rights import Act, demand
from crm_data.store import writer
from crm_data.store.changes import Doing
from crm_data.store.connections import beyond_company
from crm_data.store.many import table_of
from crm_data.store.names import member_names, record_names
from crm_data.store.records import Records, Row
from crm_data.store.scope import CompanySession
from crm_data.store.writer import CHUNK
from crm_data.tables import ChangeLog, Company, Membership, User, by_name, title_of
from crm_data.tables.change_set import Actor
from crm_data.tables.fields import Kind

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
            some = self.records._select.where(model.id.in_(wanted[start : start + _MOST_IDS]))
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

    def names(self, ids: Mapping[str, Collection[int]]) -> dict[str, dict[int, str]]:
        """Field -> id -> who or what some values of links and colleagues are. A statement for 500 of a field."""
        found: dict[str, dict[int, str]] = {}
        for name, some in ids.items():
            field, wanted = self.records.fields[name], sorted(some)
            if field.kind is Kind.MEMBER:
                found[name] = member_names(self._session)
                continue
            found[name] = {}
            for start in range(0, len(wanted), _MOST_IDS):
                found[name] |= record_names(self._session, field.to or "", wanted[start : start + _MOST_IDS])
        return found

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

    def country(self) -> str | None:
        """The company's country, by which numbers without a prefix are read."""
        return self._session.scalar(sa.select(Company.country))

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
        return writer.insert(self._session, self.doing, self.records, rows, told)

    def update(
        self, changes: Sequence[tuple[Row, Row]], told: Callable[[int], object] = lambda done: None
    ) -> None:
        """Change rows: each the whole row as it was, and the new values of what changes."""
        demand(self.records.person, Act.CHANGE, self.records.name)
        table, done = table_of(self.records.table), 0
        for start in range(0, len(changes), CHUNK):
            some = changes[start : start + CHUNK]
            writer.update(self._session, self.doing, table, some)
            written = [(b, {**b, **changed}) for b, changed in some]
            writer.follow(self._session, self.doing, self.records, written)
            self.records._carry(self._session, self.doing, written)
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
            kept = {"role": "user", "name": name}
            writer.join(self._session, doing, member, kept, self._session.company, follows=True)
            made[name] = int(user.id)
        return made


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
        doing = Doing(
            records._scope.user_id, act_id, zone=zone, named=True, kind="import", actor=Actor.IMPORT
        )
        yield Bulk(records, session, doing, writes=True)
