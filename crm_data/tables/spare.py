"""Spare columns: those of which a company makes fields of its own, without a migration.

A field that an admin adds takes the next free column of its kind, for good: its values are kept, locked, logged
and undone as those of any other column, and no query needs a join. A column that no company uses is empty.
"""

from collections.abc import Callable, Mapping
from typing import Any

from sqlalchemy.orm import MappedColumn

from crm_data.tables import fields as f
from crm_data.tables.fields import Kind

_MAKERS: Mapping[Kind, tuple[int, Callable[..., MappedColumn[Any]]]] = {
    Kind.TEXT: (16, f.text),
    Kind.WHOLE: (6, f.whole),
    Kind.NUMBER: (6, f.number),
    Kind.MONEY: (6, f.money),
    Kind.DAY: (6, f.day),
    Kind.YES_NO: (6, f.yes_no),
    Kind.MEMBER: (3, f.member),
}
# A choice is a text of a list that is the company's.
KEPT_AS: Mapping[Kind, Kind] = {**{kind: kind for kind in _MAKERS}, Kind.CHOICE: Kind.TEXT}


class Extensible:
    """A table whose companies may add fields of their own to it."""


def spares(kind: Kind) -> list[str]:
    """The columns that fields of a kind can take, in the order in which they are given."""
    kept = KEPT_AS[kind]
    return [f"own_{kept.value}_{number}" for number in range(1, _MAKERS[kept][0] + 1)]


def attach_spares(cls: Any) -> list[str]:
    """Give a table's class its spare columns; those that name a colleague."""
    for kind, (_, make) in _MAKERS.items():
        for name in spares(kind):
            setattr(cls, name, make("Own field", spare=True))
    return spares(Kind.MEMBER)
