"""What belongs to a record: its deals, leads, tasks, each with the way to it and the way to add one."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import streamlit as st

from crm_data import Kind, Page, Query, Records, Workspace, words
from crm_data.tables import noun
from dashboard.known import known, reading
from dashboard.parts import figures, place, say
from dashboard.parts.form import open_form
from dashboard.parts.task_row import OPEN, when

Row = dict[str, Any]
SIZE = 20
# Whose views come first; those of the other kinds follow in the order of the workspace.
_FIRST = ("tasks", "deals", "leads")


def link_to(records: Records, to: Records) -> str | None:
    """The field by which a person may tie these records to those of another kind; None when there is none."""
    fields = (f.name for f in records.fields.values() if f.kind is Kind.LINK and f.to == to.name and f.edit)
    return next(fields, None)


def belonging(my: Workspace, to: Records) -> list[tuple[Records, str]]:
    """The kinds that may name one of these records, with the field that does; the timeline is drawn by itself."""
    kinds = [kind for kind in (*_FIRST, *my.kinds) if kind != my.activities.name]
    linked = [(my.records(kind), link_to(my.records(kind), to)) for kind in dict.fromkeys(kinds)]
    return [(records, link) for records, link in linked if link is not None]


@dataclass(frozen=True)
class View:
    """One view of a record. `of` reads what it shows, and says what it depends on beside record and day."""

    of: Callable[[], tuple[Any, ...]]
    draw: Callable[[], None]


def related(my: Workspace, records: Records, link: str, id_: int) -> View:
    """The records of one kind that name this one, newest or most pressing first, and how many there are."""
    base = records.default_query()
    query = Query(where={link: (id_,)}, sort=base.sort, descending=base.descending, size=SIZE)
    name = f"related.{records.name}"

    def read() -> Page:
        return known(my, name, (query,), lambda: records.page(query))

    def of() -> tuple[Any, ...]:
        read()
        return (reading(name),)

    return View(of, lambda: _related(my, records, query, read()))


def _related(my: Workspace, records: Records, query: Query, page: Page) -> None:
    kind = noun(records.name)
    if records.may("add"):
        st.button(
            f"Add {kind}",
            key=f"related.{records.name}.add",
            icon=":material/add:",
            on_click=open_form,
            args=(form_place(records),),
        )
    if not page.rows:
        st.caption(f"No {kind} yet.")
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
            st.markdown(_what_it_says(my, records, row, page.names))
    if page.total > len(page.rows):
        every = f"All {page.total:,} {noun(records.name, page.total)}"
        figures.line(my, [(figures.listed(records, query, page), every)], f"related.{records.name}")


def form_place(records: Records) -> str:
    """Where the dialog that adds a related record keeps its state."""
    return f"related.{records.name}.form"


def _what_it_says(my: Workspace, records: Records, row: Row, names: Mapping[str, Any]) -> str:
    """What stands behind a record's title: what its kind has to say, or its first two fields in the grid."""
    if records.name == "tasks":
        return _task(row, names)
    if records.name == "deals":
        return _deal(my, row)
    if records.name == "leads":
        return _lead(row)
    shown = [f for f in records.fields.values() if f.grid and not f.title and f.kind is not Kind.LINK]
    said = [
        say.plain(say.value(f, row[f.name], names.get(f.name), my.scope.currency))
        for f in shown[:2]
        if not say.holds_nothing(row[f.name])
    ]
    return " · ".join(said)


def _deal(my: Workspace, row: Row) -> str:
    """Stage and value of a deal."""
    stage = say.plain(my.scope.stages.label(row["stage"]))
    return f"{stage} · {say.plain(say.money(row['deal_value'], row['currency'] or ''))}"


def _lead(row: Row) -> str:
    """Status of a lead."""
    return f"{words(row['status'])}{' · converted' if row['converted_at'] else ''}"


def _task(row: Row, names: Mapping[str, Any]) -> str:
    """When a task is due, and whose it is."""
    who = names.get("assigned_to", {}).get(row["assigned_to"], "Nobody")
    return f"{when(row)} · {say.plain(who)}" if row["status"] in OPEN else when(row)
