"""Each row of a file judged against the records that are there: added, changed, unchanged or refused."""

from collections import Counter
from dataclasses import dataclass
from typing import Any

from crm_data.errors import Invalid
from crm_data.store.bulk import CHUNK, Bulk
from crm_data.store.records import Row
from crm_data.store.values import parse, row_id, to_text
from crm_data.tables.fields import Field, Kind
from crm_data.transfer.csv_read import Sheet
from crm_data.transfer.keys import Keys
from crm_data.transfer.lookup import Lookup
from crm_data.transfer.plan import ID, KEEP, Blanks, Mode, Plan
from crm_data.transfer.report import Changed, Refusal, Report
from crm_data.transfer.rows import Draft, constants, fingerprint

_SHOWN_CHANGES = 100


@dataclass
class _Match:
    """A row of the file and the records that its key finds."""

    draft: Draft
    found: list[int]
    print: str = ""  # of the whole row, where it has no key


class Sorting:
    """Every row of a file put where it belongs: `created`, `updated`, `unchanged` or `refused`.

    `adding`: colleagues who are known by name only may be added on the way.
    """

    def __init__(self, bulk: Bulk, sheet: Sheet, plan: Plan, adding: bool) -> None:
        self.created: list[tuple[Draft, Row]] = []
        self.updated: list[tuple[Draft, Row, Row]] = []
        self.unchanged = 0
        self.refused: list[Refusal] = []
        self._bulk, self._sheet, self._plan, self._adding = bulk, sheet, plan, adding
        self._records, self._fields = bulk.records, bulk.records.fields
        self._lookup = Lookup(bulk, plan)
        self._keys = Keys(bulk, plan)
        self._stored: dict[int, Row] = {}
        self._rows: dict[tuple[Any, ...], int] = {}  # key -> the first row of the file that has it
        self._taken: dict[tuple[Any, Any], int] = {}  # (source, external id) -> the same

    def sort(self, read: list[Draft], done: bool) -> Report:
        """Look up, match and judge every row; the report says what was, or would be, `done`."""
        if self._adding:
            self._lookup.add_former(read)
        for draft in read:
            self._lookup.resolve(draft, draft.named.items())
            self._note_words(draft)
        self._always = self._constants()
        matches = [match for draft in read if (match := self._match(draft)) is not None]
        for start in range(0, len(matches), CHUNK):
            some = matches[start : start + CHUNK]
            if self._plan.mode != Mode.CREATE:
                self._stored = self._bulk.rows({match.found[0] for match in some if match.found})
            for match in some:
                self._decide(match)
        for line in self._sheet.unread:
            self.refused.append(Refusal(line.number, tuple(line.cells), line.reason))
        self.refused.sort(key=lambda refusal: refusal.row)
        return self._report(done)

    def _report(self, done: bool) -> Report:
        """The counts, the refusals and the first changes."""
        changes = [
            Changed(draft.number, str(before[self._records.title]), name, before[name], value)
            for draft, before, changed in self.updated[:_SHOWN_CHANGES]
            for name, value in changed.items()
        ]
        unknown = {h: dict(Counter(words).most_common()) for h, words in self._lookup.unknown.items()}
        return Report(
            self._sheet.headings,
            len(self.created),
            len(self.updated),
            self.unchanged,
            tuple(self.refused),
            tuple(changes[:_SHOWN_CHANGES]),
            unknown,
            tuple(
                f"{count:,} of these ids are here already, from {source!r}."
                " If that is the same system, give its name as where the ids come from."
                for source, count in self._keys.elsewhere.items()
            ),
            done,
        )

    # the parts

    def _note_words(self, draft: Draft) -> None:
        """Words that are none of a field's choices, for the person to say what they mean."""
        for name, cell, _ in draft.wrong:
            column = self._plan.going_to(name)
            if column is not None and self._fields[name].kind is Kind.CHOICE:
                self._lookup.unknown[column.heading][cell.strip()] += 1

    def _constants(self) -> Row:
        """What every new record gets where the file has nothing."""
        values, named = constants(self._plan, self._records)
        asked = Draft(0, [])
        self._lookup.resolve(asked, named.items())
        if asked.wrong:
            raise Invalid(f"The value for new records: {asked.wrong[0][2]}", asked.wrong[0][0])
        return {**values, **asked.values}

    def _match(self, draft: Draft) -> _Match | None:
        """The records that a row means; None when the row was refused for it."""
        if ID in self._plan.key and draft.id and row_id(draft.id) is None:
            self._refuse(draft, f"There is no record with the id {draft.id[:40]!r} here.")
            return None
        key = self._keys.of(draft)
        print_ = "" if key else fingerprint(self._sheet, draft.cells)
        first = self._rows.setdefault(key or (print_,), draft.number)
        if first != draft.number:
            what = "has the same key as" if key else "says the same as"
            self._refuse(draft, f"This row {what} row {first}; only that one is taken.")
            return None
        return _Match(draft, self._keys.found(draft, key, print_), print_)

    def _decide(self, match: _Match) -> None:
        draft = match.draft
        if match.found and (self._plan.mode == Mode.CREATE or match.print):
            self.unchanged += 1
        elif len(match.found) > 1:
            labels = " and ".join(self._fields[n].label.lower() for n in self._plan.key if n != ID)
            self._refuse(draft, f"{len(match.found)} records here have this {labels}; choose another key.")
        elif match.found:
            self._change(draft, self._stored[match.found[0]])
        elif ID in self._plan.key and draft.id:
            self._refuse(
                draft,
                f"There is no record with the id {draft.id!r} here. Leave the id empty to add it as a new one.",
            )
        elif self._plan.mode == Mode.UPDATE:
            self._refuse(draft, "No record here has this key, and only existing ones are changed.")
        else:
            self._add(draft, match.print)

    def _add(self, draft: Draft, print_: str) -> None:
        if draft.wrong:
            self._refuse(draft, _sentences(draft))
            return
        values = {**self._always, **draft.values}
        if draft.kept:
            values[KEEP] = draft.kept
        if print_:
            values.setdefault("external_id", print_)
        if values.get("external_id"):
            values["source"] = self._keys.source(draft)
        missing = [
            f"{field.label} is needed; fill it in."
            for name, field in self._fields.items()
            if field.required and values.get(name) is None
        ]
        if values.get("created_at") and values["created_at"] > self._bulk.doing.at:
            missing.append("Created: a record cannot begin in the future.")
        if missing:
            self._refuse(draft, " ".join(missing))
            return
        judged = self._judged(draft, values)
        if judged is not None and self._external_is_free(draft, judged, None):
            self.created.append((draft, judged))

    def _judged(self, draft: Draft, values: Row) -> Row | None:
        """A new row as it will be written; None when it was refused.

        A value for all new records steps back where the rules refuse it: only a lost deal has a reason.
        """
        try:
            values = self._records.in_one_currency(values, None)
            return self._bulk.linked(self._records.judge(values, None, self._bulk.doing), None)
        except Invalid as wrong:
            fields = {problem.field for problem in wrong.problems}
            if fields and all(name in self._always and name not in draft.values for name in fields):
                return self._judged(draft, {n: v for n, v in values.items() if n not in fields})
            self._refuse(draft, str(wrong))
            return None

    def _change(self, draft: Draft, before: Row) -> None:
        draft.wrong = [
            (name, cell, why)
            for name, cell, why in draft.wrong
            if name == KEEP or cell.strip() != to_text(self._fields[name], before[name]).strip()
        ]
        if draft.wrong:
            self._refuse(draft, _sentences(draft))
            return
        wanted = {n: v for n, v in draft.values.items() if n not in self._plan.key and self._changeable(n)}
        if self._plan.blanks == Blanks.CLEAR:
            wanted |= {n: self._fields[n].default for n in draft.blank if self._changeable(n)}
        try:
            wanted = self._records.in_one_currency(wanted, before)
        except Invalid as wrong:
            self._refuse(draft, str(wrong))
            return
        changed = {n: v for n, v in wanted.items() if not _same(self._fields[n], before[n], v)}
        kept = {**(before[KEEP] or {}), **draft.kept}
        if kept != (before[KEEP] or {}):
            changed[KEEP] = kept
        empty = [n for n, v in changed.items() if v is None and self._fields[n].required]
        if empty:
            self._refuse(draft, f"{self._fields[empty[0]].label} is needed; it cannot be cleared.")
        elif not changed:
            self.unchanged += 1
        elif before["archived_at"] is not None:
            self._refuse(draft, "This record is archived. Restore it before changing it.")
        else:
            self._judge_change(draft, before, changed)

    def _changeable(self, name: str) -> bool:
        """What people may not change, a file may give to a new record only; but it may name an old one."""
        return self._fields[name].edit or name == "external_id"

    def _judge_change(self, draft: Draft, before: Row, changed: Row) -> None:
        if "external_id" in changed and not before["source"] and "source" not in changed:
            changed["source"] = self._keys.source(draft)
        try:
            judged = self._records.judge(changed, before, self._bulk.doing)
            judged = self._bulk.linked(judged, before)
        except Invalid as wrong:
            self._refuse(draft, str(wrong))
            return
        changed = {name: value for name, value in judged.items() if before[name] != value}
        if not changed:
            self.unchanged += 1
        elif self._external_is_free(draft, {**before, **changed}, before["id"]):
            self.updated.append((draft, before, changed))

    def _external_is_free(self, draft: Draft, row: Row, id_: int | None) -> bool:
        """Whether no other record, here or earlier in the file, has this external id of this source."""
        name = (row.get("source"), row.get("external_id"))
        if name[1] is None:
            return True
        if (
            self._keys.external.get(name, id_) != id_
            or self._taken.setdefault(name, draft.number) != draft.number
        ):
            self._refuse(draft, f"Another record has the external id {str(name[1])[:60]!r} already.")
            return False
        return True

    def _refuse(self, draft: Draft, reason: str) -> None:
        self.refused.append(Refusal(draft.number, tuple(draft.cells), reason))


def _sentences(draft: Draft) -> str:
    return " ".join(dict.fromkeys(why for _, _, why in draft.wrong))


def _same(field: Field, before: Any, after: Any) -> bool:
    """Whether a file says what is stored; a value put there by other ways may be spelled as no field would."""
    if before == after:
        return True
    if before is None or after is None or field.kind in (Kind.MEMBER, Kind.LINK):
        return False
    try:
        return bool(parse(field, to_text(field, before)) == after)
    except Invalid:
        return False
