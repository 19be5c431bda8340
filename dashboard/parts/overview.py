"""The first screen: what needs me now, the pipeline at a glance, this month against last, what happened lately."""

from typing import Any

import streamlit as st

from crm_data import Page, Workspace
from crm_data.numbers.overview import Overview
from dashboard.known import known
from dashboard.parts import figures, first_steps, place, say
from dashboard.parts.acts import announce, attempt, show_refusal
from dashboard.parts.feed import feed
from dashboard.parts.heading import heading
from dashboard.parts.icon_button import icon_button
from dashboard.parts.task_row import when

PLACE = "overview"


def overview_screen(my: Workspace) -> None:
    """Draw it; every number leads to its rows."""
    zone = say.zone()
    found = known(my, PLACE, (str(zone), say.today()), lambda: my.numbers.overview(zone))
    with heading(f"Good to see you, {my.scope.name.split(' ')[0]}", my.scope.company_name):
        pass
    show_refusal(PLACE)
    if not found.pipeline.sum.count and not found.recent.rows and first_steps.nothing_yet(my):
        first_steps.draw(my)
        return
    figures.tiles(my, [*found.month, found.last_month])
    one, two = st.columns(2, gap="large")
    with one:
        _now(my, found)
    with two:
        _pipeline(my, found)
        _recent(my, found)
    place.follow()


def _now(my: Workspace, found: Overview) -> None:
    st.markdown("**What needs you now**")
    _numbers(my, found, "overdue", "today", "upcoming")
    for row in found.due.rows:
        _task(my, row)
    if not found.due.rows:
        st.caption("Nothing is overdue or due today.")
    st.markdown("**Your deals without a next step**")
    _deals(found.without_step)
    _numbers(my, found, "without_step", "without_step_all")


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
        st.caption("No open deal of yours is without one.")


def _pipeline(my: Workspace, found: Overview) -> None:
    st.markdown("**Pipeline at a glance**")
    held = found.pipeline
    for totals in (held.total, *held.beside):
        open_deals = say.count(totals.count.count, "open deal")
        weighted = f"weighted {figures.shown(totals.weighted)}"
        said = [(totals.count, open_deals), (totals.value, ""), (totals.weighted, weighted)]
        figures.line(my, said, f"pipeline.{totals.count.currency}")
    heads = ("Stage", "Deals", f"Value ({held.currency})", "Weighted")
    figures.table(my, heads, held.stages, "stages")


def _recent(my: Workspace, found: Overview) -> None:
    st.markdown("**Lately**")
    feed(found.recent, PLACE)
    if not found.recent.rows:
        st.caption("What happens with your customers will stand here.")


def _numbers(my: Workspace, found: Overview, *names: str) -> None:
    some = [found.figures[name] for name in names]
    figures.line(my, [(figure, f"{figure.count:,} {figure.label}") for figure in some], names[0])
