"""What belongs to a record: its deals, leads, tasks, each with the way to it and the way to add one."""

from collections.abc import Callable, Mapping
from typing import Any

import streamlit as st

from crm_data import Query, Records, Workspace, words
from dashboard.parts import figures, place, say
from dashboard.parts.form import open_form
from dashboard.parts.task_row import OPEN, when

Row = dict[str, Any]
SIZE = 20


def related(
    my: Workspace,
    records: Records,
    link: str,
    id_: int,
    noun: str,
    facts: Callable[[Row, Mapping[str, Any]], str],
) -> None:
    """The records of one kind that name this one, newest or most pressing first, and how many there are."""
    base = records.default_query()
    query = Query(where={link: (id_,)}, sort=base.sort, descending=base.descending, size=SIZE)
    page = records.page(query)
    if records.may("add"):
        st.button(
            f"Add {noun}",
            key=f"related.{records.name}.add",
            icon=":material/add:",
            on_click=open_form,
            args=(form_place(records),),
        )
    if not page.rows:
        st.caption(f"No {noun} yet.")
    for row in page.rows:
        with st.container(
            horizontal=True, vertical_alignment="center", key=f"related.{records.name}.{row['id']}"
        ):
            st.button(
                say.plain(str(row[records.title])),
                key=f"related.{records.name}.{row['id']}.open",
                type="tertiary",
                on_click=place.leave_for,
                args=(records.name, row["id"]),
            )
            st.markdown(facts(row, page.names))
    if page.total > len(page.rows):
        every = f"All {say.count(page.total, noun)}"
        figures.line(my, [(figures.listed(records, query, page), every)], f"related.{records.name}")


def form_place(records: Records) -> str:
    """Where the dialog that adds a related record keeps its state."""
    return f"related.{records.name}.form"


def deal_facts(row: Row, names: Mapping[str, Any]) -> str:
    """Stage and value of a deal."""
    return f"{words(row['stage'])} · {say.plain(say.money(row['deal_value'], row['currency'] or ''))}"


def lead_facts(row: Row, names: Mapping[str, Any]) -> str:
    """Status of a lead."""
    return f"{words(row['status'])}{' · converted' if row['converted_at'] else ''}"


def task_facts(row: Row, names: Mapping[str, Any]) -> str:
    """When a task is due, and whose it is."""
    who = names.get("assigned_to", {}).get(row["assigned_to"], "Nobody")
    return f"{when(row)} · {say.plain(who)}" if row["status"] in OPEN else when(row)
