"""The fields that a company has added to its records: what its row says of them, and their declarations."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from enum import StrEnum
from functools import cache
from typing import Any

from crm_data.tables.fields import Field, Kind, fields_of
from crm_data.tables.spare import spares

Choices = tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class OwnField:
    """One field. `name`: its column, which is its own for good. `choices`: what can be chosen, as (code, words).

    `gone`: choices that no record had when they were taken away; an undo may bring one back, which is then named.
    """

    name: str
    label: str
    kind: str
    section: str = ""
    choices: Choices = ()
    gone: Choices = ()
    hidden: bool = False

    def declared(self) -> Field:
        """Its declaration: the same object as that of a column which every company has."""
        kind, shown = Kind(self.kind), not self.hidden
        usual: dict[str, Any] = dict.fromkeys(("filter", "grid", "form", "edit", "imports", "export"), shown)
        return Field(
            self.label,
            kind,
            self.name,
            length=255 if kind in (Kind.TEXT, Kind.CHOICE) else None,
            choices=_choices(self.choices) if kind is Kind.CHOICE else None,
            called=self.choices + self.gone,
            low=0 if kind is Kind.WHOLE else None,
            high=2_147_483_647 if kind is Kind.WHOLE else None,
            to="users" if kind is Kind.MEMBER else None,
            default=False if kind is Kind.YES_NO else None,
            search=shown and kind is Kind.TEXT,
            section=self.section,
            hidden=self.hidden,
            **usual,
        )


@dataclass(frozen=True)
class OwnFields:
    """Those of all kinds of record, each kind's in the order of its form."""

    each: Mapping[str, tuple[OwnField, ...]] = field(default_factory=dict)

    def of(self, table: str) -> tuple[OwnField, ...]:
        """Those of a kind of record, hidden ones too."""
        return self.each.get(table, ())

    def declared(self, table: type) -> Mapping[str, Field]:
        """Every field of a table's records: those of all companies, and behind them this one's own."""
        own = self.of(str(table.__tablename__))  # type: ignore[attr-defined]
        return _with_own(table, own) if own else fields_of(table)

    def label(self, table: str, name: str) -> str:
        """What the company calls a column; '' for one that is not its own."""
        return next((one.label for one in self.of(table) if one.name == name), "")

    def but(self, table: str, own: Sequence[OwnField]) -> "OwnFields":
        """With other fields of one kind of record."""
        return replace(self, each={**self.each, table: tuple(own)})

    def kept(self) -> dict[str, list[dict[str, Any]]]:
        """As a company's row holds them: what says nothing is left out."""
        return {
            table: [{name: value for name, value in asdict(one).items() if value} for one in own]
            for table, own in self.each.items()
            if own
        }


NONE = OwnFields()


def read(kept: Any) -> OwnFields:
    """The fields that a company's row holds. What takes no spare column of its kind is none, whoever wrote it: a
    column that every company has must not become a field that people fill in.
    """
    if not isinstance(kept, Mapping) or not kept:
        return NONE
    each = {str(table): own for table, own in kept.items() if isinstance(own, list)}
    return OwnFields({table: tuple(filter(None, map(_one, own))) for table, own in each.items()})


def _one(said: Any) -> OwnField | None:
    try:
        lists = {
            name: tuple((str(code), str(words)) for code, words in said.get(name, ()))
            for name in ("choices", "gone")
        }
        own = OwnField(**{**said, **lists})
        return own if own.label and own.name in spares(Kind(own.kind)) else None
    except (AttributeError, KeyError, TypeError, ValueError):
        return None


@cache
def _with_own(table: type, own: tuple[OwnField, ...]) -> Mapping[str, Field]:
    return {**fields_of(table), **{one.name: one.declared() for one in own}}


@cache
def _choices(choices: Choices) -> type[StrEnum]:
    made: type[StrEnum] = StrEnum("Choices", [(code, code) for code, _ in choices])  # type: ignore[misc]
    return made
