"""One act on the screen: what it wrote, old and new in words, and its undo with what that would leave."""

from typing import Any

import streamlit as st

from crm_data import Act, Workspace, errors
from crm_data.changes.plan import Left
from crm_data.changes.sets import Done
from crm_data.changes.undo import Preview
from crm_data.tables import noun
from dashboard.components import grid
from dashboard.parts import place, say
from dashboard.parts.acts import announce, done, show_refusal
from dashboard.parts.audit import counted, where_from
from dashboard.parts.audit_lines import told_lines
from dashboard.parts.heading import heading

PLACE = "history.act"


def act_screen(my: Workspace, said: str) -> None:
    """Draw the act that the address names, or say calmly that there is none."""
    try:
        act, preview = my.changes.get(said), my.changes.preview(said)
    except errors.CrmError as refused:
        st.subheader("Not found" if isinstance(refused, errors.NotFound) else "Not yours", anchor=False)
        st.text(str(refused))
        _back()
        return
    with heading(act.title, f"{where_from(act)}, {say.moment(act.at)}"):
        _undo(my, act, preview)
    show_refusal(PLACE)
    _stands(act, preview)
    after = place.params().get("after", "")
    shown = my.changes.lines(
        act.id, int(after) if after.isascii() and after.isdigit() and len(after) < 10 else 0
    )
    lines = told_lines(my, shown.lines, shown.names)
    if lines:
        grid.table(f"history.{act.id}.{after}", "What was written", lines)
    with st.container(horizontal=True):
        _back()
        if my.may(Act.GO_BACK):
            place.leading(
                "Go back to before this", f"/history?tab=back&since={act.id}", "settings_backup_restore"
            )
        if shown.next:
            place.leading("More of it", f"/history?act={act.id}&after={shown.next}", "arrow_forward")


def _back() -> None:
    place.leading("All of the history", "/history", "arrow_back")


def _undo(my: Workspace, act: Done, preview: Preview) -> None:
    if preview.why:
        return
    word = "Redo" if preview.redo else "Undo"

    def undo() -> None:
        if done(PLACE, lambda: my.changes.undo(act.id, rest=bool(preview.left), zone=say.zone())):
            what = act.title.removeprefix("Undo: ").removeprefix("Redo: ")
            announce(
                f"{'Done again' if preview.redo else 'Undone'}: {what}.", "redo" if preview.redo else "undo"
            )

    label = f"{word} the rest" if preview.left else word
    icon = ":material/redo:" if preview.redo else ":material/undo:"
    st.button(label, key="history.undo", type="primary", icon=icon, on_click=undo)


def _stands(act: Done, preview: Preview) -> None:
    """What an undo would do and leave, or why there is none."""
    if act.undone_by:
        place.leading("It was undone since. See how", f"/history?act={act.undone_by}", "undo")
        return
    if preview.why:
        st.caption(say.plain(preview.why))
        return
    if preview.left:
        written = counted(preview.counts) or "the rest"
        st.warning(f"An undo writes {written} and leaves this as it is:", icon=":material/info:")
        grid.table(
            f"history.{act.id}.left", "What an undo leaves", [_left(one) for one in preview.left[:100]]
        )


def _left(one: Left) -> dict[str, Any]:
    return {
        "Record": f"{noun(one.table).capitalize()}: {one.name or one.id}",
        "Why": one.sentence,
        "Who": one.who,
        "When": say.moment(one.at) if one.at else "",
    }
