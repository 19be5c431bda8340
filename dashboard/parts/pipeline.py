"""The board: open deals by stage, each column with its totals."""

from collections.abc import Sequence

import streamlit as st

from crm_data import Pipeline, Workspace
from crm_data.numbers.board import Card as Found
from crm_data.numbers.board import Column as Stage
from dashboard.again import drawn
from dashboard.components.board import Card, Column, board
from dashboard.known import colleagues, known, reading
from dashboard.parts import figures, place, say
from dashboard.parts.acts import show_refusal
from dashboard.parts.as_of import AS_OF, choose_day, stood
from dashboard.parts.board_head import head
from dashboard.parts.converted import choose_currency
from dashboard.parts.filters import filter_bar
from dashboard.parts.form import form_dialog, open_form
from dashboard.parts.heading import heading
from dashboard.parts.late import by_hand, late
from dashboard.parts.move import LOST, WON, ask_to_move, stage_words
from dashboard.parts.number_views import number_box, number_shelf

PLACE = "board"
PER_COLUMN = 20
A_FULL_COLUMN = 6  # so many cards fill a column of the board


_CARDS = "Each card says its value in its own currency."


def board_screen(my: Workspace) -> None:
    """Filters and the board; every number leads to its rows."""
    members = colleagues(my)
    top = st.container()
    shelf = number_shelf(my, ())
    query = filter_bar(my.deals, lambda: members, ("tab", AS_OF), shelf=shelf)
    day = choose_day(my)
    choose_currency(my, query, None, _CARDS)
    if day:
        stood(my, query, day, top)
        place.follow()
        return
    today = (query, say.today())
    columns, stages = known(
        my,
        PLACE,
        today,
        lambda: (
            my.numbers.board(query, PER_COLUMN),
            my.numbers.by_stage(query),
        ),
    )
    of = (reading(PLACE),)
    with top, heading("Pipeline", lambda: drawn("board.sum", of, lambda: _open_deals(my, stages))):
        number_box(my, shelf, query, ("tab",), {})
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
    drawn(PLACE, of, lambda: _board(my, columns))
    form_dialog(my, my.deals, members, "board.form", "deal")
    place.follow()


def _board(my: Workspace, columns: Sequence[Stage]) -> None:
    full = any(len(column.cards) >= A_FULL_COLUMN for column in columns)
    with st.container(key="board.full" if full else "board.few"):
        board(
            "board",
            [_column(my, column) for column in columns],
            [(stage, stage_words(my)[stage]) for stage in (WON, LOST)],
            lambda id_, seen, to: ask_to_move(my, PLACE, id_, seen, to),
            lambda id_: place.leave_for("deals", id_),
        )


def _open_deals(my: Workspace, stages: Pipeline) -> None:
    """How many there are in all, and what they are worth in each currency, never added up."""
    every = stages.every
    worth = [totals.value for totals in (stages.total, *stages.beside) if totals.count.count]
    said = [(every, say.count(every.count, "open deal")), *((value, "") for value in worth)]
    figures.line(my, said, "open")


def _column(my: Workspace, stage: Stage) -> Column:
    some = [totals for totals in stage.totals if totals.count.count] or stage.totals[:1]
    more = stage.every.count > len(stage.cards)
    return Column(
        stage.stage,
        f"{stage.label} {stage.probability} %",
        [head(my, totals) for totals in some],
        [card(my, found) for found in stage.cards],
        figures.link(my, stage.every, f"All {stage.every.count:,} as rows") if more else None,
    )


def card(my: Workspace, found: Found) -> Card:
    """A deal in words, and whether this person may move it."""
    state = found.step.state.value
    step = {"none": "No next step", "overdue": "Overdue", "today": "Today"}.get(state, "Planned")
    if found.step.due is not None:
        step = (
            f"{step}: {say.day(found.step.due.astimezone(say.zone()).date())}" if state != "today" else step
        )
    late_kind, late_words = late(found.past, found.stalled, found.pushes)
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
        by_hand(found.by_hand),
    )
