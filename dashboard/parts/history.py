"""Who changed what on a record, old to new, newest first."""

from collections.abc import Mapping
from typing import Any

import streamlit as st

from crm_data import Change, Records, words
from dashboard.components import grid
from dashboard.parts import say

_WHOLE = {"add": "Added", "archive": "Archived", "restore": "Restored", "erase": "Erased"}


def history(records: Records, id_: int, names: Mapping[str, Mapping[int, str]]) -> None:
    """The log of changes of one record as a table."""
    changes = records.history(id_)
    if not changes:
        st.caption("No changes are recorded yet; the record came in before the log began.")
        return
    lines = [_line(records, change, names) for change in changes]
    grid.table(f"history.{records.name}.{id_}", "Changes of this record", lines)


def _line(records: Records, change: Change, names: Mapping[str, Mapping[int, str]]) -> dict[str, Any]:
    field = records.fields.get(change.field or "")

    def shown(value: Any) -> str:
        if field is None:
            return "" if value is None else str(value)
        return say.value(field, value, names.get(field.name))

    what = field.label if field else words(change.field) if change.field else _WHOLE.get(change.action, "")
    return {
        "When": say.moment(change.at),
        "Who": change.who,
        "What": what,
        "Was": shown(change.before) if change.field else "",
        "Is": shown(change.after) if change.field else "",
    }
