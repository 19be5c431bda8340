"""One record of several: which value each field has, and what of the others is kept beside. Pure."""

from collections.abc import Collection, Mapping, Sequence
from functools import cache
from typing import Any

from crm_data.alike import phones
from crm_data.alike.likeness import known_by, marks_of
from crm_data.tables.fields import Field, Kind
from crm_data.tables.reading import fold

NOTES = "notes"
Row = dict[str, Any]


def is_chosen(field: Field) -> bool:
    """Whether one of the records wins in this field; tags and notes have what all of them have."""
    return field.edit and field.kind not in (Kind.TAGS, Kind.JSON) and field.name != NOTES


def is_empty(field: Field, value: Any) -> bool:
    """Whether a field holds nothing, or no more than it does by itself."""
    return value in (None, "", []) or (field.default is not None and value == field.default)


def fullest(fields: Mapping[str, Field], rows: Sequence[Mapping[str, Any]]) -> list[int]:
    """The ids, the record that says most first, and of two that say as much the older one."""
    count = {
        row["id"]: sum(not is_empty(field, row[name]) for name, field in fields.items() if field.edit)
        for row in rows
    }
    return sorted(count, key=lambda id_: (-count[id_], id_))


def winners(
    fields: Mapping[str, Field],
    rows: Sequence[Mapping[str, Any]],
    keep: int,
    members: Collection[int],
    first: Sequence[int] | None = None,
) -> dict[str, int]:
    """Field -> the id of the record whose value it has, unless somebody chooses: the kept one's, or the fullest
    other's where that one says nothing. Nobody who has left becomes an owner anew.

    `first`: the ids in another order, in which the first that says something wins.
    """
    order = list(first or [keep, *(id_ for id_ in fullest(fields, rows) if id_ != keep)])
    by_id = {row["id"]: row for row in rows}
    found = {}
    for name, field in fields.items():
        if is_chosen(field):
            gone = {
                id_
                for id_ in order
                if field.kind is Kind.MEMBER and id_ != keep and by_id[id_][name] not in members
            }
            says = (id_ for id_ in order if not is_empty(field, by_id[id_][name]) and id_ not in gone)
            found[name] = next(says, keep)
    return found


def united(
    table: str,
    fields: Mapping[str, Field],
    rows: Sequence[Mapping[str, Any]],
    keep: int,
    chosen: Mapping[str, int],
    home: str | None,
) -> Row:
    """The values of the one record. `chosen` names a record for each field that is chosen.

    A second number goes where there is room for one; what finds none, and further e-mails, stand in the notes.
    """
    order = [keep, *(row["id"] for row in rows if row["id"] != keep)]
    by_id = {row["id"]: row for row in rows}
    new = {name: by_id[id_][name] for name, id_ in chosen.items()}
    each = [by_id[id_] for id_ in order]
    for name, field in fields.items():
        if field.kind is Kind.TAGS and field.edit:
            tags = {fold(tag): tag for row in reversed(each) for tag in reversed(row[name] or [])}
            new[name] = (
                list(dict.fromkeys(tags[fold(tag)] for row in each for tag in row[name] or [])) or None
            )
    beside = [*_emails(table, fields, each, new), *_numbers(table, fields, each, new, home)]
    if NOTES in fields:
        parts = [row[NOTES].strip() for row in each if row[NOTES] and row[NOTES].strip()]
        parts += [f"Also: {', '.join(beside)}"] if beside else []
        joined = "\n\n".join(dict.fromkeys(parts))
        new[NOTES] = by_id[keep][NOTES] if joined == (by_id[keep][NOTES] or "").strip() else joined or None
    return new


def _emails(
    table: str, fields: Mapping[str, Field], rows: Sequence[Mapping[str, Any]], new: Row
) -> list[str]:
    """The addresses that are not among the new values."""
    known = known_by(table)
    names = known.emails if known else ()
    here = {new[name] for name in names}
    return list(
        dict.fromkeys(row[name] for row in rows for name in names if row[name] and row[name] not in here)
    )


def _numbers(
    table: str, fields: Mapping[str, Field], rows: Sequence[Mapping[str, Any]], new: Row, home: str | None
) -> list[str]:
    """Put the numbers of all where there is room; those that find none. Two ways to write one are one."""
    known = known_by(table)
    names = known.phones if known else ()
    regions = marks_of(table, new, home).regions
    left: list[str] = []
    read = cache(lambda said: phones.read(said, regions))

    def is_same(one: str, other: str) -> bool:
        first, second = read(one), read(other)
        return one == other or (first is not None and second is not None and phones.same(first, second))

    for said in dict.fromkeys(row[name] for row in rows for name in names if row[name]):
        here = [new[name] for name in names if new[name]] + left
        if any(is_same(said, other) for other in here):
            continue
        free = next((name for name in names if not new[name]), None)
        if free is None:
            left.append(said)
        else:
            new[free] = said
    return left
