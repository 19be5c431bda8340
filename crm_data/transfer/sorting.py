"""Row matching: a file's rows beside the records that are there: added, changed, unchanged or refused."""

from collections import Counter, defaultdict
from collections.abc import Callable, Mapping
from typing import Any

from crm_data.alike.many import Compared, Outdated
from crm_data.errors import Invalid
from crm_data.store.bulk import Bulk
from crm_data.store.records import Row
from crm_data.store.values import to_text
from crm_data.store.writer import CHUNK
from crm_data.tables.fields import Kind
from crm_data.transfer import hints
from crm_data.transfer.choosing import Choosing
from crm_data.transfer.csv_read import Sheet
from crm_data.transfer.lookup import Lookup, ToMake
from crm_data.transfer.mapping import unmarked_export
from crm_data.transfer.matching import Match, Matching
from crm_data.transfer.plan import ID, KEEP, Blanks, Mode, Newer, Plan
from crm_data.transfer.reasons import Reasons
from crm_data.transfer.report import Changed, Refusal, Report, changed_of
from crm_data.transfer.rows import Draft, constants, says_same, shown

_SHOWN_CHANGES = 2_000
_OTHERS = ("external_id", "external_system")  # of a record that was not found by it, another system's is kept


class Sorting:
    """Every row of a file put where it belongs: `created`, `updated`, left as it is or `refused`.

    `adding`: colleagues who are known by name only may be added on the way. `compared`: what an earlier sorting of
    the same rows found alike; `sort` then raises Outdated where that holds no more. `alike`: what is alike.
    """

    def __init__(
        self, bulk: Bulk, sheet: Sheet, plan: Plan, adding: bool, compared: Compared | None = None
    ) -> None:
        self.created: list[tuple[Draft, Row]] = []
        self.updated: list[tuple[Draft, Row, Row]] = []
        self._left: list[int] = []
        self.refused: list[Refusal] = []
        self._bulk, self._sheet, self._plan, self._adding = bulk, sheet, plan, adding
        self._records, self._fields = bulk.records, bulk.records.fields
        self._lookup = Lookup(bulk, plan)
        self._reasons = Reasons(sheet, plan, bulk.records)
        self._matching = Matching(bulk, sheet, plan, self._lookup, self._reasons)
        self._keys = self._matching.keys
        self._stored: dict[int, Row] = {}
        self._taken: dict[tuple[Any, Any], int] = {}  # (system, external id) -> the first row that has it
        self._beside: dict[str, Counter[str]] = defaultdict(Counter)
        self._newer: list[Changed] = []
        self._newer_rows = 0
        self.alike = Choosing(bulk, plan, compared)

    def sort(self, read: list[Draft], done: bool, step: Callable[[], object] = lambda: None) -> Report:
        """Look up, match and judge every row; the report says what was, or would be, `done`. `step` by step."""
        if self._adding:
            self._lookup.add_former(read)
        self._several = Counter(heading for draft in read for heading in draft.several)
        for draft in read:
            self._matching.claim(draft)
            self._lookup.resolve(draft, draft.named.items())
            self._note_words(draft)
        self._always = self._constants()
        matches, refused = self._matching.all(read)
        for draft in read:
            if draft.number in refused:
                self._refuse(draft, refused[draft.number])
        self._matching.doubt(matches)
        self.alike.begin(matches)
        for start in range(0, len(matches), CHUNK):
            step()
            some = matches[start : start + CHUNK]
            if self._plan.mode != Mode.CREATE:
                ids = {match.found[0] for match in some if match.found}
                self._stored = self._bulk.rows(ids | self.alike.ids(match.draft.number for match in some))
            for match in some:
                self._decide(match)
        if self._plan.asks_who_is_here or not done:
            self._look_alike()
        for line in self._sheet.unread:
            self.refused.append(Refusal(line.number, tuple(line.cells), line.reason))
        self.refused.sort(key=lambda refusal: refusal.row)
        return self._report(done)

    def _look_alike(self) -> None:
        """Which new rows look like something; where the plan says so, they are refused."""
        self.alike.look(self.created)
        out = self.alike.out()
        for draft, _ in (pair for pair in self.created if pair[0].number in out):
            said = out[draft.number]
            self._refuse(draft, said.sentence, dict.fromkeys(said.fields, said.sentence))
            self._note_beside(draft, -1)
        self.created = [pair for pair in self.created if pair[0].number not in out]

    def to_make(self) -> list[ToMake]:
        """The records that the rows which are written name, and that are to be added before them."""
        written = [row for _, row in self.created] + [changed for _, _, changed in self.updated]
        used = {value for row in written for value in row.values() if isinstance(value, int) and value < 0}
        return [made for made in self._lookup.to_make.values() if made.id in used]

    def made(self, ids: dict[int, int]) -> None:
        """Put the ids of what was added in place of what stood for them."""
        for row in [row for _, row in self.created] + [changed for _, _, changed in self.updated]:
            for name, value in row.items():
                if isinstance(value, int) and value < 0:
                    row[name] = ids[value]

    def _report(self, done: bool) -> Report:
        """The counts, the refusals and the first changes."""
        beside = {heading: dict(some) for heading, words in self._beside.items() if (some := +words)}
        changes = [
            change
            for draft, before, changed in self.updated[:_SHOWN_CHANGES]
            for change in changed_of(draft.number, self._matching.called(draft, before), before, changed)
        ][:_SHOWN_CHANGES]
        unknown = {h: dict(Counter(words).most_common()) for h, words in self._lookup.unknown.items()}
        making = [made.title for made in self.to_make()]
        taken = {draft.number for draft, *_ in self.updated} | set(self._left)
        meant = {row: found.words for row, found in self._matching.meant.items() if row in taken}
        return Report(
            self._sheet.headings,
            len(self.created),
            len(self.updated),
            len(self._left),
            tuple(self.refused),
            tuple(changes),
            unknown,
            (
                *hints.of_another_export(self._matching.elsewhere),
                *hints.unmarked(unmarked_export(self._sheet, self._records)),
                *hints.from_elsewhere(self._keys.elsewhere),
                *hints.meant(meant, self._lookup.meant),
                *hints.made(making, done),
                *hints.kept_beside(beside, self._plan, self._records),
                *hints.first_of_several(self._several),
                *hints.changed_since(self._newer_rows, self._plan),
            ),
            done,
            beside=beside,
            newer=tuple(self._newer),
            newer_rows=self._newer_rows,
            doubted=self._matching.doubted,
            made=tuple(making),
            adding=tuple(draft.number for draft, _ in self.created),
            left=tuple(self._left),
            resembling=self.alike.found,
            meant=meant,
            names={} if done else self._lookup.names([*changes, *self._newer]),
        )

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
        if asked.refused:
            raise Invalid(f"The value for new records: {asked.refused[0][2]}", asked.refused[0][0])
        return {**values, **asked.values}

    # what becomes of it

    def _decide(self, match: Match) -> None:
        draft = match.draft
        if match.found and (self._plan.mode == Mode.CREATE or match.print):
            self._left.append(draft.number)
        elif len(match.found) > 1:
            self._refuse(draft, self._matching.several(match))
        elif match.found and self._matching.doubts(match):
            self._refuse(draft, self._matching.whose(match))
        elif match.found:
            self._change(draft, self._stored[match.found[0]])
        elif ID in self._plan.key and draft.id:
            self._refuse(
                draft,
                f"There is no record with the id {draft.id!r} here. Leave the id empty to add it as a new one.",
            )
        elif self._plan.mode == Mode.UPDATE:
            self._refuse(draft, "No record here has this key, and only existing ones are changed.")
        elif (alike := self.alike.changing(draft.number)) is None:
            self._add(draft, match.print)
        elif why := self.alike.refused(alike):
            self._refuse(draft, why, dict.fromkeys(alike.fields, why))
        elif (before := self._stored.get(alike.into or 0)) is None:
            raise Outdated
        else:
            self._change(draft, before, found_by=())

    def _add(self, draft: Draft, print_: str) -> None:
        self._part(draft)
        if draft.refused:
            self._refuse_cells(draft)
            return
        values = self._arranged(draft, {**self._always, **draft.values}, None)
        if print_:
            values.setdefault("external_id", print_)
        if values.get("external_id"):
            values["external_system"] = self._keys.system_of(draft)
        if values.get("created_at") and values["created_at"] > self._bulk.doing.at:
            self._set_aside(draft, "created_at")
            del values["created_at"]
        missing = {
            name: self._reasons.told(draft, name, f"{field.label} is needed; fill it in.")
            for name, field in self._fields.items()
            if field.required and values.get(name) is None
        }
        if missing:
            self._refuse(draft, " ".join(missing.values()), missing)
            return
        judged = self._judged(draft, values, None)
        if judged is None or not self._external_is_free(draft, judged, None):
            return
        self._note_beside(draft)
        if draft.kept:
            judged[KEEP] = draft.kept
        self.created.append((draft, judged))

    def _change(self, draft: Draft, before: Row, found_by: tuple[str, ...] | None = None) -> None:
        """`found_by`: the fields that found the record, which keep their values; the plan's key unless told."""
        keys = self._plan.key if found_by is None else found_by
        draft.wrong = [
            (name, cell, why)
            for name, cell, why in draft.wrong
            if cell.strip() != to_text(self._fields[name], before[name]).strip()
        ]
        self._part(draft)
        if draft.refused:
            self._refuse_cells(draft)
            return
        said = self._fitted(
            draft,
            self._arranged(draft, dict(draft.values), before),
            lambda values: self._records.in_one_currency(values, before),
        )
        if said is None:
            return
        wanted = {}
        for name, value in said.items():
            if name in keys or says_same(self._fields[name], before[name], value):
                continue
            other = found_by == () and name in _OTHERS and before[name] is not None
            if self._changeable(name) and not other:
                wanted[name] = value
            elif other or name not in _OTHERS:
                self._set_aside(draft, name)
        if self._plan.blanks == Blanks.CLEAR:
            blank = {n: self._fields[n].default for n in draft.blank if self._changeable(n)}
            wanted |= {n: v for n, v in blank.items() if not says_same(self._fields[n], before[n], v)}
        empty = [n for n, v in wanted.items() if v is None and self._fields[n].required]
        if empty:
            self._refuse(
                draft, f"{self._reasons.heading(empty[0])} is empty; it is needed and cannot be cleared."
            )
            return
        if wanted and before["archived_at"] is not None:
            self._refuse(draft, "This record is archived. Restore it before changing it.")
            return
        if wanted and self._matching.changed_since(draft, before):
            self._note_newer(draft, before, wanted)
            if self._plan.newer == Newer.LEAVE:
                self._refuse(draft, self._reasons.newer(before, wanted))
                return
        self._judge_change(draft, before, wanted)

    def _judge_change(self, draft: Draft, before: Row, wanted: Row) -> None:
        if self._keys.parted(draft, before, wanted):
            self._set_aside(draft, "external_id")
        judged = self._judged(draft, wanted, before) if wanted else {}
        if judged is None:
            return
        changed = {name: value for name, value in judged.items() if before[name] != value}
        kept_before = before[KEEP] or {}
        aside = {
            self._reasons.heading(n): shown(cell) for n, cell in draft.beside if self._reasons.heading(n)
        }
        kept = {**kept_before, **draft.kept, **aside}
        if kept != kept_before and before["archived_at"] is None:
            changed[KEEP] = kept
        if changed and not self._external_is_free(draft, {**before, **changed}, before["id"]):
            return
        self._note_beside(draft)
        if changed:
            self.updated.append((draft, before, changed))
        else:
            self._left.append(draft.number)

    def _changeable(self, name: str) -> bool:
        """What people may not change, a file may give to a new record only; but it may name an old one."""
        return self._fields[name].edit or name == "external_id"

    # what does not fit

    def _part(self, draft: Draft) -> None:
        """What a field does not take refuses the row where the table demands it, and is kept beside elsewhere."""
        for name, cell, why in draft.wrong:
            if self._optional(name):
                draft.beside.append((name, cell))
            else:
                draft.refused.append((name, cell, why))
        draft.wrong = []

    def _optional(self, name: str) -> bool:
        return name in self._fields and not self._fields[name].required

    def _arranged(self, draft: Draft, values: Row, before: Row | None) -> Row:
        """The values as the noun reads a file's; what finds no place in it is kept beside."""
        new = self._records.from_file(values, before)
        for name, value in values.items():
            placed = name in new and new[name] == value
            if name in draft.values and not placed and value not in [new[n] for n in new if n not in values]:
                self._set_aside(draft, name)
        return new

    def _judged(self, draft: Draft, values: Row, before: Row | None) -> Row | None:
        """The values as they will be written; None when the row was refused."""

        def rules(said: Row) -> Row:
            one = self._records.in_one_currency(said, before)
            return self._bulk.linked(self._records.judge(one, before, self._bulk.doing), before)

        judged = self._fitted(draft, values, rules)
        if judged is None:
            return None
        for name, value in values.items():
            if name in draft.values and not says_same(self._fields[name], judged.get(name), value):
                self._set_aside(draft, name)
        return judged

    def _fitted(self, draft: Draft, values: Row, rules: Callable[[Row], Row]) -> Row | None:
        """What the rules make of the values; None when the row was refused.

        An optional value that the rules refuse steps back: the file's word for it is kept beside the record.
        """
        try:
            return rules(values)
        except Invalid as wrong:
            spare = {p.field for p in wrong.problems if p.field in values and self._optional(p.field)}
            if not spare:
                told = {p.field: self._reasons.told(draft, p.field, p.sentence) for p in wrong.problems}
                self._refuse(draft, self._reasons.all(draft, wrong), told)
                return None
            for name in spare:
                self._set_aside(draft, name)
            return self._fitted(draft, {n: v for n, v in values.items() if n not in spare}, rules)

    def _set_aside(self, draft: Draft, name: str) -> None:
        """Keep the row's own word for a field beside the record."""
        cell = self._reasons.cell(draft, name)
        if cell and (name, cell) not in draft.beside:
            draft.beside.append((name, cell))

    def _note_beside(self, draft: Draft, count: int = 1) -> None:
        for name, cell in draft.beside:
            if heading := self._reasons.heading(name):
                draft.kept[heading] = shown(cell)
                self._beside[heading].update({cell.strip(): count})

    def _note_newer(self, draft: Draft, before: Row, wanted: Row) -> None:
        self._newer_rows += 1
        title = self._matching.called(draft, before)
        room = _SHOWN_CHANGES - len(self._newer)
        self._newer += changed_of(draft.number, title, before, wanted)[: max(room, 0)]

    def _external_is_free(self, draft: Draft, row: Row, id_: int | None) -> bool:
        """Whether no other record, here or earlier in the file, has this external id of this system."""
        name = (row.get("external_system"), row.get("external_id"))
        if name[1] is None:
            return True
        if (
            self._keys.external.get(name, id_) != id_
            or self._taken.setdefault(name, draft.number) != draft.number
        ):
            where = self._reasons.heading("external_id") or self._reasons.heading(ID) or "id"
            self._refuse(
                draft, f"Another record has this {where}, {str(name[1])[:60]!r}, as its external id."
            )
            return False
        return True

    def _refuse_cells(self, draft: Draft) -> None:
        told = [(name, self._reasons.told(draft, name, why)) for name, _, why in draft.refused]
        self._refuse(draft, " ".join(dict.fromkeys(why for _, why in told)), dict(told))

    def _refuse(self, draft: Draft, reason: str, told: Mapping[str, str] | None = None) -> None:
        """`told`: field -> what is wrong with its cell; without it the cells are those that find the record."""
        told = told or dict.fromkeys([*self._plan.key, self._records.title], reason)
        at = {heading: why for name, why in told.items() for heading in self._reasons.headings(name)}
        self.refused.append(Refusal(draft.number, tuple(draft.cells), reason, at))
