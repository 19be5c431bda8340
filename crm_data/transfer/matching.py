"""Which record a row of a file means, and whose ids it bears: this company's, or another system's."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from crm_data.store.bulk import Bulk
from crm_data.store.records import Row
from crm_data.store.values import row_id
from crm_data.transfer.csv_read import Sheet
from crm_data.transfer.keys import EXTERNAL, Key, Keys
from crm_data.transfer.lookup import Lookup, folded
from crm_data.transfer.marks import MARKED
from crm_data.transfer.otherwise import Meant, Written, few
from crm_data.transfer.plan import CHANGED, ID, MARK, By, Plan
from crm_data.transfer.reasons import Reasons, shortened
from crm_data.transfer.rows import Draft, Named, fingerprint, shown

# A spreadsheet that rewrites a moment leaves its seconds out.
_SECONDS = timedelta(seconds=60)


@dataclass
class Match:
    """A row of the file and the records that its key finds. `meant`: not as it is written, but as it is meant."""

    draft: Draft
    key: Key | None
    found: list[int]
    print: str = ""  # of the whole row, where it has no key
    meant: bool = False


class Matching:
    """Finds the record of each row. `doubted`: see `doubt`. `elsewhere`: rows of another company's export.

    `meant`: by their number the rows whose key is written otherwise here, where it means one record.
    """

    def __init__(self, bulk: Bulk, sheet: Sheet, plan: Plan, lookup: Lookup, reasons: Reasons) -> None:
        self.keys = Keys(bulk, plan)
        self.doubted = self.elsewhere = 0
        self.meant: dict[int, Meant] = {}
        self._sheet, self._plan, self._lookup, self._reasons = sheet, plan, lookup, reasons
        self._bulk, self._records, self._mark = bulk, bulk.records, bulk.mark()
        self._rows: dict[tuple[Any, ...], int] = {}  # key -> the first row of the file that has it

    def claim(self, draft: Draft) -> None:
        """An id is ours only where the row bears this company's mark; else it is an external id of that one's."""
        if self.own(draft):
            return
        changed = self._reasons.cell(draft, CHANGED)
        if changed:
            draft.kept[self._reasons.heading(CHANGED)] = shown(changed)
        if draft.marked is None:
            return
        system = draft.marked.system
        self.elsewhere += 1
        if draft.id and "external_id" not in draft.values:
            draft.values |= {"external_id": draft.id, "external_system": system}
        draft.id = ""
        for name, said in draft.named.items():
            if said.by == By.ID and not said.chosen:
                draft.named[name] = self._there(draft, name, replace(said, by=By.EXTERNAL, system=system))

    def own(self, draft: Draft) -> bool:
        """Whether the row says that it comes from this company of this installation."""
        return draft.marked is not None and draft.marked.company == self._mark

    def match(self, draft: Draft) -> Match | str:
        """The records that a row means, or why it is refused."""
        if draft.id and draft.marked is None and self._plan.going_to(MARK) is not None:
            mark = self._reasons.heading(MARK) or MARKED
            return (
                f"The id {draft.id[:40]!r} has no mark in the column {mark} beside it, so nobody knows whose it"
                " is. Leave the id empty to add the row as a new record."
            )
        if ID in self._plan.key and draft.id and row_id(draft.id) is None:
            return f"There is no record with the id {draft.id[:40]!r} here."
        key = self.keys.of(draft)
        print_ = "" if key else fingerprint(self._sheet, draft.cells)
        first = self._rows.setdefault(key or (print_,), draft.number)
        if first != draft.number:
            what = "has the same key as" if key else "says the same as"
            return f"This row {what} row {first}; only that one is taken."
        return Match(draft, key, self.keys.found(draft, key, print_), print_)

    def all(self, read: Iterable[Draft]) -> tuple[list[Match], dict[int, str]]:
        """The records that each row means; row -> why it is refused, where it is."""
        matches, refused = list[Match](), dict[int, str]()
        for draft in read:
            match = self.match(draft)
            if isinstance(match, Match):
                matches.append(match)
            else:
                refused[draft.number] = match
        refused |= self._mean(matches)
        return [match for match in matches if match.draft.number not in refused], refused

    def _mean(self, matches: list[Match]) -> dict[int, str]:
        """Find those whose key is nowhere as it is written by what it means; row -> why it is refused.

        What is here as it is written comes first: of the records, and of the rows that mean one record.
        """
        forms = self.keys.forms
        left = {
            m.draft.number: (m, m.key)
            for m in matches
            if forms.any and m.key and m.key[0] != EXTERNAL and not m.found
        }
        if not left:
            return {}
        taken = {m.found[0]: m.draft.number for m in reversed(matches) if len(m.found) == 1}
        home = self._bulk.country() if forms.phones else None
        keys = {n: (key, m.draft.values.get(forms.country or "")) for n, (m, key) in left.items()}
        rows = Written(forms, keys, home)
        for here, id_, country in self.keys.each():
            for number in rows.meaning(here, country):
                left[number][0].found.append(id_)
        refused = dict[int, str]()
        for number, (match, _) in left.items():
            match.found = sorted(self.keys.in_use(match.found))
            match.meant = bool(match.found)
            first: int | None = None
            if len(match.found) == 1:
                first = taken.setdefault(match.found[0], number)
                self.meant[number] = self._found_as(match)
            elif not match.found:
                first = rows.earlier(number)
            if first not in (None, number):
                refused[number] = (
                    f"This row has the same key as row {first}, written otherwise; only that one is taken. Choose"
                    " another key if they are two."
                )
        return refused

    def several(self, match: Match) -> str:
        """Why a row is refused whose key more than one record has."""
        count = len(match.found)
        labels = " and ".join(
            self._reasons.heading(n) or self._records.fields[n].label for n in self._plan.key
        )
        if not match.meant:
            return f"{count} records here have this {labels}; choose another key."
        return (
            f"No record here has this {labels} as it is written, and {count} have it written otherwise:"
            f" {few(self.keys.titles[id_] for id_ in match.found)} Write it as it is here, or choose another key."
        )

    def called(self, draft: Draft, record: Row) -> str:
        """A record by its name, and by what the row has found it where that is written otherwise."""
        found = self.meant.get(draft.number)
        return found.words if found else str(record[self._records.title])

    def _found_as(self, match: Match) -> Meant:
        values = match.draft.values
        said = ", ".join(str(values[name]) for name in self.keys.forms.fields if values.get(name))
        return Meant(match.draft.number, self.keys.titles[match.found[0]], said)

    def doubt(self, matches: list[Match]) -> None:
        """Count the rows whose id means another record here, so that the file's system may be another one.

        Asked only where the system's name is guessed from the file's. 0 where most rows name the same records.
        """
        known = [m for m in matches if m.found and m.key and m.key[0] == EXTERNAL and self._guessed(m.draft)]
        alike = sum(self._same_title(match) for match in known)
        self.doubted = 0 if 2 * alike >= len(known) else len(known) - alike

    def doubts(self, match: Match) -> bool:
        """Whether this row is one of those."""
        return bool(self.doubted) and self._guessed(match.draft) and not self._same_title(match)

    def whose(self, match: Match) -> str:
        """The question that such a row asks."""
        id_ = shortened(str(match.draft.values["external_id"]))
        here = shortened(self.keys.titles[match.found[0]])
        return (
            f"{self._reasons.heading('external_id')} {id_!r} from {self._plan.source!r} is {here!r} here."
            " Say where the ids come from: the same name if it is the same system, another one if it is not."
        )

    def changed_since(self, draft: Draft, before: Row) -> bool:
        """Whether the record was changed here after the file was made, as its mark or its own moment says."""
        if draft.marked is not None and self.own(draft):
            later = draft.changed is not None and before["updated_at"] - draft.changed >= _SECONDS
            return bool(before["version"] > draft.marked.version or later)
        if draft.changed is None or before["updated_at"] <= draft.changed:
            return False
        return not (before["version"] == 1 and before["external_id"] is not None)  # as it was imported

    def _there(self, draft: Draft, name: str, said: Named) -> Named:
        """A record of another company's export: by its id there, or by the name that stands beside it."""
        beside = self._records.fields[name].label
        if self._lookup.knows(name, said) or beside not in self._sheet.headings:
            return said
        other = draft.cells[self._sheet.headings.index(beside)].strip()
        return Named(By.NAME, other, said.heading) if other else said

    def _guessed(self, draft: Draft) -> bool:
        return not self._plan.named and draft.marked is None and "external_system" not in draft.values

    def _same_title(self, match: Match) -> bool:
        title = match.draft.values.get(self._records.title)
        return title is not None and folded(self.keys.titles[match.found[0]]) == folded(str(title))
