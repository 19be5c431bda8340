"""The board with its charts: open deals by stage, and the numbers a manager reads beside them."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import streamlit as st

from crm_data import Query, Workspace
from crm_data.numbers.board import Card as Found
from crm_data.numbers.board import Column as Stage
from dashboard.parts import place, say
from dashboard.parts.acts import show_refusal
from dashboard.parts.board import Card, Column, board
from dashboard.parts.charts import pipeline_charts
from dashboard.parts.filters import filter_bar
from dashboard.parts.form import form_dialog, open_form
from dashboard.parts.heading import heading
from dashboard.parts.move import LOST, WON, ask_to_move
from dashboard.parts.tiles import tiles

PLACE = "board"
KEEP = ("tab",)
PER_COLUMN = 20
MONTHS_BACK, MONTHS_AHEAD = 6, 6


def board_screen(my: Workspace) -> None:
    """Filters, tiles, the board, and below it the charts whose clicks lead to the deals."""
    members = my.members()
    top = st.container()
    query = filter_bar(my.deals, lambda: members, KEEP)
    stages = my.numbers.board(query, PER_COLUMN)
    open_deals = sum(stage.count for stage in stages)
    with top, heading("Pipeline", f"{say.count(open_deals, 'open deal')}"):
        if my.deals.may("add"):
            st.button(
                "New deal",
                key="board.new",
                type="primary",
                icon=":material/add:",
                shortcut="n",
                on_click=open_form,
                args=("board.form",),
            )
    show_refusal(PLACE)
    board(
        "board",
        [_column(my, stage) for stage in stages],
        ((WON, "Won"), (LOST, "Lost")),
        lambda id_, seen, to: ask_to_move(my, PLACE, id_, seen, to),
        lambda id_: place.leave_for("deals", id_),
    )
    _others(stages)
    tiles(my.numbers.tiles(query))
    _charts(my, query)
    form_dialog(my, my.deals, members, "board.form", "deal")
    place.follow()


def _column(my: Workspace, stage: Stage) -> Column:
    total = stage.sum
    note = f"{stage.count:,} · {say.short_money(total.value, total.currency)}"
    weighted = say.short_money(total.weighted, total.currency)
    exact = (
        f"{say.count(stage.count, 'deal')}, {say.money(total.value, total.currency)}, "
        f"weighted {say.money(total.weighted, total.currency)}, win probability {stage.probability} %"
    )
    more = stage.count - len(stage.cards)
    return Column(
        stage.stage,
        f"{stage.label} {stage.probability} %",
        f"{note} · weighted {weighted}",
        exact,
        [_card(my, found) for found in stage.cards],
        f"and {more:,} more; filter, or open the Deals view" if more > 0 else "",
    )


def _card(my: Workspace, found: Found) -> Card:
    state = found.step.state.value
    step = {"none": "No next step", "overdue": "Overdue", "today": "Today"}.get(state, "Planned")
    if found.step.due is not None:
        step = (
            f"{step}: {say.day(found.step.due.astimezone(say.zone()).date())}" if state != "today" else step
        )
    return Card(
        found.id,
        found.name,
        say.short_money(found.value, found.currency),
        found.customer,
        found.owner or "Nobody",
        f"{found.days} d in stage",
        step,
        state,
        my.deals.may("change", {"assigned_to": found.owner_id, "created_by": found.created_by}),
    )


def _others(stages: list[Stage]) -> None:
    """Other currencies stand beside, never added in."""
    beside = [part for stage in stages for part in stage.others]
    if beside:
        said = {part.currency for part in beside}
        totals = [
            say.money(sum((p.value for p in beside if p.currency == code), start=beside[0].value * 0), code)
            for code in sorted(said)
        ]
        st.caption(say.plain(f"Also open, in other currencies: {', '.join(totals)}."))


def _charts(my: Workspace, query: Query) -> None:
    today = datetime.now(say.zone()).date()
    first = (today.replace(day=1) - timedelta(days=31 * (MONTHS_BACK - 1))).replace(day=1)
    last = today + timedelta(days=31 * MONTHS_AHEAD)
    numbers = my.numbers
    stages = numbers.by_stage(query)
    clicked = pipeline_charts(
        stages.frame,
        numbers.by_month(query, first, last),
        numbers.by_owner(query),
        stages.currency,
        "charts",
    )
    if clicked:
        _selected(my, _meant(query, clicked))


def _meant(query: Query, clicked: Mapping[str, Any]) -> Query:
    """The deals behind a bar."""
    where = dict(query.where)
    if "stage" in clicked:
        where |= {"stage": (clicked["stage"],)}
    if "owner_id" in clicked:
        owner = clicked["owner_id"]
        where |= {"assigned_to": (None if owner is None else int(owner),)}
    if clicked.get("day") not in (None, "none"):
        first = date.fromisoformat(clicked["day"])
        last = (first + timedelta(days=31)).replace(day=1) - timedelta(days=1)
        won = clicked.get("kind") == "Won"
        where |= {"actual_close_date" if won else "expected_close_date": (first, last)}
        where |= {"status": ("won",) if won else ("open",)}
    return replace(query.first(), where=where, size=10)


def _selected(my: Workspace, query: Query) -> None:
    page = my.deals.page(query)
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(f"**{say.count(page.total, 'deal')} behind this bar**", width="content")
        st.button(
            "Open as rows",
            key="charts.open",
            icon=":material/table_rows:",
            on_click=place.go,
            args=({**my.deals.params(replace(query, size=50)), "tab": "deals"},),
        )
    for row in page.rows:
        with st.container(horizontal=True, vertical_alignment="center"):
            st.button(
                say.plain(row["deal_name"]),
                key=f"charts.deal.{row['id']}",
                type="tertiary",
                on_click=place.leave_for,
                args=("deals", row["id"]),
            )
            st.text(say.money(row["deal_value"], row["currency"]))
