"""The screen of one record: its facts, what can be done with it, and its history."""

from typing import Any

import streamlit as st

from crm_data import Kind, Records, Workspace, errors
from dashboard.parts import place, say
from dashboard.parts.acts import attempt, show_refusal
from dashboard.parts.form import form_dialog, open_form
from dashboard.parts.heading import heading
from dashboard.parts.history import history

Row = dict[str, Any]


def record_screen(my: Workspace) -> None:
    """Draw the record that the URL names, or say calmly that there is none."""
    kind, id_ = place.params().get("kind", ""), place.params().get("id", "")
    try:
        records = my.records(place.KINDS.get(kind, ""))
        row = records.get(id_)
    except errors.NotFound as error:
        st.subheader("Not found", anchor=False)
        st.write(str(error))
        st.page_link("../pages/customers.py", label="Go to customers", icon=":material/arrow_back:")
        return
    _draw(my, records, kind, row)


def _draw(my: Workspace, records: Records, kind: str, row: Row) -> None:
    members, names = my.members(), records.names(row)
    form = f"record.{records.name}"
    with heading(str(row[records.title]), kind.capitalize()):
        if row["archived_at"] is None and records.may("change", row):
            st.button(
                "Edit",
                key="record.edit",
                icon=":material/edit:",
                shortcut="e",
                on_click=open_form,
                args=(form, row),
            )
        if records.may("archive"):
            _archive(my, records, kind, row)
    show_refusal("record")
    if row["archived_at"] is not None:
        st.warning(
            f"Archived {say.moment(row['archived_at'])}. It is kept, and can be restored.",
            icon=":material/inventory_2:",
        )
    facts, log = st.tabs(["Facts", "Changes"])
    with facts:
        _facts(my, records, row, names)
    with log:
        history(records, row["id"], names)
    form_dialog(my, records, members, form, kind)


def _archive(my: Workspace, records: Records, kind: str, row: Row) -> None:
    away = row["archived_at"] is None

    def act() -> None:
        do = records.archive if away else records.restore
        if attempt("record", lambda: do([row["id"]])) is not None:
            st.toast(
                f"{kind.capitalize()} {'archived' if away else 'restored'}.", icon=":material/inventory_2:"
            )

    label = f"Archive {kind}" if away else f"Restore {kind}"
    st.button(label, key="record.archive", icon=":material/inventory_2:", on_click=act)


def _facts(my: Workspace, records: Records, row: Row, names: Any) -> None:
    """Every field that holds something, and the rest as a dash, so that nothing seems hidden."""
    with st.grid(min_column_width=220, gap="medium"):
        for field in records.fields.values():
            if field.kind is Kind.JSON:
                continue
            with st.container(gap=None):
                st.caption(field.label)
                st.text(say.value(field, row[field.name], names.get(field.name), my.scope.currency))
    for label, said in (row.get("imported") or {}).items():
        with st.container(gap=None):
            st.caption(f"{label} (from the imported file)")
            st.text(str(said))
