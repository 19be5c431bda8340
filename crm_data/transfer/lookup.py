"""Names in a file looked up inside the company: colleagues by name or e-mail, records by name or id."""

import unicodedata
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from zoneinfo import ZoneInfo

from crm_data.alike import called
from crm_data.alike.likeness import known_by
from crm_data.store.bulk import Bulk
from crm_data.store.records import Records
from crm_data.store.values import row_id
from crm_data.tables.fields import Field, Kind, inside
from crm_data.tables.reading import fold
from crm_data.transfer.csv_read import Sheet
from crm_data.transfer.headings import FIRMS, squeezed
from crm_data.transfer.mapping import importable
from crm_data.transfer.otherwise import few
from crm_data.transfer.plan import By, Column, Plan, Unmatched
from crm_data.transfer.report import Changed
from crm_data.transfer.rows import NAMED, WRONG, Cells, Draft, Named, Template, templates

# What stands for a colleague who would be added: a rehearsal adds nobody.
TO_BE_ADDED = 0
_FORMER = "A former colleague (to be added)"
# The records that a name is enough to make.
MADE = "customers"
Words = Callable[[str], called.Called]


def folded(said: str) -> str:
    """A name as it is compared: case, blanks and signs that nobody sees do not count."""
    if not said.isascii():
        said = "".join(c for c in said if unicodedata.category(c) != "Cf")
    return fold(" ".join(said.split()))


@dataclass
class _Known:
    """What one kind of name means: spelling -> ids, the ones still there before those put away.

    `systems`: an external id -> the systems that it comes from here. `titles`: id -> name. `away`: put away.
    `words`: how names are meant; None where they mean no more than they say.
    """

    by: dict[str, dict[str, list[int]]] = field(
        default_factory=lambda: defaultdict(lambda: defaultdict(list))
    )
    systems: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    words: Words | None = None
    titles: dict[int, str] = field(default_factory=dict)
    away: set[int] = field(default_factory=set)

    def find(self, named: Named) -> list[int]:
        """The ids behind a name."""
        if named.by == By.ID:
            number = row_id(named.said)
            return self.by[By.ID].get(str(number), [])
        said = external_name(named.system, named.said) if named.by == By.EXTERNAL else folded(named.said)
        return self.by[named.by].get(said, []) or self.by[f"{named.by}, put away"].get(said, [])

    def meant(self, named: Named) -> list[int]:
        """The ids behind a name that is written otherwise here; asked where `find` knows none."""
        if named.by != By.NAME or self.words is None:
            return []
        said = self.words(named.said)
        near = {id_ for way in said.ways for id_ in self._shelved.get(way, ())}
        found = sorted(id_ for id_ in near if called.same(said, self.words(self.titles[id_])))
        return [id_ for id_ in found if id_ not in self.away] or found

    @cached_property
    def _shelved(self) -> Mapping[str, Sequence[int]]:
        assert self.words is not None
        held: dict[str, list[int]] = {}
        for id_, title in self.titles.items():
            for way in self.words(title).ways:
                held.setdefault(way, []).append(id_)
        return held


@dataclass(frozen=True)
class ToMake:
    """A customer that the import adds because rows name it; `id` stands for it until it has its own."""

    id: int
    table: str
    title: str
    firm: bool


class Lookup:
    """Answers which id a name of the file means; each kind of record is read in one statement, when needed.

    `unknown`: heading -> word -> rows. `to_make`: (table, name) -> what will be added for those that are written.
    `meant`: heading -> (word, name here) -> rows, where a name is written otherwise here.
    """

    def __init__(self, bulk: Bulk, plan: Plan) -> None:
        self._bulk, self._plan = bulk, plan
        self._known: dict[str, _Known] = {}
        self.unknown: dict[str, Counter[str]] = defaultdict(Counter)
        self.meant: dict[str, Counter[tuple[str, str]]] = defaultdict(Counter)
        self.to_make: dict[tuple[str, str], ToMake] = {}

    def resolve(self, draft: Draft, named: Iterable[tuple[str, Named]]) -> None:
        """Put the ids into the draft's values; what names nothing is refused, kept beside or to be added."""
        for name, said in named:
            to = self._bulk.records.fields[name]
            known = self._kind(to)
            exactly = known.find(said)
            found = exactly or known.meant(said)
            if len(found) == 1:
                draft.values[name] = found[0]
                if not exactly:
                    self.meant[said.heading or to.label][said.said, known.titles[found[0]]] += 1
                continue
            self.unknown[said.heading][said.said] += 1
            unmatched = self._plan.column(said.heading).unmatched if said.heading else Unmatched.REFUSE
            if unmatched == Unmatched.FORMER and to.kind is Kind.MEMBER and not found:
                draft.values[name] = TO_BE_ADDED
            elif unmatched == Unmatched.MAKE and to.to == MADE and said.by == By.NAME and not found:
                draft.values[name] = self._to_make(to.to, said)
            elif unmatched == Unmatched.REFUSE:
                draft.refused.append((name, said.said, self._sentence(to, said, exactly or found)))
            else:
                draft.beside.append((name, said.said))

    def knows(self, name: str, said: Named) -> bool:
        """Whether a name means exactly one record here."""
        known = self._kind(self._bulk.records.fields[name])
        return len(known.find(said) or known.meant(said)) == 1

    def names(self, changes: Iterable[Changed]) -> dict[str, dict[int, str]]:
        """Field -> id -> who or what the values of some changes are, with those that are to be added."""
        ids: dict[str, set[int]] = defaultdict(set)
        fields = self._bulk.records.fields
        for change in changes:
            if change.field in fields and fields[change.field].kind in (Kind.MEMBER, Kind.LINK):
                ids[change.field] |= {id_ for id_ in (change.before, change.after) if id_ is not None}
        found = self._bulk.names(ids)
        made = {made.id: f"{made.title} (to be added)" for made in self.to_make.values()}
        for name in found:
            if fields[name].kind is Kind.MEMBER:
                found[name] = {**found[name], TO_BE_ADDED: _FORMER}
            else:
                found[name] = {**found[name], **made}
        return found

    def _to_make(self, table: str, said: Named) -> int:
        key = (table, _spelled(said.said, called.firm))
        if key not in self.to_make:
            title = " ".join(said.said.split())
            firm = squeezed(said.heading) in FIRMS
            self.to_make[key] = ToMake(-1 - len(self.to_make), table, title, firm)
        made = self.to_make[key]
        if folded(made.title) != folded(said.said):
            self.meant[said.heading][said.said, made.title] += 1
        return made.id

    def add_former(self, drafts: Collection[Draft]) -> None:
        """Add the colleagues who left, for all names that are to be added. Call before `resolve`."""
        names: dict[str, str] = {}
        for draft in drafts:
            for name, said in draft.named.items():
                to = self._bulk.records.fields[name]
                if to.kind is not Kind.MEMBER or said.by != By.NAME or not said.heading:
                    continue
                former = self._plan.column(said.heading).unmatched == Unmatched.FORMER
                if former and not self._kind(to).find(said) and not self._kind(to).meant(said):
                    names.setdefault(_spelled(said.said, called.person), said.said)
        if names:
            self._bulk.add_former(list(names.values()))
            self._known.pop("users", None)

    def _kind(self, to: Field) -> _Known:
        table = to.to or "users"
        if table not in self._known:
            self._known[table] = self._members() if to.kind is Kind.MEMBER else self._targets(table)
        return self._known[table]

    def _members(self) -> _Known:
        known = _Known(words=called.person)
        for person in self._bulk.colleagues():
            known.by[By.ID][str(person.id)] = [person.id]
            known.titles[person.id] = person.name
            if not person.active:
                known.away.add(person.id)
            where = By.NAME if person.active else f"{By.NAME}, put away"
            for spelling in {folded(person.name), folded(person.email)}:
                known.by[where][spelling].append(person.id)
        return known

    def _targets(self, table: str) -> _Known:
        known = _Known(words=called.firm if known_by(table) else None)
        for target in self._bulk.targets(table):
            known.by[By.ID][str(target.id)] = [target.id]
            away = ", put away" if target.archived else ""
            if known.words:
                known.titles[target.id] = target.title
                known.away |= {target.id} if target.archived else set()
            known.by[f"{By.NAME}{away}"][folded(target.title)].append(target.id)
            if target.external_id:
                name = external_name(target.external_system or "", target.external_id)
                known.by[f"{By.EXTERNAL}{away}"][name].append(target.id)
                known.systems[target.external_id].add(target.external_system or "")
        return known

    def _sentence(self, to: Field, named: Named, found: list[int]) -> str:
        who = "colleague" if to.kind is Kind.MEMBER else inside(to.label)
        shown = named.said if len(named.said) <= 60 else f"{named.said[:60]}…"
        other, known = "e-mail" if to.kind is Kind.MEMBER else "id", self._kind(to)
        if found and not known.find(named):
            return (
                f"{to.label}: no {who} is called {shown!r} here, and {len(found)} are written otherwise:"
                f" {few(known.titles[id_] for id_ in found)} Write the one that is meant as it is here, or use"
                f" the {other} instead."
            )
        if found:
            one = f"{shown!r} is the {named.by} of {len(found)} records here"
            return f"{to.label}: {one}; use the {other} instead."
        if named.by != By.EXTERNAL:
            return f"{to.label}: there is no {who} with the {named.by} {shown!r} here."
        others = sorted(known.systems.get(named.said, ()))
        hint = (
            f" There is one from {' and from '.join(map(repr, others))}: say so if that is meant."
            if others
            else ""
        )
        return f"{to.label}: there is no {who} with the id {shown!r} from {named.system!r} here.{hint}"


def _spelled(said: str, words: Words) -> str:
    """What of two names to be added must be the same for them to be one."""
    meant = words(said)
    return f"{meant.usual} {meant.form}".strip() or folded(said)


def external_name(system: str, id_: str) -> str:
    """An id of another system as one word: the same number of two systems is not the same."""
    return f"{system}\x1f{id_}"


def unknown_words(sheet: Sheet, plan: Plan, records: Records, lookup: Lookup) -> dict[str, dict[str, int]]:
    """Heading -> cell -> rows: the cells of choices, colleagues and records that mean nothing here."""
    fields, found = importable(records), {}
    for column in plan.columns:
        to = fields.get(column.to)
        if to is None or to.kind not in (Kind.CHOICE, Kind.MEMBER, Kind.LINK) or column.by == By.ID:
            continue
        cells = Cells(column, to, ZoneInfo(plan.zone), plan.source)
        words: Counter[str] = Counter()
        for cell, rows in Counter(_said(sheet, plan, column, to, cells)).items():
            state, said = cells.read(cell)
            if state == WRONG or (state == NAMED and not said.chosen and not lookup.knows(column.to, said)):
                words[cell.strip()] += rows
        if words:
            found[column.heading] = dict(words.most_common())
    return found


def _said(sheet: Sheet, plan: Plan, column: Column, to: Field, cells: Cells) -> list[str]:
    """The cells of a column, and what stands in for those that are empty."""
    found, text = sheet.column(column.heading), templates(plan).get(column.to)
    if text is None:
        return found
    other = Template(text, sheet, plan, to)
    return [
        other.text(line.cells) if cells.empty(cell) else cell
        for cell, line in zip(found, sheet.lines, strict=True)
    ]
