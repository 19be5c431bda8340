"""Sort keys: beside a text that lists are sorted or rows are called by, the same text in its reading order, kept.

Nobody is shown them and nobody types them. Whatever writes the text through the tables' classes, or by a Core
INSERT, writes its key; rows written as a whole go through `with_sort_keys`. Another program that writes the text
leaves no key, or loses it by a trigger: such a row stands where the database alone would put it.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import MappedColumn, mapped_column

from crm_data.tables.fields import Field, Kind
from crm_data.tables.reading import reading_order
from crm_data.tables.types import SortKey

_ENDING = "_sort_key"
Row = dict[str, Any]


def has_sort_key(field: Field | None) -> bool:
    """Whether a field gets a sort key: a text that is a title, or that a list can be sorted by."""
    return field is not None and field.kind in (Kind.TEXT, Kind.EMAIL) and (field.title or field.sort)


def sort_key_of(name: str) -> str:
    """The name of the column beside a text."""
    return f"{name}{_ENDING}"


def sorted_texts(columns: Iterable[str]) -> dict[str, str]:
    """Sort key -> its text, of the names of a table's columns."""
    names = set(columns)
    pairs = {name: name.removesuffix(_ENDING) for name in sorted(names) if name.endswith(_ENDING)}
    return {key: text for key, text in pairs.items() if text in names}


def kept_key(said: str | None) -> str | None:
    """The key that is kept beside a text: none where `lower` says the same on each engine, and so of most names.

    That is of ASCII without an I, which a Turkish cluster makes an ı.
    """
    if said is None or (said.isascii() and "I" not in said):
        return None
    return reading_order(said)


def attach_sort_keys(cls: Any) -> None:
    """Give a table's class the columns, and let its objects keep them."""
    for column in list(cls.__table__.columns):
        if has_sort_key(column.info.get("field")):
            setattr(cls, sort_key_of(column.key), _kept(column.key))
            sa.event.listen(getattr(cls, column.key), "set", _follow(sort_key_of(column.key)))


def with_sort_keys(table: sa.Table, rows: Sequence[Row]) -> Sequence[Row]:
    """Rows of one shape with the keys of the texts that they hold."""
    held = {key: text for key, text in sorted_texts(table.c.keys()).items() if rows and text in rows[0]}
    if not held:
        return rows
    return [{**row, **{key: kept_key(row[text]) for key, text in held.items()}} for row in rows]


def _kept(text: str) -> MappedColumn[Any]:
    def of_the_row(context: Any) -> str | None:
        given: Mapping[str, Any] = context.get_current_parameters()
        return kept_key(given.get(text))

    return mapped_column(SortKey(), nullable=True, insert_default=of_the_row)


def _follow(key: str) -> Any:
    def keep(row: Any, value: Any, *rest: Any) -> None:
        setattr(row, key, kept_key(value))

    return keep
