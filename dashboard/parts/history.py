"""Who changed what on a record, old to new, newest first."""

from collections.abc import Mapping, Sequence
from typing import Any

import streamlit as st

from crm_data import Change, Records, Workspace, new_act, words
from dashboard.components import grid
from dashboard.known import known, reading
from dashboard.parts import say
from dashboard.parts.acts import done
from dashboard.parts.related import View
from dashboard.parts.undo import did

PLACE = "record"
_WHOLE = {"add": "Added", "archive": "Archived", "restore": "Restored", "erase": "Erased"}


def history(
    my: Workspace, records: Records, row: Mapping[str, Any], names: Mapping[str, Mapping[int, str]]
) -> View:
    """The log of changes of one record as a table, and a way to put back what stood there."""
    id_, name = row["id"], f"{PLACE}.history"

    def read() -> Sequence[Change]:
        return known(my, name, (records.name, id_), lambda: records.history(id_))

    def of() -> tuple[Any, ...]:
        read()
        return (reading(name),)

    def draw() -> None:
        changes = read()
        if not changes:
            st.caption("No changes are recorded yet; the record came in before the log began.")
            return
        lines = [_line(records, change, names) for change in changes]
        grid.table(f"history.{records.name}.{id_}", "Changes of this record", lines)
        if row["archived_at"] is None and records.may("change", row):
            _put_back(my, records, id_, changes, names)

    return View(of, draw)


def _put_back(
    my: Workspace,
    records: Records,
    id_: int,
    changes: Sequence[Change],
    names: Mapping[str, Mapping[int, str]],
) -> None:
    """One value as it was before a change, or all of them: chosen, then given back by a button."""
    key = f"history.{records.name}.{id_}.back"
    options: dict[tuple[str, str | None], str] = {}
    for change in changes:
        field = records.fields.get(change.field or "")
        if field is None or not field.edit or change.action != "change":
            continue
        when = f"{say.moment(change.at)}, {change.who}"
        was = say.value(field, change.before, names.get(field.name))
        options[change.act_id, field.name] = f"{field.label}: {was} (before {when})"
        options.setdefault((change.act_id, None), f"Everything as it was before {when}")
    if not options:
        return

    def give() -> None:
        act, name = st.session_state[key]
        mine = new_act()
        if done(PLACE, lambda: my.changes.put_back(records.name, id_, act, name, mine, say.zone())):
            did(my, "Put back.", mine, icon="settings_backup_restore")

    with st.container(horizontal=True, vertical_alignment="bottom"):
        st.selectbox("Put back", list(options), None, key=key, format_func=lambda said: options.get(said, ""))
        st.button("Put back", key=f"{key}.do", disabled=st.session_state.get(key) is None, on_click=give)


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
