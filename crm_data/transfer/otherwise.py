"""Keys that are written otherwise than here: names and telephone numbers compared as people mean them. Pure."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import product
from typing import Any

from crm_data.alike import called, countries, phones
from crm_data.alike.likeness import known_by
from crm_data.store.records import Records
from crm_data.tables.fields import Kind
from crm_data.transfer.plan import Plan
from crm_data.transfer.reasons import shortened

NAME, PHONE = "name", "phone"
_FIRM = "company_name"
_SHOWN = 3
Key = tuple[Any, ...]  # what a row or a record has in the fields of the plan's key, each as `folded`
Form = tuple[Any, ...]  # the same as it is meant


class Forms:
    """How the keys of one plan are meant. `any`: whether one of its fields can be written in more than one way.

    Names are those of persons and firms alone: of a deal every word counts. `fields`: those that can. `country`:
    the field that says of which country a record's numbers are; None where none is asked for.
    """

    def __init__(self, records: Records, plan: Plan) -> None:
        known = known_by(records.name)
        called = (known.title, _FIRM) if known else ()
        kinds = {name: field.kind for name, field in records.fields.items()}
        self._of = tuple(
            NAME if name in called else PHONE if kinds.get(name) is Kind.PHONE else "" for name in plan.key
        )
        self.fields = tuple(name for name, of in zip(plan.key, self._of, strict=True) if of)
        self.any = bool(self.fields)
        self.phones = PHONE in self._of
        self.country = known.country if known and self.phones else None

    def read(self, key: Key, country: str | None, home: str | None) -> Form:
        """A key as it is meant. `country`, `home`: the record's and the company's, as they are written."""
        regions = tuple(dict.fromkeys(r for said in (country, home) if (r := countries.region(said))))
        return tuple(_read(of, value, regions) for of, value in zip(self._of, key, strict=True))

    def shelves(self, form: Form) -> Iterator[Key]:
        """Where a form of the file lies: one that is the same has one of these `beside` it."""
        return product(*(_shelves(of, part) for of, part in zip(self._of, form, strict=True)))

    def beside(self, key: Key) -> Iterator[Key]:
        """Where those lie that may be the same as a key, which need not be read as a number for it."""
        return product(*map(_beside, self._of, key))

    def extensions(self, form: Form) -> Key:
        """What stands behind each of its numbers; '' where nothing does."""
        parts = zip(self._of, form, strict=True)
        return tuple(
            part[0].extension if isinstance(part, tuple) else "" for of, part in parts if of == PHONE
        )

    def same(self, one: Form, other: Form) -> bool:
        """Whether two are one."""
        return all(map(_same, self._of, one, other))


# Where a form lies, and what stands behind its numbers -> the rows: of a switchboard only one's own extension.
Shelves = dict[tuple[Key, Key], list[int]]


class Written:
    """Rows of the file by the forms of their keys. `rows`: the row's number -> its key and its own country."""

    def __init__(self, forms: Forms, rows: Mapping[int, tuple[Key, str | None]], home: str | None) -> None:
        self._forms, self._home = forms, home
        self._form = {row: forms.read(key, country, home) for row, (key, country) in rows.items()}
        self._at: Shelves = {}
        self._first: Shelves = {}
        for row in self._form:
            self._lay(self._at, row)
        self._shelves = {shelf for shelf, _ in self._at}

    def meaning(self, key: Key, country: str | None) -> set[int]:
        """The rows whose key means the same as a record's."""
        shelves = [shelf for shelf in self._forms.beside(key) if shelf in self._shelves]
        if not shelves:
            return set()
        return set(self._same(self._at, shelves, self._forms.read(key, country, self._home)))

    def earlier(self, row: int) -> int | None:
        """The first row asked about before that means the same; None where this one is the first itself."""
        form = self._form[row]
        found = min(self._same(self._first, self._forms.shelves(form), form), default=None)
        if found is None:
            self._lay(self._first, row)
        return found

    def _lay(self, held: Shelves, row: int) -> None:
        form = self._form[row]
        behind = self._forms.extensions(form)
        for shelf in self._forms.shelves(form):
            held.setdefault((shelf, behind), []).append(row)

    def _same(self, held: Shelves, shelves: Iterable[Key], form: Form) -> Iterator[int]:
        behind = self._forms.extensions(form)
        for shelf in shelves:
            there = held.get((shelf, behind), ())
            yield from (row for row in there if self._forms.same(self._form[row], form))


@dataclass(frozen=True)
class Meant:
    """A row that found its record by a key that is written otherwise. `title`: the record's, `said`: the row's."""

    row: int
    title: str
    said: str

    @property
    def words(self) -> str:
        """Both: 'Acme Inc. (found as Acme)'."""
        return f"{shortened(self.title)} (found as {shortened(self.said)})"


def few(titles: Iterable[str]) -> str:
    """Some records by their names, at the end of a sentence: 'Acme AG, Acme Inc., Acme Ltd and 2 others.'."""
    said = [shortened(title) for title in titles]
    more = f" and {len(said) - _SHOWN:,} other{'s' if len(said) > _SHOWN + 1 else ''}"
    return f"{(', '.join(said[:_SHOWN]) + (more if len(said) > _SHOWN else '')).removesuffix('.')}."


def _read(of: str, value: Any, regions: tuple[str, ...]) -> Any:
    if of == NAME:
        return called.firm(value)
    return (phones.ways(value, regions) or value) if of == PHONE else value


def _shelves(of: str, part: Any) -> Iterable[Any]:
    if of == NAME:
        return list(part.ways)
    if of == PHONE and isinstance(part, tuple):
        return {number.end for number in part}
    return [(part,)]


def _beside(of: str, value: Any) -> Iterable[Any]:
    if of == NAME:
        return called.firm(value).ways
    return [*phones.pieces(value), (value,)] if of == PHONE else [(value,)]


def _same(of: str, one: Any, other: Any) -> bool:
    if of == NAME:
        return called.same(one, other)
    if of and isinstance(one, tuple) and isinstance(other, tuple):
        return phones.meant(one, other)
    return bool(one == other)
