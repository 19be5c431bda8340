"""A duplicate of a record: all that the declarations let a copy have, under a name that says what it is."""

from collections.abc import Mapping, Sequence
from typing import Any

from crm_data import Records
from crm_data.errors import Invalid
from dashboard.parts.many import rows_of

_SUFFIX = " (copy)"


def copies(records: Records, ids: Sequence[int], me: int | None) -> list[dict[str, Any]]:
    """The values of new records like these; what is a colleague's becomes mine. Raises Invalid."""
    rows = rows_of(records, ids)
    if len(rows) < len(ids):
        raise Invalid("A record of these is no longer in the list, so none was duplicated. Choose again.")
    return [_copy(records, row, me) for row in rows.values()]


def _copy(records: Records, row: Mapping[str, Any], me: int | None) -> dict[str, Any]:
    fields = [f for f in records.fields.values() if f.edit and f.copy]
    values = {f.name: row[f.name] for f in fields if row[f.name] is not None}
    title = records.fields[records.title]
    room = (title.length or len(_SUFFIX)) - len(_SUFFIX)
    values[records.title] = f"{str(row[records.title])[:room].rstrip()}{_SUFFIX}"
    if "assigned_to" in values and not records.may("change", row):
        values["assigned_to"] = me
    return values
