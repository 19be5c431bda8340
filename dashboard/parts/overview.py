"""The first screen: what needs me now, the pipeline at a glance, this month against last, what happened lately."""

from typing import Any

import streamlit as st

from crm_data import Page, Workspace
from crm_data.numbers.overview import Overview
from dashboard.parts import place, say
from dashboard.parts.acts import announce, attempt, show_refusal
from dashboard.parts.feed import feed
from dashboard.parts.heading import heading
from dashboard.parts.icon_button import icon_button
from dashboard.parts.task_row import when
from dashboard.parts.tiles import tiles

PLACE = "overview"
SCREEN = {"tasks": "tasks", "deals": "pipeline", "activities": "timeline"}


def overview_screen(my: Workspace) -> None:
    """Draw it; every number leads to its rows."""
    found = my.numbers.overview(say.zone())
    with heading(f"Good to see you, {my.scope.name.split(' ')[0]}", my.scope.company_name):
        pass
    show_refusal(PLACE)
    tiles([*found.month, found.last_month], least=175)  # the longest label fits
    one, two = st.columns(2, gap="large")
    with one:
        _now(my, found)
    with two:
        _pipeline(my, found)
        _recent(my, found)
    place.follow()


def _now(my: Workspace, found: Overview) -> None:
    st.markdown("**What needs you now**")
    with st.container(horizontal=True):
        for name, label in (("overdue", "overdue"), ("today", "due today"), ("upcoming", "upcoming")):
            _number(my, found, name, f"{found.tasks.get(name, 0):,} {label}")
    for row in found.due.rows:
        _task(my, row)
    if not found.due.rows:
        st.caption("Nothing is overdue or due today.")
    st.markdown("**Your deals without a next step**")
    _deals(found.without_step)
    with st.container(horizontal=True):
        _number(my, found, "without_step", f"{found.without_step.total:,} of yours")
        _number(my, found, "without_step_all", f"{found.without_step_all:,} in the company")


def _task(my: Workspace, row: dict[str, Any]) -> None:
    def complete() -> None:
        if attempt(PLACE, lambda: my.tasks.complete(row["id"])) is not None:
            announce("Task completed.")

    with st.container(horizontal=True, vertical_alignment="center"):
        icon_button("Complete", "check_circle", f"overview.done.{row['id']}", complete)
        st.button(
            say.plain(row["title"]),
            key=f"overview.task.{row['id']}",
            type="tertiary",
            on_click=place.leave_for,
            args=("tasks", row["id"]),
        )
        st.markdown(when(row), width="content")


def _deals(page: Page) -> None:
    for row in page.rows:
        with st.container(horizontal=True, vertical_alignment="center"):
            st.button(
                say.plain(row["deal_name"]),
                key=f"overview.deal.{row['id']}",
                type="tertiary",
                on_click=place.leave_for,
                args=("deals", row["id"]),
            )
            st.text(say.short_money(row["deal_value"], row["currency"]), width="content")
    if not page.rows:
        st.caption("Every open deal of yours has one.")


def _pipeline(my: Workspace, found: Overview) -> None:
    st.markdown("**Pipeline at a glance**")
    total = found.pipeline.sum
    said = f"{say.count(total.count, 'open deal')}, {say.short_money(total.value, total.currency)}"
    _number(my, found, "pipeline", f"{said}, weighted {say.short_money(total.weighted, total.currency)}")
    frame = found.pipeline.frame
    st.dataframe(
        frame[["label", "count", "value", "weighted"]],
        hide_index=True,
        row_height=34,
        column_config={
            "label": "Stage",
            "count": st.column_config.NumberColumn("Deals"),
            "value": st.column_config.NumberColumn(f"Value ({total.currency})", format="%,.0f"),
            "weighted": st.column_config.NumberColumn("Weighted", format="%,.0f"),
        },
    )


def _recent(my: Workspace, found: Overview) -> None:
    st.markdown("**Lately**")
    feed(found.recent, PLACE)
    if not found.recent.rows:
        st.caption("What happens with your customers will stand here.")


def _number(my: Workspace, found: Overview, name: str, label: str) -> None:
    """A number that opens the list it counts."""
    table, query = found.rows[name]
    params = my.records(table).params(query)
    if table == "deals":
        params["tab"] = "deals"
    st.page_link(f"../pages/{SCREEN[table]}.py", label=say.plain(label), query_params=params)
