"""Keys that are written otherwise than here: names and telephone numbers compared as people mean them. Pure."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import product
from typing import Any

from crm_data.alike import countries, names, phones
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

    def same(self, one: Form, other: Form) -> bool:
        """Whether two are one."""
        return all(map(_same, self._of, one, other))


class Written:
    """Rows of the file by the forms of their keys. `rows`: the row's number -> its key and its own country."""

    def __init__(self, forms: Forms, rows: Mapping[int, tuple[Key, str | None]], home: str | None) -> None:
        self._forms, self._home = forms, home
        self._form = {row: forms.read(key, country, home) for row, (key, country) in rows.items()}
        self._at: dict[Key, list[int]] = {}
        for row, form in self._form.items():
            for shelf in forms.shelves(form):
                self._at.setdefault(shelf, []).append(row)

    def meaning(self, key: Key, country: str | None) -> set[int]:
        """The rows whose key means the same as a record's."""
        shared = {row for shelf in self._forms.beside(key) for row in self._at.get(shelf, ())}
        if not shared:
            return shared
        form = self._forms.read(key, country, self._home)
        return {row for row in shared if self._forms.same(self._form[row], form)}

    def earlier(self, row: int, among: Collection[int]) -> int | None:
        """The first of some rows that means the same as another."""
        form = self._form[row]
        shared = {other for shelf in self._forms.shelves(form) for other in self._at[shelf] if other in among}
        return min((other for other in shared if self._forms.same(self._form[other], form)), default=None)


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
        return names.words_of(value) or value
    return (phones.ways(value, regions) or value) if of == PHONE else value


def _shelves(of: str, part: Any) -> Iterable[Any]:
    if of == NAME and isinstance(part, tuple):
        return names.shelves(part)
    if of == PHONE and isinstance(part, tuple):
        return {number.end for number in part}
    return [(part,)]


def _beside(of: str, value: Any) -> Iterable[Any]:
    if of == NAME:
        return _shelves(of, names.words_of(value) or value)
    return [*phones.pieces(value), (value,)] if of == PHONE else [(value,)]


def _same(of: str, one: Any, other: Any) -> bool:
    if of and isinstance(one, tuple) and isinstance(other, tuple):
        return names.same(one, other) if of == NAME else phones.meant(one, other)
    return bool(one == other)
