"""Names in a file looked up inside the company: colleagues by name or e-mail, records by name or id."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field

from crm_data.store.bulk import Bulk
from crm_data.store.folding import fold
from crm_data.store.values import row_id
from crm_data.tables.fields import Field, Kind
from crm_data.transfer.plan import By, Plan, Unmatched
from crm_data.transfer.rows import Draft, Named

# What stands for a colleague who would be added: a rehearsal adds nobody.
TO_BE_ADDED = 0


def folded(said: str) -> str:
    """A name as it is compared: blanks and case do not count."""
    return fold(" ".join(said.split()))


@dataclass
class _Known:
    """What one kind of name means: spelling -> ids, the ones still there before those put away."""

    by: dict[str, dict[str, list[int]]] = field(
        default_factory=lambda: defaultdict(lambda: defaultdict(list))
    )

    def find(self, named: Named) -> list[int]:
        """The ids behind a name."""
        if named.by == By.ID:
            number = row_id(named.said)
            return self.by[By.ID].get(str(number), [])
        said = named.said if named.by == By.EXTERNAL else folded(named.said)
        return self.by[named.by].get(said, []) or self.by[f"{named.by}, put away"].get(said, [])


class Lookup:
    """Answers which id a name of the file means; each kind of record is read in one statement, when needed."""

    def __init__(self, bulk: Bulk, plan: Plan) -> None:
        self._bulk, self._plan = bulk, plan
        self._known: dict[str, _Known] = {}
        self.unknown: dict[str, Counter[str]] = defaultdict(Counter)

    def resolve(self, draft: Draft, named: Iterable[tuple[str, Named]]) -> None:
        """Put the ids into the draft's values; what names nothing is wrong, empty or to be added, as planned."""
        for name, said in named:
            to = self._bulk.records.fields[name]
            found = self._kind(to).find(said)
            if len(found) == 1:
                draft.values[name] = found[0]
                continue
            self.unknown[said.heading][said.said] += 1
            unmatched = self._plan.column(said.heading).unmatched if said.heading else Unmatched.REFUSE
            if unmatched == Unmatched.FORMER and to.kind is Kind.MEMBER and not found:
                draft.values[name] = TO_BE_ADDED
            elif unmatched == Unmatched.EMPTY and not found:
                draft.blank.append(name)
            else:
                draft.wrong.append((name, said.said, _sentence(to, said, len(found))))

    def add_former(self, drafts: Collection[Draft]) -> None:
        """Add the colleagues who left, for all names that are to be added. Call before `resolve`."""
        names: dict[str, str] = {}
        for draft in drafts:
            for name, said in draft.named.items():
                to = self._bulk.records.fields[name]
                if to.kind is not Kind.MEMBER or said.by != By.NAME or not said.heading:
                    continue
                former = self._plan.column(said.heading).unmatched == Unmatched.FORMER
                if former and not self._kind(to).find(said):
                    names.setdefault(folded(said.said), said.said)
        if names:
            self._bulk.add_former(list(names.values()))
            self._known.pop("users", None)

    def _kind(self, to: Field) -> _Known:
        table = to.to or "users"
        if table not in self._known:
            self._known[table] = self._members() if to.kind is Kind.MEMBER else self._targets(table)
        return self._known[table]

    def _members(self) -> _Known:
        known = _Known()
        for person in self._bulk.colleagues():
            known.by[By.ID][str(person.id)] = [person.id]
            where = By.NAME if person.active else f"{By.NAME}, put away"
            for spelling in {folded(person.name), folded(person.email)}:
                known.by[where][spelling].append(person.id)
        return known

    def _targets(self, table: str) -> _Known:
        known = _Known()
        for target in self._bulk.targets(table):
            known.by[By.ID][str(target.id)] = [target.id]
            away = ", put away" if target.archived else ""
            known.by[f"{By.NAME}{away}"][folded(target.title)].append(target.id)
            if target.external_id:
                known.by[f"{By.EXTERNAL}{away}"][target.external_id].append(target.id)
        return known


def _sentence(to: Field, named: Named, count: int) -> str:
    who = "colleague" if to.kind is Kind.MEMBER else to.label.lower()
    shown = named.said if len(named.said) <= 60 else f"{named.said[:60]}…"
    if count > 1:
        other = "e-mail" if to.kind is Kind.MEMBER else "id"
        return f"{to.label}: {shown!r} is the {named.by} of {count} records here; use the {other} instead."
    return f"{to.label}: there is no {who} with the {named.by} {shown!r} here."
