"""The board with its numbers: open deals by stage, and what a manager reads beside them for one period."""

from collections.abc import Mapping
from dataclasses import replace

import streamlit as st

from crm_data import Chart, Figure, Period, Pipeline, Workspace
from crm_data.numbers.board import Card as Found
from crm_data.numbers.board import Column as Stage
from dashboard.components.board import Card, Column, Head, board
from dashboard.known import known
from dashboard.parts import charts, figures, place, say
from dashboard.parts.acts import show_refusal
from dashboard.parts.filters import filter_bar
from dashboard.parts.form import form_dialog, open_form
from dashboard.parts.heading import heading
from dashboard.parts.late import late
from dashboard.parts.move import LOST, WON, ask_to_move
from dashboard.parts.period import COMPARE, PARAM, choose_period, show_period

PLACE = "board"
KEEP = ("tab", PARAM, COMPARE)
PER_COLUMN = 20
A_FULL_COLUMN = 6  # so many cards fill a column of the board
ROWS = 10  # of a bar that was clicked


def board_screen(my: Workspace) -> None:
    """Filters, the board, and below it tiles and charts of one period; every number leads to its rows."""
    members = my.members()
    top = st.container()
    query = filter_bar(my.deals, lambda: members, KEEP)
    today = (query, say.today())
    columns, stages, closed = known(
        my,
        PLACE,
        today,
        lambda: (
            my.numbers.board(query, PER_COLUMN),
            my.numbers.by_stage(query),
            my.numbers.closed_days(query),
        ),
    )
    with top, heading("Pipeline", lambda: _open_deals(my, stages)):
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
    full = any(len(column.cards) >= A_FULL_COLUMN for column in columns)
    with st.container(key="board.full" if full else "board.few"):
        board(
            "board",
            [_column(my, column) for column in columns],
            ((WON, "Won"), (LOST, "Lost")),
            lambda id_, seen, to: ask_to_move(my, PLACE, id_, seen, to),
            lambda id_: place.leave_for("deals", id_),
        )
    period = choose_period(my, query, closed)
    tiles, made = known(
        my,
        PARAM,
        (*today, period, period.before()),
        lambda: (
            my.numbers.tiles(query, period),
            {
                "month": my.numbers.by_month(query, period),
                "owner": my.numbers.by_owner(query, period),
            },
        ),
    )
    figures.tiles(my, tiles)
    _charts(my, {"stage": stages.chart, **made}, period, closed)
    form_dialog(my, my.deals, members, "board.form", "deal")
    place.follow()


def _open_deals(my: Workspace, stages: Pipeline) -> None:
    """How many there are in all, and what they are worth in each currency, never added up."""
    every = stages.every
    worth = [totals.value for totals in (stages.total, *stages.beside) if totals.count.count]
    said = [(every, say.count(every.count, "open deal")), *((value, "") for value in worth)]
    figures.line(my, said, "open")


def _column(my: Workspace, stage: Stage) -> Column:
    some = [totals for totals in stage.totals if totals.count.count] or stage.totals[:1]
    heads = [
        Head(
            figures.link(my, totals.count),
            figures.link(my, totals.value),
            figures.link(my, totals.weighted),
        )
        for totals in some
    ]
    more = stage.every.count > len(stage.cards)
    return Column(
        stage.stage,
        f"{stage.label} {stage.probability} %",
        heads,
        [_card(my, found) for found in stage.cards],
        figures.link(my, stage.every, f"All {stage.every.count:,} as rows") if more else None,
    )


def _card(my: Workspace, found: Found) -> Card:
    state = found.step.state.value
    step = {"none": "No next step", "overdue": "Overdue", "today": "Today"}.get(state, "Planned")
    if found.step.due is not None:
        step = (
            f"{step}: {say.day(found.step.due.astimezone(say.zone()).date())}" if state != "today" else step
        )
    late_kind, late_words = late(found.past, found.stalled)
    return Card(
        found.id,
        found.name,
        say.short_money(found.value, found.currency),
        found.customer,
        found.owner or "Nobody",
        f"{found.days:,} d in stage",
        late_words,
        late_kind,
        step,
        state,
        my.deals.may("change", {"assigned_to": found.owner_id, "created_by": found.created_by}),
    )


def _charts(my: Workspace, made: Mapping[str, Chart], period: Period, closed: Period | None) -> None:
    said = say.span(*period.edges)
    clicked = charts.draw(
        made,
        "charts",
        lambda name, chart: _nothing(my, name, chart, closed),
        {"month": f"Won in {said}", "owner": f"Won in {said}"},
    )
    if clicked:
        _behind(my, clicked)


def _nothing(my: Workspace, name: str, chart: Chart, closed: Period | None) -> None:
    """What is missing, the deals without an amount that are there, and the period in which there is something."""
    st.markdown(f"**{say.plain(chart.title)}**")
    st.caption(say.plain(chart.lacks))
    without: list[Figure] = []  # each list of deals once, whichever bars are made of it
    for bar in chart.bars:
        if bar.figure.count and all(bar.figure.rows != other.rows for other in without):
            without.append(bar.figure)
    if without:
        figures.counts(my, ("Without an amount", "Deals"), without, f"without.{name}")
    if closed and name != "stage":
        st.button(
            f"Show {say.span(closed.first, closed.last)}",
            key=f"charts.{name}.known",
            icon=":material/date_range:",
            on_click=show_period,
            args=(f"{closed.first}..{closed.last}",),
        )


def _behind(my: Workspace, figure: Figure) -> None:
    page = my.deals.page(replace(figure.rows.query, size=ROWS))
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(
            f"**{say.count(page.total, 'deal')} behind this bar** · {say.plain(figures.exactly(figure))}",
            width="content",
        )
        st.button(
            "Open as rows",
            key="charts.open",
            icon=":material/table_rows:",
            on_click=place.go,
            args=(figures.params(my, figure),),
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
