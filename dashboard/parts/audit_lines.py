"""Lines of the history in words: which record, what of it, as it was and as it is."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from crm_data import Kind, Workspace, words
from crm_data.changes.sets import Line
from crm_data.tables import by_name, noun
from crm_data.tables.base import MERGED
from crm_data.tables.fields import Field, fields_of
from dashboard.parts import say

_WHOLE = {
    "add": "Added",
    "archive": "Archived",
    "restore": "Restored",
    "erase": "Taken away",
    "erased": "Taken away",
    "erase_for_good": "Erased for good",
}
Names = Mapping[str, Mapping[int, str]]


def told_lines(my: Workspace, lines: Sequence[Line], names: Names) -> list[dict[str, Any]]:
    """A line of a table each, by heading."""
    return [_line(my, line, names) for line in lines]


def _line(my: Workspace, line: Line, names: Names) -> dict[str, Any]:
    fields = my.records(line.table).fields if line.table in my.kinds else _fields(my, line.table)
    declared = fields.get(line.field or "")

    def shown(value: Any) -> str:
        if line.field == MERGED:
            return names.get(line.table, {}).get(value, say.NONE)
        if declared is None:
            return "" if value is None else str(value)
        to = "users" if declared.kind is Kind.MEMBER else declared.to or ""
        return say.value(declared, value, names.get(to))

    called = names.get(line.table, {}).get(line.row_id, f"No. {line.row_id}")
    whole = _WHOLE.get(line.action, words(line.action))
    label = declared.label if declared else words(line.field) if line.field else ""
    return {
        "Record": f"{noun(line.table).capitalize()}: {called}",
        "What": ": ".join(filter(None, (whole if line.action != "change" or not line.field else "", label))),
        "Was": shown(line.before) if line.field else "",
        "Is": shown(line.after) if line.field else "",
    }


def _fields(my: Workspace, table: str) -> Mapping[str, Field]:
    """What is declared of a table that is no kind of record, as goals and views; nothing of one that is gone.

    Stages are called as the company calls them, here as on a deal.
    """
    try:
        declared = fields_of(by_name(table))
    except KeyError:
        return {}
    called, stages = my.scope.stages.called, my.deals.fields["stage"].choices
    return {
        name: replace(field, called=called) if field.choices == stages else field
        for name, field in declared.items()
    }
