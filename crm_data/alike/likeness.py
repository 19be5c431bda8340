"""By what a record is known, and why two of them may be the same person or firm. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache, cached_property
from typing import Any

from crm_data.alike import countries, names, phones
from crm_data.alike.phones import Number
from crm_data.errors import Invalid
from crm_data.store.values import parse
from crm_data.tables import by_name, title_of
from crm_data.tables.fields import Field, Kind, fields_of

_EMAIL = Field("E-mail", Kind.EMAIL)


class Reason(StrEnum):
    """Why two records may be one, in a person's words; the surest first."""

    EMAIL = "same e-mail"
    PHONE = "same phone number"
    NAME = "same name"
    SIMILAR = "similar name"


# How much each reason says, of a hundred: a shared telephone may be a switchboard, and names are many people's.
WEIGHT = {Reason.EMAIL: 60, Reason.PHONE: 45, Reason.NAME: 40, Reason.SIMILAR: 25}


@dataclass(frozen=True)
class Known:
    """The fields of a kind of record by which its records are known, by column name."""

    title: str
    emails: tuple[str, ...]
    phones: tuple[str, ...]
    country: str | None

    @property
    def columns(self) -> tuple[str, ...]:
        """All of them."""
        return (self.title, *self.emails, *self.phones, *((self.country,) if self.country else ()))


@cache
def known_by(table: str) -> Known | None:
    """What records of a table are known by; None for what is no person and no firm: it has no e-mail."""
    fields = fields_of(by_name(table))
    of = {kind: tuple(n for n, field in fields.items() if field.kind is kind) for kind in Kind}
    if not of[Kind.EMAIL]:
        return None
    country = "country" if "country" in fields else None
    return Known(title_of(table), of[Kind.EMAIL], of[Kind.PHONE], country)


@dataclass(frozen=True)
class Marks:
    """What one record is known by. `region`: the company's country, for numbers without a prefix."""

    name: str = ""
    emails: frozenset[str] = frozenset()
    said: tuple[str, ...] = ()
    regions: tuple[str, ...] = ()

    @cached_property
    def words(self) -> tuple[str, ...]:
        """The words of the name."""
        return names.words_of(self.name)

    @cached_property
    def numbers(self) -> tuple[Number, ...]:
        """The telephone numbers."""
        return tuple(number for said in self.said if (number := phones.read(said, self.regions)))

    def __bool__(self) -> bool:
        return bool(self.words or self.emails or self.numbers)

    def reasons(self, other: "Marks") -> tuple[Reason, ...]:
        """Why another record may be this one; none when nothing says so."""
        found = []
        if self.emails & other.emails:
            found.append(Reason.EMAIL)
        if self.said and other.said and phones.any_same(self.numbers, other.numbers):
            found.append(Reason.PHONE)
        if names.same(self.words, other.words):
            found.append(Reason.NAME)
        elif names.similar(self.words, other.words):
            found.append(Reason.SIMILAR)
        return tuple(found)


def marks_of(table: str, values: Mapping[str, Any], home: str | None = None) -> Marks:
    """What a row, or what is typed of one, is known by. `home`: the company's country, as it is written."""
    known = known_by(table)
    if known is None:
        return Marks()
    own = countries.region(values.get(known.country)) if known.country else None
    regions = tuple(dict.fromkeys(r for r in (own, countries.region(home)) if r))
    emails = frozenset(address for name in known.emails if (address := email(values.get(name))))
    said = tuple(str(values[name]) for name in known.phones if values.get(name))
    return Marks(str(values.get(known.title) or ""), emails, said, regions)


def email(said: Any) -> str | None:
    """An address whatever its case, and whatever stands around it; None for what is none."""
    try:
        address: str | None = parse(_EMAIL, said)
    except Invalid:
        return None
    if address is None:
        return None
    name, _, host = address.rpartition("@")
    try:
        return f"{name}@{host.encode('ascii').decode('idna')}"  # xn--mller-kva.example is müller.example
    except UnicodeError:
        return address


def certainty(reasons: tuple[Reason, ...]) -> int:
    """How surely two records are one, at most 100."""
    return min(sum(WEIGHT[reason] for reason in reasons), 100)
