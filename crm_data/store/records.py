"""Writing the records of any table: add, change, archive, restore. Every surface calls these verbs."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, tzinfo
from typing import Any

import sqlalchemy as sa

from crm_data.errors import Conflict, Invalid, NotAllowed, NotFound, Problem
from crm_data.rights import Act, demand
from crm_data.store import at_once, writer
from crm_data.store.again import again
from crm_data.store.at_once import All, Changed, Given
from crm_data.store.away import put_away
from crm_data.store.changes import Doing, doing_of
from crm_data.store.many import table_of
from crm_data.store.one_currency import in_one_currency
from crm_data.store.one_row import clashes
from crm_data.store.reading import Page, Row
from crm_data.store.replacing import Replacer
from crm_data.store.scope import CompanySession
from crm_data.store.values import parse, row_id
from crm_data.tables import ChangeLog
from crm_data.tables.fields import Field, inside, words

MOST_AT_ONCE = 500
MOST_EDITED = 2_000  # rows of one Save

__all__ = ["Edit", "Page", "Records", "Row"]


@dataclass(frozen=True)
class Edit:
    """What a person changed in one row: field -> (the value they saw, the value they want)."""

    id: int
    fields: Mapping[str, tuple[Any, Any]]


class Records(Replacer):
    """The records of one kind in one company, as one person may see and change them."""

    @again
    def add(
        self,
        values: Mapping[str, Any],
        act_id: str | None = None,
        zone: tzinfo = UTC,
        also: Mapping[str, "tuple[Records, Mapping[str, Any]]"] | None = None,
        although: str = "",
    ) -> int:
        """Make one record and return its id. The same `act_id` again makes nothing and returns the same id.

        `also`: link field -> the records it leads to and the values of a new one, which is made in the same
        transaction and linked. `although`: what was said against it, which the log keeps beside the act. Raises
        Invalid, NotAllowed; then nothing is made.
        """
        demand(self.person, Act.ADD, self.name)
        doing = replace(doing_of(self._scope.user_id, act_id, zone), although=although)
        if also:
            return self._add_both(values, also, doing)
        parsed = self.judge(self.parse_all(values, zone, adding=True), None, doing)
        with self._store.write(self._scope) as session:
            made = self._already(session, doing.act_id)
            return self._add(session, doing, parsed) if made is None else made

    @again
    def add_all(
        self,
        rows: Sequence[Mapping[str, Any]],
        act_id: str | None = None,
        zone: tzinfo = UTC,
        although: str = "",
    ) -> list[int]:
        """Make many records in one act and one transaction, all or none; at most 500. Their ids.

        The same `act_id` again makes nothing and returns the same ids. `although`: what was said against it, which
        the log keeps beside the act. Raises NotAllowed, and Invalid whose
        problems name the place of the row in `rows`.
        """
        demand(self.person, Act.ADD, self.name)
        self._count(rows)
        doing = replace(doing_of(self._scope.user_id, act_id, zone), although=although)
        new: list[Row] = []
        problems: list[Problem] = []
        for at, values in enumerate(rows):
            try:
                new.append(self.judge(self.parse_all(values, zone, adding=True), None, doing))
            except Invalid as wrong:
                problems += [replace(problem, row=at) for problem in wrong.problems]
        if problems:
            raise Invalid(problems)
        with self._store.write(self._scope) as session:
            if self._already(session, doing.act_id) is not None:
                return list(session.scalars(self._made_by(doing.act_id)))
            return self._add_many(session, doing, new)

    @again
    def change(
        self, edits: Sequence[Edit], act_id: str | None = None, zone: tzinfo = UTC, although: str = ""
    ) -> int:
        """Save edits of up to 2,000 rows in one transaction, all or none; returns how many rows changed.

        A handful of statements however many rows there are, and some more for each record that is linked anew.
        `although`: what was said against it, which the log keeps beside the act.
        Raises Conflict where the stored value is no longer the one that was seen, Invalid, NotAllowed, NotFound.
        """
        if len(edits) > MOST_EDITED:
            raise Invalid(f"At most {MOST_EDITED:,} rows can be saved at once. Save in smaller steps.")
        if len({edit.id for edit in edits}) < len(edits):
            raise Invalid("A row stands twice among the changes. Give all that changes in it once.")
        doing = replace(doing_of(self._scope.user_id, act_id, zone), although=although)
        wanted = self._wanted(edits, zone)
        with self._store.write(self._scope) as session:
            rows = self._rows(session, list(wanted))
            found = [
                clash
                for edit in edits
                for clash in clashes(self.fields, rows[edit.id], edit.fields, wanted[edit.id])
            ]
            if found:
                raise Conflict(found)
            return self._apply_all(session, doing, [(rows[id_], values) for id_, values in wanted.items()])

    @again
    def change_many(
        self,
        which: Sequence[int] | All,
        given: Given,
        rest: bool = True,
        act_id: str | None = None,
        zone: tzinfo = UTC,
        told: at_once.Told = at_once.nobody_listens,
    ) -> Changed:
        """Give ticked rows, or all of a list, a value in one act; up to 100,000; see `at_once`. For managers.

        Each row by the rules of one edit: those that these refuse stay and are named, or with `rest=False` no
        row is changed. `told` hears how many are done. Raises Recounted when the list has another number of rows
        by now, NotAll, Invalid, NotAllowed.
        """
        demand(self.person, Act.BULK, self.name)
        doing = replace(doing_of(self._scope.user_id, act_id, zone), bulk=True)
        wanted = at_once.Wanted(self, given, zone)
        with self._store.write(self._scope) as session:
            return at_once.change_many(self, session, doing, which, wanted, rest, told)

    def archive(self, ids: Sequence[int], act_id: str | None = None) -> int:
        """Put records away; they stay in every log and can be restored. Returns how many were put away."""
        return self._put_away(ids, True, act_id)

    def restore(self, ids: Sequence[int], act_id: str | None = None) -> int:
        """Bring archived records back. Returns how many came back."""
        return self._put_away(ids, False, act_id)

    # what one kind of record may add: pure functions, so that an import of thousands calls them as well

    def from_file(self, values: Row, before: Row | None) -> Row:
        """What a row of a file says, as this kind of record means it. Drops or moves values, and judges none."""
        return values

    def judge(self, values: Row, before: Row | None, doing: Doing | None = None) -> Row:
        """Validation: the values as they will be written, made to agree with each other. Raises Invalid.

        `before` is the whole row, or None for a new one; `values` only what is written. Without `doing` it is now.
        """
        return values

    def in_one_currency(self, values: Row, before: Row | None) -> Row:
        """The values once the signs of currencies beside amounts agree with the record. Raises Invalid."""
        return in_one_currency(values, before, self.fields, self._scope.currency)

    def consequences(self, doing: Doing, after: Row, before: Row | None) -> list[tuple[type, Row]]:
        """Side effects: rows of other tables that follow from a write, without their company."""
        return []

    def unsound(self, before: Row, after: Row) -> str:
        """Why a record cannot be put back to be `after`, though nobody changed those fields since; or ''."""
        return ""

    def stays(self, row: Row, doing: Doing) -> str:
        """Why a record can no longer be taken away by an undo or put away, nor come back; or ''."""
        return ""

    def by_itself(self, row: Row) -> bool:
        """Whether the product wrote this row beside another write, so that it goes with that one."""
        return False

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
        return self.in_one_currency(parsed, None) if adding else parsed

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

    def _add(self, session: CompanySession, doing: Doing, judged: Row) -> int:
        try:
            return self._add_many(session, doing, [judged])[0]
        except Invalid as wrong:
            raise Invalid([replace(problem, row=None) for problem in wrong.problems]) from None

    def _add_many(self, session: CompanySession, doing: Doing, judged: Sequence[Row]) -> list[int]:
        """Raises Invalid whose problems name the place of the row."""
        known, rows, problems = self._known_links(session, judged), [], list[Problem]()
        for at, values in enumerate(judged):
            try:
                self._check_links(values, known)
                rows.append(self.linked(session, values, None))
            except Invalid as wrong:
                problems += [replace(problem, row=at) for problem in wrong.problems]
        if problems:
            raise Invalid(problems)
        ids = writer.insert(session, doing, self, rows)
        self._keep_beside(
            session, doing, [(None, {**row, "id": id_}) for id_, row in zip(ids, rows, strict=True)]
        )
        return ids

    def _add_both(
        self, values: Mapping[str, Any], also: Mapping[str, "tuple[Records, Mapping[str, Any]]"], doing: Doing
    ) -> int:
        """Other records first, then the one that names them."""
        with self._store.write(self._scope) as session:
            made = self._already(session, doing.act_id)
            if made is not None:
                return made
            links = {n: self._add_linked(session, doing, n, values, *new) for n, new in also.items()}
            parsed = self.parse_all({**values, **links}, doing.zone, adding=True)
            return self._add(session, doing, self.judge(parsed, None, doing))

    def _add_linked(
        self,
        session: CompanySession,
        doing: Doing,
        link: str,
        values: Mapping[str, Any],
        other: "Records",
        said: Mapping[str, Any],
    ) -> int:
        label = self.fields[link].label
        if values.get(link) is not None:
            raise Invalid(f"{label}: choose one, or name a new one, but not both.", link)
        demand(self.person, Act.ADD, other.name)
        try:
            parsed = other.judge(other.parse_all(said, doing.zone, adding=True), None, doing)
        except Invalid as wrong:
            sentences = [_of_the_other(label, other, problem) for problem in wrong.problems]
            raise Invalid([Problem(link, sentence) for sentence in sentences]) from None
        return other._add(session, doing, parsed)

    def _apply(self, session: CompanySession, doing: Doing, row: Any, values: Row) -> int:
        return self._apply_all(session, doing, [(row, values)])

    def _apply_all(self, session: CompanySession, doing: Doing, wanted: Sequence[tuple[Any, Row]]) -> int:
        """Write rows that are locked; returns how many changed. What is refused names the rows it is about."""
        judged: list[tuple[Any, Row, Row]] = []
        problems: list[Problem] = []
        theirs: NotAllowed | None = None
        for row, values in wanted:
            before = self._as_row(row)
            try:
                judged.append((row, before, self._judged(doing, before, values)))
            except Invalid as wrong:
                problems += [replace(problem, row=row.id) for problem in wrong.problems]
            except NotAllowed as refused:
                theirs = refused
                break
        known = self._known_links(session, [values for _, _, values in judged])
        changes: list[tuple[Any, Row, Row]] = []
        for row, before, values in judged:
            try:
                self._check_links(values, known)
                linked = self.linked(session, values, before)
                changes.append((row, before, {n: v for n, v in linked.items() if before[n] != v}))
            except Invalid as wrong:
                problems += [replace(problem, row=row.id) for problem in wrong.problems]
        if problems:
            raise Invalid(problems)
        if theirs:
            raise theirs
        return self._write(session, doing, [change for change in changes if change[2]])

    def _judged(self, doing: Doing, before: Row, values: Row) -> Row:
        """The values that are wanted of a row, made to agree with it. Raises Invalid, NotAllowed."""
        demand(self.person, Act.CHANGE, self.name, self._tie(before))
        if before["archived_at"] is not None:
            raise Invalid("This record was archived meanwhile. Restore it before changing it.")
        values = self.in_one_currency(values, before)
        return self.judge({n: v for n, v in values.items() if before[n] != v}, before, doing)

    def _write(self, session: CompanySession, doing: Doing, changes: Sequence[tuple[Any, Row, Row]]) -> int:
        """Rows, log and what follows."""
        writer.seen_anew([(row, changed) for row, _, changed in changes], doing)
        return self._write_rows(session, doing, [(before, changed) for _, before, changed in changes])

    def _write_rows(self, session: CompanySession, doing: Doing, changes: Sequence[tuple[Row, Row]]) -> int:
        if changes:
            writer.update(session, doing, table_of(self.table), changes)
            written = [(before, {**before, **changed}) for before, changed in changes]
            writer.follow(session, doing, self, written)
            self._carry(session, doing, written)
            self._keep_beside(session, doing, written)
        return len(changes)

    def _may_merge(self, kept: Row, others: Sequence[Row]) -> None:
        """Refuse what only one kind of record knows to be no single one. Raises Invalid."""

    def _merged(self, session: CompanySession, doing: Doing, kept: Row) -> None:
        """What must agree with a record that others were merged into. Raises Invalid."""

    def _carry(self, session: CompanySession, doing: Doing, written: Sequence[tuple[Row, Row]]) -> None:
        """What hangs on records and goes where they go, which only one kind of record knows."""

    def _keep_beside(
        self, session: CompanySession, doing: Doing, written: Sequence[tuple[Row | None, Row]]
    ) -> None:
        """What stands beside records and follows from what people wrote in them, which only one kind knows."""

    @again
    def _put_away(self, ids: Sequence[int], away: bool, act_id: str | None) -> int:
        demand(self.person, Act.ARCHIVE, self.name)
        self._count(ids)
        doing = doing_of(self._scope.user_id, act_id)
        with self._store.write(self._scope) as session:
            rows = [row for row in self._rows(session, ids).values() if (row.archived_at is None) == away]
            befores = [self._as_row(row) for row in rows]
            if why := next(filter(None, (self.stays(before, doing) for before in befores)), ""):
                raise Invalid(why)
            changes = [(before, put_away(before, doing, away)) for before in befores]
            writer.update(session, doing, table_of(self.table), changes, "archive" if away else "restore")
            return len(rows)

    def _count(self, each: Sequence[Any]) -> None:
        if len(each) > MOST_AT_ONCE:
            raise Invalid(f"At most {MOST_AT_ONCE} records can be changed at once. Choose fewer.")

    def _rows(self, session: CompanySession, ids: Sequence[int]) -> dict[int, Any]:
        """The ORM rows of ids, locked; NotFound when even one is not in this company."""
        known = [row_id(id_) for id_ in ids]
        if None in known:
            raise NotFound
        model: Any = self.table
        # In one order always: of two who lock the same rows, one waits for the other and neither for both.
        wanted = sa.select(model).where(model.id.in_(known)).order_by(model.id).with_for_update()
        found = session.scalars(wanted).all()
        if len(found) != len(set(known)):
            raise NotFound
        return {row.id: row for row in found}

    def _as_row(self, row: Any) -> Row:
        return {name: getattr(row, name) for name in self._whole}

    def _already(self, session: CompanySession, act_id: str) -> int | None:
        return session.scalars(self._made_by(act_id)).first()

    def _made_by(self, act_id: str) -> sa.Select[Any]:
        """The ids of the records that one act made."""
        one = (ChangeLog.act_id == act_id, ChangeLog.table_name == self.name, ChangeLog.action == "add")
        return sa.select(ChangeLog.row_id).where(*one).order_by(ChangeLog.id)


def _of_the_other(label: str, other: Records, problem: Problem) -> str:
    """What is wrong with a record that is made with another: 'Customer name is needed', as its form has it."""
    field, said = other.fields.get(problem.field), problem.sentence
    if field is not None and said.startswith(field.label):
        return f"{label} {said[0].lower()}{said[1:]}"
    return f"New {inside(label)}: {said}"
