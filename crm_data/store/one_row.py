"""What a person saw of one row, held against what is there now."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from crm_data.errors import Clash, Conflict, Invalid
from crm_data.store.values import parse
from crm_data.tables.fields import Field, fields_of

# Field -> the value that was seen, and the one that is wanted.
Pairs = Mapping[str, tuple[Any, Any]]


def clashes(fields: Mapping[str, Field], row: Any, pairs: Pairs, wanted: Mapping[str, Any]) -> list[Clash]:
    """What somebody else changed since it was seen, and not to what is wanted. `wanted`: as it will be written."""
    found = []
    for name, (original, _) in pairs.items():
        stored = getattr(row, name)
        seen = _seen(fields[name], original)
        if stored not in (seen, original, wanted[name]):
            found.append(Clash(row.id, name, seen, wanted[name], stored))
    return found


def demand_seen(row: Any, pairs: Pairs, wanted: Mapping[str, Any]) -> None:
    """Raise Conflict for what somebody else changed in a locked row since it was seen."""
    table: Any = type(row)
    found = clashes(fields_of(table), row, pairs, wanted)
    if found:
        raise Conflict(found)


def _seen(field: Field, original: Any) -> Any:
    """The value a person saw, in the form in which the database gives it."""
    try:
        return parse(replace(field, required=False, default=None), original)
    except Invalid:
        return original
